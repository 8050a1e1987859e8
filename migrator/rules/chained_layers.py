"""What torch's containers give back when they grow."""

from __future__ import annotations

import ast

from migrator.rewriting.edits import Need
from migrator.rewriting.file import FileWork
from migrator.rewriting.rule import Rule, Stage

GROWING = {
    "torch.nn.Sequential.append": "append_layer",
    "torch.nn.ModuleList.append": "append_layer",
    "torch.nn.Sequential.extend": "extend_layers",
    "torch.nn.ModuleList.extend": "extend_layers",
    "torch.nn.Sequential.insert": "insert_layer",
}
"""Methods of torch that give back the container, and the support functions that do so too."""


class ChainedLayers(Rule):
    """``layers = nn.Sequential().append(conv)``: the result of ``append`` is used.

    torch's ``append``, ``extend`` and ``insert`` give back the container, MindSpore's give back None. As a statement they
    stay what they are; where the result is used, a support function gives it back.
    """

    code = "MF122"
    title = "Containers that grow give themselves back"
    stage = Stage.MODEL
    examples = (
        (
            "import torch.nn as nn\n\nlayers = nn.Sequential().append(nn.ReLU())\n",
            "layers = append_layer(nn.SequentialCell(), nn.ReLU())\n",
        ),
    )
    unchanged = ("layers = []\nprint(layers.append(3))\n",)

    def apply(self, work: FileWork) -> None:
        for call in work.nodes(ast.Call):
            function = GROWING.get(work.qualified(call.func), "")
            if not function or not isinstance(call.func, ast.Attribute) or isinstance(work.parent(call), ast.Expr):
                continue
            given = [*call.args, *(keyword.value for keyword in call.keywords)]
            wanted = 2 if function == "insert_layer" else 1
            if len(given) != wanted or any(isinstance(argument, ast.Starred) for argument in given):
                continue
            handed = [piece for argument in given for piece in (", ", argument)]
            work.replace(call, Need(f"support.{function}"), "(", call.func.value, *handed, ")")
            work.replace(call.func, "")
