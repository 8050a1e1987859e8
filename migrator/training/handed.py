"""Functions that differentiate what they are handed: ``def penalty(y, x)`` calls ``autograd.grad(y, x)``, and its callers
compute ``y`` from ``x``."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from migrator.names import FunctionInfo, Kind
from migrator.names.walking import walk
from migrator.rewriting.file import FileWork
from migrator.rewriting.flow import escapes, parameters, stored
from migrator.training.carrying import Carriers
from migrator.training.losses import Region, function_of, run_to

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Handing:
    """A call that hands the outputs over, the names that they and the inputs have there, and what leads from the inputs
    to the outputs."""

    call: ast.Call
    outputs: str
    inputs: tuple[str, ...]
    region: Region


@dataclass(frozen=True)
class Handed:
    """A function with the parameters that hold the outputs and the inputs, and every call of it."""

    function: Function
    outputs: str
    inputs: tuple[str, ...]
    calls: tuple[Handing, ...]

    @property
    def added(self) -> str:
        """The parameter for the function that computes the outputs."""
        return f"{self.outputs}_of"


def handed(work: FileWork, carriers: Carriers, outputs: ast.expr, inputs: tuple[str, ...]) -> Handed | None:
    """What is to be known where a function differentiates a parameter by others; None where not every call of it can
    say how the outputs come from the inputs."""
    function = function_of(work, outputs)
    if not isinstance(function, Function) or function.args.vararg or function.args.kwarg:
        return None
    own = {node.id for node in walk(outputs) if isinstance(node, ast.Name)} & parameters(function)
    if len(own) != 1 or not inputs or not set(inputs) <= parameters(function) - own:
        return None
    name = own.pop()
    known = _known.setdefault(work, {})
    if (function, name, inputs) not in known:
        known[function, name, inputs] = _handed(work, carriers, function, name, inputs)
    return known[function, name, inputs]


_known: WeakKeyDictionary[FileWork, dict[tuple[Function, str, tuple[str, ...]], Handed | None]] = WeakKeyDictionary()


def _handed(
    work: FileWork, carriers: Carriers, function: Function, outputs: str, inputs: tuple[str, ...]
) -> Handed | None:
    info = work.names.function_of.get(function)
    if info is None or {outputs, *inputs} & stored(function.body) or f"{outputs}_of" in parameters(function):
        return None
    calls = list(_calls(work, info))
    found = [_handing(work, carriers, info, call, outputs, inputs) for call in calls if call is not None]
    if not calls or None in calls or None in found:
        return None
    return Handed(function, outputs, inputs, tuple(handing for handing in found if handing is not None))


def _calls(work: FileWork, info: FunctionInfo) -> Iterator[ast.Call | None]:
    """The calls of a function, and None for what else is done with it, or done in another file."""
    for file in work.project.files.values():
        for node, target in file.targets.items():
            if target == info.qualified:
                above = work.parent(node) if file is work.names else None
                yield above if isinstance(above, ast.Call) and above.func is node else None


def handed_names(work: FileWork) -> set[str]:
    """What is handed to functions of the file that differentiate a parameter of theirs."""
    found = set()
    for call in work.nodes(ast.Call):
        if work.qualified(call.func) != "torch.autograd.grad":
            continue
        function = function_of(work, call)
        info = work.names.function_of.get(function)
        if info is None or not parameters(function) & {node.id for node in walk(call) if isinstance(node, ast.Name)}:
            continue
        for other in _calls(work, info):
            if other is not None:
                given = [*other.args, *(keyword.value for keyword in other.keywords)]
                found |= {value.id for value in given if isinstance(value, ast.Name)}
    return found


def _handing(
    work: FileWork, carriers: Carriers, info: FunctionInfo, call: ast.Call, outputs: str, inputs: tuple[str, ...]
) -> Handing | None:
    names = [argument.arg for argument in (*info.node.args.posonlyargs, *info.node.args.args)]
    bound = isinstance(call.func, ast.Attribute) and work.value(call.func.value).kind is not Kind.REFERENCE
    static = any(isinstance(item, ast.Name) and item.id == "staticmethod" for item in info.node.decorator_list)
    if info.owner is not None and bound and not static:
        names = names[1:]
    given = dict(zip(names, call.args, strict=False))
    given.update({keyword.arg: keyword.value for keyword in call.keywords if keyword.arg is not None})
    values = [given.get(name) for name in (outputs, *inputs)]
    there = [value.id for value in values if isinstance(value, ast.Name)]
    statement = work.statement_of(call)
    block = work.block_of(statement)
    trailing = work.source.text[work.source.span(_last(call))[1] : work.source.span(call)[1]]
    if len(there) != len(values) or any(isinstance(item, ast.Starred) for item in call.args) or "#" in trailing:
        return None
    before = after_inputs(block, block.index(statement), there[1:])
    region = run_to(work, carriers, before, -1, {there[0]}, set(there[1:]))
    if region is None or there[0] not in stored(region.statements) or escapes(region.statements) is not None:
        return None
    return Handing(call, there[0], tuple(there[1:]), region)


def _last(call: ast.Call) -> ast.expr:
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    return max(given, key=lambda node: (node.end_lineno or 0, node.end_col_offset or 0))


def after_inputs(block: list[ast.stmt], place: int, names: list[str]) -> list[ast.stmt]:
    """The statements of a block between the last that makes an input and ``block[place]``."""
    first = 0
    for index in range(place):
        if stored([block[index]]) & set(names) or _made_leaf(block[index], names):
            first = index + 1
    return block[first:place]


def _made_leaf(statement: ast.stmt, names: list[str]) -> bool:
    return any(
        isinstance(node, ast.Attribute)
        and node.attr in ("requires_grad_", "requires_grad")
        and isinstance(node.value, ast.Name)
        and node.value.id in names
        for node in walk(statement)
    )
