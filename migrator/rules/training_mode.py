"""Cells start in evaluation mode, modules in training mode: a new model is told to train."""

from __future__ import annotations

import ast

from migrator.names import Kind
from migrator.names.walking import walk
from migrator.rewriting.edits import Need
from migrator.rewriting.file import FileWork
from migrator.rewriting.rule import Rule, Stage

SENSITIVE = frozenset(
    "Dropout Dropout1d Dropout2d Dropout3d AlphaDropout FeatureAlphaDropout BatchNorm1d BatchNorm2d BatchNorm3d "
    "SyncBatchNorm LazyBatchNorm1d LazyBatchNorm2d LazyBatchNorm3d InstanceNorm1d InstanceNorm2d InstanceNorm3d "
    "LazyInstanceNorm1d LazyInstanceNorm2d LazyInstanceNorm3d RReLU "
    "MultiheadAttention Transformer TransformerEncoder TransformerDecoder TransformerEncoderLayer "
    "TransformerDecoderLayer".split()
)
"""torch.nn classes that compute otherwise in training than in evaluation."""

NORMS = frozenset({"torch.nn.utils.spectral_norm", "torch.nn.utils.parametrizations.spectral_norm"})
"""What makes any layer compute otherwise in training."""

OF_TORCHVISION = frozenset(
    {"Conv2dNormActivation", "Conv3dNormActivation", "MLP", "StochasticDepth", "stochastic_depth"}
)
"""torchvision.ops that compute otherwise in training than in evaluation."""

RECURRENT = frozenset({"LSTM", "GRU", "RNN"})


class TrainingMode(Rule):
    """``Net()`` becomes ``Net().set_train()`` where the model, or a layer in it, computes otherwise in training, or
    where the program asks a model for its ``training``.

    A torch module trains until it is told otherwise; a MindSpore cell starts with ``training=False``, so that dropout
    does nothing and batch normalization uses its running statistics until ``set_train()`` is called (measured on
    MindSpore 2.10.0). Layers made inside a model's own methods are left alone: ``set_train`` of the whole reaches them.
    """

    code = "MF217"
    title = "Cells start in evaluation mode"
    stage = Stage.MODEL
    examples = (
        ("import torch.nn as nn\n\ndrop = nn.Dropout(0.5)\n", "drop = nn.Dropout(p=0.5).set_train()\n"),
        (
            "import torch\n\n\nclass Solver:\n    def eval(self):\n        print('all')\n\n\ndef finish(made):\n    made.eval()\n",
            "class Solver:\n    def eval(self):\n        print('all')\n\n\ndef finish(made):\n    evaluation_mode(made)\n",
        ),
    )
    unchanged = ()

    def apply(self, work: FileWork) -> None:
        asked = any(self.asks(work, node) for node in work.nodes(ast.Attribute)) or any(
            work.qualified(call.func) in NORMS for call in work.nodes(ast.Call)
        )
        for call in work.nodes(ast.Call):
            if work.value(call).kind is not Kind.MODULE:
                continue
            qualified = work.qualified(call.func)
            choices = [choice.of for choice in work.value(call.func).items]
            chosen = self.is_chosen(work, call.func) or any(self.sensitive(work, call, choice) for choice in choices)
            if not (chosen or choices or self.is_class(work, qualified)) or not self.is_root(work, call):
                continue
            if asked or chosen or self.sensitive(work, call, qualified):
                work.edits.wrap(call, [], [".set_train()"])
                work.cite(call, self.code, qualified)
        if any(self.has_own_eval(work, qualified) for qualified in work.project.classes):
            for call in work.nodes(ast.Call):
                if isinstance(call.func, ast.Attribute) and work.qualified(call.func) == "torch.nn.Module.eval":
                    if work.value(call.func.value).kind is Kind.UNKNOWN:
                        work.replace(call, Need("support.evaluation_mode"), "(", call.func.value, ")")
                        work.replace(call.func, "")

    def has_own_eval(self, work: FileWork, qualified: str) -> bool:
        """Whether a class that is no model has a method of that name, so that anything unknown may be meant."""
        return "eval" in work.project.classes[qualified].methods and work.project.kind_of(qualified) is not Kind.MODULE

    def asks(self, work: FileWork, node: ast.Attribute) -> bool:
        """Whether a model's mode is read outside of any class."""
        if node.attr != "training" or not isinstance(node.ctx, ast.Load):
            return False
        if work.value(node.value).kind is not Kind.MODULE:
            return False
        return not any(isinstance(above, ast.ClassDef) for above in work.ancestors(node))

    def is_chosen(self, work: FileWork, function: ast.expr) -> bool:
        """Whether a model's class is looked up by its name in a module of the project or of torchvision:
        ``getattr(models, arch)()``, ``models.__dict__[arch]()``, ``import_module(arch).Net()``."""
        value = work.value(function)
        if isinstance(function, ast.Attribute) and value.uncertain and value.of in work.project.classes:
            return True
        namespace: ast.expr | None = None
        if isinstance(function, ast.Subscript):
            if isinstance(function.value, ast.Attribute) and function.value.attr == "__dict__":
                namespace = function.value.value
        elif isinstance(function, ast.Call) and work.qualified(function.func) == "builtins.getattr" and function.args:
            namespace = function.args[0]
        return namespace is not None and not work.qualified(namespace).startswith("torch.")

    def is_class(self, work: FileWork, qualified: str) -> bool:
        head, _, tail = qualified.rpartition(".")
        homes = ("torch.nn", "torchvision.ops", "torchvision.models")
        return qualified in work.project.classes or (head in homes and tail[:1].isupper())

    def is_root(self, work: FileWork, call: ast.Call) -> bool:
        for above in work.ancestors(call):
            if isinstance(above, ast.Call) and work.value(above).kind is Kind.MODULE:
                inside_arguments = call is not above.func and not self.in_function_part(work, call, above)
                if inside_arguments and self.is_class(work, work.qualified(above.func)):
                    return False
            if isinstance(above, ast.ClassDef):
                info = work.names.class_of.get(above)
                if info is not None and work.project.kind_of(info.qualified) is Kind.MODULE:
                    return False
        return True

    def in_function_part(self, work: FileWork, node: ast.AST, call: ast.Call) -> bool:
        """Whether ``node`` lies in what is called rather than in the arguments."""
        current: ast.AST | None = node
        while current is not None and work.parent(current) is not call:
            current = work.parent(current)
        return current is call.func

    def sensitive(self, work: FileWork, call: ast.Call, qualified: str) -> bool:
        if qualified in work.project.classes:
            return class_is_sensitive(work, qualified, set())
        name = qualified.rpartition(".")[2]
        if name in SENSITIVE or qualified.startswith("torchvision.models.") or name in OF_TORCHVISION:
            return True
        if name in RECURRENT:
            return any(keyword.arg == "dropout" for keyword in call.keywords)
        if name in ("Sequential", "ModuleList", "ModuleDict"):
            inner = [node for node in walk(call) if isinstance(node, ast.Call) and node is not call]
            modules = [node for node in inner if work.value(node).kind is Kind.MODULE]
            if any(self.sensitive(work, node, work.qualified(node.func)) for node in modules):
                return True
            return any(isinstance(node, ast.Starred) for node in call.args) or (bool(call.args) and not modules)
        return False


def class_is_sensitive(work: FileWork, qualified: str, seen: set[str]) -> bool:
    """Whether a project class, or one that its methods make instances of, depends on the training mode."""
    if qualified in seen:
        return False
    seen.add(qualified)
    for info in work.project.lineage(qualified):
        for node in walk(info.node):
            if isinstance(node, ast.Attribute) and node.attr == "training":
                return True
            if not isinstance(node, ast.Name | ast.Attribute):
                continue
            name = info.module.qualified(node)
            if name.startswith("torch.nn."):
                tail = name.rpartition(".")[2]
                if tail in SENSITIVE or tail in RECURRENT or name in NORMS or "dropout" in tail or tail == "rrelu":
                    return True
            elif name.startswith(("torchvision.models", "torch.hub")) or name.rpartition(".")[2] in OF_TORCHVISION:
                return True
            elif name in work.project.classes and work.project.kind_of(name) is Kind.MODULE:
                if class_is_sensitive(work, name, seen):
                    return True
        for base in info.bases:
            if base.startswith("torch.nn.") and base.rpartition(".")[2] in SENSITIVE | RECURRENT:
                return True
    return any(
        isinstance(node, ast.arg) and node.annotation is None and node.arg in _LAYER_ARGUMENTS
        for info in work.project.lineage(qualified)
        for node in walk(info.node)
    )


_LAYER_ARGUMENTS = frozenset("norm norm_layer block layer layers module modules net backbone encoder decoder".split())
