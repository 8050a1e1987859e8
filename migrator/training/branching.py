"""Models that run other layers for other arguments: heads by task, experts by number."""

from __future__ import annotations

import ast

from migrator.names import FileNames, Kind
from migrator.names.walking import walk
from migrator.rewriting.file import FileWork
from migrator.rewriting.flow import path_of
from migrator.training.losses import Backward, Region


def routed_call(work: FileWork, region: Region, backward: Backward) -> ast.Call | None:
    """The call of a model of the project whose argument chooses among its layers. The parameters of the others have no
    gradient in torch, so that momentum and decay do not move them; ``value_and_grad`` gives them zeros."""
    for root in (*region.statements, backward.objective):
        for call in walk(root):
            if isinstance(call, ast.Call) and work.value(call.func).kind is Kind.MODULE and _chooses(work, call):
                return call
    return None


def _chooses(work: FileWork, call: ast.Call) -> bool:
    lineage = work.project.lineage(work.value(call.func).of)
    method = next((info.methods["forward"] for info in lineage if "forward" in info.methods), None)
    if method is None:
        return False
    names = [argument.arg for argument in method.node.args.args][1:]
    given = dict(zip(names, call.args, strict=False))
    given.update({keyword.arg: keyword.value for keyword in call.keywords if keyword.arg})
    open_names = {name for name, value in given.items() if not isinstance(value, ast.Constant)}
    return any(_chooses_by(method.module, node, open_names) for node in walk(method.node))


def _chooses_by(file: FileNames, node: ast.AST, names: set[str]) -> bool:
    """Whether one of the names says which layer runs: ``self.heads[task](x)``, ``if task == "a": self.a(x)``."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Subscript):
        listed, which = node.func.value, node.func.slice
        kept = file.value(listed).of.endswith(("ModuleDict", "ModuleList")) and path_of(listed).startswith("self.")
        return kept and isinstance(which, ast.Name) and which.id in names
    if isinstance(node, ast.If) and isinstance(node.test, ast.Compare) and isinstance(node.test.left, ast.Name):
        constant = all(isinstance(other, ast.Constant) and other.value is not None for other in node.test.comparators)
        if constant and node.test.left.id in names:
            return _layers(file, node.body) != _layers(file, node.orelse)
    return False


def _layers(file: FileNames, statements: list[ast.stmt]) -> set[str]:
    """The layers of its own that a model calls in some statements."""
    return {
        path_of(node.func)
        for statement in statements
        for node in walk(statement)
        if isinstance(node, ast.Call)
        and path_of(node.func).startswith("self.")
        and file.value(node.func).kind is Kind.MODULE
    }
