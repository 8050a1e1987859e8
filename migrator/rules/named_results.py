"""Named parts of results: ``torch.max(x, dim=1).values`` and ``x.shape.numel()``, on MindSpore's plain tuples."""

from __future__ import annotations

import ast

from migrator.names import Kind
from migrator.names.values import Value
from migrator.rewriting.edits import Need
from migrator.rewriting.file import FileWork
from migrator.rewriting.rule import Rule, Stage

_PLACES = {"values": 0, "indices": 1}


class NamedResults(Rule):
    """``torch.max(x, dim=1).values`` becomes ``mint.max(x, 1)[0]``: MindSpore gives a plain tuple where torch gives a
    named one. ``x.shape.numel()`` becomes ``math.prod(x.shape)``, because a MindSpore shape is a tuple.
    """

    code = "MF220"
    title = "Named parts of a result are taken by their place"
    stage = Stage.CALLS
    examples = (
        (
            "import torch\nx = torch.ones(2, 3)\ntop = torch.max(x, dim=1)\nbest = top.indices\n",
            "x = ops.ones((2, 3))\ntop = mint.max(x, 1)\nbest = top[1]\n",
        ),
    )
    unchanged = ("settings = {'a': 1}\nfor value in settings.values():\n    print(value)\n",)

    def apply(self, work: FileWork) -> None:
        for node in work.nodes(ast.Attribute):
            above = work.parent(node)
            called = isinstance(above, ast.Call) and above.func is node
            value = work.value(node.value)
            if node.attr in _PLACES and not called and isinstance(node.ctx, ast.Load) and _is_pair(value):
                work.replace(node, node.value, f"[{_PLACES[node.attr]}]")
                work.cite(node, self.code)
            elif node.attr == "numel" and called and isinstance(above, ast.Call) and _is_shape(value):
                work.replace(above, Need("math"), ".prod(", node.value, ")")
                work.cite(above, self.code)


def _is_pair(value: Value) -> bool:
    return value.kind is Kind.SEQUENCE and len(value.items) == 2 and all(item.is_tensor for item in value.items)


def _is_shape(value: Value) -> bool:
    return value.kind is Kind.SEQUENCE and value.many and value.element().kind is Kind.PYTHON
