"""A size that is written out is a tuple."""

from __future__ import annotations

import ast

from migrator.rewriting.edits import Piece
from migrator.rewriting.file import FileWork
from migrator.rewriting.rule import Rule, Stage


class SizeLiterals(Rule):
    """``torch.Size([2, 3])`` becomes ``(2, 3)``: the shape of a MindSpore tensor is a plain tuple."""

    code = "MF147"
    title = "A size that is written out is a tuple"
    stage = Stage.CALLS
    examples = (
        ("import torch\n\nassert x.shape == torch.Size([2, n])\n", "assert x.shape == (2, n)\n"),
        ("import torch\n\nsize = torch.Size((n,))\n", "size = (n,)\n"),
    )
    unchanged = ("size = Size([2, 3])\n",)

    def apply(self, work: FileWork) -> None:
        for call in work.nodes(ast.Call):
            if work.qualified(call.func) != "torch.Size" or len(call.args) != 1 or call.keywords:
                continue
            sizes = call.args[0]
            if not isinstance(sizes, ast.List | ast.Tuple) or sizes.lineno != sizes.end_lineno:
                continue
            pieces: list[Piece] = ["("]
            for index, size in enumerate(sizes.elts):
                pieces.extend([", ", size] if index else [size])
            work.replace(call, *pieces, ",)" if len(sizes.elts) == 1 else ")")
