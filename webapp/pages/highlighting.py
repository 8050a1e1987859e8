"""Source text as lines of coloured HTML: Pygments reads the whole text once, so that strings over several lines stay
strings, and the spans are then cut at the line ends."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from pygments.lexers import TextLexer, get_lexer_for_filename
from pygments.token import STANDARD_TYPES, _TokenType
from pygments.util import ClassNotFound

# Colouring is a comfort: beyond this, lines are shown plain rather than late.
MAX_COLOURED_CHARACTERS = 600_000


@dataclass(frozen=True)
class Line:
    """One line without its line end, as (CSS class, text) pieces."""

    pieces: tuple[tuple[str, str], ...]

    @property
    def text(self) -> str:
        return "".join(text for _, text in self.pieces)

    def html(self, marks: Sequence[tuple[int, int]] = ()) -> SafeString:
        """The line as HTML, with ``<mark>`` around the given (start, end) character ranges (sorted, apart)."""
        out: list[str] = []
        position = 0
        for css, text in self.pieces:
            for marked, part in _cut(text, position, marks):
                inner = f'<span class="{css}">{escape(part)}</span>' if css else str(escape(part))
                out.append(f"<mark>{inner}</mark>" if marked else inner)
            position += len(text)
        return mark_safe("".join(out))


def _cut(text: str, position: int, marks: Sequence[tuple[int, int]]) -> Iterable[tuple[bool, str]]:
    cursor = 0
    for start, end in marks:
        first, last = max(start - position, cursor), min(end - position, len(text))
        if first >= last:
            continue
        if first > cursor:
            yield False, text[cursor:first]
        yield True, text[first:last]
        cursor = last
    if cursor < len(text):
        yield False, text[cursor:]


def split_lines(text: str) -> list[str]:
    """Lines as editors and ``ast`` count them: a form feed or a Unicode separator ends no line."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return lines[:-1] if lines and lines[-1] == "" else lines


def highlighted(path: str, text: str) -> list[Line]:
    """The lines of a file, coloured by the lexer that its name asks for."""
    plain = split_lines(text)
    if len(text) > MAX_COLOURED_CHARACTERS:
        return [Line((("", line),)) for line in plain]
    try:
        lexer = get_lexer_for_filename(path, stripnl=False, ensurenl=False)
    except ClassNotFound:
        lexer = TextLexer(stripnl=False, ensurenl=False)
    lines: list[list[tuple[str, str]]] = [[]]
    for token, value in lexer.get_tokens("\n".join(plain)):
        css = _css_class(token)
        for index, part in enumerate(value.split("\n")):
            if index:
                lines.append([])
            if part:
                lines[-1].append((css, part))
    coloured = [Line(tuple(pieces)) for pieces in lines[: len(plain)]]
    return coloured + [Line(()) for _ in range(len(plain) - len(coloured))]


def _css_class(token: _TokenType) -> str:
    while token not in STANDARD_TYPES:
        token = token.parent
    return str(STANDARD_TYPES[token])
