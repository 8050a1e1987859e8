"""What a parameter must be by what is done with it, where nobody in sight calls the function.

A trainer that gets its model and optimizer from elsewhere says what they are by the methods that it calls on them:
``model.parameters()`` and ``model.eval()`` are a module's, ``zero_grad()`` together with ``step()`` an optimizer's.
"""

from __future__ import annotations

import ast

from migrator.names.values import Kind, Value
from migrator.names.walking import walk

MODULE = Value(Kind.MODULE, "torch.nn.Module")
OPTIMIZER = Value(Kind.OPTIMIZER, "torch.optim.Optimizer")

_MODULE_ONLY = frozenset({"parameters", "named_parameters", "named_modules", "requires_grad_"})

Function = ast.FunctionDef | ast.AsyncFunctionDef


def told_by_use(function: Function, owner: ast.ClassDef | None) -> dict[str, Value]:
    """The parameters of a function whose use tells their kind; of ``__init__``, also by the attributes that keep them."""
    roles = {path: value for path, value in _roles(function).items() if "." not in path}
    if owner is not None and function.name == "__init__":
        kept = _roles(owner)
        for node in walk(function):
            if isinstance(node, ast.Assign) and len(node.targets) == 1:
                source, target = _behind(node.value), _path(node.targets[0])
                if target in kept and isinstance(source, ast.Name):
                    roles.setdefault(source.id, kept[target])
    return roles


def _behind(value: ast.expr) -> ast.expr:
    """``model`` in ``model.to(device)`` and ``model.cuda()``."""
    while isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr in ("to", "cuda"):
        value = value.func.value
    return value


def _roles(root: ast.AST) -> dict[str, Value]:
    calls: dict[str, set[str]] = {}
    for node in walk(root):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute) and (path := _path(node.func.value)):
                plain = not node.args and not node.keywords
                calls.setdefault(path, set()).add(node.func.attr if plain else f"{node.func.attr}(...)")
            if path := _path(node.func):
                calls.setdefault(path, set()).add("()")
    found = {}
    for path, made in calls.items():
        if made & _MODULE_ONLY or ("eval" in made and made & {"train", "()", "state_dict"}):
            found[path] = MODULE
        elif "zero_grad" in made and made & {"step", "step(...)"}:
            found[path] = OPTIMIZER
    return found


def _path(node: ast.AST) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self":
        return f"self.{node.attr}"
    return ""
