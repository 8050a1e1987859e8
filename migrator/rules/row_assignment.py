"""``scores[i] = row``: torch drops leading dimensions of size 1 that the row has too many."""

from __future__ import annotations

import ast

from migrator.names import Kind
from migrator.rewriting.edits import Need
from migrator.rewriting.file import FileWork
from migrator.rewriting.rule import Rule, Stage


class RowAssignment(Rule):
    """``attentions[i] = weights`` becomes ``attentions[i] = fitted(weights, attentions)`` where a whole row of a tensor
    is written that was computed elsewhere: torch takes a row of shape (1, n), MindSpore refuses it.
    """

    code = "MF117"
    title = "A row may have leading dimensions of size 1"
    stage = Stage.MODEL
    examples = (
        (
            "import torch\n\nrows = torch.zeros(3, 4)\none = torch.ones(1, 4)\nfor i in range(3):\n    rows[i] = one\n",
            "rows = ops.zeros((3, 4))\none = ops.ones((1, 4))\nfor i in range(3):\n    rows[i] = fitted(one, rows)\n",
        ),
    )
    unchanged = ("rows = [1, 2]\nrows[0] = 3\n",)

    def apply(self, work: FileWork) -> None:
        for statement in work.nodes(ast.Assign):
            places = [target for target in statement.targets if isinstance(target, ast.Subscript)]
            if len(places) != 1 or not work.value(statement.value).is_tensor:
                continue
            place = places[0]
            if work.value(place.value).kind is not Kind.TENSOR or not isinstance(place.value, ast.Name | ast.Attribute):
                continue
            if self.is_row(work, place.slice) and self.comes_from_elsewhere(statement.value):
                work.edits.wrap(statement.value, [Need("support.fitted"), "("], [", ", place.value, ")"])

    def is_row(self, work: FileWork, index: ast.expr) -> bool:
        """Whether an index is one whole number."""
        return isinstance(index, ast.Name | ast.Constant | ast.BinOp) and work.value(index).kind is Kind.PYTHON

    def comes_from_elsewhere(self, value: ast.expr) -> bool:
        """A name, an attribute, or arithmetic with them; a call says by itself what it gives."""
        return isinstance(value, ast.Name | ast.Attribute | ast.BinOp)
