"""Rewriting by replacing spans of the original text, so that everything untouched stays as it was to the byte.

A replacement is a list of pieces: literal text, nodes of the original tree (rendered with their own replacements in
turn), and names that the output must import. Rendering gives fragments that remember where they came from, which is
what the line map and the question "is ``torch`` still used?" are answered from.
"""

from __future__ import annotations

import ast
import bisect
import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from migrator.findings import Finding
from migrator.rewriting.source import Source


@dataclass(frozen=True, slots=True)
class Need:
    """A name that the output needs: ``ms``, ``nn``, ``ops`` …, or ``support.NAME`` for a support function."""

    name: str


@dataclass(frozen=True, slots=True)
class Moved:
    """Statements of the original, rendered one below the other at another indentation, comments included.

    ``home`` is the replacement that took the statements away from where they stood; it is passed over here. ``inline``
    ones take the place of a statement, whose line begins and ends already.
    """

    statements: tuple[ast.stmt, ...]
    indent: str
    home: object = None
    inline: bool = False


@dataclass(frozen=True, slots=True)
class Operand:
    """An expression to the right of an operator: in parentheses where what takes its place would fall apart."""

    expression: ast.expr
    sign: str


_OPENING = re.compile(r"(?i)\b(?:fr?|rf)('{3}|\"{3}|'|\")")

Piece = str | ast.AST | Need | Moved | Operand


@dataclass(frozen=True, slots=True)
class Fragment:
    """A run of output text: from the original at ``origin``, or new (``origin`` −1); or a needed name."""

    text: str
    origin: int = -1
    need: str = ""


class Kept:
    """What of the original is in the output as it was. A run may be there twice, and within another."""

    def __init__(self, fragments: Iterable[Fragment]) -> None:
        spans = sorted((f.origin, f.origin + len(f.text)) for f in fragments if f.origin >= 0)
        self.spans = spans
        self._starts = [start for start, _ in spans]
        self._reach = list(itertools.accumulate((end for _, end in spans), max))

    def has(self, span: tuple[int, int]) -> bool:
        index = bisect.bisect_right(self._starts, span[0]) - 1
        return index >= 0 and self._reach[index] >= span[1]


@dataclass(eq=False, slots=True)
class _Replacement:
    start: int
    end: int
    pieces: tuple[Piece, ...]
    finding: Finding | None
    node: ast.AST | None = None


class Edits:
    """The replacements of one file."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self._by_node: dict[ast.AST, _Replacement] = {}
        self._wrapped: dict[ast.AST, tuple[tuple[Piece, ...], tuple[Piece, ...]]] = {}
        self._only_wrapped: set[ast.AST] = set()
        self._free: list[_Replacement] = []
        self._sorted: list[_Replacement] | None = None
        self._starts: list[int] = []
        self.rendered_findings: list[Finding] = []

    def replace(self, node: ast.AST, pieces: Iterable[Piece], finding: Finding | None = None) -> None:
        """Puts ``pieces`` in place of a node; a later replacement of the same node takes the earlier one's place."""
        start, end = self.source.span(node)
        replacement = _Replacement(start, end, tuple(self._held_together(node, pieces)), finding, node)
        self._by_node[node] = replacement
        self._only_wrapped.discard(node)
        self._sorted = None
        if node in self._wrapped:
            self._wrap(node, *self._wrapped[node])

    def _held_together(self, node: ast.AST, pieces: Iterable[Piece]) -> Iterator[Piece]:
        """The pieces, with parentheses around an expression over several lines that stood in some and lost them."""
        depth = 0
        for piece in pieces:
            if isinstance(piece, str):
                depth += sum((letter in "([{") - (letter in ")]}") for letter in piece)
            if isinstance(piece, ast.expr) and piece is not node and depth == 0 and self._needs_brackets(node, piece):
                yield from ("(", piece, ")")
            else:
                yield piece

    def _needs_brackets(self, node: ast.AST, part: ast.expr) -> bool:
        if not isinstance(node, ast.expr) or part.lineno == part.end_lineno:
            return False
        try:
            ast.parse(self.source.segment(part))
        except SyntaxError:
            return not self.source.is_bracketed(self.source.span(node)[0])
        return False

    def wrap(self, node: ast.AST, before: Iterable[Piece], after: Iterable[Piece]) -> None:
        """Puts pieces around a node, whatever takes its place."""
        self._wrapped[node] = (tuple(before), tuple(after))
        if node not in self._by_node:
            start, end = self.source.span(node)
            self._by_node[node] = _Replacement(start, end, (node,), None, node)
            self._only_wrapped.add(node)
        self._wrap(node, *self._wrapped[node])
        self._sorted = None

    def _wrap(self, node: ast.AST, before: tuple[Piece, ...], after: tuple[Piece, ...]) -> None:
        replacement = self._by_node[node]
        replacement.pieces = (*before, *replacement.pieces, *after)

    def is_replaced(self, node: ast.AST) -> bool:
        return node in self._by_node and node not in self._only_wrapped

    def replace_span(self, start: int, end: int, pieces: Iterable[Piece]) -> _Replacement:
        """Puts pieces in place of a span; gives back what :class:`Moved` wants as ``home``."""
        replacement = _Replacement(start, end, tuple(pieces), None)
        self._free.append(replacement)
        self._sorted = None
        return replacement

    def insert_before(self, statement: ast.stmt, pieces: Iterable[Piece], ahead: bool = False) -> None:
        """Inserts whole lines above a statement (each piece of text ends its own lines), below what was inserted there
        before, or ``ahead`` of it."""
        start = self.source.span(statement)[0]
        line_start = self.source.starts[self.source.line_of(start) - 1]
        inserted = self.replace_span(line_start, line_start, pieces)
        if ahead:
            self._free.remove(inserted)
            self._free.insert(0, inserted)

    def insert_after(self, statement: ast.stmt, pieces: Iterable[Piece]) -> None:
        """Inserts whole lines below a statement."""
        end_line = statement.end_lineno or statement.lineno
        position = self.source.starts[end_line]
        needs_newline = position > 0 and self.source.text[position - 1] != "\n"
        self.replace_span(position, position, ("\n", *pieces) if needs_newline else pieces)

    def _ordered(self) -> list[_Replacement]:
        if self._sorted is None:
            everything = [*self._by_node.values(), *self._free]
            self._sorted = sorted(everything, key=lambda item: (item.start, item.end > item.start, -item.end))
            self._starts = [item.start for item in self._sorted]
        return self._sorted

    def render(self) -> list[Fragment]:
        """The whole file."""
        self.rendered_findings = []
        fragments: list[Fragment] = []
        self._render_span(0, len(self.source.text), fragments, None)
        return fragments

    def render_node(self, node: ast.AST) -> list[Fragment]:
        fragments: list[Fragment] = []
        self._render_piece(node, fragments, None)
        return fragments

    def text_of(self, node: ast.AST) -> str:
        """The rendered text of a node, with needed names under their usual spelling: for looking, not for output."""
        return _text(self.render_node(node))

    def _render_span(self, start: int, end: int, out: list[Fragment], inside: _Replacement | None) -> None:
        ordered = self._ordered()
        position = start
        index = bisect.bisect_left(self._starts, start)
        while index < len(ordered) and ordered[index].start <= end:
            item = ordered[index]
            index += 1
            if item.start < position or item.end > end or item is inside:
                continue
            if item.start == end and item.end == end and end != len(self.source.text):
                continue
            if item.end == start and inside is not None and inside.start == start:
                continue
            if inside is not None and item.start == inside.start and item.end == inside.end:
                continue
            if item.start > position:
                out.append(Fragment(self.source.text[position : item.start], position))
            self._render_replacement(item, out)
            position = item.end
        if position < end:
            out.append(Fragment(self.source.text[position:end], position))

    def _render_replacement(self, item: _Replacement, out: list[Fragment], apart: bool | None = None) -> None:
        """``apart`` says whether brackets or commas stand around the replacement; None where the source tells."""
        if item.finding is not None:
            self.rendered_findings.append(item.finding)
        if apart is None:
            apart = not self._is_operand(item.node)
        for index, piece in enumerate(item.pieces):
            if isinstance(piece, str) and ("'" in piece or '"' in piece):
                piece = self._quoted(piece, item.start)
            if piece is not item.node and isinstance(piece, ast.expr):
                alone = apart if len(item.pieces) == 1 else _stands_apart(item, index)
                self._render_expression(piece, out, item, alone)
            else:
                self._render_piece(piece, out, item)

    def _render_expression(self, node: ast.expr, out: list[Fragment], inside: _Replacement, apart: bool) -> None:
        """Renders an expression that takes another's place, in parentheses where it is an operation there."""
        own = self._by_node.get(node)
        if own is not None and own is not inside:
            self._render_replacement(own, out, apart)
        elif apart or not isinstance(node, _OPERATIONS):
            self._render_piece(node, out, inside)
        else:
            out.append(Fragment("(", -1))
            self._render_piece(node, out, inside)
            out.append(Fragment(")", -1))

    def _is_operand(self, node: ast.AST | None) -> bool:
        """Whether something is taken from an expression, or an operator stands beside it."""
        above = self.source.parents.get(node) if isinstance(node, ast.expr) else None
        if isinstance(above, ast.Attribute | ast.Subscript):
            return above.value is node
        return isinstance(above, (*_OPERATIONS, ast.comprehension)) or (
            isinstance(above, ast.Call) and above.func is node
        )

    def _quoted(self, text: str, place: int) -> str:
        """New text with quotes that do not end the f-string around it (before Python 3.12 they would)."""
        for start, end in self._format_strings:
            if start < place < end:
                opening = list(_OPENING.finditer(self.source.text, start, place))
                if opening and len(opening[-1].group(1)) == 1:
                    outer = opening[-1].group(1)
                    return text.replace(outer, '"' if outer == "'" else "'")
        return text

    @cached_property
    def _format_strings(self) -> list[tuple[int, int]]:
        return [self.source.span(node) for node in self.source.nodes if isinstance(node, ast.JoinedStr)]

    def _render_piece(self, piece: Piece, out: list[Fragment], inside: _Replacement | None) -> None:
        if isinstance(piece, str):
            out.append(Fragment(piece, -1))
        elif isinstance(piece, Need):
            out.append(Fragment("", -1, piece.name))
        elif isinstance(piece, Moved):
            self._render_moved(piece, out, inside)
        elif isinstance(piece, Operand):
            written: list[Fragment] = []
            self._render_piece(piece.expression, written, inside)
            loose = _falls_apart(_text(written), piece.sign)
            out.extend([Fragment("("), *written, Fragment(")")] if loose else written)
        else:
            own = self._by_node.get(piece)
            start, end = self.source.span(piece)
            if own is not None and own is not inside:
                self._render_replacement(own, out)
            else:
                self._render_span(start, end, out, inside)

    def _render_moved(self, piece: Moved, out: list[Fragment], inside: _Replacement | None) -> None:
        """Renders the statements' whole lines, shifted from their indentation to the new one."""
        source = self.source
        first, last = piece.statements[0], piece.statements[-1]
        start, _ = source.span(first)
        start_line = source.line_of(start)
        end_line = last.end_lineno or last.lineno
        begin = source.starts[start_line - 1]
        finish = source.starts[end_line]
        if isinstance(piece.home, _Replacement):
            inside = piece.home
        if piece.inline:
            # Whole lines, because what is inserted above a statement or takes its place has them; the first one's
            # indentation and the last one's end stand around this piece already.
            whole: list[Fragment] = []
            self._render_span(begin, finish, whole, inside)
            moved = shift(whole, source.indent_of(first), piece.indent, source)
            out.extend(_without_end(_without_lead(moved), source.text[source.span(last)[1] : finish]))
            return
        rest = source.text[source.span(last)[1] : finish].strip()
        only_part = source.text[begin:start].strip() != ""
        if only_part:
            begin, finish = start, source.span(last)[1]
        elif rest and not rest.startswith("#"):
            finish = source.span(last)[1]
        fragments: list[Fragment] = []
        self._render_span(begin, finish, fragments, inside)
        if only_part:
            out.append(Fragment(piece.indent, -1))
            out.extend(fragments)
            out.append(Fragment("\n", -1))
            return
        out.extend(shift(fragments, source.indent_of(first), piece.indent, source))
        if not source.text[begin:finish].endswith("\n"):
            out.append(Fragment("\n", -1))


_OPERATIONS = (ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.IfExp, ast.Lambda, ast.NamedExpr, ast.Await)


def _stands_apart(item: _Replacement, index: int) -> bool:
    """Whether brackets, commas or the ends of a statement are what stands on both sides of a piece."""
    before, after = item.pieces[:index][-1:], item.pieces[index + 1 :][:1]
    whole = isinstance(item.node, ast.stmt)
    opened = _ends(before[0], _OPENED) if before else whole
    if before == ("if ",) and after and _ends(after[0], _BLOCK):
        return True
    return opened and (_ends(after[0], _CLOSED) if after else whole)


def _ends(piece: Piece, end: re.Pattern[str]) -> bool:
    return isinstance(piece, str) and end.search(piece) is not None


_OPENED = re.compile(r"(?:[(\[{,:\n]|(?<![=!<>])=|\breturn)\s*$")
_BLOCK = re.compile(r"^:\n")
_CLOSED = re.compile(r"^\s*(?:[)\]},:\n#]|$)")


def _text(fragments: Iterable[Fragment]) -> str:
    return "".join(fragment.text or fragment.need.rpartition(".")[2] for fragment in fragments)


def _falls_apart(operand: str, sign: str) -> bool:
    """Whether text to the right of an operator is not all of its operand: ``a + b`` to the right of ``*``."""
    whole = ast.parse(f"(_ {sign} {operand})", mode="eval").body
    return not (isinstance(whole, ast.BinOp) and isinstance(whole.left, ast.Name) and whole.left.id == "_")


def _without_lead(fragments: Sequence[Fragment]) -> list[Fragment]:
    """Fragments without the white space that they begin with."""
    for index, fragment in enumerate(fragments):
        text = fragment.text.lstrip()
        if text or fragment.need:
            place = fragment.origin + len(fragment.text) - len(text) if fragment.origin >= 0 else -1
            return [Fragment(text, place, fragment.need), *fragments[index + 1 :]]
    return []


def _without_end(fragments: list[Fragment], end: str) -> list[Fragment]:
    """Fragments without the rest of a line that they end with, a comment maybe, or at least without its end."""
    if fragments and not fragments[-1].need:
        last = fragments[-1]
        text = last.text[: -len(end)] if end and last.text.endswith(end) else last.text.removesuffix("\n")
        return [*fragments[:-1], Fragment(text, last.origin)]
    return fragments


def shift(fragments: Sequence[Fragment], old: str, new: str, source: Source) -> list[Fragment]:
    """Re-indents fragments line by line, leaving the insides of string literals alone."""
    if old == new:
        return list(fragments)
    result: list[Fragment] = []
    at_line_start = True
    for fragment in fragments:
        if fragment.need:
            if at_line_start and not old:
                result.append(Fragment(new, -1))
            result.append(fragment)
            at_line_start = False
            continue
        offset = fragment.origin
        for line in fragment.text.splitlines(keepends=True):
            kept = offset
            if at_line_start and (line.strip() or not line.endswith("\n")):
                in_string = offset >= 0 and source.line_of(offset) in source.string_lines
                if not in_string and line.startswith(old):
                    result.append(Fragment(new, -1))
                    line_text = line[len(old) :]
                    kept = offset + len(old) if offset >= 0 else -1
                    result.append(Fragment(line_text, kept))
                else:
                    result.append(Fragment(line, kept))
            else:
                result.append(Fragment(line, kept))
            at_line_start = line.endswith("\n")
            if offset >= 0:
                offset += len(line)
    return result
