"""Lines of coloured source."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from webapp.pages.highlighting import highlighted, split_lines


@given(st.text(max_size=200), st.sampled_from(["a.py", "a.md", "a.json", "noname", "a.cu"]))
def test_the_lines_say_what_the_text_says(text: str, path: str) -> None:
    assert [line.text for line in highlighted(path, text)] == split_lines(text)


def test_lines_end_where_python_says_they_do() -> None:
    assert split_lines("a\r\nb\rc\n\x0cd\u2028e\n") == ["a", "b", "c", "\x0cd\u2028e"]
    assert split_lines("") == []


def test_a_string_over_several_lines_stays_a_string() -> None:
    lines = highlighted("a.py", 'x = """one\nimport two\n"""\n')
    assert {css for css, _ in lines[1].pieces} == {"s2"}


def test_marks_cut_pieces_and_everything_is_escaped() -> None:
    (line,) = highlighted("a.txt", "a < b & c")
    assert line.html([(2, 5)]) == "a <mark>&lt; b</mark> &amp; c"
