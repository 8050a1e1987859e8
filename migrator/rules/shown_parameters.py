"""Parameters that are printed."""

from __future__ import annotations

import ast

from migrator.catalog.template import is_atomic
from migrator.names import Kind
from migrator.rewriting.file import FileWork
from migrator.rewriting.rule import Rule, Stage

_STATISTICS = frozenset({"running_mean", "running_var"})
_SHOWING = frozenset({"builtins.print", "builtins.str", "builtins.repr"})


class ShownParameters(Rule):
    """``print(net.weight)`` and ``f"{net.bias.data}"`` show a parameter's values in torch; MindSpore's show its name and
    shape in their place. Its ``value()`` is shown.
    """

    code = "MF149"
    title = "A printed parameter shows its values"
    stage = Stage.CALLS
    examples = (
        (
            'import torch.nn as nn\n\nnet = nn.Linear(2, 1)\nprint(net.weight, f"b = {net.bias.data}", net.bias)\n',
            'net = nn.Dense(2, 1)\nprint(net.weight.value(), f"b = {net.bias.value()}", net.bias)\n',
        ),
    )
    unchanged = ("weight = 3\nprint(weight)\n",)

    def apply(self, work: FileWork) -> None:
        for call in work.nodes(ast.Call):
            if work.qualified(call.func) in _SHOWING:
                for argument in call.args:
                    self.show(work, argument)
        for field in work.nodes(ast.FormattedValue):
            if field.format_spec is None:
                self.show(work, field.value)

    def show(self, work: FileWork, node: ast.expr) -> None:
        value = work.value(node)
        whole = value.kind is Kind.PARAMETER and not value.uncertain
        if isinstance(node, ast.Attribute):
            owner = work.value(node.value)
            whole = whole and node.attr != "bias"  # which a layer may have none of
            whole = whole or (node.attr == "data" and owner.kind is Kind.PARAMETER)
            whole = whole or (node.attr in _STATISTICS and owner.kind is Kind.MODULE)
        if whole and (is_atomic(node) or isinstance(node, ast.Attribute | ast.Subscript)):
            work.edits.wrap(node, [], [".value()"])
