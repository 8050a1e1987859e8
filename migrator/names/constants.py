"""What constants in a program's text say."""

from __future__ import annotations

import ast


def whole_number(node: ast.AST) -> int | None:
    """The number that is written, with its sign; None where anything else is."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        number = whole_number(node.operand)
        return None if number is None else -number
    return node.value if isinstance(node, ast.Constant) and type(node.value) is int else None
