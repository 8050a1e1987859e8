"""``backup = p.data`` before ``p.data = other``: what is put aside keeps its values."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from migrator.names import Kind
from migrator.names.walking import walk
from migrator.rewriting.edits import Need, Piece
from migrator.rewriting.file import FileWork
from migrator.rewriting.flow import path_of
from migrator.rewriting.rule import Rule, Stage


class ReboundData(Rule):
    """``backup[name] = p.data`` becomes ``backup[name] = p.copy()`` in a function that gives ``p`` other data.

    In torch ``p.data = other`` leaves the tensor that ``p.data`` was before as it is, so that averaged weights can be
    put in and the real ones put back. In MindSpore ``p.data`` is the parameter itself: what was put aside would change
    with it, in silence.
    """

    code = "MF127"
    title = "Data that is put aside before it is replaced is copied"
    stage = Stage.DEVICE
    examples = (
        (
            "import torch.nn as nn\n\ndef swap(net: nn.Module, others, kept):\n"
            "    for p, other in zip(net.parameters(), others):\n"
            "        kept.append(p.data)\n        p.data = other\n",
            "def swap(net: nn.Cell, others, kept):\n    for p, other in zip(net.trainable_params(), others):\n"
            "        kept.append(p.copy())\n        replace_data(p, other)\n",
        ),
    )
    unchanged = ("def keep(p, kept):\n    kept.append(p.data)\n    p.data += 1\n",)

    def apply(self, work: FileWork) -> None:
        for place in work.nodes(ast.Attribute):
            if place.attr != "data" or not isinstance(place.ctx, ast.Store) or not path_of(place.value):
                continue
            if not isinstance(work.parent(place), ast.Assign | ast.Tuple):
                continue
            for read in _reads(work, place):
                work.replace(read, read.value, ".copy()")
            statement = work.parent(place)
            if isinstance(statement, ast.Assign) and statement.targets == [place]:
                if work.value(place.value).kind is Kind.PARAMETER:
                    pieces: list[Piece] = [Need("support.replace_data"), "(", place.value, ", ", statement.value, ")"]
                    work.replace(statement, *pieces)


def _reads(work: FileWork, place: ast.Attribute) -> Iterator[ast.Attribute]:
    """The places of the same function where the data is put aside as it is."""
    scope = work.scope_of(place)
    for node in walk(scope):
        if not isinstance(node, ast.Attribute) or node.attr != "data" or not isinstance(node.ctx, ast.Load):
            continue
        if path_of(node.value) != path_of(place.value) or work.scope_of(node) is not scope:
            continue
        if work.qualified(node) != "torch.Tensor.data":
            continue
        above = work.parent(node)
        if isinstance(above, ast.Tuple | ast.List):
            above = work.parent(above)
        statement = work.statement_of(node)
        if statement is work.statement_of(place) and not isinstance(work.parent(node), ast.Tuple):
            continue
        if isinstance(above, ast.Assign | ast.AnnAssign | ast.Dict | ast.Return):
            yield node
        elif isinstance(above, ast.Call) and isinstance(above.func, ast.Attribute) and node in above.args:
            if above.func.attr in ("append", "add", "insert", "setdefault"):
                yield node
