"""Losses that hang on what a function was given: the model was called by the caller, ``backward()`` stands in here."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from migrator.names import FileNames, FunctionInfo, Kind
from migrator.names.walking import walk
from migrator.rewriting.file import FileWork
from migrator.training.carrying import Carriers
from migrator.training.losses import Backward, Region


def entering_argument(work: FileWork, carriers: Carriers, backward: Backward, region: Region) -> ast.Call | None:
    """A call that hands the function around a backward what a model computed, where the loss depends on it."""
    scope = backward.scope
    info = work.names.function_of.get(scope)
    if info is None or not isinstance(scope, ast.FunctionDef | ast.AsyncFunctionDef):
        return None
    names = [argument.arg for argument in (*scope.args.posonlyargs, *scope.args.args)]
    wanted = [name for name in names if carriers.passes_on(name, region.statements, backward.objective)]
    if not wanted:
        return None
    method = info.owner is not None
    for file in work.project.files.values():
        for call, caller in _calls(work, file, info):
            for position, argument in enumerate(call.args):
                place = position + 1 if method else position
                if place < len(names) and names[place] in wanted and _computed(file, caller, argument):
                    return call
            for keyword in call.keywords:
                if keyword.arg in wanted and _computed(file, caller, keyword.value):
                    return call
    return None


def _calls(work: FileWork, file: FileNames, info: FunctionInfo) -> Iterator[tuple[ast.Call, ast.AST]]:
    """The calls of a function in a file, each with the function that it stands in (or the module)."""
    owner = info.owner.qualified if info.owner is not None else ""
    called_itself = info.node.name in ("__call__", "forward") and bool(owner)
    scopes: list[ast.AST] = [file.tree, *(node for node in walk(file.tree) if isinstance(node, ast.FunctionDef))]
    for scope in scopes:
        for call in _own_nodes(scope):
            if not isinstance(call, ast.Call):
                continue
            if file.qualified(call.func) == info.qualified:
                yield call, scope
            elif called_itself:
                value = file.value(call.func)
                if value.of and any(base.qualified == owner for base in work.project.lineage(value.of)):
                    yield call, scope


def _own_nodes(scope: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a function without those of the functions and classes in it."""
    waiting = list(ast.iter_child_nodes(scope))
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        yield node
        waiting.extend(ast.iter_child_nodes(node))


def _computed(file: FileNames, scope: ast.AST, argument: ast.expr) -> bool:
    """Whether an argument is what a model gave, at once or by a name that the caller assigned it to."""
    if isinstance(argument, ast.Call):
        return _calls_model(file, argument)
    if not isinstance(argument, ast.Name):
        return False
    for node in _own_nodes(scope):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and _calls_model(file, node.value):
            for target in node.targets:
                if any(isinstance(name, ast.Name) and name.id == argument.id for name in ast.walk(target)):
                    return True
    return False


def _calls_model(file: FileNames, call: ast.Call) -> bool:
    if file.value(call.func).kind is Kind.MODULE:
        return True
    function = call.func
    return (
        isinstance(function, ast.Attribute)
        and function.attr == "forward"
        and file.value(function.value).kind is Kind.MODULE
    )
