"""How many dimensions a tensor has, where the source shows it: an image without a batch has three.

The reading is cautious: None says that the source does not tell.
"""

from __future__ import annotations

import ast
from collections.abc import Callable

from migrator.names.constants import whole_number
from migrator.names.values import Value
from migrator.names.walking import walk

ValueOf = Callable[[ast.AST], Value]
Qualified = Callable[[ast.AST], str]

_SIZED = frozenset("randn rand zeros ones empty view reshape expand new_zeros new_ones new_empty repeat".split())
_SAME = frozenset(
    "sin cos tan exp log sqrt abs tanh sigmoid relu clamp clip neg float double half long int contiguous clone detach to "
    "type requires_grad_ zeros_like ones_like rand_like randn_like empty_like full_like softmax log_softmax flip roll "
    "square cuda cpu round floor normal_ uniform_ permute transpose".split()
)
_FOLLOWED = 8


class Ranks:
    """The ranks of one file's expressions. A name is followed to its assignment where it is bound only there."""

    def __init__(self, tree: ast.AST, value_of: ValueOf, qualified: Qualified) -> None:
        self.value_of, self.qualified = value_of, qualified
        self.bound: dict[str, list[ast.expr | None]] = {}
        for node in walk(tree):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                self.bound.setdefault(node.id, []).append(None)
            elif isinstance(node, ast.arg):
                self.bound.setdefault(node.arg, []).append(None)
        for node in walk(tree):
            if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
                if self.bound[node.targets[0].id] == [None]:
                    self.bound[node.targets[0].id] = [node.value]

    def of(self, node: ast.expr, depth: int = 0) -> int | None:
        """The rank of a tensor expression."""
        if depth > _FOLLOWED:
            return None
        if isinstance(node, ast.Name):
            source = self.bound.get(node.id, [None])
            return self.of(source[0], depth + 1) if len(source) == 1 and source[0] is not None else None
        if isinstance(node, ast.BinOp):
            sides = [self._operand(node.left, depth), self._operand(node.right, depth)]
            return max(side for side in sides if side is not None) if None not in sides else None
        if isinstance(node, ast.UnaryOp):
            return self.of(node.operand, depth + 1)
        if isinstance(node, ast.Subscript):
            return self._part(node, depth)
        if isinstance(node, ast.Call):
            return self._call(node, depth)
        return None

    def _operand(self, node: ast.expr, depth: int) -> int | None:
        return 0 if isinstance(node, ast.Constant) else self.of(node, depth + 1)

    def _part(self, node: ast.Subscript, depth: int) -> int | None:
        rank = self.of(node.value, depth + 1)
        if rank is None:
            return None
        for item in node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]:
            if isinstance(item, ast.Constant) and item.value is None:
                rank += 1
            elif whole_number(item) is not None:
                rank -= 1
            elif not isinstance(item, ast.Slice) and not (isinstance(item, ast.Constant) and item.value is Ellipsis):
                return None
        return rank

    def _call(self, node: ast.Call, depth: int) -> int | None:
        owner, _, name = self.qualified(node.func).rpartition(".")
        if not owner.startswith("torch"):
            return None
        arguments = list(node.args)
        if owner == "torch.Tensor" and isinstance(node.func, ast.Attribute):
            arguments.insert(0, node.func.value)
            sizes = arguments[1:]
        else:
            sizes = arguments[1:] if name == "reshape" else arguments
        if name in ("tensor", "as_tensor") and arguments:
            return _depth_of_lists(arguments[0])
        if name in ("arange", "linspace"):
            return 1
        if name in ("full", "randint", "normal"):
            given = [argument for argument in arguments if isinstance(argument, ast.Tuple | ast.List)]
            return len(given[0].elts) if len(given) == 1 else None
        if name in _SIZED:
            return _count(sizes)
        first = self.of(arguments[0], depth + 1) if arguments else None
        if first is None:
            return None
        if name == "unsqueeze":
            return first + 1
        if name == "squeeze" and len(arguments) == 2 and whole_number(arguments[1]) is not None:
            return first - 1  # where that dimension is 1; where it is not, a layer for images fails in torch too
        return first if name in _SAME else None


def _count(sizes: list[ast.expr]) -> int | None:
    if len(sizes) == 1 and isinstance(sizes[0], ast.Tuple | ast.List):
        sizes = sizes[0].elts
    elif len(sizes) == 1 and whole_number(sizes[0]) is None:
        return None
    return None if not sizes or any(isinstance(size, ast.Starred) for size in sizes) else len(sizes)


def _depth_of_lists(node: ast.expr) -> int | None:
    depth = 0
    while isinstance(node, ast.List | ast.Tuple):
        if not node.elts:
            return None
        depth, node = depth + 1, node.elts[0]
    return depth if isinstance(node, ast.Constant | ast.UnaryOp) else None
