import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.translation.merging import merge

BASE = "a\nb\nc\nd\ne\n"


def merged(base, ours, theirs):
    return merge(base, ours, theirs, "ours", "theirs")


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        (BASE, BASE, BASE),
        ("A\nb\nc\nd\ne\n", BASE, "A\nb\nc\nd\ne\n"),
        (BASE, "a\nb\nc\nd\nE\n", "a\nb\nc\nd\nE\n"),
        ("A\nb\nc\nd\ne\n", "a\nb\nc\nd\nE\n", "A\nb\nc\nd\nE\n"),
        ("a\nx\nb\nc\nd\ne\n", "a\nb\nc\ne\n", "a\nx\nb\nc\ne\n"),
        ("a\nB\nc\nd\ne\n", "a\nB\nc\nd\ne\n", "a\nB\nc\nd\ne\n"),
        ("", BASE, ""),
        ("a\nb\nc\nd\ne", "z\na\nb\nc\nd\ne\n", "z\na\nb\nc\nd\ne"),
    ],
)
def test_changes_at_different_places_are_both_taken(ours, theirs, expected):
    found = merged(BASE, ours, theirs)
    assert (found.text, found.marked, found.conflicts) == (expected, expected, ())


def test_where_both_changed_the_same_lines_ours_stay_and_both_are_shown():
    found = merged(BASE, "a\nB1\nc\nd\ne\n", "z\na\nB2\nc\nd\nE\n")
    assert found.text == "z\na\nB1\nc\nd\nE\n"
    assert found.conflicts == (3,)
    assert found.marked == "z\na\n<<<<<<< ours\nB1\n=======\nB2\n>>>>>>> theirs\nc\nd\nE\n"


LINES = st.lists(st.sampled_from("abc"), max_size=8).map(lambda lines: "".join(f"{line}\n" for line in lines))


@given(LINES, LINES, LINES)
def test_no_line_of_ours_is_lost_and_one_sided_changes_are_taken_whole(base, ours, theirs):
    assert merged(base, ours, base).text == ours
    assert merged(base, base, theirs).text == theirs
    assert merged(base, ours, ours).text == ours
    added = set(ours.splitlines()) - set(base.splitlines())
    assert added <= set(merged(base, ours, theirs).text.splitlines())
