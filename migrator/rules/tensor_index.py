"""Ranges and NumPy's numbers as an index, which MindSpore's tensors do not take."""

from __future__ import annotations

import ast

from migrator.names import Kind
from migrator.rewriting.edits import Need
from migrator.rewriting.file import FileWork
from migrator.rewriting.rule import Rule, Stage
from migrator.rules.numpy_numbers import is_item
from migrator.training.losses import imports_torch


class TensorIndex(Rule):
    """``x[range(n), y]`` becomes ``x[list(range(n)), y]``, where ``x`` is a tensor or is indexed along several axes.

    What comes out of a NumPy array may be a number of NumPy's, which a tensor does not take as an index either, nor an
    array: it goes through ``plain_index``, which makes a Python number or a tensor of it. Where the source does not tell
    whether a tensor or an array is indexed, ``picked_items`` finds out.
    """

    code = "MF114"
    title = "An index that tensors do not take is converted"
    stage = Stage.CALLS
    examples = (
        (
            "import torch\nx = torch.eye(3)\ny = x[range(3), 0]\n",
            "x = mint.eye(3)\ny = x[list(range(3)), 0]\n",
        ),
        (
            "import numpy as np\nimport torch\nx = torch.eye(3)\norder = np.argsort([3, 1, 2])\ny = x[order[0]]\n",
            "x = mint.eye(3)\norder = np.argsort([3, 1, 2])\ny = x[plain_index(order[0])]\n",
        ),
        (
            "import numpy as np\nimport torch\nx = torch.eye(3)\nend = np.clip(5, 0, 2)\ny = x[:, :end]\n",
            "x = mint.eye(3)\nend = np.clip(5, 0, 2)\ny = x[:, :int(end)]\n",
        ),
        (
            "import numpy as np\nimport torch\nx = torch.eye(3)\norder = np.arange(3)[::-1]\ny = x[:, order]\n",
            "x = mint.eye(3)\norder = np.arange(3)[::-1]\ny = x[:, plain_index(order)]\n",
        ),
        (
            "import numpy as np\nimport torch\n\ndef mixed(*arrays):\n    order = np.random.permutation(len(arrays[0]))\n"
            "    return tuple(x[order] for x in arrays)\n",
            "def mixed(*arrays):\n    order = np.random.permutation(len(arrays[0]))\n"
            "    return tuple(picked_items(x, order) for x in arrays)\n",
        ),
    )
    unchanged = (
        "import numpy as np\n\ndef mixed(x):\n    return x[np.random.permutation(3)]\n",
        "names = {range(3): 'low'}\nname = names[range(3)]\n",
    )

    def apply(self, work: FileWork) -> None:
        for item in work.nodes(ast.Subscript):
            tensor = work.value(item.value).is_tensor
            if self.may_be_a_tensor_by_array(work, item):
                work.replace(item, Need("support.picked_items"), "(", item.value, ", ", item.slice, ")")
                continue
            parts = item.slice.elts if isinstance(item.slice, ast.Tuple) else [item.slice]
            for part in parts:
                if is_range(work, part):
                    if tensor or part is not item.slice:
                        work.edits.wrap(part, ["list("], [")"])
                elif tensor and isinstance(part, ast.Slice):
                    for bound in (part.lower, part.upper, part.step):
                        if bound is not None and work.value(bound).kind is Kind.ARRAY:
                            work.edits.wrap(bound, ["int("], [")"])
                elif tensor and may_be_a_numpy_number(work, part):
                    work.edits.wrap(part, [Need("support.plain_index"), "("], [")"])

    def may_be_a_tensor_by_array(self, work: FileWork, item: ast.Subscript) -> bool:
        if not isinstance(item.ctx, ast.Load) or work.value(item.value).kind is not Kind.UNKNOWN:
            return False
        index = item.slice
        if not isinstance(index, ast.Name) or work.value(index).kind is not Kind.ARRAY or not imports_torch(work):
            return False
        return not is_item(work, index)


def is_range(work: FileWork, part: ast.expr) -> bool:
    return isinstance(part, ast.Call) and work.qualified(part.func) == "builtins.range"


def may_be_a_numpy_number(work: FileWork, part: ast.expr) -> bool:
    if work.value(part).kind is not Kind.ARRAY or work.value(part).elements == "bool":
        return False
    cut = isinstance(part, ast.Subscript) and any(isinstance(node, ast.Slice) for node in ast.walk(part.slice))
    return isinstance(part, ast.Name | ast.Attribute | ast.Subscript | ast.Call) and not cut
