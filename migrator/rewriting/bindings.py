"""What a name may be bound to where it is read: the statements that may have bound it last."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from migrator.names.walking import children, walk
from migrator.rewriting.file import FileWork
from migrator.rewriting.flow import COMPREHENSIONS, parameters, stored

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


@dataclass(frozen=True, slots=True)
class Binding:
    """One way in which a name came to its value.

    ``value`` is the expression that it was bound to, or with ``element`` the one that an element of was taken (by a
    loop, or by unpacking); None for an ``argument``, and where it was bound by something else (an import, ``with``).
    """

    place: ast.AST
    value: ast.expr | None = None
    element: bool = False
    argument: bool = False


def reaching(work: FileWork, name: ast.Name) -> list[Binding]:
    """The bindings that a name's value may come from, the nearest first. Augmented assignments are passed over: of
    tensors they change what the name is bound to."""
    scope = work.scope_of(name)
    found: list[Binding] = []
    below: ast.AST = name
    for above in work.ancestors(name):
        if isinstance(above, COMPREHENSIONS):
            bound = list(_in_comprehension(above, name.id))
            if bound:
                return [*found, *bound]
        elif isinstance(above, ast.stmt | ast.Module | ast.ExceptHandler | ast.match_case):
            if isinstance(below, ast.stmt) and _before(above, below, name.id, found):
                return found
            if isinstance(above, ast.For | ast.AsyncFor | ast.While) and below is not getattr(above, "iter", None):
                if isinstance(below, ast.stmt) and below in above.body:
                    for statement in above.body:
                        found.extend(item for item in _bound_by(statement, name.id) if item not in found)
                    if not isinstance(above, ast.While):
                        looped = list(_matched(above.target, above.iter, name.id, element=True))
                        if looped:
                            return [*looped, *(item for item in found if item not in looped)]
            if isinstance(above, ast.With | ast.AsyncWith) and name.id in stored(above.items):
                return [*found, Binding(above)]
        if above is scope:
            break
        below = above
    if isinstance(scope, _FUNCTIONS) and name.id in parameters(scope):
        found.append(Binding(scope, argument=True))
    return found


def _before(above: ast.AST, below: ast.stmt, name: str, found: list[Binding]) -> bool:
    """Adds what the statements before one in its block bind a name to; says whether one of them always does."""
    for block in (getattr(above, field, None) for field in ("body", "orelse", "finalbody", "handlers")):
        if not isinstance(block, list) or below not in block:
            continue
        for statement in reversed(block[: block.index(below)]):
            bound = [item for item in _bound_by(statement, name) if item not in found]
            found.extend(bound)
            if bound and isinstance(statement, ast.Assign | ast.AnnAssign | ast.Import | ast.ImportFrom | ast.Expr):
                return True
    return False


def _bound_by(statement: ast.stmt, name: str) -> Iterator[Binding]:
    """What a statement, and those within it, bind a name to."""
    if name not in stored([statement]):
        return
    for node in _within(statement):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                yield from _matched(target, node.value, name)
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            yield from _matched(node.target, node.value, name)
        elif isinstance(node, ast.NamedExpr):
            yield from _matched(node.target, node.value, name)
        elif isinstance(node, ast.For | ast.AsyncFor):
            yield from _matched(node.target, node.iter, name, element=True)
        elif isinstance(node, ast.With | ast.AsyncWith) and name in stored(node.items):
            yield Binding(node)
        elif isinstance(node, ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef) and name in stored([node]):
            yield Binding(node)


def _within(node: ast.AST) -> Iterator[ast.AST]:
    """A statement and what is in its own scope."""
    yield node
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
        return
    for child in children(node):
        yield from _within(child)


def _in_comprehension(node: ast.AST, name: str) -> Iterator[Binding]:
    for generator in getattr(node, "generators", ()):
        yield from _matched(generator.target, generator.iter, name, element=True)


def _matched(target: ast.expr, value: ast.expr, name: str, element: bool = False) -> Iterator[Binding]:
    """The part of a value that a name in a target gets, through tuples, ``enumerate`` and ``zip``."""
    if isinstance(target, ast.Starred):
        if isinstance(target.value, ast.Name) and target.value.id == name:
            yield Binding(target)
        return
    if isinstance(target, ast.Name):
        if target.id == name:
            yield Binding(target, value, element)
        return
    if not isinstance(target, ast.Tuple | ast.List):
        return
    parts: Sequence[ast.expr | None]
    each = element
    if not element and isinstance(value, ast.Tuple | ast.List) and len(value.elts) == len(target.elts):
        parts = value.elts
    elif element and _called(value) == "zip" and isinstance(value, ast.Call) and len(value.args) == len(target.elts):
        parts = value.args
    elif element and _called(value) == "enumerate" and isinstance(value, ast.Call) and len(target.elts) == 2:
        parts = [None, value.args[0] if value.args else None]
    elif element:
        for item in target.elts:
            if name in stored([item]):
                yield Binding(item)
        return
    else:
        parts, each = [value] * len(target.elts), True
    for item, part in zip(target.elts, parts, strict=True):
        if part is not None and (isinstance(item, ast.Starred) or not isinstance(part, ast.Starred)):
            yield from _matched(item, part, name, each)
        elif name in stored([item]):
            yield Binding(item)


def _called(node: ast.expr) -> str:
    return node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""


def read_later(work: FileWork, name: str, statement: ast.stmt, but: ast.AST | None = None) -> bool:
    """Whether a name is read after a statement, in a loop around it, or by a function that is defined in its scope."""
    scope = work.scope_of(statement)
    end = (statement.end_lineno or 0, statement.end_col_offset or 0)
    loops = [above for above in work.ancestors(statement) if isinstance(above, ast.For | ast.AsyncFor | ast.While)]
    loops = [loop for loop in loops if work.scope_of(loop) is scope]
    for node in walk(scope):
        if not isinstance(node, ast.Name) or node.id != name or not isinstance(node.ctx, ast.Load) or node is but:
            continue
        if (node.lineno, node.col_offset) > end or work.scope_of(node) is not scope:
            return True
        if loops and not _rebound_first(work, loops[-1], node) and any(loop in work.ancestors(node) for loop in loops):
            if work.statement_of(node) is not statement:
                return True
    return False


def _rebound_first(work: FileWork, loop: ast.stmt, node: ast.Name) -> bool:
    """Whether every turn of a loop binds a name before a place in it reads it."""
    bound = reaching(work, node)
    return len(bound) == 1 and loop in work.ancestors(bound[0].place)
