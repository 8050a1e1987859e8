"""Shifts and inversions of integer tensors, which MindSpore's operators have not or understand otherwise."""

from __future__ import annotations

import ast

from migrator.rewriting.edits import Need
from migrator.rewriting.file import FileWork
from migrator.rewriting.rule import Rule, Stage

_SHIFTS: dict[type[ast.operator], str] = {ast.LShift: "bitwise_left_shift", ast.RShift: "bitwise_right_shift"}


class Operators(Rule):
    """``x << 1`` on a tensor becomes ``ops.bitwise_left_shift(x, 1)``, because MindSpore tensors have no shift
    operators, and ``~x`` on integers becomes ``-x - 1``: MindSpore's ``~`` is a logical not whatever the dtype.
    """

    code = "MF219"
    title = "Shifts and inversions of integer tensors are written out"
    stage = Stage.CALLS
    examples = (
        (
            "import torch\nx = torch.arange(4)\ny = x << 1\n",
            "x = ops.arange(4)\ny = ops.bitwise_left_shift(x, 1)\n",
        ),
    )
    unchanged = ("n = 1 << 3\n", "import numpy as np\nmask = np.ones(3) > 0\nother = ~mask\n")

    def apply(self, work: FileWork) -> None:
        for node in work.nodes(ast.BinOp):
            name = _SHIFTS.get(type(node.op))
            if name and (work.value(node.left).is_tensor or work.value(node.right).is_tensor):
                work.replace(node, Need("ops"), f".{name}(", node.left, ", ", node.right, ")")
                work.cite(node, self.code)
        for statement in work.nodes(ast.AugAssign):
            name = _SHIFTS.get(type(statement.op))
            if name and work.value(statement.target).is_tensor:
                target, shift = statement.target, statement.value
                work.replace(statement, target, " = ", Need("ops"), f".{name}(", target, ", ", shift, ")")
                work.cite(statement, self.code)
        for inversion in work.nodes(ast.UnaryOp):
            value = work.value(inversion.operand)
            if isinstance(inversion.op, ast.Invert) and value.is_tensor and value.elements == "int":
                work.replace(inversion, Need("support.bitwise_not"), "(", inversion.operand, ")")
                work.cite(inversion, self.code)
