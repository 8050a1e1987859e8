"""When a candidate applies: small Python expressions over a call's arguments, decided from the source alone.

The names are the row's parameters; an omitted one stands for its default. ``given(dim)`` asks whether an argument was
written, ``tensor(x)``, ``number(x)``, ``sequence(x)``, ``module(x)``, ``literal(x)`` what it is, ``listed(x)`` whether it
is a list and no tuple, ``size(x)`` whether it is a ``torch.Size``, ``no_size_by_name(x)`` whether it is a name or an
attribute that does not call itself a size, ``integral(x)``, ``floating(x)``, ``complex(x)``,
``boolean_tensor(x)`` what a tensor's numbers are, ``complex_type(dtype)`` whether a dtype is of complex numbers,
``single(size)`` whether a variadic parameter got one argument,
``transforms(args)`` whether one of its arguments is a transform of torchvision's. Whatever cannot be known from the source
makes the condition false.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from migrator.catalog.signature import Binding
from migrator.names.elements import kind_of_dtype, of_literal
from migrator.names.values import Kind, Value

ValueOf = Callable[[ast.AST], Value]


class _Unknown(Exception):
    pass


@lru_cache(maxsize=4096)
def _parse(condition: str) -> ast.expr:
    return ast.parse(condition, mode="eval").body


def holds(condition: str, binding: Binding, value_of: ValueOf) -> bool:
    """Whether ``condition`` is certainly true of the bound call."""
    try:
        return bool(_decide(_parse(condition), binding, value_of))
    except _Unknown:
        return False


_COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
    ast.In: lambda left, right: left in right,
    ast.NotIn: lambda left, right: left not in right,
}


def _decide(node: ast.expr, binding: Binding, value_of: ValueOf) -> Any:
    if isinstance(node, ast.BoolOp):
        return _decide_boolean(node, binding, value_of)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return not _decide(node.operand, binding, value_of)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_decide(node.operand, binding, value_of)
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        left = _decide(node.left, binding, value_of)
        right = _decide(node.comparators[0], binding, value_of)
        try:
            return _COMPARISONS[type(node.ops[0])](left, right)
        except TypeError as error:
            raise _Unknown from error
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return _ask(node.func.id, node.args, binding, value_of)
    if isinstance(node, ast.Name) and node.id in binding.names():
        return literal(node.id, binding, value_of)
    if isinstance(node, ast.Constant | ast.Tuple | ast.List):
        return ast.literal_eval(node)
    raise ValueError(f"a condition cannot say {ast.unparse(node)!r}")


def _decide_boolean(node: ast.BoolOp, binding: Binding, value_of: ValueOf) -> bool:
    """``and``/``or`` of three values: one unknown side does not spoil what the other settles."""
    unknown = False
    decisive = isinstance(node.op, ast.Or)
    for item in node.values:
        try:
            if bool(_decide(item, binding, value_of)) is decisive:
                return decisive
        except _Unknown:
            unknown = True
    if unknown:
        raise _Unknown
    return not decisive


def literal(name: str, binding: Binding, value_of: ValueOf) -> Any:
    """The literal value of an argument or of its default; raises _Unknown where it is not one."""
    node = binding.given.get(name)
    if node is None:
        if binding.variadic.get(name):
            node = binding.variadic[name][0] if len(binding.variadic[name]) == 1 else None
            if node is None:
                raise _Unknown
        else:
            node = binding.default(name)
            if node is None:
                raise _Unknown
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        value = value_of(node)
        if value.kind is Kind.DTYPE and value.of:
            return value.of
        raise _Unknown from None


def _ask(question: str, arguments: list[ast.expr], binding: Binding, value_of: ValueOf) -> bool:
    name = arguments[0]
    assert isinstance(name, ast.Name)
    if question == "given":
        return binding.has(name.id)
    if question == "single":
        arguments_given = binding.variadic.get(name.id, ())
        return len(arguments_given) == 1 and not isinstance(arguments_given[0], ast.Starred)
    if question == "transforms":
        return any(_is_transform(item, value_of) for item in binding.variadic.get(name.id, ()))
    node = binding.given.get(name.id)
    if node is None and len(binding.variadic.get(name.id, ())) == 1:
        node = binding.variadic[name.id][0]
    if node is None:
        node = binding.default(name.id)
        if node is None:
            return False
    value = value_of(node)
    if question == "literal":
        return _is_literal(node)
    if question in _ELEMENTS:
        return value.is_tensor and value.elements in _ELEMENTS[question]
    if question == "mixed":
        return _has_mixed_items(node, value_of)
    if question == "with_none":
        return isinstance(node, ast.List | ast.Tuple) and any(_may_be_none(item) for item in node.elts)
    if question == "boolean":
        return isinstance(node, ast.Constant) and isinstance(node.value, bool)
    if question == "floating_literal":
        return _is_literal(node) and of_literal(node, value_of) == "float"
    if question == "complex_literal":
        return of_literal(node, value_of) == "complex"
    if question == "parameter":
        return value.kind is Kind.PARAMETER
    if question == "tensor":
        return value.is_tensor
    if question == "number":
        return _is_number(node) or (value.kind is Kind.PYTHON and value.of != "None" and not _is_literal(node))
    if question == "sequence":
        return isinstance(node, ast.Tuple | ast.List) or (
            value.kind is Kind.SEQUENCE and value.of != "range" and not _is_lazy(node)
        )
    if question == "size":
        return value.of == "torch.Size"
    if question == "no_size_by_name":
        written = _last_name(node)
        return bool(written) and not any(word in written for word in ("size", "shape", "dim"))
    if question == "listed":
        return _is_list(node) or (
            isinstance(node, ast.Name | ast.Attribute)
            and value.kind is Kind.SEQUENCE
            and value.of not in ("range", "tuple")
        )
    if question == "string":
        return isinstance(node, ast.Constant) and isinstance(node.value, str)
    if question == "module":
        return value.kind is Kind.MODULE
    if question == "array":
        return value.kind is Kind.ARRAY
    if question == "complex_type":
        return value.kind is Kind.DTYPE and kind_of_dtype(value.of) == "complex"
    if question == "dtype":
        return value.kind is Kind.DTYPE
    if question == "device":
        return (
            value.kind is Kind.DEVICE
            or (value.kind in (Kind.UNKNOWN, Kind.PYTHON) and _is_called_device(node))
            or (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and node.value.partition(":")[0] in ("cpu", "cuda", "mps", "xpu", "npu", "meta")
            )
        )
    raise ValueError(f"a condition cannot ask {question!r}")


_ELEMENTS = {
    "integral": ("int", "bool"),
    "floating": ("float",),
    "complex": ("complex",),
    "real": ("int", "bool", "float"),
    "boolean_tensor": ("bool",),
}
"""Questions about a tensor's numbers, and the answers (``Value.elements``) that say yes."""


def _has_mixed_items(node: ast.expr, value_of: ValueOf) -> bool:
    """Whether a list of tensors has members of different kinds of numbers, as far as the source shows."""
    if not isinstance(node, ast.List | ast.Tuple):
        return False
    return len({value_of(item).elements for item in node.elts}) > 1


def _may_be_none(node: ast.expr) -> bool:
    if isinstance(node, ast.IfExp):
        return _may_be_none(node.body) or _may_be_none(node.orelse)
    return isinstance(node, ast.Constant) and node.value is None


def _is_transform(node: ast.expr, value_of: ValueOf) -> bool:
    value = value_of(node.value).element() if isinstance(node, ast.Starred) else value_of(node)
    return value.kind is Kind.TRANSFORM


def _is_called_device(node: ast.expr) -> bool:
    return "device" in _last_name(node)


def _last_name(node: ast.expr) -> str:
    name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
    return name.lower()


def _is_literal(node: ast.expr) -> bool:
    try:
        ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError):
        return False
    return True


def _is_number(node: ast.expr) -> bool:
    try:
        return isinstance(ast.literal_eval(node), int | float | complex)
    except (ValueError, TypeError, SyntaxError):
        return False


def _is_list(node: ast.expr) -> bool:
    if isinstance(node, ast.BinOp):
        return _is_list(node.left) or _is_list(node.right)
    called = node.func if isinstance(node, ast.Call) else None
    return isinstance(node, ast.List | ast.ListComp) or (isinstance(called, ast.Name) and called.id == "list")


def _is_lazy(node: ast.expr | None) -> bool:
    """``range(3)``, ``zip(a, b)``: MindSpore takes lists and tuples only."""
    called = node.func if isinstance(node, ast.Call) else None
    return isinstance(called, ast.Name) and called.id in ("range", "zip", "map", "filter", "enumerate", "reversed")
