"""Layers that are called with keyword arguments."""

from __future__ import annotations

import ast

from migrator.names import Kind
from migrator.rewriting.edits import Piece
from migrator.rewriting.file import FileWork
from migrator.rewriting.rule import Rule, Stage

_TWO = ("input", "target")
_THREE = ("input1", "input2", "target")
_INPUTS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(
        "BCELoss BCEWithLogitsLoss CrossEntropyLoss HingeEmbeddingLoss HuberLoss KLDivLoss L1Loss MSELoss NLLLoss "
        "MultiLabelMarginLoss MultiLabelSoftMarginLoss MultiMarginLoss SmoothL1Loss SoftMarginLoss".split(),
        _TWO,
    ),
    **dict.fromkeys("CosineEmbeddingLoss MarginRankingLoss".split(), _THREE),
    **dict.fromkeys("TripletMarginLoss TripletMarginWithDistanceLoss".split(), ("anchor", "positive", "negative")),
    **dict.fromkeys("CosineSimilarity PairwiseDistance".split(), ("x1", "x2")),
    **dict.fromkeys("RNN LSTM GRU RNNCell LSTMCell GRUCell".split(), ("input", "hx")),
    **dict.fromkeys("ConvTranspose1d ConvTranspose2d ConvTranspose3d".split(), ("input", "output_size")),
    "AdaptiveLogSoftmaxWithLoss": ("input_", "target_"),
    "Bilinear": ("input1", "input2"),
    "CTCLoss": ("log_probs", "targets", "input_lengths", "target_lengths"),
    "EmbeddingBag": ("input", "offsets", "per_sample_weights"),
    "GaussianNLLLoss": ("input", "target", "var"),
    "PoissonNLLLoss": ("log_input", "target"),
    "RMSNorm": ("x",),
}
"""What torch's layers call their inputs, in order; what is not here has one ``input``."""

_BY_KEYWORD = frozenset(
    "MultiheadAttention Transformer TransformerEncoder TransformerDecoder TransformerEncoderLayer "
    "TransformerDecoderLayer MaxUnpool1d MaxUnpool2d MaxUnpool3d".split()
)
"""What takes torch's keywords as they are."""


class LayerKeywords(Rule):
    """``loss(input=x, target=y)`` becomes ``loss(x, y)``: torch's layers name their inputs ``input``, ``target``, ``hx``;
    MindSpore's call them ``x``, ``logits``, ``labels``. In order they mean the same."""

    code = "MF119"
    title = "Inputs of layers are given by their order"
    stage = Stage.CALLS
    examples = (
        (
            "import torch\nloss = torch.nn.MSELoss()\nx = torch.ones(2)\ny = loss(target=x, input=x + 1)\n",
            "loss = nn.MSELoss()\nx = ops.ones(2)\ny = loss(x + 1, x)\n",
        ),
    )
    unchanged = ("def f(input):\n    return input\ny = f(input=1)\n",)

    def apply(self, work: FileWork) -> None:
        for call in work.nodes(ast.Call):
            if not call.keywords or any(keyword.arg is None for keyword in call.keywords):
                continue
            layer = work.value(call.func)
            home, _, name = layer.of.rpartition(".")
            if layer.kind is not Kind.MODULE or home != "torch.nn" or name in _BY_KEYWORD:
                continue
            ordered = _ordered(call, _INPUTS.get(name, ("input",)))
            if ordered is not None:
                pieces: list[Piece] = [call.func, "("]
                for index, argument in enumerate(ordered):
                    pieces.extend((", ", argument) if index else (argument,))
                work.replace(call, *pieces, ")")


def _ordered(call: ast.Call, names: tuple[str, ...]) -> list[ast.expr] | None:
    """The arguments in the order of the inputs; None where one of them is missing in between, or is no input."""
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    wanted = names[len(call.args) : len(call.args) + len(given)]
    if set(wanted) != given.keys() or any(isinstance(argument, ast.Starred) for argument in call.args):
        return None
    return [*call.args, *(given[name] for name in wanted)]
