"""What a rule sees of one file, and what it can do to it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar, overload

from migrator.findings import Finding, Severity
from migrator.names import FileNames, ProjectNames, Value
from migrator.names.walking import children
from migrator.rewriting.edits import Edits, Moved, Piece
from migrator.rewriting.source import Source

if TYPE_CHECKING:
    from migrator.catalog import Catalog

Node = TypeVar("Node", bound=ast.AST)
Node2 = TypeVar("Node2", bound=ast.AST)
Node3 = TypeVar("Node3", bound=ast.AST)

Scope = ast.Module | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda


class FileWork:
    """One file on its way through the rules."""

    def __init__(
        self, path: str, source: Source, names: FileNames, project: ProjectNames, catalog: Catalog, target: str
    ) -> None:
        self.path = path
        self.source = source
        self.names = names
        self.project = project
        self.catalog = catalog
        self.target = target
        self.edits = Edits(source)
        self.findings: list[Finding] = []
        self.rule = ""
        self.fresh: set[str] = set()
        self._todo: dict[ast.stmt, list[Finding]] = {}

    @property
    def tree(self) -> ast.Module:
        return self.source.tree

    @cached_property
    def _index(self) -> tuple[dict[type[ast.AST], list[ast.AST]], dict[ast.AST, ast.AST]]:
        by_type: dict[type[ast.AST], list[ast.AST]] = {}
        parents: dict[ast.AST, ast.AST] = {}
        stack: list[ast.AST] = [self.tree]
        while stack:
            node = stack.pop()
            by_type.setdefault(type(node), []).append(node)
            below = children(node)
            for child in below:
                parents[child] = node
            stack.extend(reversed(below))
        return by_type, parents

    @overload
    def nodes(self, first: type[Node], /) -> Iterator[Node]: ...
    @overload
    def nodes(self, first: type[Node], second: type[Node2], /) -> Iterator[Node | Node2]: ...
    @overload
    def nodes(
        self, first: type[Node], second: type[Node2], third: type[Node3], /, *more: type[Node3]
    ) -> Iterator[Node | Node2 | Node3]: ...
    def nodes(self, *types: type[ast.AST]) -> Iterator[ast.AST]:
        """All nodes of the given types, in source order for each type."""
        for type_ in types:
            yield from self._index[0].get(type_, ())

    def parent(self, node: ast.AST) -> ast.AST | None:
        return self._index[1].get(node)

    def ancestors(self, node: ast.AST) -> Iterator[ast.AST]:
        current = self.parent(node)
        while current is not None:
            yield current
            current = self.parent(current)

    def statement_of(self, node: ast.AST) -> ast.stmt:
        """The innermost statement that holds a node."""
        while not isinstance(node, ast.stmt):
            above = self.parent(node)
            assert above is not None, "a node outside any statement"
            node = above
        return node

    def block_of(self, statement: ast.stmt) -> list[ast.stmt]:
        """The list of statements that a statement stands in."""
        above = self.parent(statement)
        for name in ("body", "orelse", "finalbody"):
            block = getattr(above, name, None)
            if isinstance(block, list) and statement in block:
                return block
        raise AssertionError("a statement outside any block")

    def has_its_lines(self, statement: ast.stmt) -> bool:
        """Whether a statement shares its lines with no other, as ``if masked: x.data[0] = 0`` does."""
        source = self.source
        start, end = source.span(statement)
        rest = source.text[end : source.starts[statement.end_lineno or statement.lineno]].strip()
        before = source.text[source.starts[statement.lineno - 1] : start]
        return not before.strip() and (not rest or rest.startswith("#"))

    def scope_of(self, node: ast.AST) -> Scope:
        """The function (or lambda), class or module whose scope a node is evaluated in."""
        for above in self.ancestors(node):
            if isinstance(above, Scope):
                return above
        return self.tree

    def qualified(self, node: ast.AST) -> str:
        return self.names.qualified(node)

    def value(self, node: ast.AST) -> Value:
        return self.names.value(node)

    def replace(self, node: ast.AST, *pieces: Piece) -> None:
        self.edits.replace(node, pieces)

    def remove(self, statement: ast.stmt) -> None:
        """Takes a statement out with its line; the last one of a block leaves ``pass``, and of an ``else`` nothing."""
        block = self.block_of(statement)
        alone = all(other is statement or self.is_removed(other) for other in block)
        start, end = self.source.span(statement)
        line_start = self.source.starts[self.source.line_of(start) - 1]
        line_end = self.source.starts[statement.end_lineno or statement.lineno]
        rest = self.source.text[end:line_end]
        before = self.source.text[line_start:start]
        self._removed.add(statement)
        branch = self._else_of(block) if alone else None
        if branch is not None:
            self.edits.replace_span(*branch, [])
            self.edits.replace(statement, [])
        elif alone and not isinstance(self.parent(statement), ast.Module):
            self.edits.replace(statement, ["pass"])
        elif before.strip() or (rest.strip() and not rest.strip().startswith("#")):
            self.edits.replace(statement, ["pass"])
        elif rest.strip().startswith("#"):
            self.edits.replace_span(start, line_end, [rest.lstrip()])
            self.edits.replace(statement, [])
        else:
            self.edits.replace_span(line_start, line_end, [])
            self.edits.replace(statement, [])

    def give_way(self, statement: ast.If | ast.With, kept: list[ast.stmt]) -> None:
        """Puts the statements of one of its branches in place of an ``if``, or what stands within a ``with`` in place
        of that; not where they share a line with it."""
        source = self.source
        start, first = source.span(statement)[0], source.span(kept[0])[0]
        if any(source.text[source.starts[source.line_of(at) - 1] : at].strip() for at in (start, first)):
            return
        branches = (*statement.body, *getattr(statement, "orelse", ()))
        self._removed.update(other for other in branches if other not in kept)
        self._gave_way[statement] = kept
        self.edits.replace(statement, [Moved(tuple(kept), source.indent_of(statement), inline=True)])

    def open_else(self, branch: ast.If) -> bool:
        """Takes the body of an ``if`` out, and the ``else`` from before what stands in that; says False for an ``elif``
        and where the parts share a line."""
        start = self.source.starts[self.source.line_of(self.source.span(branch.body[0])[0]) - 1]
        place = self._else_of(branch.orelse)
        if place is None or place[0] < self.source.span(branch.body[-1])[1] or start <= self.source.span(branch)[0]:
            return False
        end = self.source.text.index("\n", place[0]) + 1
        if self.source.text[place[0] : end].partition("#")[0].strip() != "else:":
            return False
        self.edits.replace_span(start, end, [])
        return True

    def _else_of(self, block: list[ast.stmt]) -> tuple[int, int] | None:
        """The place of an ``else`` or ``elif`` with all of its lines, where a block is one."""
        above = self.parent(block[0])
        if not isinstance(above, ast.If | ast.For | ast.While) or above.orelse is not block:
            return None
        number = self.source.line_of(self.source.span(block[0])[0]) - 1
        if self.source.lines[number].lstrip().startswith("elif"):
            return self.source.starts[number], self.source.starts[block[0].end_lineno or block[0].lineno]
        while not self.source.lines[number].lstrip().startswith("else"):
            number -= 1
            if number < (above.body[-1].end_lineno or 0):
                return None
        return self.source.starts[number], self.source.starts[block[-1].end_lineno or block[-1].lineno]

    @cached_property
    def _removed(self) -> set[ast.stmt]:
        return set()

    @cached_property
    def _gave_way(self) -> dict[ast.stmt, list[ast.stmt]]:
        return {}

    def is_removed(self, statement: ast.stmt) -> bool:
        return statement in self._removed

    def made_way_for(self, statement: ast.stmt) -> list[ast.stmt]:
        """The statements that stand in place of one that gave way to them; none where it stands itself."""
        return self._gave_way.get(statement, [])

    def find(
        self,
        node: ast.AST,
        code: str,
        message: str,
        severity: Severity = Severity.WARNING,
        api: str = "",
        todo: bool = False,
    ) -> Finding:
        """Notes a finding at a node; ``todo`` also writes it as a comment above the statement in the output."""
        finding = Finding(
            path=self.path,
            line=getattr(node, "lineno", 1),
            column=getattr(node, "col_offset", 0),
            code=code,
            severity=severity,
            message=message,
            end_line=int(getattr(node, "end_lineno", None) or getattr(node, "lineno", 1) or 1),
            api=api,
            rule=self.rule,
        )
        if finding not in self.findings:
            self.findings.append(finding)
            if todo:
                self._todo.setdefault(self.statement_of(node), []).append(finding)
        return finding

    def cite(self, node: ast.AST, code: str, api: str = "", severity: Severity = Severity.INFO) -> None:
        """Notes the diagnostic that the translation of a node avoids (or, as a warning, cannot)."""
        self.find(node, code, self.catalog.diagnostic(code).message, severity, api)

    def write_todos(self) -> None:
        """Puts the comments of what could not be translated above their statements."""
        for statement, findings in self._todo.items():
            indent = self.source.indent_of(statement)
            texts = dict.fromkeys(f"{indent}# TODO(mindferry {item.code}): {item.message}\n" for item in findings)
            line = self.source.lines[self.source.line_of(self.source.span(statement)[0]) - 1]
            anchor = statement
            above = self.parent(statement)
            if isinstance(above, ast.If) and line.lstrip().startswith("elif"):
                anchor = above
            said = self.comments_above(anchor)
            self.edits.insert_before(anchor, [text for text in texts if text.strip() not in said])

    def comments_above(self, statement: ast.stmt) -> set[str]:
        """The comment lines that stand directly above a statement: what an earlier translation said there already."""
        found = set()
        number = self.source.line_of(self.source.span(statement)[0]) - 2
        while number >= 0 and self.source.lines[number].lstrip().startswith("#"):
            found.add(self.source.lines[number].strip())
            number -= 1
        return found

    def new_name(self, wanted: str) -> str:
        """A name that the file does not use yet: ``wanted``, or ``wanted_2`` …"""
        taken = self._all_names | self.fresh
        name, number = wanted, 1
        while name in taken:
            number += 1
            name = f"{wanted}_{number}"
        self.fresh.add(name)
        return name

    @cached_property
    def _all_names(self) -> set[str]:
        names = {node.id for node in self.nodes(ast.Name)}
        names.update(argument.arg for argument in self.nodes(ast.arg))
        names.update(node.name for node in self.nodes(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
        for alias in self.nodes(ast.alias):
            names.add((alias.asname or alias.name).partition(".")[0])
        return names
