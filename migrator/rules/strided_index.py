"""Slices with a step, whose gradient MindSpore's CPU does not compute."""

from __future__ import annotations

import ast

from migrator.names import Kind
from migrator.rewriting.edits import Need
from migrator.rewriting.file import FileWork
from migrator.rewriting.rule import Rule, Stage


class StridedIndex(Rule):
    """``x[:, ::2]`` of a tensor becomes ``strided(x, np.s_[:, ::2])``.

    On CPU the gradient of a slice with a step raises "StridedSliceGrad, 6 input memory out of bounds" for three
    dimensions and more, unless only the last one is stepped along (measured on MindSpore 2.10.0). The support function
    picks the same elements by their indices. Assignments to such slices stay as they are.
    """

    code = "MF115"
    title = "A slice with a step picks its elements by index"
    stage = Stage.CALLS
    examples = (
        (
            "import torch\nx = torch.eye(4)\ny = x[::2, 1:]\n",
            "x = mint.eye(4)\ny = strided(x, np.s_[::2, 1:])\n",
        ),
    )
    unchanged = ("rows = [1, 2, 3]\nodd = rows[::2]\n", "import numpy as np\nx = np.eye(4)[::2]\n")

    def apply(self, work: FileWork) -> None:
        if work.target == "ascend":
            return
        for item in work.nodes(ast.Subscript):
            if isinstance(item.ctx, ast.Load) and _steps(item.slice) and _is_tensor(work, item):
                if not _written_through(work, item):
                    index = item.slice
                    work.replace(item, Need("support.strided"), "(", item.value, ", ", Need("np"), ".s_[", index, "])")


def _is_tensor(work: FileWork, item: ast.Subscript) -> bool:
    """What is cut is a tensor, or what comes out goes straight to a function of torch."""
    value, above = work.value(item.value), work.parent(item)
    goes_to_torch = isinstance(above, ast.Call) and work.qualified(above.func).startswith("torch.")
    return value.is_tensor or (value.kind is Kind.UNKNOWN and goes_to_torch)


def _steps(index: ast.expr) -> bool:
    parts = index.elts if isinstance(index, ast.Tuple) else [index]
    return any(
        isinstance(part, ast.Slice)
        and part.step is not None
        and not (isinstance(part.step, ast.Constant) and part.step.value in (None, 1))
        for part in parts
    )


def _written_through(work: FileWork, item: ast.Subscript) -> bool:
    """Whether an in-place method is called on the slice, which writes into the whole tensor."""
    above = work.parent(item)
    return isinstance(above, ast.Attribute) and above.attr.endswith("_") and not above.attr.endswith("__")
