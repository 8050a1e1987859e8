"""Layers that are put into a finished model."""

from __future__ import annotations

import ast

from migrator.names import Kind
from migrator.names.walking import walk
from migrator.rewriting.edits import Need
from migrator.rewriting.file import FileWork
from migrator.rewriting.rule import Rule, Stage

SEQUENTIAL = "torch.nn.Sequential"


class ExchangedLayers(Rule):
    """``setattr(parent, name, layer)``, ``parent._modules[name] = layer`` and ``chain.head = layer`` exchange a layer of
    a model that is already there. MindSpore's ``SequentialCell`` keeps a list of the layers that it was made with and
    would go on to run the old one, without a word; the support function ``set_layer`` has it run the new one. Where a
    layer is taken away by name (``del``, ``delattr``), ``delete_layer`` does so.

    A class that descends from ``nn.Sequential`` and gives itself layers as attributes descends from the support class
    ``Sequential``, which runs them.
    """

    code = "MF125"
    title = "Layers that are exchanged are run"
    stage = Stage.MODEL
    examples = (
        (
            "import torch.nn as nn\n\n\ndef smooth(net: nn.Module):\n    for name, child in net.named_children():\n"
            "        if isinstance(child, nn.ReLU):\n            setattr(net, name, nn.GELU())\n",
            "def smooth(net: nn.Cell):\n    for name, child in net.name_cells().items():\n"
            "        if isinstance(child, nn.ReLU):\n            set_layer(net, name, nn.GELU(approximate=False))\n",
        ),
    )
    unchanged = (
        "def configure(options, name, value):\n    setattr(options, name, value)\n",
        "class Box:\n    pass\n\n\nbox = Box()\nbox.lid = print\n",
    )

    def apply(self, work: FileWork) -> None:
        for definition in work.nodes(ast.ClassDef):
            for base in definition.bases:
                if work.qualified(base) == SEQUENTIAL and self.gives_itself_layers(work, definition):
                    work.replace(base, Need("support.Sequential"))
        for call in work.nodes(ast.Call):
            self.by_call(work, call)
        for assignment in work.nodes(ast.Assign):
            self.by_assignment(work, assignment)
        for deletion in work.nodes(ast.Delete):
            self.by_deletion(work, deletion)

    def gives_itself_layers(self, work: FileWork, definition: ast.ClassDef) -> bool:
        return any(
            isinstance(node, ast.Attribute)
            and isinstance(node.ctx, ast.Store)
            and isinstance(node.value, ast.Name)
            and node.value.id == "self"
            and work.value(node).kind is Kind.MODULE
            for node in walk(definition)
        )

    def by_call(self, work: FileWork, call: ast.Call) -> None:
        name = work.qualified(call.func)
        if (
            call.keywords
            or any(isinstance(argument, ast.Starred) for argument in call.args)
            or work.edits.is_replaced(call)
        ):
            return
        if name == "builtins.setattr" and len(call.args) == 3 and not self.is_self(call.args[0]):
            owner, layer = work.value(call.args[0]).kind, work.value(call.args[2]).kind
            if (owner is Kind.MODULE or layer is Kind.MODULE) and layer in (Kind.MODULE, Kind.UNKNOWN):
                work.replace(call.func, Need("support.set_layer"))
        elif name == "builtins.delattr" and len(call.args) == 2 and work.value(call.args[0]).kind is Kind.MODULE:
            work.replace(call.func, Need("support.delete_layer"))

    def by_assignment(self, work: FileWork, assignment: ast.Assign) -> None:
        if len(assignment.targets) != 1 or work.is_removed(assignment):
            return
        target, layer = assignment.targets[0], assignment.value
        if isinstance(target, ast.Subscript) and self.is_table(work, target.value):
            assert isinstance(target.value, ast.Attribute)
            work.replace(
                assignment, Need("support.set_layer"), "(", target.value.value, ", ", target.slice, ", ", layer, ")"
            )
        elif (
            isinstance(target, ast.Attribute)
            and not self.is_self(target.value)
            and self.is_chain(work, target.value)
            and work.value(layer).kind is Kind.MODULE
        ):
            work.replace(assignment, Need("support.set_layer"), "(", target.value, f', "{target.attr}", ', layer, ")")

    def by_deletion(self, work: FileWork, deletion: ast.Delete) -> None:
        if len(deletion.targets) != 1:
            return
        target = deletion.targets[0]
        if isinstance(target, ast.Attribute) and self.is_chain(work, target.value):
            work.replace(deletion, Need("support.delete_layer"), "(", target.value, f', "{target.attr}")')
        elif isinstance(target, ast.Subscript) and self.is_table(work, target.value):
            assert isinstance(target.value, ast.Attribute)
            work.replace(deletion, Need("support.delete_layer"), "(", target.value.value, ", ", target.slice, ")")

    def is_table(self, work: FileWork, node: ast.expr) -> bool:
        """``model._modules``."""
        return isinstance(node, ast.Attribute) and work.qualified(node) == "torch.nn.Module._modules"

    def is_chain(self, work: FileWork, node: ast.expr) -> bool:
        """Whether layers hang in a Sequential or in one of the program's classes that descend from it."""
        value = work.value(node)
        return value.kind is Kind.MODULE and (
            value.of == SEQUENTIAL
            or (value.of in work.project.classes and SEQUENTIAL in work.project.library_bases(value.of))
        )

    def is_self(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Name) and node.id == "self"
