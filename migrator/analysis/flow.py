"""Where arrays become tensors, and which functions of the project made the arrays."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from migrator.analysis import apis
from migrator.analysis.traces import Facts, FileFacts, Function
from migrator.names import Kind

FARTHEST = 40
"""Expressions that one backward walk looks at: enough for real pipelines, an end for odd ones."""


@dataclass(frozen=True)
class Conversion:
    """A call that takes arrays or numbers and gives a tensor; ``feeders`` are the project functions behind it."""

    path: str
    line: int
    function: str
    from_arrays: bool
    feeders: frozenset[str]

    @property
    def place(self) -> str:
        return f"{self.path}:{self.line}"


def conversions(facts: Facts) -> list[Conversion]:
    found = []
    for file in facts.files.values():
        for trace in file.traces:
            call = file.parents.get(trace.node)
            if trace.api not in apis.MAKES_TENSOR or not isinstance(call, ast.Call) or call.func is not trace.node:
                continue
            arguments = [*call.args[:1], *(k.value for k in call.keywords if k.arg in ("data", "ndarray"))]
            walk = _BackwardWalk(facts)
            for argument in arguments:
                walk.follow(file, argument)
            arrays = trace.api == "torch.from_numpy" or walk.met_array
            feeders = walk.functions(facts)
            if arrays:
                feeders = {name for name in feeders if _handles_arrays(name, facts)}
            found.append(Conversion(file.path, trace.line, file.function_name(call), arrays, frozenset(feeders)))
    return sorted(found, key=lambda conversion: (conversion.path, conversion.line))


def _handles_arrays(name: str, facts: Facts) -> bool:
    info = facts.project.functions.get(name)
    if info is None:
        return False
    return facts.files[info.module.path].has_arrays(info.node.lineno, info.node.end_lineno or info.node.lineno)


class _BackwardWalk:
    """From an expression to all expressions whose values may flow into it: assignments to its names in the same
    function, to its ``self`` attributes in the same class, and the arguments of the calls that gave its parameters."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.seen: set[ast.AST] = set()
        self.called: set[str] = set()
        self.met_array = False

    def functions(self, facts: Facts) -> set[str]:
        reached: set[str] = set()
        for name in self.called:
            reached |= facts.reach(name)
        return reached

    def follow(self, file: FileFacts, expression: ast.expr) -> None:
        waiting: list[tuple[FileFacts, ast.expr]] = [(file, expression)]
        while waiting and len(self.seen) < FARTHEST:
            file, expression = waiting.pop()
            if expression in self.seen:
                continue
            self.seen.add(expression)
            for node in ast.walk(expression):
                if not isinstance(node, ast.Name | ast.Attribute):
                    continue
                self.met_array |= file.names.value(node).kind is Kind.ARRAY
                target = file.names.qualified(node) or file.names.value(node).of
                if target in self.facts.project.functions:
                    self.called.add(target)
                elif isinstance(node.ctx, ast.Load):
                    waiting.extend(self.origins(file, node))

    def origins(self, file: FileFacts, node: ast.Name | ast.Attribute) -> Iterator[tuple[FileFacts, ast.expr]]:
        function = file.enclosing(node)
        if isinstance(node, ast.Attribute):
            if isinstance(node.value, ast.Name) and node.value.id == "self":
                owner = self.class_around(file, function)
                if owner is not None:
                    yield from ((file, value) for value in _assigned(owner, node.attr, attribute=True))
            return
        yield from ((file, value) for value in _assigned(function, node.id, attribute=False))
        if isinstance(function, Function):
            yield from self.from_callers(file, function, node.id)

    def class_around(self, file: FileFacts, node: ast.AST) -> ast.ClassDef | None:
        above: ast.AST | None = node
        while above is not None and not isinstance(above, ast.ClassDef):
            above = file.parents.get(above)
        return above

    def from_callers(self, file: FileFacts, function: Function, name: str) -> Iterator[tuple[FileFacts, ast.expr]]:
        info = file.names.function_of.get(function)
        parameters = [argument.arg for argument in (*function.args.posonlyargs, *function.args.args)]
        if info is None or name not in parameters:
            return
        position = parameters.index(name) - (1 if info.owner is not None else 0)
        for use in self.facts.uses_of.get(info.qualified, ()):
            if use.call is None:
                continue
            given = next((keyword.value for keyword in use.call.keywords if keyword.arg == name), None)
            if given is None and 0 <= position < len(use.call.args):
                given = use.call.args[position]
            if given is not None:
                yield self.facts.files[use.path], given


def _assigned(scope: ast.AST, name: str, attribute: bool) -> Iterator[ast.expr]:
    """The expressions that a scope binds to a name, or to an attribute of ``self``."""
    for node in ast.walk(scope):
        if isinstance(node, ast.Assign):
            targets, value = node.targets, node.value
        elif isinstance(node, ast.AugAssign | ast.AnnAssign | ast.NamedExpr) and node.value is not None:
            targets, value = [node.target], node.value
        elif isinstance(node, ast.For | ast.comprehension):
            targets, value = [node.target], node.iter
        else:
            continue
        for target in targets:
            if any(_is_place(item, name, attribute) for item in ast.walk(target)):
                yield value
                break


def _is_place(node: ast.AST, name: str, attribute: bool) -> bool:
    if attribute:
        return isinstance(node, ast.Attribute) and node.attr == name and isinstance(node.ctx, ast.Store)
    return isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store)
