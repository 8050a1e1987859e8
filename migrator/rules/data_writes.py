"""``scores.data[mask] = -inf``: values are written, and the gradient goes the way that it went."""

from __future__ import annotations

import ast

from migrator.names import Kind
from migrator.rewriting.edits import Need
from migrator.rewriting.file import FileWork
from migrator.rewriting.flow import path_of
from migrator.rewriting.rule import Rule, Stage
from migrator.rewriting.sharing import data_owner


class DataWrites(Rule):
    """``scores.data[mask] = 0`` writes into a copy that ``write_data`` then makes the values of ``scores``.

    In torch what is written through ``.data`` changes a tensor's values and leaves its gradient as it was, also for the
    numbers that were written over. What ``ops.stop_gradient`` gives is another tensor: written into, it would lose the
    values in silence.
    """

    code = "MF128"
    title = "What is written through .data leaves the gradient as it was"
    stage = Stage.MODEL
    examples = (
        (
            "import torch\n\ndef f(x: torch.Tensor, mask):\n    scores = x * 2\n    scores.data[mask] = 0\n    return scores\n",
            "def f(x: Tensor, mask):\n    scores = x * 2\n    changed = scores.copy()\n    changed[mask] = 0\n"
            "    write_data(scores, changed)\n    return scores\n",
        ),
        (
            "import torch\n\ndef f(x: torch.Tensor, mask):\n    scores = x * 2\n    scores.data.masked_fill_(mask, 0)\n"
            "    return scores\n",
            "def f(x: Tensor, mask):\n    scores = x * 2\n"
            "    write_data(scores, masked_fill(ops.stop_gradient(scores), mask, 0))\n    return scores\n",
        ),
    )
    unchanged = ("import numpy as np\nx = np.ones(3)\nx.data[0] = 1\n",)

    def apply(self, work: FileWork) -> None:
        for statement in work.nodes(ast.Assign, ast.AugAssign):
            target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
            base: ast.expr = target
            while isinstance(base, ast.Subscript):
                base = base.value
            owner = data_owner(work, base) if base is not target else None
            if owner is None or work.value(owner).kind is Kind.UNKNOWN or not work.has_its_lines(statement):
                continue
            indent = work.source.indent_of(statement)
            changed = work.new_name("changed")
            work.edits.insert_before(statement, [f"{indent}{changed} = {path_of(owner)}.copy()\n"])
            work.replace(base, changed)
            work.edits.insert_after(statement, [indent, Need("support.write_data"), f"({path_of(owner)}, {changed})\n"])
