"""The comparison of two texts."""

from __future__ import annotations

import re
from html import unescape

from hypothesis import given
from hypothesis import strategies as st

from webapp.pages.diffs import Diff, Row, side_by_side

LINES = st.lists(
    st.sampled_from(["import torch", "x = 1", "", "y = f(x)", "    loss.backward()", "print(y)"]), max_size=25
)


def rows(diff: Diff) -> list[Row]:
    return [row for region in diff.regions for row in region.rows]


def text(html: str) -> str:
    return unescape(re.sub(r"<[^>]+>", "", html))


def compare(original: list[str], translated: list[str], line_map: tuple[int, ...] = ()) -> Diff:
    return side_by_side("a.py", "\n".join([*original, ""]), "\n".join([*translated, ""]), line_map)


@given(LINES, LINES)
def test_nothing_is_lost_on_either_side(original: list[str], translated: list[str]) -> None:
    found = rows(compare(original, translated))
    assert [text(row.left_html) for row in found if row.left] == original
    assert [text(row.right_html) for row in found if row.right] == translated
    assert [row.left for row in found if row.left] == list(range(1, len(original) + 1))
    assert [row.right for row in found if row.right] == list(range(1, len(translated) + 1))


@given(LINES, LINES, st.data())
def test_any_line_map_keeps_both_sides_whole(original: list[str], translated: list[str], data: st.DataObject) -> None:
    line_map = tuple(data.draw(st.integers(0, len(original) + 2)) for _ in translated)
    found = rows(compare(original, translated, line_map))
    assert [row.left for row in found if row.left] == list(range(1, len(original) + 1))
    assert [row.right for row in found if row.right] == list(range(1, len(translated) + 1))


def test_equal_texts_are_the_same_and_shown_unfolded() -> None:
    diff = compare(["a = 1"] * 30, ["a = 1"] * 30)
    assert diff.same and [region.folded for region in diff.regions] == [False]


def test_a_changed_line_stands_beside_what_it_became_with_the_words_marked() -> None:
    (row,) = rows(compare(["    model.train()"], ["    model.set_train()"]))
    assert row.kind == "changed"
    assert re.findall(r"<mark>(.*?)</mark>", row.right_html) == ['<span class="n">set_train</span>']


def test_the_line_map_decides_which_line_became_which() -> None:
    found = rows(compare(["alpha()", "beta()"], ["gamma()", "delta()"], (2, 0)))
    assert [(row.kind, row.left, row.right) for row in found] == [("removed", 1, 0), ("changed", 2, 1), ("added", 0, 2)]


def test_long_unchanged_stretches_are_folded_except_where_something_stands() -> None:
    original = [f"x{i} = {i}" for i in range(60)]
    translated = ["changed()", *original[1:]]
    folded = compare(original, translated)
    assert [region.folded for region in folded.regions] == [False, True]
    kept = side_by_side("a.py", "\n".join(original), "\n".join(translated), (), frozenset({40}))
    assert [region.folded for region in kept.regions] == [False, True, False, True]
    assert 40 in [row.left for row in kept.regions[2].rows]


def test_source_is_shown_as_text() -> None:
    for row in rows(compare(["x = '<script>alert(1)</script>'"], ["x = '<b>&'"])):
        assert "<script" not in row.left_html and "<b>" not in row.right_html
