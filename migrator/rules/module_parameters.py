"""``parameters()`` and its relatives: which of MindSpore's listings gives what torch's gives."""

from __future__ import annotations

import ast

from migrator.names import Kind
from migrator.rewriting.edits import Need
from migrator.rewriting.file import FileWork
from migrator.rewriting.rule import Rule, Stage


class ModuleParameters(Rule):
    """``model.parameters()`` is ``model.trainable_params()`` wherever frozen parameters make no difference.

    A cell's ``get_parameters()`` also lists the running statistics of batch normalization, ``trainable_params()``
    leaves frozen parameters out. Where the code may freeze or thaw parameters (it sets ``requires_grad`` in this
    file), the support function ``module_parameters`` lists exactly what torch lists.
    """

    code = "MF121"
    title = "parameters() lists what can be trained"
    stage = Stage.MODEL
    examples = (
        (
            "import torch.nn as nn\n\nnet = nn.Linear(2, 3)\ncount = len(list(net.parameters()))\n",
            "net = nn.Dense(2, 3)\ncount = len(list(net.trainable_params()))\n",
        ),
    )

    def apply(self, work: FileWork) -> None:
        freezes = any(
            node.attr == "requires_grad" and isinstance(node.ctx, ast.Store) for node in work.nodes(ast.Attribute)
        )
        for call in work.nodes(ast.Call):
            if work.qualified(call.func) != "torch.nn.Module.parameters" or not isinstance(call.func, ast.Attribute):
                continue
            if work.value(call.func.value).kind is Kind.REFERENCE:
                continue
            if freezes and not self.for_optimizer(work, call):
                work.replace(call, Need("support.module_parameters"), "(", call.func.value, ")")
            else:
                work.replace(call, call.func.value, ".trainable_params()")

    def for_optimizer(self, work: FileWork, call: ast.Call) -> bool:
        above = work.parent(call)
        return isinstance(above, ast.Call) and work.value(above).kind is Kind.OPTIMIZER
