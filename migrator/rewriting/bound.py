"""Which names are sure to have a value at a place, whatever branches were taken before."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from migrator.rewriting.file import FileWork, Scope
from migrator.rewriting.flow import stored

_CONDITIONAL = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.Try, ast.TryStar, ast.Match)


def surely_stored(statements: Sequence[ast.stmt]) -> set[str]:
    """The names that a run of statements binds in any case: not those of a loop's body or of one branch only. A ``try``
    counts as run to its end, and a branch that leaves (raise, return, continue, break) does not count."""
    found: set[str] = set()
    for statement in statements:
        if isinstance(statement, ast.If):
            branches = [branch for branch in (statement.body, statement.orelse) if not _leaves(branch)]
            if branches:
                found |= set.intersection(*(surely_stored(branch) for branch in branches))
        elif isinstance(statement, ast.Try | ast.TryStar):
            found |= surely_stored([*statement.body, *statement.orelse, *statement.finalbody])
        elif isinstance(statement, ast.With | ast.AsyncWith):
            found |= surely_stored(statement.body)
            for item in statement.items:
                if item.optional_vars is not None:
                    found |= stored([ast.Assign([item.optional_vars], ast.Constant(None))])
        elif not isinstance(statement, _CONDITIONAL):
            found |= stored([statement])
    return found


def _leaves(branch: Sequence[ast.stmt]) -> bool:
    return bool(branch) and isinstance(branch[-1], ast.Raise | ast.Return | ast.Continue | ast.Break)


def surely_bound(work: FileWork, statement: ast.stmt, scope: Scope) -> set[str]:
    """The names of a scope that have a value when ``statement`` is reached; its arguments are not among them."""
    found: set[str] = set()
    current: ast.AST = statement
    while isinstance(current, ast.stmt):
        block = work.block_of(current)
        found |= surely_stored(block[: block.index(current)])
        above = work.parent(current)
        if above is scope or above is None:
            break
        if isinstance(above, ast.For | ast.AsyncFor) and current not in above.orelse:
            found |= stored([ast.Assign([above.target], ast.Constant(None))])
        elif isinstance(above, ast.With | ast.AsyncWith):
            for item in above.items:
                if item.optional_vars is not None:
                    found |= stored([ast.Assign([item.optional_vars], ast.Constant(None))])
        current = above if not isinstance(above, ast.ExceptHandler) else work.parent(above) or work.tree
    return found


def first_binding(work: FileWork, statement: ast.stmt, scope: Scope, name: str) -> ast.stmt:
    """The outermost statement up to ``statement``, or around it, that may bind a name first."""
    chain: list[ast.stmt] = []
    current: ast.AST | None = statement
    while isinstance(current, ast.stmt) and current is not scope:
        chain.append(current)
        current = work.parent(current)
        if isinstance(current, ast.ExceptHandler):
            current = work.parent(current)
    for around in reversed(chain):
        block = work.block_of(around)
        for candidate in block[: block.index(around) + 1]:
            if name in stored([candidate]):
                return candidate
    return statement
