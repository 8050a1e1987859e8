"""NumPy's numbers before a tensor: ``np.sqrt(2) * x``."""

from __future__ import annotations

import ast

from migrator.names import Kind
from migrator.rewriting.edits import Need
from migrator.rewriting.file import FileWork
from migrator.rewriting.rule import Rule, Stage


class NumpyNumbers(Rule):
    """``np.sqrt(2) * x`` becomes ``float(np.sqrt(2)) * x`` where ``x`` is a tensor.

    NumPy takes a MindSpore tensor for an array and gives back an array, without a gradient (measured on MindSpore
    2.10.0); in torch the tensor takes over. An array proper cannot stand there: torch refuses it.

    Nor does a tensor find itself equal to a number of NumPy's: ``labels == c`` is ``False`` and no tensor. What comes out
    of an array, or is one of the items of who knows what, becomes a plain number (``plain_operand``).
    """

    code = "MF251"
    title = "NumPy's numbers before a tensor become Python's"
    stage = Stage.CALLS
    examples = (
        (
            "import numpy as np\nimport torch\nx = torch.ones(3)\ny = np.sqrt(2) * x\n",
            "x = ops.ones(3)\ny = float(np.sqrt(2)) * x\n",
        ),
        (
            "import numpy as np\nimport torch\nn = torch.arange(3)\nm = np.prod([2, 3]) + n\n",
            "n = ops.arange(3)\nm = np.prod([2, 3]).item() + n\n",
        ),
        (
            "import torch\n\ndef parts(classes):\n    labels = torch.arange(3)\n    return [labels == c for c in classes]\n",
            "def parts(classes):\n    labels = ops.arange(3)\n"
            "    return [labels == plain_operand(c) for c in classes]\n",
        ),
    )
    unchanged = (
        "import numpy as np\ny = np.sqrt(2) * np.ones(3)\n",
        "import numpy as np\n\ndef f(m):\n    x = np.ones(3)\n    return x - m\n",
        "labels = [0, 1]\nparts = [labels == c for c in [[0, 1], [1]]]\n",
    )

    def apply(self, work: FileWork) -> None:
        for node in work.nodes(ast.BinOp):
            self.convert(work, node.left, node.right)
        for comparison in work.nodes(ast.Compare):
            self.convert(work, comparison.left, comparison.comparators[0])
            if isinstance(comparison.ops[0], ast.Eq | ast.NotEq) and work.value(comparison.left).is_tensor:
                self.make_plain(work, comparison.comparators[0])

    def make_plain(self, work: FileWork, operand: ast.expr) -> None:
        kind = work.value(operand).kind
        if kind is Kind.ARRAY or (kind is Kind.UNKNOWN and is_item(work, operand)):
            work.edits.wrap(operand, [Need("support.plain_operand"), "("], [")"])
            work.cite(operand, self.code)

    def convert(self, work: FileWork, left: ast.expr, right: ast.expr) -> None:
        value = work.value(right)
        if work.value(left).kind is not Kind.ARRAY or not value.is_tensor or value.kind is Kind.BATCH:
            return
        if value.uncertain:
            return  # ``torch.from_numpy(mean) if torch.is_tensor(x) else mean``: an array beside arrays
        if value.elements in ("int", "bool"):
            plain = isinstance(left, ast.Name | ast.Attribute | ast.Subscript | ast.Call)
            work.edits.wrap(left, [] if plain else ["("], [".item()" if plain else ").item()"])
        else:
            work.edits.wrap(left, ["float("], [")"])
        work.cite(left, self.code)


def is_item(work: FileWork, node: ast.expr) -> bool:
    """Whether a name is what a loop takes from something one by one."""
    if not isinstance(node, ast.Name):
        return False
    targets = (loop.target for loop in work.nodes(ast.For, ast.comprehension))
    return any(isinstance(part, ast.Name) and part.id == node.id for target in targets for part in ast.walk(target))
