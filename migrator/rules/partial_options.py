"""Options of a function that is prepared by ``functools.partial``."""

from __future__ import annotations

import ast

from migrator.catalog import HARMLESS
from migrator.names import Kind
from migrator.rewriting.edits import Piece
from migrator.rewriting.file import FileWork
from migrator.rewriting.rule import Rule, Stage


class PartialOptions(Rule):
    """``partial(torch.zeros_like, device=device)`` becomes ``ops.zeros_like``: what says where and how torch keeps a tensor is
    left out, as it is where the function is called, and a ``partial`` without any option is the function. Likewise where
    a function is called that was chosen or handed on: ``makers[kind](3, device=device)``."""

    code = "MF146"
    title = "A prepared function has no options of torch's storage"
    stage = Stage.DEVICE
    examples = (
        (
            "import torch\nfrom functools import partial\n\nzeros = partial(torch.zeros_like, device='cpu')\n",
            "zeros = ops.zeros_like\n",
        ),
        (
            "import torch\n\nlike = {'0': torch.zeros_like, '1': torch.ones_like}\nx = torch.ones(2)\n"
            "y = like['1'](x, device='cpu')\n",
            "like = {'0': ops.zeros_like, '1': ops.ones_like}\nx = ops.ones(2)\ny = like['1'](x)\n",
        ),
    )
    unchanged = (
        "from functools import partial\n\ndef make(n, device):\n    return [device] * n\n\n"
        "here = partial(make, device='cpu')\n",
    )

    def apply(self, work: FileWork) -> None:
        for call in work.nodes(ast.Call):
            if work.qualified(call.func) == "functools.partial" and call.args:
                self.drop(work, call, {work.qualified(call.args[0])})
            elif call.keywords and (chosen := _chosen_from(work, call.func)):
                self.drop(work, call, chosen)

    def drop(self, work: FileWork, call: ast.Call, functions: set[str]) -> None:
        """Writes a call without the options that are dropped wherever one of the functions is called."""
        rows = [work.catalog.row(name) for name in functions]
        known = [row for row in rows if row is not None]
        if len(known) < len(rows):
            return
        harmless = HARMLESS.union(*(row.harmless for row in known)) if len(known) == 1 else HARMLESS
        kept = [keyword for keyword in call.keywords if keyword.arg not in harmless]
        if len(kept) == len(call.keywords):
            return
        if len(call.args) == 1 and not kept and work.qualified(call.func) == "functools.partial":
            work.replace(call, call.args[0])
            return
        pieces: list[Piece] = [call.func, "("]
        for index, argument in enumerate(call.args):
            pieces.extend([", " if index else "", argument])
        for index, keyword in enumerate(kept, len(call.args)):
            pieces.extend([", " if index else "", f"{keyword.arg}=" if keyword.arg else "**", keyword.value])
        work.replace(call, *pieces, ")")


def _chosen_from(work: FileWork, function: ast.expr) -> set[str]:
    """The library's functions of which something that is called may be one: an item of a dictionary, a parameter."""
    value = work.value(function)
    if value.kind is not Kind.REFERENCE or not value.uncertain:
        return set()
    return {each.of for each in value.items or (value,)}
