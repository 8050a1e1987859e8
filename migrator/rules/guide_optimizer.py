"""For Ascend, ``SGD`` as the migration guide writes it."""

from __future__ import annotations

import ast

from migrator.names.walking import walk
from migrator.rewriting.edits import Need, Piece
from migrator.rewriting.file import FileWork
from migrator.rewriting.rule import Rule, Stage

_NAMES = ("params", "lr", "momentum", "dampening", "weight_decay", "nesterov")
_ASKS_FOR_GROUPS = frozenset({"param_groups", "add_param_group", "lr_scheduler"})


class GuideOptimizer(Rule):
    """``optim.SGD(model.parameters(), lr=0.1)`` becomes ``nn.SGD(model.trainable_params(), learning_rate=0.1)`` for the
    target ``ascend``, as the `migration guide
    <https://www.mindspore.cn/tutorials/en/master/model_migration/model_migration.html>`_ has it.

    ``nn.SGD`` gave torch's weights to 4e-6 on CPU with momentum, dampening, Nesterov and weight decay. It has no
    parameter groups that could be changed, and its learning rate is no scheduler's: where a file asks for either, the
    optimizer of ``mindspore.experimental`` is written, as for other targets.
    """

    code = "MF141"
    title = "For Ascend, SGD is written as the migration guide does"
    stage = Stage.MODEL
    unchanged = ("def SGD(params, lr):\n    return params, lr\n",)

    def apply(self, work: FileWork) -> None:
        if work.target != "ascend" or _asks_for_groups(work):
            return
        for call in work.nodes(ast.Call):
            if work.qualified(call.func) == "torch.optim.SGD" and _is_plain(work, call):
                self.write(work, call)

    def write(self, work: FileWork, call: ast.Call) -> None:
        pieces: list[Piece] = [Need("nn"), ".SGD("]
        for index, argument in enumerate(call.args):
            pieces.extend([", " if index else "", f"{_spelled(_NAMES[index])}=" if index else "", argument])
        for index, keyword in enumerate(call.keywords, len(call.args)):
            pieces.extend([", " if index else "", f"{_spelled(str(keyword.arg))}=", keyword.value])
        work.replace(call, *pieces, ")")
        work.replace(call.func, "")


def _spelled(name: str) -> str:
    return {"lr": "learning_rate"}.get(name, name)


def _is_plain(work: FileWork, call: ast.Call) -> bool:
    """Whether nothing is asked for that ``nn.SGD`` lacks, and the rate is given, for its default is another."""
    names = {*_NAMES[: len(call.args)], *(keyword.arg for keyword in call.keywords)}
    spread = any(isinstance(argument, ast.Starred) for argument in call.args)
    return not spread and len(call.args) <= len(_NAMES) and "lr" in names and names <= {*_NAMES}


def _asks_for_groups(work: FileWork) -> bool:
    return any(
        name in _ASKS_FOR_GROUPS
        for file in work.project.files.values()
        for node in walk(file.tree)
        for name in (
            [node.attr]
            if isinstance(node, ast.Attribute)
            else [*(node.module or "").split("."), *(alias.name for alias in node.names)]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    )
