"""Two texts side by side: which lines stayed, which changed into which, and the words that differ in them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from django.utils.safestring import SafeString

from webapp.pages.highlighting import Line, highlighted

# Unchanged lines shown around a change; longer unchanged stretches are folded.
CONTEXT = 3
_WORDS = re.compile(r"\w+|\s+|[^\w\s]")
_EMPTY = SafeString("")


@dataclass(frozen=True)
class Row:
    """One row of the table. A line number of 0 means: nothing on this side."""

    kind: str  # same | changed | removed | added
    left: int
    left_html: SafeString
    right: int
    right_html: SafeString


@dataclass(frozen=True)
class Region:
    """Rows in a row; a folded region is opened by the reader."""

    folded: bool
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Diff:
    regions: tuple[Region, ...]
    added: int
    removed: int
    changed: int = field(default=0)

    @property
    def same(self) -> bool:
        return not (self.added or self.removed or self.changed)


def side_by_side(
    path: str, original: str, translated: str, line_map: Sequence[int] = (), keep_open: frozenset[int] = frozenset()
) -> Diff:
    """Compare two versions of a file.

    ``line_map[i]`` is the original line (from 1) that translated line ``i + 1`` came from, 0 where it is new: the
    translator knows better than a text comparison which changed line became which. ``keep_open`` holds original
    line numbers that must not be folded away (findings, comments).
    """
    left, right = highlighted(path, original), highlighted(path, translated)
    rows = list(_rows(left, right, line_map))
    counts = {kind: sum(row.kind == kind for row in rows) for kind in ("added", "removed", "changed")}
    return Diff(tuple(_regions(rows, keep_open)), counts["added"], counts["removed"], counts["changed"])


def _rows(left: list[Line], right: list[Line], line_map: Sequence[int]) -> Iterator[Row]:
    left_text, right_text = [line.text for line in left], [line.text for line in right]
    matcher = SequenceMatcher(None, left_text, right_text, autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            for i, j in zip(range(i1, i2), range(j1, j2), strict=True):
                yield Row("same", i + 1, left[i].html(), j + 1, right[j].html())
            continue
        for i, j in _pairs(left_text, right_text, range(i1, i2), range(j1, j2), line_map):
            if i is None and j is not None:
                yield Row("added", 0, _EMPTY, j + 1, right[j].html())
            elif j is None and i is not None:
                yield Row("removed", i + 1, left[i].html(), 0, _EMPTY)
            elif i is not None and j is not None:
                old, new = _word_marks(left_text[i], right_text[j])
                yield Row("changed", i + 1, left[i].html(old), j + 1, right[j].html(new))


def _pairs(
    left: list[str], right: list[str], old: range, new: range, line_map: Sequence[int]
) -> Iterator[tuple[int | None, int | None]]:
    """Which old line stands beside which new one, in order; None where a side has nothing."""
    cursor = old.start
    mapped = len(line_map) == len(right)
    for j in new:
        if mapped:
            i = line_map[j] - 1 if cursor < line_map[j] <= old.stop else None
        else:
            i = _most_alike(left, right[j], range(cursor, min(old.stop, cursor + 12)))
        if i is None:
            yield None, j
            continue
        for skipped in range(cursor, i):
            yield skipped, None
        yield i, j
        cursor = i + 1
    for skipped in range(cursor, old.stop):
        yield skipped, None


def _most_alike(left: list[str], line: str, candidates: range) -> int | None:
    best, best_ratio = None, 0.5
    for i in candidates:
        ratio = SequenceMatcher(None, left[i].strip(), line.strip(), autojunk=False).ratio()
        if ratio > best_ratio:
            best, best_ratio = i, ratio
    return best


def _word_marks(old: str, new: str) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Character ranges of the words that differ. Lines with little in common are not marked: all of it is new."""
    old_words, new_words = _WORDS.findall(old), _WORDS.findall(new)
    matcher = SequenceMatcher(None, old_words, new_words, autojunk=False)
    if matcher.ratio() < 0.3:
        return [], []
    old_at, new_at = _offsets(old_words), _offsets(new_words)
    old_marks, new_marks = [], []
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            continue
        if i2 > i1:
            old_marks.append((old_at[i1], old_at[i2]))
        if j2 > j1:
            new_marks.append((new_at[j1], new_at[j2]))
    return old_marks, new_marks


def _offsets(words: list[str]) -> list[int]:
    offsets = [0]
    for word in words:
        offsets.append(offsets[-1] + len(word))
    return offsets


def _regions(rows: list[Row], keep_open: frozenset[int]) -> Iterator[Region]:
    near = [False] * len(rows)
    for index, row in enumerate(rows):
        if row.kind != "same" or row.left in keep_open:
            for other in range(max(0, index - CONTEXT), min(len(rows), index + CONTEXT + 1)):
                near[other] = True
    if not any(near):
        # Nothing changed: show the file rather than one long fold.
        if rows:
            yield Region(False, tuple(rows))
        return
    start = 0
    while start < len(rows):
        end = start
        while end < len(rows) and near[end] == near[start]:
            end += 1
        # A fold of one or two lines costs more room than it saves.
        yield Region(not near[start] and end - start > 2, tuple(rows[start:end]))
        start = end
