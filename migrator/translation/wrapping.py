"""Lines that became too long by what MindSpore must be told go on in a line of their own, as a person would write it."""

from __future__ import annotations

import io
import itertools
import token
import tokenize
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 120
_ALIGNED = 60
"""The column up to which arguments stand below the first one; those of a call further right begin a line below it."""
_MARKS = {"(": ")", "[": "]", "{": "}"}
_LITERAL_BEGINS = getattr(token, "FSTRING_START", -1)
_LITERAL_ENDS = getattr(token, "FSTRING_END", -1)


@dataclass(frozen=True, slots=True)
class _Break:
    """A place where a line may be broken: its column, how deep in brackets, and where what follows would begin."""

    column: int
    depth: int
    indent: int


def wrap_lines(text: str, line_map: Sequence[int], originals: Sequence[str]) -> tuple[str, tuple[int, ...]]:
    """The text with the lines wrapped that are too long and were not so in the original, with the original line of each
    (``line_map`` as for the text). Lines of comments stay, and so does what is in a string."""
    lines = text.split("\n")
    long = [index for index in range(len(line_map)) if _is_too_long(lines[index], line_map[index], originals)]
    if not long:
        return text, tuple(line_map)
    parts = {index: [lines[index]] for index in long}
    tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    opened: list[int] = []
    by_line = itertools.groupby(_outside_literals(tokens), key=lambda item: item.start[0] - 1)
    for index, found in by_line:
        here = list(found)
        if index in parts and here[-1].end[0] == here[0].start[0]:
            parts[index] = _wrapped(lines[index], here, len(opened))
        for item in here:
            _follow(item, opened)
    result: list[str] = []
    numbers: list[int] = []
    for index, line in enumerate(lines):
        pieces = parts.get(index, [line])
        result.extend(pieces)
        numbers.extend([line_map[index]] * len(pieces) if index < len(line_map) else [])
    return "\n".join(result), tuple(numbers)


def _is_too_long(line: str, number: int, originals: Sequence[str]) -> bool:
    was = len(originals[number - 1].rstrip("\r\n")) if 0 < number <= len(originals) else 0
    return len(line) > max(WIDTH, was) and not line.lstrip().startswith("#")


def _outside_literals(tokens: Sequence[tokenize.TokenInfo]) -> list[tokenize.TokenInfo]:
    """The tokens that stand for something, without what is in an f-string (which is one token before Python 3.12)."""
    kept: list[tokenize.TokenInfo] = []
    inside = 0
    for item in tokens:
        inside -= item.type == _LITERAL_ENDS
        if not inside and item.type not in _NOTHING:
            kept.append(item)
        inside += item.type == _LITERAL_BEGINS
    return kept


_NOTHING = frozenset({token.NEWLINE, token.NL, token.INDENT, token.DEDENT, token.ENDMARKER})


def _follow(item: tokenize.TokenInfo, opened: list[int]) -> None:
    if item.type == token.OP and item.string in _MARKS:
        opened.append(item.start[1])
    elif item.type == token.OP and item.string in _MARKS.values() and opened:
        opened.pop()


def _wrapped(line: str, tokens: Sequence[tokenize.TokenInfo], depth: int) -> list[str]:
    """The lines that one line becomes; ``depth`` brackets are open where it begins."""
    indent = len(line) - len(line.lstrip())
    code_end = max((item.end[1] for item in tokens if item.type != token.COMMENT), default=0)
    if code_end <= WIDTH:
        return [line]
    chosen = _chosen(_breaks(tokens, depth, indent))
    if chosen is None or chosen.column <= indent:
        return [line]
    moved = chosen.indent - chosen.column
    rest = " " * chosen.indent + line[chosen.column :]
    after = [
        item._replace(start=(item.start[0], item.start[1] + moved), end=(item.end[0], item.end[1] + moved))
        for item in tokens
        if item.start[1] >= chosen.column
    ]
    if len(rest) >= len(line):
        return [line]
    return [line[: chosen.column].rstrip(), *_wrapped(rest, after, chosen.depth)]


def _breaks(tokens: Sequence[tokenize.TokenInfo], depth: int, indent: int) -> list[_Break]:
    """Behind commas, before the ``for`` of a comprehension, and behind the opening of brackets that hold more than a
    word."""
    found: list[_Break] = []
    indents = [indent] * depth
    named = False
    for item, after in itertools.pairwise(tokens):
        if item.string in ("for", "lambda"):
            named = True
        elif item.string in ("in", ":"):
            named = False
        around = indents[:-1] if item.string in _MARKS.values() else indents
        if after.string == "for" and item.string not in _MARKS and around and around[-1] >= 0:
            found.append(_Break(after.start[1], len(around), around[-1]))
        if item.type != token.OP or after.start[0] != item.start[0] or after.type == token.COMMENT:
            continue
        if item.string in _MARKS:
            column = after.start[1]
            indents.append(column if column <= _ALIGNED else -1)
            if after.string not in _MARKS.values():
                found.append(_Break(column, len(indents), indent + 4))
        elif item.string in _MARKS.values() and indents:
            indents.pop()
        elif item.string == "," and indents and indents[-1] >= 0 and not named and after.string not in _MARKS.values():
            found.append(_Break(after.start[1], len(indents), indents[-1]))
    return [item for item in found if item.column - 1 <= WIDTH]


def _chosen(breaks: Sequence[_Break]) -> _Break | None:
    """The last of the places that are in the fewest brackets; behind an opening where that moves everything to the left."""
    if not breaks:
        return None
    least = min(item.depth for item in breaks)
    return max((item for item in breaks if item.depth == least), key=lambda item: item.column)
