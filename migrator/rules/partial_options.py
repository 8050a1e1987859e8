"""Options of a function that is prepared by ``functools.partial``."""

from __future__ import annotations

import ast

from migrator.catalog import HARMLESS
from migrator.rewriting.edits import Piece
from migrator.rewriting.file import FileWork
from migrator.rewriting.rule import Rule, Stage


class PartialOptions(Rule):
    """``partial(torch.zeros_like, device=device)`` becomes ``ops.zeros_like``: what says where and how torch keeps a tensor is
    left out, as it is where the function is called, and a ``partial`` without any option is the function."""

    code = "MF146"
    title = "A prepared function has no options of torch's storage"
    stage = Stage.DEVICE
    examples = (
        (
            "import torch\nfrom functools import partial\n\nzeros = partial(torch.zeros_like, device='cpu')\n",
            "zeros = ops.zeros_like\n",
        ),
    )
    unchanged = (
        "from functools import partial\n\ndef make(n, device):\n    return [device] * n\n\n"
        "here = partial(make, device='cpu')\n",
    )

    def apply(self, work: FileWork) -> None:
        for call in work.nodes(ast.Call):
            if work.qualified(call.func) != "functools.partial" or not call.args:
                continue
            row = work.catalog.row(work.qualified(call.args[0]))
            if row is None:
                continue
            kept = [keyword for keyword in call.keywords if keyword.arg not in HARMLESS | {*row.harmless}]
            if len(kept) == len(call.keywords):
                continue
            if len(call.args) == 1 and not kept:
                work.replace(call, call.args[0])
                continue
            pieces: list[Piece] = [call.func, "("]
            for index, argument in enumerate(call.args):
                pieces.extend([", " if index else "", argument])
            for keyword in kept:
                pieces.extend([f", {keyword.arg}=" if keyword.arg else ", **", keyword.value])
            work.replace(call, *pieces, ")")
