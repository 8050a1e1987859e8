"""``getattr(nn, name)``: a layer, optimizer or function chosen by a text when the program runs."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator

from migrator.findings import Severity
from migrator.names import Kind, ProjectNames
from migrator.names.reading import put_together
from migrator.names.walking import walk
from migrator.rewriting.edits import Need, Piece
from migrator.rewriting.file import FileWork
from migrator.rewriting.rule import Rule, Stage

NAMESPACES = frozenset(
    "torch torch.nn torch.nn.functional torch.nn.init torch.optim torch.optim.lr_scheduler torch.distributions "
    "torchvision.models torchvision.datasets torchvision.transforms".split()
)
_UNKNOWN = "A name of {} is put together when the program runs, and the project offers no name that could be meant."
_NAME = re.compile(r"[A-Za-z_][A-Za-z_0-9]*")


class ChosenByName(Rule):
    """``getattr(nn, kind)`` becomes a dictionary of those names that the project's texts offer and the catalog knows:
    ``{"GRU": GRU, "LSTM": LSTM}[kind]``. ``optim.__dict__[name]``, ``vars(optim)[name]`` and ``eval(f"optim.{name}")``
    likewise. A name that is written out is looked up at once. A namespace that is handed on (``build(config, optim)``) becomes one of those
    names. The texts are those of the code, of configuration files and of the command line. A model of
    ``torchvision.models`` is looked up among those that come along.
    """

    code = "MF113"
    title = "A class chosen by its name comes from a dictionary"
    stage = Stage.DEVICE
    examples = (
        (
            'import torch.nn as nn\n\nkind = "Sigmoid" if True else "Tanh"\nlayer = getattr(nn, kind)()\n',
            'kind = "Sigmoid" if True else "Tanh"\nlayer = {"Sigmoid": nn.Sigmoid, "Tanh": nn.Tanh}[kind]()\n',
        ),
        ('import torch.nn as nn\n\nlayer = getattr(nn, "Sigmoid")()\n', "layer = nn.Sigmoid()\n"),
        (
            "import torch.nn as nn\n\nmake(nn, 'Sigmoid')\n",
            "make(types.SimpleNamespace(Sigmoid=nn.Sigmoid), 'Sigmoid')\n",
        ),
    )
    unchanged = ("import math\nsine = getattr(math, 'sin')\n",)

    def apply(self, work: FileWork) -> None:
        for call in work.nodes(ast.Call):
            if work.qualified(call.func) == "builtins.getattr" and len(call.args) in (2, 3) and not call.keywords:
                self.choose(work, call, call.args[0], call.args[1], call.args[2] if len(call.args) == 3 else None)
            elif work.qualified(call.func) == "builtins.eval" and len(call.args) == 1:
                looked_up = put_together(call.args[0])
                if looked_up is not None:
                    namespace = work.names.namespace(looked_up.namespace)
                    known = self.write(work, call, namespace, looked_up.name, None, "()" if looked_up.called else "")
                    if not known and namespace in NAMESPACES:
                        work.find(call, "MF113", _UNKNOWN.format(namespace), Severity.ERROR, namespace, todo=True)
            elif work.qualified(call.func) == "builtins.hasattr" and len(call.args) == 2:
                self.ask(work, call, call.args[0], call.args[1])
        for item in work.nodes(ast.Subscript):
            owner = item.value
            if isinstance(owner, ast.Attribute) and owner.attr == "__dict__":
                self.choose(work, item, owner.value, item.slice, None)
            elif isinstance(owner, ast.Call) and work.qualified(owner.func) == "builtins.vars" and len(owner.args) == 1:
                self.choose(work, item, owner.args[0], item.slice, None)

        for node in work.nodes(ast.Name, ast.Attribute):
            if isinstance(node.ctx, ast.Load) and not work.edits.is_replaced(node):
                self.hand_on(work, node)

    def hand_on(self, work: FileWork, node: ast.Name | ast.Attribute) -> None:
        """A namespace that goes where its names are looked up: into a call, a variable or a dictionary."""
        above = work.parent(node)
        if not isinstance(above, ast.Call | ast.keyword | ast.Assign | ast.Dict | ast.List | ast.Tuple | ast.Return):
            return
        qualified = work.qualified(node)
        if qualified not in NAMESPACES or work.value(node).kind is not Kind.REFERENCE:
            return
        entries: list[Piece] = []
        for offered in sorted(work.project.told(texts_of)):
            found = self.known(work, qualified, offered)
            if found is not None:
                entries.extend([", " if entries else "", f"{offered}=", *found])
        if entries:
            work.replace(node, Need("types"), ".SimpleNamespace(", *entries, ")")

    def ask(self, work: FileWork, call: ast.Call, namespace: ast.expr, name: ast.expr) -> None:
        """``hasattr(F, "scaled_dot_product_attention")``: whether the catalog has the name on this target."""
        if work.value(namespace).kind is not Kind.REFERENCE or not isinstance(name, ast.Constant):
            return
        if not isinstance(name.value, str):
            return
        qualified = work.qualified(namespace)
        if qualified == "torch" or qualified.startswith("torch."):
            row = work.catalog.row(f"{qualified}.{name.value}")
            work.replace(namespace, "")
            work.replace(call, "True" if row is not None and not row.refused else "False")

    def choose(
        self, work: FileWork, node: ast.expr, namespace: ast.expr, name: ast.expr, default: ast.expr | None
    ) -> None:
        if work.value(namespace).kind is Kind.REFERENCE and self.write(
            work, node, work.qualified(namespace), name, default
        ):
            work.replace(namespace, "")

    def write(
        self, work: FileWork, node: ast.expr, qualified: str, name: ast.expr, default: ast.expr | None, end: str = ""
    ) -> bool:
        """Writes what is looked up in a namespace, with an ``end``; says False where nothing of it is known."""
        if qualified not in NAMESPACES:
            return False
        if isinstance(name, ast.Constant) and isinstance(name.value, str):
            found = self.known(work, qualified, name.value)
            if found is not None:
                work.replace(node, *found, end)
            return found is not None
        if qualified == "torchvision.models" and default is None:
            work.replace(node, Need("support.image_models"), "()[", name, f"]{end}")
            return True
        entries = self.entries(work, qualified, texts_of) or self.entries(work, qualified, words_of)
        if entries and default is not None:
            work.replace(node, "{", *entries, "}.get(", name, ", ", default, f"){end}")
        elif entries:
            work.replace(node, "{", *entries, "}[", name, f"]{end}")
        return bool(entries)

    def entries(self, work: FileWork, qualified: str, texts: Callable[[ProjectNames], frozenset[str]]) -> list[Piece]:
        """The names of a namespace that the texts offer, as entries of a dictionary."""
        entries: list[Piece] = []
        for offered in sorted(work.project.told(texts)):
            found = self.known(work, qualified, offered)
            if found is not None:
                entries.extend([", " if entries else "", f'"{offered}": ', *found])
        return entries

    def known(self, work: FileWork, namespace: str, name: str) -> tuple[Piece, ...] | None:
        row = work.catalog.row(f"{namespace}.{name}")
        return None if row is None else work.catalog.reference(row, True, work.target)


def texts_of(project: ProjectNames) -> frozenset[str]:
    """All string literals and words of the settings of a project that could be a name."""
    return project.known.words | frozenset(_texts_in(project))


def words_of(project: ProjectNames) -> frozenset[str]:
    """The words within longer texts: the help of an argument, a file of settings that the program writes."""
    return frozenset(
        word
        for file in project.files.values()
        for node in walk(file.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        for word in _NAME.findall(node.value)
    )


def _texts_in(project: ProjectNames) -> Iterator[str]:
    for file in project.files.values():
        for node in walk(file.tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and _NAME.fullmatch(node.value):
                yield node.value
