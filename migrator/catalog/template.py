"""Candidates as templates: a Python expression in which the row's parameters stand for the call's arguments.

``ops.max(input, axis=dim, keepdims=keepdim)``: a keyword argument whose parameter was not given is left out, unless it
is written ``always(...)``, which puts torch's default there explicitly. A positional one gets torch's default, or is
left out at the end. ``*size`` passes a variadic parameter on argument by argument, plain ``size`` as a tuple.
``support.name(...)`` with a literal ellipsis passes all arguments on as they were written.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import lru_cache

from migrator.catalog.signature import Binding
from migrator.rewriting.edits import Need, Piece

ROOTS = frozenset(
    "ms nn ops mint Tensor Parameter np optim lr_scheduler dataset vision transforms initializer support math "
    "builtins contextlib numpy_random communication amp scipy_linalg".split()
)
"""What the first name of a dotted template may be: each is an import that the output gets."""


@dataclass(frozen=True, slots=True)
class _Slot:
    """A place for a parameter's argument; ``tight`` where a looser operator must be put in parentheses, ``base`` where
    an attribute follows, so that a number must be too."""

    name: str
    tight: bool
    splat: bool = False
    base: bool = False


_Part = str | Need | _Slot


class NotExpressible(Exception):
    """The template cannot carry these arguments (one would be evaluated twice, or has no place to go)."""


@lru_cache(maxsize=16384)
def _parts(template: str, parameters: frozenset[str], present: frozenset[str]) -> tuple[_Part, ...]:
    return tuple(_Writer(parameters, present).write(ast.parse(template, mode="eval").body))


@lru_cache(maxsize=8192)
def mentioned(template: str, parameters: frozenset[str]) -> frozenset[str]:
    """The parameters that a template carries."""
    tree = ast.parse(template, mode="eval")
    return frozenset(node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id in parameters)


@lru_cache(maxsize=8192)
def _count(template: str, name: str) -> int:
    tree = ast.parse(template, mode="eval")
    return sum(isinstance(node, ast.Name) and node.id == name for node in ast.walk(tree))


def passes_all(template: str) -> bool:
    return template.endswith("(...)")


def instantiate(template: str, binding: Binding) -> list[Piece]:
    """The pieces of a candidate for one bound call. Raises NotExpressible."""
    parameters = frozenset(binding.names())
    present = frozenset(name for name in parameters if binding.has(name))
    pieces: list[Piece] = []
    used_by = mentioned(template, parameters)
    for name in present & used_by:
        if _count(template, name) > 1:
            argument = binding.given.get(name)
            if argument is None or not is_atomic(argument):
                raise NotExpressible(f"{name} would be evaluated more than once")
    for part in _parts(template, parameters, present):
        if isinstance(part, str | Need):
            pieces.append(part)
        else:
            pieces.extend(_fill(part, binding))
    return pieces


def is_atomic(node: ast.expr) -> bool:
    """Names, attributes and constants: cheap and free of side effects, so they may be written twice."""
    if isinstance(node, ast.Name | ast.Constant):
        return True
    if isinstance(node, ast.Attribute):
        return is_atomic(node.value)
    if isinstance(node, ast.UnaryOp):
        return is_atomic(node.operand)
    if isinstance(node, ast.Tuple | ast.List):
        return all(is_atomic(item) for item in node.elts)
    if isinstance(node, ast.Subscript):
        return is_atomic(node.value) and isinstance(node.slice, ast.Constant | ast.Name)
    return False


_LOOSE = (
    ast.BinOp,
    ast.UnaryOp,
    ast.BoolOp,
    ast.Compare,
    ast.IfExp,
    ast.Lambda,
    ast.NamedExpr,
    ast.Await,
    ast.Yield,
    ast.YieldFrom,
)


def _fill(slot: _Slot, binding: Binding) -> list[Piece]:
    if slot.name in binding.variadic:
        arguments = binding.variadic[slot.name]
        if slot.splat:
            if len(arguments) == 1 and isinstance(arguments[0], ast.Tuple | ast.List) and arguments[0].elts:
                return _listed(arguments[0].elts)
            return _listed(arguments)
        if len(arguments) == 1 and not isinstance(arguments[0], ast.Starred):
            return [arguments[0]]
        trailing = "," if len(arguments) == 1 else ""
        return ["(", *_listed(arguments), f"{trailing})"]
    argument = binding.given.get(slot.name)
    if argument is None:
        default = binding.default(slot.name)
        return [ast.unparse(default) if default is not None else "()"]
    if slot.splat:
        if isinstance(argument, ast.Tuple | ast.List):
            return _listed(argument.elts)
        return ["*", argument]
    if (slot.tight and isinstance(argument, _LOOSE)) or (slot.base and _is_number_literal(argument)):
        return ["(", argument, ")"]
    if isinstance(argument, ast.NamedExpr | ast.GeneratorExp):
        return ["(", argument, ")"]
    return [argument]


def _is_number_literal(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool)


def _listed(arguments: tuple[ast.expr, ...] | list[ast.expr]) -> list[Piece]:
    pieces: list[Piece] = []
    for index, argument in enumerate(arguments):
        if index:
            pieces.append(", ")
        pieces.append(argument)
    return pieces


class _Writer:
    """Writes a template's tree as text with slots, leaving out keyword arguments that were not given."""

    def __init__(self, parameters: frozenset[str], present: frozenset[str]) -> None:
        self.parameters = parameters
        self.present = present

    def write(self, node: ast.expr, tight: bool = False) -> list[_Part]:
        if isinstance(node, ast.Name):
            if node.id in self.parameters:
                return [_Slot(node.id, tight)]
            return [Need(node.id)] if node.id in ROOTS else [node.id]
        if isinstance(node, ast.Attribute):
            if isinstance(node.value, ast.Name) and node.value.id == "support" and "support" not in self.parameters:
                return [Need(f"support.{node.attr}")]
            if isinstance(node.value, ast.Name) and node.value.id == "builtins":
                return [Need(f"builtins.{node.attr}")]
            if isinstance(node.value, ast.Name) and node.value.id in self.parameters:
                return [_Slot(node.value.id, True, base=True), f".{node.attr}"]
            return [*self.write(node.value, tight=True), f".{node.attr}"]
        if isinstance(node, ast.Call):
            return self._call(node)
        if isinstance(node, ast.BinOp):
            inner: list[_Part] = [
                *self._operand(node.left, node.op),
                f" {OPERATORS[type(node.op)]} ",
                *self._operand(node.right, node.op),
            ]
            return ["(", *inner, ")"] if tight else inner
        if isinstance(node, ast.UnaryOp):
            sign = {ast.USub: "-", ast.Not: "not ", ast.Invert: "~", ast.UAdd: "+"}[type(node.op)]
            inner = [sign, *self.write(node.operand, tight=True)]
            return ["(", *inner, ")"] if tight else inner
        if isinstance(node, ast.Compare) and len(node.ops) == 1:
            inner = [
                *self.write(node.left, tight=True),
                f" {_COMPARATORS[type(node.ops[0])]} ",
                *self.write(node.comparators[0], tight=True),
            ]
            return ["(", *inner, ")"] if tight else inner
        if isinstance(node, ast.Subscript):
            return [*self.write(node.value, tight=True), "[", *self._index(node.slice), "]"]
        if isinstance(node, ast.Tuple | ast.List):
            opening, closing = ("(", ")") if isinstance(node, ast.Tuple) else ("[", "]")
            items = [self.write(item) for item in node.elts]
            trailing = "," if isinstance(node, ast.Tuple) and len(items) == 1 else ""
            return [opening, *_comma(items), f"{trailing}{closing}"]
        if isinstance(node, ast.Starred):
            if isinstance(node.value, ast.Name) and node.value.id in self.parameters:
                return [_Slot(node.value.id, False, splat=True)]
            return ["*", *self.write(node.value, tight=True)]
        if isinstance(node, ast.IfExp):
            inner = [
                *self.write(node.body),
                " if ",
                *self.write(node.test),
                " else ",
                *self.write(node.orelse),
            ]
            return ["(", *inner, ")"] if tight else inner
        text = ast.unparse(node)
        names = {child.id for child in ast.walk(node) if isinstance(child, ast.Name)}
        if names & (self.parameters | ROOTS):
            raise ValueError(f"a template cannot say {text!r}")
        return [text]

    def _operand(self, node: ast.expr, above: ast.operator) -> list[_Part]:
        """An operand of plus or minus; a product needs no parentheses there."""
        product = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Div)
        return self.write(node, tight=not (product and isinstance(above, ast.Add | ast.Sub)))

    def _index(self, node: ast.expr) -> list[_Part]:
        if isinstance(node, ast.Slice):
            parts: list[_Part] = []
            parts.extend(self.write(node.lower) if node.lower is not None else [])
            parts.append(":")
            parts.extend(self.write(node.upper) if node.upper is not None else [])
            if node.step is not None:
                parts.extend([":", *self.write(node.step)])
            return parts
        if isinstance(node, ast.Tuple) and node.elts:
            return _comma([self._index(item) for item in node.elts])
        return self.write(node)

    def _call(self, node: ast.Call) -> list[_Part]:
        if isinstance(node.func, ast.Name) and node.func.id == "always":
            return self.write(node.args[0])
        arguments: list[list[_Part]] = []
        positional = list(node.args)
        while positional and self._absent(positional[-1]):
            positional.pop()
        for argument in positional:
            arguments.append(self.write(argument))
        for keyword in node.keywords:
            if self._absent(keyword.value):
                continue
            if keyword.arg is None:
                arguments.append(["**", *self.write(keyword.value, tight=True)])
            else:
                arguments.append([f"{keyword.arg}=", *self.write(keyword.value)])
        return [*self.write(node.func, tight=True), "(", *_comma(arguments), ")"]

    def _absent(self, node: ast.expr) -> bool:
        if isinstance(node, ast.Starred):
            node = node.value
        return isinstance(node, ast.Name) and node.id in self.parameters and node.id not in self.present


def _comma(items: list[list[_Part]]) -> list[_Part]:
    parts: list[_Part] = []
    for index, item in enumerate(items):
        if index:
            parts.append(", ")
        parts.extend(item)
    return parts


OPERATORS: dict[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
    ast.MatMult: "@",
    ast.BitAnd: "&",
    ast.BitOr: "|",
    ast.BitXor: "^",
    ast.LShift: "<<",
    ast.RShift: ">>",
}

_COMPARATORS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Is: "is",
    ast.IsNot: "is not",
    ast.In: "in",
    ast.NotIn: "not in",
}
