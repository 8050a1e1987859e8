"""How pages write numbers."""

from __future__ import annotations

import math

import pytest

from webapp.pages.templatetags import mindferry as write


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (None, 4, "–"), (True, 4, "yes"), (0, 4, "0"), (12345, 4, "12,345"), (0.0, 4, "0"), (0.0213, 4, "0.0213"),
        (5.7220458984375e-06, 3, "5.72e-6"), (1e-4, 3, "1e-4"), (2.5e9, 3, "2.5e9"), (1234.5, 4, "1,234.5"),
        (math.nan, 4, "not a number"), (math.inf, 4, "infinite"), ("no number", 4, "no number"),
    ],
)  # fmt: skip
def test_measured_numbers_are_short_and_honest(value: object, digits: int, text: str) -> None:
    assert write.figure(value, digits) == text


@pytest.mark.parametrize(
    ("size", "text"),
    [(None, "–"), (0, "0 B"), (831, "831 B"), (67_108_864, "64 MB"), (1_500_000, "1.4 MB"), (5 * 1024**4, "5120 GB")],
)
def test_sizes_are_written_in_the_largest_unit_that_fits(size: int | None, text: str) -> None:
    assert write.filesize(size) == text


@pytest.mark.parametrize(
    ("value", "text"), [(None, "–"), (0.42, "0.4 s"), (42, "42 s"), (185, "3 min 05 s"), (7800, "2 h 10 min")]
)
def test_times_are_written_as_people_say_them(value: float | None, text: str) -> None:
    assert write.seconds(value) == text


@pytest.mark.parametrize(("value", "text"), [(0.9861, "98.61%"), (1, "100.00%"), (98.5, "98.50%"), (None, "–")])
def test_an_accuracy_is_a_percentage_however_it_was_printed(value: float | None, text: str) -> None:
    assert write.percent(value) == text


@pytest.mark.parametrize(
    ("minutes", "text"), [(1, "1 minute"), (40, "40 minutes"), (150, "2 hours"), (480, "1 day"), (2000, "4 days")]
)
def test_effort_is_told_in_minutes_hours_and_days(minutes: int, text: str) -> None:
    assert write.working_time(minutes) == text
