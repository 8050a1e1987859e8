"""One file's text with the positions of its syntax tree, in characters."""

from __future__ import annotations

import ast
import bisect
import io
import tokenize
from functools import cached_property

from migrator.names.walking import walk


class Source:
    """Text and tree. Offsets count characters from the start of the text (:mod:`ast` counts UTF-8 bytes a line)."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tree = ast.parse(text)
        self.lines = _split_lines(text)
        self.starts = [0]
        for line in self.lines:
            self.starts.append(self.starts[-1] + len(line))
        self._ascii = text.isascii()

    def offset(self, line: int, column: int) -> int:
        """Character offset of a position as :mod:`ast` gives it (line from 1, column in UTF-8 bytes)."""
        start = self.starts[line - 1]
        if self._ascii:
            return start + column
        text = self.lines[line - 1]
        if text.isascii():
            return start + column
        return start + len(text.encode("utf-8")[:column].decode("utf-8"))

    def span(self, node: ast.AST) -> tuple[int, int]:
        start = self.offset(node.lineno, node.col_offset)  # type: ignore[attr-defined]
        decorators = getattr(node, "decorator_list", None)
        if decorators:
            first = decorators[0]
            start = self.text.rindex("@", 0, self.offset(first.lineno, first.col_offset))
        return start, self.offset(node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]

    def segment(self, node: ast.AST) -> str:
        start, end = self.span(node)
        return self.text[start:end]

    def line_of(self, offset: int) -> int:
        """The line (from 1) that holds an offset."""
        low, high = 0, len(self.starts) - 1
        while low < high:
            middle = (low + high + 1) // 2
            if self.starts[middle] <= offset:
                low = middle
            else:
                high = middle - 1
        return low + 1

    def indent_of(self, statement: ast.stmt) -> str:
        line = self.lines[statement.lineno - 1]
        return line[: len(line) - len(line.lstrip(" \t\f"))]

    def is_bracketed(self, offset: int) -> bool:
        """Whether a place lies within brackets, where a line's end means nothing."""
        index = bisect.bisect_left(self._brackets, (offset, 0)) - 1
        return index >= 0 and self._brackets[index][1] > 0

    @cached_property
    def _brackets(self) -> list[tuple[int, int]]:
        """Every bracket's place, with the number of those that are open behind it."""
        found, depth = [], 0
        for token in tokenize.generate_tokens(io.StringIO(self.text).readline):
            if token.type == tokenize.OP and token.string in "()[]{}":
                depth += 1 if token.string in "([{" else -1
                found.append((self.starts[token.start[0] - 1] + token.start[1], depth))
        return found

    @cached_property
    def parents(self) -> dict[ast.AST, ast.AST]:
        return {child: node for node in self.nodes for child in ast.iter_child_nodes(node)}

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """All nodes of the tree, from the outside in."""
        return walk(self.tree)

    @cached_property
    def string_lines(self) -> frozenset[int]:
        """Lines (from 1) that begin inside a string literal: their indentation is data."""
        inside: set[int] = set()
        for node in self.nodes:
            if isinstance(node, ast.Constant | ast.JoinedStr) and node.end_lineno != node.lineno:
                if isinstance(node, ast.JoinedStr) or isinstance(node.value, str | bytes):
                    text = self.segment(node)
                    if '"""' in text or "'''" in text or "\\\n" in text:
                        inside.update(range(node.lineno + 1, (node.end_lineno or node.lineno) + 1))
        return frozenset(inside)


def _split_lines(text: str) -> list[str]:
    """Lines as the tokenizer counts them: a form feed does not end one."""
    lines = []
    start = 0
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end + 1
        lines.append(text[start:end])
        start = end
    return lines
