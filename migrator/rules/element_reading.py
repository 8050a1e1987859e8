"""``x[i, t]`` with tensors that hold one number each."""

from __future__ import annotations

import ast

from migrator.names import Kind
from migrator.names.walking import walk
from migrator.rewriting.edits import Need, Piece
from migrator.rewriting.file import FileWork
from migrator.rewriting.rule import Rule, Stage


class ElementReading(Rule):
    """An element that is chosen by several indices, one of them perhaps a tensor without dimensions, is read by a
    support function.

    ``transitions[tags[i], tags[i - 1]]`` reads one number where ``tags`` is a vector. MindSpore reads it too, but
    cannot differentiate it (ScatterNd refuses indices without dimensions); one index at a time it can.
    """

    code = "MF116"
    title = "An element chosen by tensors is read index by index"
    stage = Stage.CALLS
    examples = (
        (
            "import torch\n\ntable = torch.zeros(3, 3)\npath = torch.tensor([0, 2])\nscore = table[path[0], path[1]]\n",
            "table = ops.zeros((3, 3))\npath = ms.tensor([0, 2])\nscore = element(table, path[0], path[1])\n",
        ),
    )
    unchanged = ("import numpy as np\n\ntable = np.zeros((3, 3))\nprint(table[0, 1])\n",)

    def apply(self, work: FileWork) -> None:
        for node in work.nodes(ast.Subscript):
            if not isinstance(node.ctx, ast.Load) or not isinstance(node.slice, ast.Tuple):
                continue
            indices = node.slice.elts
            if work.value(node.value).kind not in (Kind.TENSOR, Kind.PARAMETER, Kind.BATCH, Kind.UNKNOWN):
                continue
            if all(_may_be_number(work, index) for index in indices) and any(
                _may_be_element(work, index) for index in indices
            ):
                pieces: list[Piece] = []
                for index in indices:
                    pieces.extend([", ", index])
                work.replace(node, Need("support.element"), "(", node.value, *pieces, ")")


def _may_be_number(work: FileWork, node: ast.expr) -> bool:
    """Whether an index may be one number: no slice, list, mask, or call that makes a vector."""
    if isinstance(node, ast.Slice | ast.List | ast.Starred | ast.Call | ast.Compare | ast.ListComp):
        return False
    if isinstance(node, ast.Constant):
        return isinstance(node.value, int) and not isinstance(node.value, bool)
    return work.value(node).kind in (Kind.TENSOR, Kind.BATCH, Kind.PYTHON, Kind.UNKNOWN)


def _may_be_element(work: FileWork, node: ast.expr) -> bool:
    """Whether an index is read from a tensor (``tags[i]``), or a name for that."""
    if isinstance(node, ast.Subscript):
        return work.value(node.value).is_tensor and _may_be_number(work, node.slice)
    if not isinstance(node, ast.Name) or not work.value(node).is_tensor:
        return False
    scope = work.scope_of(node)
    for other in walk(scope):
        if isinstance(other, ast.Assign):
            for target in other.targets:
                pairs = (
                    zip(target.elts, other.value.elts, strict=False)
                    if isinstance(target, ast.Tuple) and isinstance(other.value, ast.Tuple)
                    else [(target, other.value)]
                )
                for name, value in pairs:
                    if isinstance(name, ast.Name) and name.id == node.id and isinstance(value, ast.Subscript):
                        if _may_be_element(work, value):
                            return True
        elif isinstance(other, ast.For) and any(
            isinstance(name, ast.Name) and name.id == node.id for name in walk(other.target)
        ):
            return True
    return False
