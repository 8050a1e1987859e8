"""Walking syntax trees, many times as fast as :func:`ast.walk`: most of a translation's time is spent on it.

Every rule walks the same trees, which nothing changes: what is below a node is noted in the node when it is first asked.
"""

from __future__ import annotations

import ast

#: Fields that hold names, numbers and flags, or the marks of a context: never a node that anybody looks for.
_PLAIN_FIELDS = frozenset(
    "id attr arg name asname names module level lineno ctx value_kind kind type_comment type_ignores is_async "
    "simple conversion tag rest kwd_attrs".split()
)
_HOLD_NODES = {("Import", "names"), ("ImportFrom", "names"), ("TypeAlias", "name")}
_FIELDS: dict[type[ast.AST], tuple[str, ...]] = {}
_LEAVES: set[type[ast.AST]] = set()
_NOTE = "mindferry_below"


def walk(node: ast.AST) -> list[ast.AST]:
    """The node and all below it, in the order of :func:`ast.walk`, without the marks ``Load``, ``Store`` and ``Del``."""
    found = [node]
    leaves = _LEAVES
    for current in found:
        if type(current) not in leaves:
            below = current.__dict__.get(_NOTE)
            found += _noted(current) if below is None else below
    return found


def children(node: ast.AST) -> tuple[ast.AST, ...]:
    """The nodes directly below a node, in the order of its fields, without the marks of a context."""
    below: tuple[ast.AST, ...] | None = node.__dict__.get(_NOTE)
    return _noted(node) if below is None else below


def _noted(node: ast.AST) -> tuple[ast.AST, ...]:
    kind = type(node)
    fields = _FIELDS.get(kind)
    if fields is None:
        fields = _FIELDS[kind] = _fields_of(kind)
        if not fields:
            _LEAVES.add(kind)
    if not fields:
        return ()
    own = node.__dict__
    found: list[ast.AST] = []
    for name in fields:
        value = own.get(name)
        if type(value) is list:
            found += value if None not in value else [item for item in value if item is not None]
        elif isinstance(value, ast.AST):
            found.append(value)
    below = own[_NOTE] = tuple(found)
    return below


def _fields_of(kind: type[ast.AST]) -> tuple[str, ...]:
    if kind is ast.Constant:
        return ()
    return tuple(name for name in kind._fields if name not in _PLAIN_FIELDS or (kind.__name__, name) in _HOLD_NODES)
