"""What a parameter must be by what is done with it, where nobody in sight calls the function.

A trainer that gets its model and optimizer from elsewhere says what they are by the methods that it calls on them:
``model.parameters()`` and ``model.eval()`` are a module's, ``zero_grad()`` together with ``step()`` an optimizer's.
"""

from __future__ import annotations

import ast
from functools import lru_cache

from migrator.names.tensor_names import TENSOR_NAMES
from migrator.names.values import Kind, Value
from migrator.names.walking import walk

MODULE = Value(Kind.MODULE, "torch.nn.Module")
OPTIMIZER = Value(Kind.OPTIMIZER, "torch.optim.Optimizer")

_MODULE_ONLY = frozenset({"parameters", "named_parameters", "named_modules", "requires_grad_"})

Function = ast.FunctionDef | ast.AsyncFunctionDef


def told_by_use(function: Function, owner: ast.ClassDef | None) -> dict[str, Value]:
    """The parameters of a function whose use tells their kind; of ``__init__``, also by the attributes that keep them."""
    roles = dict(roles_in(function))
    if owner is not None and function.name == "__init__":
        kept = _roles(owner)
        for node in walk(function):
            if not isinstance(node, ast.Assign) or len(node.targets) != 1:
                continue
            pairs = [(node.targets[0], node.value)]
            if isinstance(node.targets[0], ast.Tuple) and isinstance(node.value, ast.Tuple):
                pairs = list(zip(node.targets[0].elts, node.value.elts, strict=False))
            for place, value in pairs:
                source, target = _behind(value), _path(place)
                if target in kept and isinstance(source, ast.Name):
                    roles.setdefault(source.id, kept[target])
    return roles


def roles_in(root: ast.AST) -> dict[str, Value]:
    """What names are by what a function, or a module, does with them."""
    return {path: value for path, value in _roles(root).items() if "." not in path}


def is_used_as_model(root: ast.AST, name: str) -> bool:
    """Whether what came out of a file is done with what nobody does with a dictionary: called, set to evaluate, moved."""
    return bool(_calls(root).get(name, set()) & {"()", "eval", "train", "cuda", "parameters", "to(...)", "zero_grad"})


def roles_of(*classes: ast.ClassDef) -> dict[str, Value]:
    """What attributes (``self.model``) are by what classes of one family do with them."""
    return {path: value for path, value in _told(_calls(*classes)).items() if "." in path}


@lru_cache(maxsize=256)
def no_tensors(function: Function) -> frozenset[str]:
    """The names that a function asks for something that no tensor has: ``tree.children``."""
    return frozenset(
        node.value.id
        for node in walk(function)
        if isinstance(node, ast.Attribute)
        and isinstance(node.ctx, ast.Load)
        and isinstance(node.value, ast.Name)
        and node.attr not in TENSOR_NAMES
        and not node.attr.startswith("__")
    )


def _behind(value: ast.expr) -> ast.expr:
    """``model`` in ``model.to(device)`` and ``model.cuda()``."""
    while isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr in ("to", "cuda"):
        value = value.func.value
    return value


@lru_cache(maxsize=256)
def _roles(root: ast.AST) -> dict[str, Value]:
    return _told(_calls(root))


def _calls(*roots: ast.AST) -> dict[str, set[str]]:
    """The methods that are called on names and attributes; one with arguments as ``step(...)``, a call of it as
    ``()``."""
    calls: dict[str, set[str]] = {}
    for root in roots:
        for node in walk(root):
            if isinstance(node, ast.Call):
                if isinstance(node.func, ast.Attribute) and (path := _path(node.func.value)):
                    plain = not node.args and not node.keywords
                    calls.setdefault(path, set()).add(node.func.attr if plain else f"{node.func.attr}(...)")
                if path := _path(node.func):
                    calls.setdefault(path, set()).add("()")
    return calls


def _told(calls: dict[str, set[str]]) -> dict[str, Value]:
    found = {}
    for path, made in calls.items():
        if made & _MODULE_ONLY or ("eval" in made and made & {"train", "()", "state_dict"}):
            found[path] = MODULE
        elif "()" in made and made & {"train", "state_dict", "load_state_dict(...)", "zero_grad"}:
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


def handed_back(function: Function) -> str:
    """The parameter that a function gives back, at most on another device, whole (``x.cuda() if use_cuda else x``) or
    item by item (``{k: move(v) for k, v in x.items()}`` of ``move`` itself); else an empty text."""
    parameters = {argument.arg for argument in (*function.args.posonlyargs, *function.args.args)}
    found: set[str] = set()
    for node in walk(function):
        if isinstance(node, ast.Return):
            values = [node.value]
            while values:
                value = values.pop()
                if isinstance(value, ast.IfExp):
                    values.extend([value.body, value.orelse])
                else:
                    inner = _behind(value) if value is not None else None
                    found.add(inner.id if isinstance(inner, ast.Name) else _of_each(value, function.name))
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id in parameters:
            found.add(node.id if _stays(function, node) else "")
        elif isinstance(node, ast.Yield | ast.YieldFrom | ast.FunctionDef | ast.Lambda) and node is not function:
            return ""
    return next(iter(found)) if len(found) == 1 and found <= parameters else ""


def _of_each(value: ast.expr | None, name: str) -> str:
    """``x`` in ``[name(part) for part in x]``, ``type(x)(...)`` around it and ``{k: name(v) for k, v in x.items()}``."""
    while isinstance(value, ast.Call) and len(value.args) == 1:
        made = value.func.func if isinstance(value.func, ast.Call) else value.func
        if not isinstance(made, ast.Name) or made.id not in ("type", "list", "tuple", "dict", "set"):
            return ""
        value = value.args[0].value if isinstance(value.args[0], ast.Starred) else value.args[0]
    if not isinstance(value, ast.ListComp | ast.GeneratorExp | ast.DictComp) or len(value.generators) != 1:
        return ""
    item = value.value if isinstance(value, ast.DictComp) else value.elt
    again = isinstance(item, ast.Call) and (_path(item.func).rpartition(".")[2] == name) and bool(item.args)
    if not again or not isinstance(item, ast.Call) or not isinstance(item.args[0], ast.Name):
        return ""
    source = value.generators[0].iter
    if isinstance(source, ast.Call) and isinstance(source.func, ast.Attribute) and source.func.attr == "items":
        source = source.func.value
    return source.id if isinstance(source, ast.Name) else ""


def _stays(function: Function, target: ast.Name) -> bool:
    """Whether a name is only given itself again: ``x = x.cuda()``."""
    for node in walk(function):
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and node.targets[0] is target:
            inner = _behind(node.value)
            return isinstance(inner, ast.Name) and inner.id == target.id
    return False
