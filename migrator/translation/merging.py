"""Three-way merge of texts by lines, on :mod:`difflib`."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Merged:
    """``text`` has both sides' changes, and *ours* where they overlap; ``marked`` has both there, between markers.
    ``conflicts`` are the lines of ``text`` (from 1) at which they overlap."""

    text: str
    marked: str
    conflicts: tuple[int, ...]


def merge(base: str, ours: str, theirs: str, our_label: str, their_label: str) -> Merged:
    """What both sides made of ``base``: every change of one side that the other did not touch, taken over."""
    text: list[str] = []
    marked: list[str] = []
    conflicts: list[int] = []
    for old, mine, new in _regions(_lines(base), _lines(ours), _lines(theirs)):
        if mine == new or new == old:
            taken = mine
        elif mine == old:
            taken = new
        else:
            conflicts.append(len(text) + 1)
            text.extend(mine)
            marked.extend(
                [f"<<<<<<< {our_label}\n", *_ended(mine), "=======\n", *_ended(new), f">>>>>>> {their_label}\n"]
            )
            continue
        text.extend(taken)
        marked.extend(taken)
    return Merged("".join(text), "".join(marked), tuple(conflicts))


def _lines(text: str) -> list[str]:
    """The lines with their ends; only a line feed ends one."""
    pieces = text.split("\n")
    return [f"{piece}\n" for piece in pieces[:-1]] + ([pieces[-1]] if pieces[-1] else [])


def _ended(lines: Sequence[str]) -> Iterator[str]:
    for line in lines:
        yield line if line.endswith("\n") else f"{line}\n"


def _regions(
    base: Sequence[str], ours: Sequence[str], theirs: Sequence[str]
) -> Iterator[tuple[Sequence[str], Sequence[str], Sequence[str]]]:
    """The three texts cut at the same places: runs that all have in common, and what lies between those."""
    at = mine_at = new_at = 0
    for start, mine_start, new_start, length in [*_common(base, ours, theirs), (len(base), len(ours), len(theirs), 0)]:
        if start > at or mine_start > mine_at or new_start > new_at:
            yield base[at:start], ours[mine_at:mine_start], theirs[new_at:new_start]
        if length:
            run = base[start : start + length]
            yield run, run, run
        at, mine_at, new_at = start + length, mine_start + length, new_start + length


def _common(base: Sequence[str], ours: Sequence[str], theirs: Sequence[str]) -> Iterator[tuple[int, int, int, int]]:
    """Runs of ``base`` that both sides kept: their places in the three texts, and their lengths."""
    mine = difflib.SequenceMatcher(None, base, ours, autojunk=False).get_matching_blocks()
    new = difflib.SequenceMatcher(None, base, theirs, autojunk=False).get_matching_blocks()
    first = second = 0
    while first < len(mine) and second < len(new):
        a, b = mine[first], new[second]
        start, end = max(a.a, b.a), min(a.a + a.size, b.a + b.size)
        if end > start:
            yield start, a.b + start - a.a, b.b + start - b.a, end - start
        if a.a + a.size < b.a + b.size:
            first += 1
        else:
            second += 1
