"""Recurrent layers by the CPU's kernel, on arrays and step by step."""

import mindspore as ms
import numpy as np
import pytest
import torch
from mindspore import Tensor

from migrator import translate_source
from migrator.support.cells import SECOND_DERIVATIVES
from migrator.support.recurrent import GRU, LSTM, RNN, pack_padded_sequence

OPTIONS = ({}, {"bidirectional": True}, {"bias": False, "batch_first": True}, {"num_layers": 2, "bidirectional": True})


LAYERS = {
    "LSTM": (torch.nn.LSTM, LSTM, {}),
    "GRU": (torch.nn.GRU, GRU, {}),
    "tanh": (torch.nn.RNN, RNN, {}),
    "relu": (torch.nn.RNN, RNN, {"nonlinearity": "relu"}),
}


CASES = [
    *((kind, options, packed, False) for kind in LAYERS for options in OPTIONS for packed in (False, True)),
    *((kind, {"bidirectional": True}, False, True) for kind in LAYERS),
]


@pytest.mark.parametrize(("kind", "options", "packed", "by_steps"), CASES)
def test_outputs_states_and_gradients_are_torchs(kind, options, packed, by_steps, monkeypatch):
    monkeypatch.setitem(SECOND_DERIVATIVES, "asked", by_steps)
    original, translated, own = LAYERS[kind]
    theirs, ours = original(3, 4, **own, **options), translated(3, 4, **own, **options)
    for name, parameter in ours._params.items():
        parameter.set_data(Tensor(getattr(theirs, name).detach().numpy()))
    random = np.random.default_rng(0)
    first = options.get("batch_first", False)
    x = random.standard_normal((2, 5, 3) if first else (5, 2, 3), np.float32)
    places = options.get("num_layers", 1) * (2 if options.get("bidirectional") else 1)
    states = [random.standard_normal((places, 2, 4), np.float32) for _ in range(2 if kind == "LSTM" else 1)]
    leaves = [torch.tensor(value, requires_grad=True) for value in (x, *states)]
    given = torch.nn.utils.rnn.pack_padded_sequence(leaves[0], [3, 5], first, False) if packed else leaves[0]
    output, found = theirs(given, tuple(leaves[1:]) if kind == "LSTM" else leaves[1])
    output, found = output.data if packed else output, found if kind == "LSTM" else (found,)
    ((output**2).sum() + found[0].sum() + (found[-1] ** 2).sum()).backward()

    def loss(x, *states):
        given = pack_padded_sequence(x, [3, 5], first, False) if packed else x
        output, found = ours(given, states if kind == "LSTM" else states[0])
        output, found = output.data if packed else output, found if kind == "LSTM" else (found,)
        return (output**2).sum() + found[0].sum() + (found[-1] ** 2).sum(), output

    differentiate = ms.value_and_grad(loss, tuple(range(len(leaves))), ours.trainable_params(), has_aux=True)
    (_, ours_output), (by_inputs, by_weights) = differentiate(*map(Tensor, (x, *states)))
    assert np.allclose(ours_output.asnumpy(), output.detach().numpy(), atol=1e-5)
    for gradient, leaf in zip(by_inputs, leaves, strict=True):
        assert np.allclose(gradient.asnumpy(), leaf.grad.numpy(), atol=1e-4)
    for gradient, name in zip(by_weights, ours._params, strict=True):
        assert np.allclose(gradient.asnumpy(), getattr(theirs, name).grad.numpy(), atol=1e-4), name


def test_a_gradient_of_a_gradient_goes_step_by_step():
    code = """
import torch
torch.manual_seed(0)
net = torch.nn.LSTM(2, 3)
x = torch.linspace(-1, 1, 12).view(3, 2, 2).requires_grad_()
score = net(x)[0].pow(2).sum()
slope, = torch.autograd.grad(score, x, create_graph=True)
penalty = slope.pow(2).sum()
penalty.backward()
result = float(net.weight_ih_l0.grad.abs().sum())
"""
    scope = {"__name__": "translated"}
    with pytest.warns(UserWarning, match="may lose terms"):
        exec(compile(translate_source(code, target="cpu").code, "translated", "exec"), scope)
    assert scope["result"] > 0
