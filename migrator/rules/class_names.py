"""``m.__class__.__name__``: the name that a layer's class has in torch."""

from __future__ import annotations

import ast

from migrator.names import Kind
from migrator.names.walking import walk
from migrator.rewriting.edits import Need
from migrator.rewriting.file import FileWork, Scope
from migrator.rewriting.rule import Rule, Stage
from migrator.support.class_names import TORCH_CLASS_NAMES


class ClassNames(Rule):
    """``m.__class__.__name__`` and ``type(m).__name__`` are asked of the support function ``class_name``, where the
    function around compares with a name that MindSpore's layer does not have: ``"Linear"`` is ``Dense`` there, so that
    initialisers that go by names would pass it over in silence. ``nn.Linear.__name__`` is what it is in torch.
    ``type(x.data)`` of a tensor that is handed on as what makes tensors is ``FloatTensor``.
    ``type(m) is nn.Linear`` asks with ``==``, because there may be two classes for one of torch's, which are equal.
    """

    code = "MF126"
    title = "Names of layers' classes are compared as torch calls them"
    stage = Stage.MODEL
    unchanged = (
        "def init(m):\n    return 'Conv' in m.__class__.__name__\n",
        "def name(m):\n    return type(m).__name__\n",
    )

    def apply(self, work: FileWork) -> None:
        for comparison in work.nodes(ast.Compare):
            self.by_equality(work, comparison)
        for call in work.nodes(ast.Call):
            self.as_a_maker(work, call)
        for node in work.nodes(ast.Attribute):
            if node.attr != "__name__":
                continue
            named = work.qualified(node.value)
            if work.value(node.value).kind is Kind.REFERENCE and work.catalog.row(named) is not None:
                work.replace(node, repr(named.rpartition(".")[2]))
                work.replace(node.value, "")
                continue
            owner = _owner(work, node.value)
            if owner is not None and work.value(owner).kind in (Kind.MODULE, Kind.UNKNOWN):
                if _compares(work.scope_of(node)):
                    work.replace(node, Need("support.class_name"), "(", owner, ")")

    def as_a_maker(self, work: FileWork, call: ast.Call) -> None:
        """``make(shape, kind=type(x.data))``: what is handed on makes tensors, of single precision as torch.Tensor does."""
        owner, above = _owner(work, call), work.parent(call)
        taker = work.parent(above) if isinstance(above, ast.keyword) else above
        if owner is None or not work.value(owner).is_tensor or not isinstance(taker, ast.Call) or taker.func is call:
            return
        if work.qualified(taker.func) in work.project.functions:
            work.replace(call, Need("support.FloatTensor"))

    def by_equality(self, work: FileWork, comparison: ast.Compare) -> None:
        """``type(m) is nn.Linear``."""
        sides, sign = (comparison.left, comparison.comparators[0]), comparison.ops[0]
        if len(comparison.ops) != 1 or not isinstance(sign, ast.Is | ast.IsNot):
            return
        if any(_owner(work, side) is not None for side in sides) and any(_is_layer(work, side) for side in sides):
            start, end = work.source.span(sides[0])[1], work.source.span(sides[1])[0]
            work.edits.replace_span(start, end, [" == " if isinstance(sign, ast.Is) else " != "])


def _is_layer(work: FileWork, node: ast.expr) -> bool:
    named = work.qualified(node)
    return named.startswith("torch.nn.") and work.catalog.row(named) is not None


def _owner(work: FileWork, node: ast.expr) -> ast.expr | None:
    """What the class is asked of: ``m`` in ``m.__class__`` and ``type(m)``."""
    if isinstance(node, ast.Attribute) and node.attr == "__class__":
        return node.value
    if isinstance(node, ast.Call) and work.qualified(node.func) == "builtins.type" and len(node.args) == 1:
        return node.args[0]
    return None


def _compares(scope: Scope) -> bool:
    """Whether a function has a text that is part of a class's name in one of the frameworks only."""
    texts = {node.value for node in walk(scope) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return any(
        text and (text.lower() in torch.lower()) != (text.lower() in mindspore.lower())
        for text in texts
        for mindspore, torch in TORCH_CLASS_NAMES.items()
    )
