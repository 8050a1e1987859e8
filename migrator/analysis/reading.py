"""Reading source files that may come from anybody: what cannot be read is a finding, never a crash."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterable
from dataclasses import dataclass

from migrator.findings import Finding, Severity
from migrator.project import SourceFile

DEEPEST = 200
"""Syntax trees deeper than this are not followed: readers of the tree recurse, and Python stops at 1000 frames."""

LARGEST = 4_000_000
"""Bytes. A larger file is generated data; parsing it takes some hundred times its size in memory."""


@dataclass(frozen=True, eq=False)
class ParsedFile:
    """A source file with its lines (without their ends), and its tree or the finding that says why it has none."""

    path: str
    lines: tuple[str, ...]
    tree: ast.Module | None
    finding: Finding | None = None

    def column(self, node: ast.AST) -> int:
        """Where a node begins in its line, in characters from 0: :mod:`ast` counts the bytes of UTF-8."""
        line = self.lines[getattr(node, "lineno", 1) - 1].encode()
        return len(line[: getattr(node, "col_offset", 0)].decode(errors="ignore"))


def read(sources: Iterable[SourceFile]) -> list[ParsedFile]:
    return [_read(source) for source in sources]


def _read(source: SourceFile) -> ParsedFile:
    if len(source.data) > LARGEST:
        message = f"The file has {len(source.data):,} bytes; above {LARGEST:,} it is taken as data and not read."
        return _unread(source, 1, 0, message)
    try:
        text = source.text
    except (SyntaxError, LookupError) as error:
        line = getattr(error, "lineno", None) or 1
        return _unread(source, line, 0, f"The file's bytes do not read as its encoding says: {error}.")
    text = text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except SyntaxError as error:
        column = max((error.offset or 1) - 1, 0)
        return _unread(source, error.lineno or 1, column, f"The file does not parse: {error.msg}.", text)
    except (ValueError, RecursionError, MemoryError, OverflowError) as error:
        detail = str(error) or "nested too deeply"
        return _unread(source, 1, 0, f"The file cannot be read as Python: {detail}.", text)
    deepest, where = _depth(tree)
    if deepest > DEEPEST:
        message = f"The code is nested {deepest} levels deep here; above {DEEPEST} it is not followed."
        return _unread(source, where, 0, message, text)
    return ParsedFile(source.path, tuple(text.split("\n")), tree)


def _unread(source: SourceFile, line: int, column: int, message: str, text: str | None = None) -> ParsedFile:
    if text is None:
        text = source.data.decode("latin-1").replace("\r\n", "\n").replace("\r", "\n")
    finding = Finding(source.path, line, column, "MF001", Severity.ERROR, message, line)
    return ParsedFile(source.path, tuple(text.split("\n")), None, finding)


def _depth(tree: ast.Module) -> tuple[int, int]:
    """The depth of the deepest node, and the line of the nearest node above it that has one. Never recurses."""
    deepest, where = 0, 1
    waiting: list[tuple[ast.AST, int, int]] = [(tree, 0, 1)]
    while waiting:
        node, depth, line = waiting.pop()
        line = getattr(node, "lineno", line)
        if depth > deepest:
            deepest, where = depth, line
        waiting.extend((child, depth + 1, line) for child in ast.iter_child_nodes(node))
    return deepest, where


def code_line_numbers(parsed: ParsedFile) -> frozenset[int]:
    """Lines (from 1) that hold code: not blank, not a comment alone, not a docstring."""
    if parsed.tree is None:
        return frozenset(n for n, line in enumerate(parsed.lines, 1) if line.strip())
    prose: set[int] = set()
    literal: set[int] = set()
    for node in ast.walk(parsed.tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            prose.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.end_lineno != node.lineno:
            literal.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    numbers = set()
    for number, line in enumerate(parsed.lines, 1):
        text = line.strip()
        if text and number not in prose and (number in literal or not text.startswith("#")):
            numbers.add(number)
    return frozenset(numbers)
