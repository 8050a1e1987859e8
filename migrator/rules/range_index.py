"""``x[range(n), y]``: MindSpore's tensors take no ``range`` as an index."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from migrator.rewriting.file import FileWork
from migrator.rewriting.rule import Rule, Stage


class RangeIndex(Rule):
    """``x[range(n), y]`` becomes ``x[list(range(n)), y]``, where ``x`` is a tensor or is indexed along several axes."""

    code = "MF114"
    title = "A range as an index becomes a list"
    stage = Stage.CALLS
    examples = (
        (
            "import torch\nx = torch.eye(3)\ny = x[range(3), 0]\n",
            "x = mint.eye(3)\ny = x[list(range(3)), 0]\n",
        ),
    )
    unchanged = ("names = {range(3): 'low'}\nname = names[range(3)]\n",)

    def apply(self, work: FileWork) -> None:
        for item in work.nodes(ast.Subscript):
            if isinstance(item.slice, ast.Tuple) or work.value(item.value).is_tensor:
                for call in ranges(item.slice):
                    if work.qualified(call.func) == "builtins.range":
                        work.edits.wrap(call, ["list("], [")"])


def ranges(index: ast.expr) -> Iterator[ast.Call]:
    """The calls that an index or its parts consist of."""
    for part in index.elts if isinstance(index, ast.Tuple) else [index]:
        if isinstance(part, ast.Call):
            yield part
