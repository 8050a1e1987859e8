"""NaN where the device's kernels lose it."""

from __future__ import annotations

import ast
import itertools

from migrator.catalog.template import is_atomic
from migrator.names import Kind
from migrator.rewriting.edits import Need, Piece
from migrator.rewriting.file import FileWork
from migrator.rewriting.rule import Rule, Stage

_ELEMENTWISE = frozenset({"torch.relu", "torch.Tensor.relu", "torch.nn.functional.relu"})
_OVER_ALL = frozenset({"torch.max", "torch.min", "torch.Tensor.max", "torch.Tensor.min"})
_ALONG = frozenset(
    f"{home}.{name}"
    for home in ("torch", "torch.Tensor", "torch.nn.functional")
    for name in ("softmax", "log_softmax", "amax", "amin")
)


class NanKeeping(Rule):
    """Where a program writes NaN itself (``float("nan")``, ``torch.nan``), the NaN of ``relu``, ``softmax``,
    ``log_softmax``, ``max``, ``min``, ``amax`` and ``amin`` is kept.

    MindSpore's CPU kernels give 0 for the ReLU of NaN, numbers beside the NaN in a softmax, and a maximum that depends on
    where in the tensor the NaN stands (measured on MindSpore 2.10.0). In a program that does not speak of NaN the plain
    calls stay: they only meet a NaN when its training has gone wrong already.
    """

    code = "MF129"
    title = "NaN is kept where a program writes it"
    stage = Stage.CALLS
    examples = (
        (
            "import torch\nx = torch.tensor([1.0, float('nan')])\ny = torch.relu(x)\n",
            "x = tensor([1.0, float('nan')])\ny = keep_nan(ops.relu(x), x)\n",
        ),
    )
    unchanged = ("import numpy as np\nx = np.maximum(np.nan, 1.0)\n",)

    def apply(self, work: FileWork) -> None:
        if work.target == "ascend" or not _writes_nan(work):
            return
        for call in work.nodes(ast.Call):
            found = _input_and_dimension(work, call)
            if found is not None and is_atomic(found[0]):
                rest: list[Piece] = [", ", found[0]]
                if found[1] is not None:
                    # As it was written: what the call's new form puts in front of its argument stays there.
                    rest.extend((", ", work.source.segment(found[1])))
                work.edits.wrap(call, [Need("support.keep_nan"), "("], [*rest, ")"])


def _writes_nan(work: FileWork) -> bool:
    """Whether a file names NaN: ``float("nan")``, ``np.nan``; a message that speaks of it does not count."""
    named = (node.attr for node in work.nodes(ast.Attribute))
    names = (node.id for node in work.nodes(ast.Name))
    texts = (node.value for node in work.nodes(ast.Constant) if isinstance(node.value, str))
    return any(text.lstrip("+-").lower() == "nan" for text in itertools.chain(named, names, texts))


def _input_and_dimension(work: FileWork, call: ast.Call) -> tuple[ast.expr, ast.expr | None] | None:
    """What a call may lose the NaN of, and the dimension along which one NaN spoils the others."""
    layer = work.value(call.func)
    if layer.kind is Kind.MODULE:
        return (call.args[0], None) if layer.of == "torch.nn.ReLU" and len(call.args) == 1 else None
    name = work.qualified(call.func)
    if name not in _ELEMENTWISE | _OVER_ALL | _ALONG or any(
        keyword.arg not in ("dim", "dtype", "inplace") for keyword in call.keywords
    ):
        return None
    arguments = list(call.args)
    if name.startswith("torch.Tensor.") and isinstance(call.func, ast.Attribute):
        arguments.insert(0, call.func.value)
    if not arguments or any(isinstance(argument, ast.Starred) for argument in arguments):
        return None
    named = next((keyword.value for keyword in call.keywords if keyword.arg == "dim"), None)
    dimension = arguments[1] if len(arguments) > 1 else named
    if name in _OVER_ALL and dimension is not None:
        return None
    return arguments[0], dimension
