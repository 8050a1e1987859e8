"""Names that a program adds to torch's modules."""

from __future__ import annotations

import ast

from migrator.rewriting.edits import Need
from migrator.rewriting.file import FileWork
from migrator.rewriting.rule import Rule, Stage

_PLACES = {"torch": "ms", "torch.nn": "nn", "torch.nn.functional": "ops"}


class AddedNames(Rule):
    """``nn.MaskedLinear = MaskedLinear``, where the program hangs a class or function of its own into torch's module,
    hangs it into MindSpore's, so that ``nn.MaskedLinear(...)`` is found there in all files.
    """

    code = "MF123"
    title = "What a program adds to a module of torch's is added to MindSpore's"
    stage = Stage.CALLS
    examples = (
        (
            "import torch.nn as nn\n\n\nclass Twice(nn.Module):\n    def forward(self, x):\n        return 2 * x\n\n\n"
            "nn.Twice = Twice\nnet = nn.Twice()\n",
            "class Twice(nn.Cell):\n    def construct(self, x):\n        return 2 * x\n\n\nnn.Twice = Twice\n"
            "net = nn.Twice()\n",
        ),
    )
    unchanged = ("import settings\nsettings.rate = print\n",)

    def apply(self, work: FileWork) -> None:
        for node in work.nodes(ast.Attribute):
            module = work.qualified(node.value)
            if module in _PLACES and f"{module}.{node.attr}" in work.project.added:
                work.replace(node.value, Need(_PLACES[module]))
