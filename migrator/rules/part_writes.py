"""``x.narrow(0, start, length).copy_(row)``: what a part of a tensor is given is assigned to it by index."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from migrator.names import Kind
from migrator.names.constants import whole_number
from migrator.names.walking import walk
from migrator.rewriting.edits import Need, Operand, Piece
from migrator.rewriting.file import FileWork
from migrator.rewriting.rule import Rule, Stage
from migrator.rewriting.sharing import Hold, cite_hold, hold, is_basic

_SIGNS = {"add_": "+", "sub_": "-", "mul_": "*", "div_": "/"}
_CUT = frozenset({"narrow", "select"})


@dataclass(slots=True)
class _Part:
    """A part of a tensor: what it is cut from, and the index of each dimension that is cut; ``last`` is the one that is
    counted from the end, and its index."""

    whole: ast.expr
    index: dict[int, tuple[Piece, ...]] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)
    last: tuple[int, tuple[Piece, ...]] | None = None

    def dimension(self, place: int) -> int:
        """The whole tensor's dimension that is the part's at ``place``."""
        left = (number for number in range(len(self.gone) + place + 1) if number not in self.gone)
        return list(left)[place]

    def pieces(self) -> list[Piece]:
        cells = [self.index.get(number, (":",)) for number in range(max(self.index, default=-1) + 1)]
        if self.last is not None:
            place, cut = self.last
            cells.extend([("...",), cut, *[(":",)] * (-place - 1)])
        written: list[Piece] = [self.whole, "["]
        for number, cell in enumerate(cells):
            written.extend((*([", "] if number else []), *cell))
        return [*written, "]"]


class PartWrites(Rule):
    """``x[i].narrow(1, 0, n).copy_(y)`` becomes ``x[i, :, :n] = y``, ``x.select(0, i).fill_(1)`` becomes ``x[i] = 1``
    and ``x[i + 1].add_(y)`` becomes ``x[i + 1] += y``: MindSpore's in-place methods do not reach the whole tensor in a
    gradient, an assignment by index does, and it spreads and converts what it is given as ``copy_`` does.
    """

    code = "MF148"
    title = "A write into a part of a tensor is an assignment by index"
    stage = Stage.MODEL
    examples = (
        (
            "import torch\n\nx = torch.zeros(2, 3, 4)\nfor i in range(2):\n    x[i].narrow(1, 0, 2).copy_(torch.ones(3, 2))\n",
            "x = ops.zeros((2, 3, 4))\nfor i in range(2):\n    x[i, :, :2] = ops.ones((3, 2))\n",
        ),
        (
            "import torch\n\nx = torch.zeros(2, 3)\nn = 1\nx.narrow(1, n, x.size(1) - n).fill_(1)\n",
            "x = ops.zeros((2, 3))\nn = 1\nx[:, n:] = 1\n",
        ),
    )
    unchanged = ("rows = [[1], [2]]\nrows[0].append(3)\n", "class A:\n    def narrow(self, *a):\n        return self\n")

    def apply(self, work: FileWork) -> None:
        for statement in work.nodes(ast.Expr):
            call = statement.value
            if (
                not isinstance(call, ast.Call)
                or not isinstance(call.func, ast.Attribute)
                or work.edits.is_replaced(call)
            ):
                continue
            place, method = call.func.value, call.func.attr
            if work.qualified(call.func) != f"torch.Tensor.{method}" or not _is_cut(place):
                continue
            end = _ending(call, method)
            part = _part(work, place) if end else None
            if end is None or (part is not None and hold(work, part.whole) in (Hold.SHAPE, Hold.COPY)):
                continue
            if part is not None:
                work.cite(call, "MF213", f"torch.Tensor.{method}")
                work.replace(call, *part.pieces(), *end)
            elif method == "copy_" and isinstance(place, ast.Call):
                cite_hold(work, call, hold(work, place), "torch.Tensor.copy_")
                work.replace(call, Need("support.assign_"), "(", place, ", ", call.args[0], ")")


def _is_cut(place: ast.expr) -> bool:
    return isinstance(place, ast.Subscript) or (
        isinstance(place, ast.Call) and isinstance(place.func, ast.Attribute) and place.func.attr in _CUT
    )


def _ending(call: ast.Call, method: str) -> tuple[Piece, ...] | None:
    """What stands behind the place: the sign of an assignment and the value."""
    if method == "zero_" and not call.args and not call.keywords:
        return (" = 0",)
    if len(call.args) != 1 or call.keywords or isinstance(call.args[0], ast.Starred):
        return None
    if method in ("copy_", "fill_"):
        return (" = ", call.args[0])
    return (f" {_SIGNS[method]}= ", call.args[0]) if method in _SIGNS else None


def _part(work: FileWork, place: ast.expr) -> _Part | None:
    """A part that is cut by whole numbers and ranges; None where it is cut otherwise, or from something else."""
    if isinstance(place, ast.Subscript):
        part = _part(work, place.value)
        if part is None or not is_basic(work, place.slice):
            return None
        indices = place.slice.elts if isinstance(place.slice, ast.Tuple) else [place.slice]
        at = 0
        for index in indices:
            number = part.dimension(at)
            if isinstance(index, ast.Slice) and number not in part.index:
                at += 1
            elif not isinstance(index, ast.Slice) and number not in part.index and _is_number(work, index):
                part.gone.add(number)
            else:
                return None
            part.index[number] = (index,)
        return part
    if isinstance(place, ast.Call) and _is_cut(place):
        return _cut(work, place)
    return (
        _Part(place) if work.value(place).kind is Kind.TENSOR and isinstance(place, ast.Name | ast.Attribute) else None
    )


def _cut(work: FileWork, call: ast.Call) -> _Part | None:
    """``x.narrow(dim, start, length)`` and ``x.select(dim, index)``."""
    assert isinstance(call.func, ast.Attribute)
    inner, method = call.func.value, call.func.attr
    part = _part(work, inner)
    arguments = call.args
    if part is None or call.keywords or len(arguments) != (3 if method == "narrow" else 2):
        return None
    dimension = whole_number(arguments[0])
    if dimension is None or not all(_is_number(work, argument) for argument in arguments[1:]):
        return None
    cut = (arguments[1],) if method == "select" else _range(inner, dimension, arguments[1], arguments[2])
    if cut is None or (dimension < 0 and part.last is not None):
        return None
    if dimension < 0:
        part.last = (dimension, cut)
        return part
    number = part.dimension(dimension)
    if number in part.index:
        return None
    if method == "select":
        part.gone.add(number)
    part.index[number] = cut
    return part


def _is_number(work: FileWork, node: ast.expr) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, int)
    return work.value(node).kind is Kind.PYTHON


def _range(inner: ast.expr, dimension: int, start: ast.expr, length: ast.expr) -> tuple[Piece, ...] | None:
    """The cells from ``start`` on as a slice."""
    if isinstance(start, ast.Constant) and start.value == 0:
        return (":", length)
    if isinstance(length, ast.BinOp) and isinstance(length.op, ast.Sub) and _same(length.right, start):
        return (start, ":") if _is_size(length.left, inner, dimension) else (start, ":", length.left)
    first = start.value if isinstance(start, ast.Constant) else None
    count = length.value if isinstance(length, ast.Constant) else None
    if isinstance(first, int) and isinstance(count, int):
        return (start, f":{first + count}") if first > 0 else None
    if any(isinstance(node, ast.Call) for node in walk(start)):
        return None
    return (start, ":", Operand(start, "+"), " + ", Operand(length, "+"))


def _same(one: ast.expr, other: ast.expr) -> bool:
    return ast.dump(one) == ast.dump(other)


def _is_size(node: ast.expr, tensor: ast.expr, dimension: int) -> bool:
    """``tensor.size(dimension)`` or ``tensor.shape[dimension]``."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "size":
        owner, asked = node.func.value, node.args[:1]
    elif isinstance(node, ast.Subscript) and isinstance(node.value, ast.Attribute) and node.value.attr == "shape":
        owner, asked = node.value.value, [node.slice]
    else:
        return False
    constant = asked[0] if asked else None
    return isinstance(constant, ast.Constant) and constant.value == dimension and _same(owner, tensor)
