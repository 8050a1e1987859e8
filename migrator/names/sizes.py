"""Where ``x.size()`` can only be a tensor's: NumPy's ``size`` is no method, and a buffer's takes no dimension."""

from __future__ import annotations

import ast

from migrator.names.constants import whole_number
from migrator.names.walking import walk

_FACTORIES = frozenset(
    "randn rand zeros ones empty full normal randint view reshape expand repeat view_as Size new_zeros new_ones "
    "new_empty new_full FloatTensor LongTensor uniform Tensor sparse_coo_tensor".split()
)


def tensor_sizes(tree: ast.AST) -> frozenset[ast.Attribute]:
    """The ``x.size`` of calls that ask for a dimension (``x.size(0)``), or whose result is taken apart, indexed or
    used as the shape of another tensor."""
    found = set()
    for node in walk(tree):
        if isinstance(node, ast.Call):
            if _is_size(node) and len(node.args) == 1 and whole_number(node.args[0]) is not None:
                found.add(_method(node))
            if _called(node) in _FACTORIES:
                for argument in node.args:
                    inner = argument.value if isinstance(argument, ast.Starred) else argument
                    if _is_size(inner):
                        found.add(_method(inner))
        elif isinstance(node, ast.Subscript) and _is_size(node.value):
            found.add(_method(node.value))
        elif isinstance(node, ast.Assign) and _is_size(node.value):
            if isinstance(node.targets[0], ast.Tuple | ast.List):
                found.add(_method(node.value))
        elif isinstance(node, ast.FunctionDef):
            found.update(_named_and_used(node))
    return frozenset(found)


def _named_and_used(function: ast.FunctionDef) -> set[ast.Attribute]:
    """The ``x.size`` of ``shape = x.size()`` whose name the function takes apart, indexes or makes tensors with."""
    named: dict[str, set[ast.Attribute]] = {}
    used: set[str] = set()
    for node in walk(function):
        if isinstance(node, ast.Assign) and _is_size(node.value) and isinstance(node.targets[0], ast.Name):
            named.setdefault(node.targets[0].id, set()).add(_method(node.value))
        parts: list[ast.expr] = []
        if isinstance(node, ast.Subscript | ast.Starred):
            parts = [node.value]
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Tuple | ast.List):
            parts = [node.value]
        elif isinstance(node, ast.Call) and _called(node) in _FACTORIES:
            parts = node.args
        used.update(part.id for part in parts if isinstance(part, ast.Name))
    return {method for name in used & named.keys() for method in named[name]}


def _called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def _is_size(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "size"


def _method(node: ast.AST) -> ast.Attribute:
    assert isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    return node.func
