"""Losses that hang on what a function was given, or on what another method left in the object: the model was called
somewhere else, ``backward()`` stands in here."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from migrator.names import FileNames, FunctionInfo, Kind
from migrator.names.walking import children, walk
from migrator.rewriting.file import FileWork
from migrator.rewriting.flow import path_of
from migrator.training.carrying import Carriers, OnlyRead, without_gradients, writes
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
    waiting = list(children(scope))
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        yield node
        waiting.extend(children(node))


def _computed(file: FileNames, scope: ast.AST, argument: ast.expr) -> bool:
    """Whether an argument is what a model gave, at once or by a name that the caller assigned it to."""
    if isinstance(argument, ast.Call):
        return _calls_model(file, argument)
    if not isinstance(argument, ast.Name):
        return False
    for node in _own_nodes(scope):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and _calls_model(file, node.value):
            for target in node.targets:
                if any(isinstance(name, ast.Name) and name.id == argument.id for name in walk(target)):
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


def entering_attribute(work: FileWork, carriers: Carriers, backward: Backward, region: Region) -> str:
    """The place (``self.fake``) that the loss depends on and that another method left with a gradient, else ``""``.

    A place that the statements themselves write first, or a method that they call, is not such a one.
    """
    written: set[str] = set()
    called: dict[str, set[FunctionInfo]] = {}
    for statement in (*region.statements, ast.Expr(backward.objective)):
        for node in walk(statement):
            if isinstance(node, ast.Call):
                for path, info in _methods_called(work, backward, node):
                    called.setdefault(path, set()).update(_with_what_it_calls(info))
        for node in walk(statement):
            path = path_of(node) if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load) else ""
            if path and path not in written and path not in carriers.leaves:
                assert isinstance(node, ast.Attribute)
                if _left_by_another(work, backward, node.value, node.attr, called.get(path_of(node.value), set())):
                    if carriers.passes_on(path, region.statements, backward.objective):
                        return path
        written.update(place for place, _ in writes(statement, work))
    for path, methods in called.items():
        read = {
            node.attr
            for info in methods
            for node in walk(info.node)
            if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load) and path_of(node.value) == "self"
        }
        owner = next(info for info in methods).owner
        for name in sorted(read):
            if f"{path}.{name}" not in written and owner is not None:
                if _left_in(work, backward, owner.qualified, name, methods):
                    return f"{path}.{name}"
    return ""


def _methods_called(work: FileWork, backward: Backward, call: ast.Call) -> Iterator[tuple[str, FunctionInfo]]:
    """The method of an object of the project that a call runs, with the object's place."""
    function = call.func
    value = work.value(function)
    if value.of in work.project.classes and path_of(function):
        for info in work.project.lineage(value.of):
            if "forward" in info.methods:
                yield path_of(function), info.methods["forward"]
                return
    if isinstance(function, ast.Attribute) and path_of(function.value):
        owner = _class_at(work, backward, function.value)
        for info in work.project.lineage(owner):
            if function.attr in info.methods:
                yield path_of(function.value), info.methods[function.attr]
                return


def _class_at(work: FileWork, backward: Backward, node: ast.expr) -> str:
    info = work.names.function_of.get(backward.scope)
    if isinstance(node, ast.Name) and node.id == "self" and info is not None and info.owner is not None:
        return info.owner.qualified
    return work.value(node).of


def _with_what_it_calls(info: FunctionInfo) -> set[FunctionInfo]:
    """A method and those of the same object that it calls, directly or not."""
    found: set[FunctionInfo] = set()
    waiting = [info]
    while waiting:
        method = waiting.pop()
        if method in found or method.owner is None:
            continue
        found.add(method)
        for node in walk(method.node):
            if isinstance(node, ast.Call):
                name = ""
                if isinstance(node.func, ast.Attribute) and path_of(node.func.value) == "self":
                    name = node.func.attr
                elif path_of(node.func) == "self":
                    name = "forward"
                if name in method.owner.methods:
                    waiting.append(method.owner.methods[name])
    return found


def _left_by_another(work: FileWork, backward: Backward, owner: ast.expr, name: str, called: set[FunctionInfo]) -> bool:
    qualified = _class_at(work, backward, owner)
    return qualified in work.project.classes and _left_in(work, backward, qualified, name, called)


def _left_in(work: FileWork, backward: Backward, owner: str, name: str, called: set[FunctionInfo]) -> bool:
    """Whether a method that the statements do not call keeps a gradient in an attribute, and none that they do call."""
    left = False
    for info in work.project.family(owner):
        for method in info.methods.values():
            if method.node is backward.scope or method.node.name == "__init__":
                continue
            if _keeps_a_gradient(work, method, name):
                if method in called:
                    return False
                left = True
    return left


def _keeps_a_gradient(work: FileWork, method: FunctionInfo, name: str) -> bool:
    """Whether a method assigns what carries a gradient to ``self.name``."""
    place = f"self.{name}"
    if not any(isinstance(node, ast.Attribute) and path_of(node) == place for node in walk(method.node)):
        return False
    if without_gradients(method):
        return False
    carriers = Carriers(OnlyRead(work.project, method.module))
    live: set[str] = set()
    for statement in method.node.body:
        live |= carriers.written(statement, live)
    return place in live
