"""Saving and loading a model's parameters, the MindSpore way."""

from __future__ import annotations

import ast

from migrator.names import Kind, ProjectNames
from migrator.names.walking import walk
from migrator.rewriting.edits import Need, Piece
from migrator.rewriting.file import FileWork
from migrator.rewriting.rule import Rule, Stage

ENDINGS = (".pth.tar", ".pth", ".pt")


class Checkpoint(Rule):
    """``torch.save(model.state_dict(), "net.pth")`` becomes ``ms.save_checkpoint(model, "net.ckpt")``, and
    ``model.load_state_dict(torch.load("net.pth"))`` becomes
    ``ms.load_param_into_net(model, ms.load_checkpoint("net.ckpt"))`` where nothing is trained.

    File names that are written out and end in ``.pt`` or ``.pth`` end in ``.ckpt`` from then on, because MindSpore
    insists on it. A name that the project has elsewhere too (``os.path.exists("net.pth")``, ``glob("*.pth")``, the
    default of an option) stays, and goes through the support functions. Whole dictionaries (epoch, optimizer state,
    best accuracy), names that are computed elsewhere and everything in a project that registers buffers, which
    MindSpore's own functions leave out, go through the support functions ``save`` and ``load``. In a project that
    trains, loading goes through ``load_state_dict``, which writes values where they stand: after
    ``ms.load_param_into_net`` MindSpore's optimizers lose all further steps, where they have made one before
    (measured on MindSpore 2.10.0 on a CPU). For the target ``ascend``, where a project saves nothing but
    state dicts, names that are computed elsewhere are written as the migration guide does, and have to end in ``.ckpt``.
    """

    code = "MF160"
    title = "Checkpoints are MindSpore's"
    stage = Stage.CHECKPOINT
    examples = (
        (
            'import torch\nimport torch.nn as nn\n\nnet = nn.Linear(2, 3)\ntorch.save(net.state_dict(), "net.pt")\n',
            'net = nn.Dense(2, 3)\nms.save_checkpoint(net, "net.ckpt")\n',
        ),
    )
    unchanged = ('name = "a.pt"\n',)

    def apply(self, work: FileWork) -> None:
        saves = [call for call in work.nodes(ast.Call) if work.qualified(call.func) in ("torch.save", "torch.load")]
        for call in saves:
            for argument in [*call.args[:2], *(k.value for k in call.keywords if k.arg == "f")]:
                self.rename_file(work, argument)
        as_in_the_guide = work.target == "ascend" and _saves_only_states(work)
        whole = as_in_the_guide or not work.project.told(_registers_buffers)
        trains = not as_in_the_guide and work.project.told(_differentiates)
        for call in work.nodes(ast.Call):
            qualified = work.qualified(call.func)
            if qualified == "torch.save" and whole:
                self.save(work, call, as_in_the_guide)
            elif qualified == "torch.load" and as_in_the_guide and not work.edits.is_replaced(call):
                work.replace(call, Need("ms"), ".load_checkpoint(", call.args[0], ")")
            elif qualified == "torch.nn.Module.load_state_dict":
                if whole:
                    self.load(work, call, trains)
                if as_in_the_guide and not work.edits.is_replaced(call):
                    self.keep(work, call)

    def rename_file(self, work: FileWork, argument: ast.expr) -> None:
        for node in ast.walk(argument):
            if _is_mentioned(work, node):
                continue
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.endswith(ENDINGS):
                if isinstance(work.parent(node), ast.JoinedStr):
                    continue
                text = work.source.segment(node)
                ending = next(item for item in ENDINGS if node.value.endswith(item))
                head, _, tail = text.rpartition(ending)
                work.replace(node, f"{head}.ckpt{tail}")
            elif isinstance(node, ast.JoinedStr):
                text = work.source.segment(node)
                found = next((item for item in ENDINGS if text.rstrip("'\"").endswith(item)), None)
                if found and not work.edits.is_replaced(node):
                    head, _, tail = text.rpartition(found)
                    work.replace(node, f"{head}.ckpt{tail}")

    def ends_in_checkpoint(self, work: FileWork, node: ast.expr) -> bool:
        last: ast.expr = node
        if isinstance(node, ast.Call) and work.qualified(node.func) == "os.path.join" and node.args:
            last = node.args[-1]
        if isinstance(last, ast.BinOp) and isinstance(last.op, ast.Add | ast.Div):
            last = last.right
        if not isinstance(last, ast.Constant | ast.JoinedStr) or _is_mentioned(work, last):
            return False
        return work.source.segment(last).rstrip("'\"").endswith((*ENDINGS, ".ckpt"))

    def save(self, work: FileWork, call: ast.Call, as_in_the_guide: bool) -> None:
        if len(call.args) != 2 or call.keywords:
            return
        model = self.state_of(work, call.args[0], as_in_the_guide)
        written_out = isinstance(call.args[1], ast.Constant | ast.JoinedStr)
        if model is None or not (self.ends_in_checkpoint(work, call.args[1]) or (as_in_the_guide and not written_out)):
            return
        work.replace(call, Need("ms"), ".save_checkpoint(", model, ", ", call.args[1], ")")

    def state_of(self, work: FileWork, node: ast.expr, as_in_the_guide: bool) -> ast.expr | None:
        """The model in ``model.state_dict()``, and in the guide the optimizer too."""
        kinds = (Kind.MODULE, Kind.OPTIMIZER) if as_in_the_guide else (Kind.MODULE,)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "state_dict":
            if work.value(node.func.value).kind in kinds and not node.args and not node.keywords:
                receiver = node.func.value
                if isinstance(receiver, ast.Attribute) and receiver.attr == "module":
                    return None
                return receiver
        return None

    def load(self, work: FileWork, call: ast.Call, trains: bool) -> None:
        if len(call.args) != 1 or call.keywords or not isinstance(call.func, ast.Attribute):
            return
        loaded = call.args[0]
        if not isinstance(loaded, ast.Call) or work.qualified(loaded.func) != "torch.load" or not loaded.args:
            return
        if not self.ends_in_checkpoint(work, loaded.args[0]):
            return
        write: list[Piece] = [Need("support.load_state_dict")] if trains else [Need("ms"), ".load_param_into_net"]
        pieces: list[Piece] = [*write, "(", call.func.value, ", "]
        work.replace(call, *pieces, Need("ms"), ".load_checkpoint(", loaded.args[0], "))")

    def keep(self, work: FileWork, call: ast.Call) -> None:
        """``load_state_dict`` is a method of cells too."""
        assert isinstance(call.func, ast.Attribute)
        pieces: list[Piece] = [call.func.value, ".load_state_dict("]
        for index, argument in enumerate((*call.args, *call.keywords)):
            name = f"{argument.arg}=" if isinstance(argument, ast.keyword) else ""
            value = argument.value if isinstance(argument, ast.keyword) else argument
            pieces.extend([", " if index else "", name, value])
        work.replace(call, *pieces, ")")


def _is_mentioned(work: FileWork, node: ast.AST) -> bool:
    """Whether the project has a file's name elsewhere too: whole, by its ending or by a pattern."""
    name = _file_name(node)
    known = work.project.told(_mentioned)
    return bool(name) and any(
        name == other or (other[:1] in ".*" and name.endswith(other.lstrip("*"))) for other in known
    )


def _file_name(node: ast.AST) -> str:
    """The name of a file of weights that a text is, without its folders; of a text with values in it what is behind
    the last of them, after a ``*``. Empty where it is none."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        text = node.value
    elif isinstance(node, ast.JoinedStr) and node.values and isinstance(last := node.values[-1], ast.Constant):
        text = ("*" if len(node.values) > 1 else "") + str(last.value)
    else:
        return ""
    name = text.rpartition("/")[2]
    return name if name.endswith(ENDINGS) and not any(letter.isspace() for letter in text) else ""


def _mentioned(project: ProjectNames) -> frozenset[str]:
    """The names of files of weights that stand anywhere but in what saves or loads one."""
    found: set[str] = set()
    for file in project.files.values():
        inside: set[ast.AST] = set()
        for node in walk(file.tree):
            if isinstance(node, ast.Call) and file.qualified(node.func) in ("torch.save", "torch.load"):
                inside.update(part for argument in (*node.args, *node.keywords) for part in ast.walk(argument))
            elif isinstance(node, ast.JoinedStr):
                inside.update(node.values)
        found.update(_file_name(node) for node in walk(file.tree) if node not in inside)
    return frozenset(found - {""})


def _registers_buffers(project: ProjectNames) -> bool:
    """Whether any file of the project keeps tensors in a module that are no parameters."""
    return any(
        isinstance(node, ast.Attribute) and node.attr in ("register_buffer", "Buffer")
        for file in project.files.values()
        for node in walk(file.tree)
    )


def _differentiates(project: ProjectNames) -> bool:
    """Whether any file of the project trains."""
    return any(
        isinstance(node, ast.Attribute) and node.attr == "backward"
        for file in project.files.values()
        for node in walk(file.tree)
    )


def _saves_only_states(work: FileWork) -> bool:
    """Whether the project saves something, and whatever it saves is the ``state_dict()`` of something."""
    saved = [
        call.args[0]
        for file in work.project.files.values()
        for call in walk(file.tree)
        if isinstance(call, ast.Call) and call.args and file.qualified(call.func) == "torch.save"
    ]
    return bool(saved) and all(
        isinstance(item, ast.Call) and isinstance(item.func, ast.Attribute) and item.func.attr == "state_dict"
        for item in saved
    )
