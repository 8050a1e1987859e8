"""The hyperbolic tangent where its distance from 1 counts."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from migrator.rewriting.edits import Need
from migrator.rewriting.file import FileWork
from migrator.rewriting.rule import Rule, Stage

_FUNCTIONS = frozenset({"torch.tanh", "torch.Tensor.tanh", "torch.nn.functional.tanh"})
_LAYER = "torch.nn.Tanh"
_INVERSES = frozenset(f"{home}.{name}" for home in ("torch", "torch.Tensor") for name in ("atanh", "arctanh"))
_POWERS = frozenset({"torch.pow", "torch.Tensor.pow"})
_SQUARES = frozenset({"torch.square", "torch.Tensor.square"})


class Squashing(Rule):
    """In a file that takes ``1 - y ** 2`` or an inverse hyperbolic tangent, ``tanh`` is computed from half its argument.

    A squashed policy (SAC) takes the logarithm of ``1 - tanh(u) ** 2``. MindSpore's kernel on a CPU is up to 1e-4 off
    between 3 and 7 and exceeds 1 below 5 (measured on MindSpore 2.10.0), so that the logarithm is far off or NaN. With
    ``h = tanh(u / 2)``, ``2 * h / (1 + h * h)`` is right to 2e-7, never above 1, and so is its gradient; it takes several
    operators more, and everywhere else the plain call stays.
    """

    code = "MF256"
    title = "The hyperbolic tangent is exact where its distance from 1 counts"
    stage = Stage.CALLS
    examples = (
        (
            "import torch\n\ndef squash(u):\n    y = torch.tanh(u)\n    return y, torch.log(1 - y.pow(2) + 1e-6)\n",
            "def squash(u):\n    y = exact_tanh(u)\n    return y, mint.log(1 - y.pow(2) + 1e-6)\n",
        ),
    )
    unchanged = ("import numpy as np\n\ndef slope(u):\n    return 1 - np.tanh(u) ** 2\n",)

    def apply(self, work: FileWork) -> None:
        if work.target == "ascend" or "anh" not in work.source.text:
            return
        calls = list(work.nodes(ast.Call))
        names = {call: work.qualified(call.func) for call in calls}
        found = [call for call in calls if names[call] in _FUNCTIONS or names[call] == _LAYER]
        if not found or not any(_counts(work, names)):
            return
        for call in found:
            if names[call] == _LAYER:
                work.replace(call, Need("support.ExactTanh"), "()")
                continue
            arguments = list(call.args)
            if names[call] == "torch.Tensor.tanh" and isinstance(call.func, ast.Attribute):
                arguments.insert(0, call.func.value)
            if len(arguments) == 1 and not call.keywords and not isinstance(arguments[0], ast.Starred):
                work.replace(call, Need("support.exact_tanh"), "(", arguments[0], ")")


def _counts(work: FileWork, names: dict[ast.Call, str]) -> Iterator[bool]:
    """Whether something is taken that depends on how far a number is from 1."""
    for name in names.values():
        yield name in _INVERSES
    for node in work.nodes(ast.BinOp):
        if isinstance(node.op, ast.Sub) and isinstance(node.left, ast.Constant) and node.left.value == 1:
            yield _is_square(node.right, names)


def _is_square(node: ast.expr, names: dict[ast.Call, str]) -> bool:
    if isinstance(node, ast.BinOp):
        if isinstance(node.op, ast.Pow):
            return _is_two(node.right)
        return isinstance(node.op, ast.Mult) and ast.dump(node.left) == ast.dump(node.right)
    if isinstance(node, ast.Call):
        return names[node] in _SQUARES or (names[node] in _POWERS and bool(node.args) and _is_two(node.args[-1]))
    return False


def _is_two(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value == 2
