"""Whether what a name stands for is held by somebody else too, who must see what an in-place method does to it."""

from __future__ import annotations

import ast

from migrator.names.walking import walk
from migrator.rewriting.file import FileWork

_NO_GRAD = frozenset({"torch.no_grad", "torch.inference_mode", "torch.autograd.no_grad"})
_LOOKING_UP = frozenset({"get", "setdefault"})


def shared(work: FileWork, name: ast.Name) -> bool:
    """The variable of a loop, an argument, an entry of a dictionary: changed for whoever holds it, unless its new value
    goes on into a computation with gradients here."""
    scope = work.scope_of(name)
    if not _is_anothers(work, scope, name.id):
        return False
    if without_gradients(work, name):
        return True
    statement = work.statement_of(name)
    end = (statement.end_lineno or 0, statement.end_col_offset or 0)
    return not any(
        isinstance(node, ast.Name)
        and node.id == name.id
        and isinstance(node.ctx, ast.Load)
        and (node.lineno, node.col_offset) > end
        for node in walk(scope)
    )


def without_gradients(work: FileWork, node: ast.AST) -> bool:
    """Whether a node stands in ``with torch.no_grad():`` or in a function that is decorated with it."""
    for above in work.ancestors(node):
        if isinstance(above, ast.With):
            if any(_switches_off(work, item.context_expr) for item in above.items):
                return True
        elif isinstance(above, ast.FunctionDef | ast.AsyncFunctionDef):
            return any(_switches_off(work, item) for item in above.decorator_list)
    return False


def _switches_off(work: FileWork, node: ast.expr) -> bool:
    return work.qualified(node.func if isinstance(node, ast.Call) else node) in _NO_GRAD


def _is_anothers(work: FileWork, scope: ast.AST, name: str) -> bool:
    if isinstance(scope, ast.FunctionDef | ast.AsyncFunctionDef):
        arguments = scope.args
        if name in {a.arg for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}:
            return True
    for node in walk(scope):
        if isinstance(node, ast.For):
            if any(isinstance(item, ast.Name) and item.id == name for item in walk(node.target)):
                return True
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                values = _assigned(target, node.value, name)
                if any(_looks_up(work, value) for value in values):
                    return True
    return False


def _assigned(target: ast.expr, value: ast.expr, name: str) -> list[ast.expr]:
    if isinstance(target, ast.Name):
        return [value] if target.id == name else []
    if isinstance(target, ast.Tuple | ast.List):
        if isinstance(value, ast.Tuple | ast.List) and len(value.elts) == len(target.elts):
            return [found for t, v in zip(target.elts, value.elts, strict=True) for found in _assigned(t, v, name)]
    return []


def _looks_up(work: FileWork, node: ast.expr) -> bool:
    """``state["m"]``, ``self.ring``, ``state.get("m")``; a part of a tensor is a view, into which nothing can write."""
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Attribute) and node.func.attr in _LOOKING_UP
    return isinstance(node, ast.Subscript | ast.Attribute) and not work.value(node.value).is_tensor
