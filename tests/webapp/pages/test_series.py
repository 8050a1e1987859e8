"""Curves for charts, tables and CSV."""

from __future__ import annotations

import csv
import io
import math

from hypothesis import given
from hypothesis import strategies as st

from webapp.pages.series import Pair, as_csv, drawable, joined, thinned


def test_curves_are_joined_by_step_and_gaps_stay_gaps() -> None:
    pairs = joined([(0, 2.0), (1, 1.5)], [(1, 1.25), (2, 1.0)])
    assert pairs == [Pair(0, 2.0, None), Pair(1, 1.5, 1.25), Pair(2, None, 1.0)]
    assert [pair.difference for pair in pairs] == [None, 0.25, None]


@given(st.integers(2, 9000), st.integers(0, 8999))
def test_thinning_keeps_both_ends_and_the_worst_step(count: int, worst: int) -> None:
    worst %= count
    pairs = [Pair(step, 1.0, 2.0 if step == worst else 1.0) for step in range(count)]
    drawn = thinned(pairs, limit=200)
    assert len(drawn) <= max(202, min(count, 200))
    assert drawn[0].step == 0 and drawn[-1].step == count - 1
    assert worst in {pair.step for pair in drawn}
    assert [pair.step for pair in drawn] == sorted({pair.step for pair in drawn})


def test_what_json_cannot_carry_becomes_a_gap() -> None:
    assert [drawable(value) for value in (1.5, None, math.nan, math.inf)] == [1.5, None, None, None]


def test_a_spreadsheet_is_given_no_formula() -> None:
    text = as_csv(("name", "value"), [("=1+1", -0.5), ("@cmd", None), ('a "b", c', 3)])
    rows = list(csv.reader(io.StringIO(text)))
    assert rows == [["name", "value"], ["'=1+1", "-0.5"], ["'@cmd", ""], ['a "b", c', "3"]]
