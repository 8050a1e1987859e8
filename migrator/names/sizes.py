"""Where ``x.size()`` can only be a tensor's: NumPy's ``size`` is no method, and a buffer's takes no dimension."""

from __future__ import annotations

import ast

from migrator.names.walking import walk

_FACTORIES = frozenset(
    "randn rand zeros ones empty full normal randint view reshape expand repeat view_as Size new_zeros new_ones "
    "new_empty new_full FloatTensor LongTensor uniform Tensor".split()
)


def tensor_sizes(tree: ast.AST) -> frozenset[ast.Attribute]:
    """The ``x.size`` of calls that ask for a dimension (``x.size(0)``), or whose result is taken apart, indexed or
    used as the shape of another tensor."""
    found = set()
    for node in walk(tree):
        if isinstance(node, ast.Call):
            if _is_size(node) and len(node.args) == 1 and _is_dimension(node.args[0]):
                found.add(_method(node))
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in _FACTORIES:
                for argument in node.args:
                    inner = argument.value if isinstance(argument, ast.Starred) else argument
                    if _is_size(inner):
                        found.add(_method(inner))
        elif isinstance(node, ast.Subscript) and _is_size(node.value):
            found.add(_method(node.value))
        elif isinstance(node, ast.Assign) and _is_size(node.value):
            if isinstance(node.targets[0], ast.Tuple | ast.List):
                found.add(_method(node.value))
    return frozenset(found)


def _is_size(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "size"


def _method(node: ast.AST) -> ast.Attribute:
    assert isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    return node.func


def _is_dimension(node: ast.expr) -> bool:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        node = node.operand
    return isinstance(node, ast.Constant) and type(node.value) is int
