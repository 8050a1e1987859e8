"""Blank lines where statements were taken out: as many as stood on one side of them, not on both."""

from __future__ import annotations

from collections.abc import Iterator, Sequence


def close_gaps(text: str, line_map: Sequence[int]) -> tuple[str, tuple[int, ...]]:
    """The text without the blank lines that came to stand beside others, or below the head of a block, when what was
    between them went; with the original line of every line that is left (``line_map`` as for the text)."""
    lines = text.split("\n")
    tail = lines[len(line_map) :]
    kept: list[int] = []
    for run in _runs(lines, line_map):
        if lines[run[0]].strip():
            kept.extend(run)
            continue
        parts = _parts(run, line_map)
        above = kept[-1] if kept else -1
        moved_up = above < 0 or line_map[above] + 1 != line_map[run[0]]
        opened = above < 0 or lines[above].partition("#")[0].rstrip().endswith(":")
        if moved_up and opened and line_map[run[0]]:
            parts = parts[1:] if above >= 0 and len(parts) > 1 else []
        longest: list[int] = max(parts, key=len) if parts else []
        kept.extend(longest)
    return "\n".join([*(lines[index] for index in kept), *tail]), tuple(line_map[index] for index in kept)


def _runs(lines: Sequence[str], line_map: Sequence[int]) -> Iterator[list[int]]:
    """The indices of the lines, those of blank ones that follow each other together."""
    run: list[int] = []
    for index in range(len(line_map)):
        blank = not lines[index].strip()
        if run and not blank:
            yield run
            run = []
        if blank:
            run.append(index)
        else:
            yield [index]
    if run:
        yield run


def _parts(run: Sequence[int], line_map: Sequence[int]) -> list[list[int]]:
    """A run of blank lines in parts that stood together before."""
    parts: list[list[int]] = []
    for index in run:
        together = parts and line_map[parts[-1][-1]] + (1 if line_map[index] else 0) == line_map[index]
        if together:
            parts[-1].append(index)
        else:
            parts.append([index])
    return parts
