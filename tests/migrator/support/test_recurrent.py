"""torch.nn.LSTM by the CPU's kernel and step by step."""

import mindspore as ms
import numpy as np
import pytest
import torch
from mindspore import Tensor

from migrator import translate_source
from migrator.support.cells import SECOND_DERIVATIVES
from migrator.support.recurrent import LSTM

OPTIONS = ({}, {"bidirectional": True}, {"bias": False, "batch_first": True}, {"num_layers": 2, "bidirectional": True})


@pytest.fixture(params=[False, True], ids=["kernel", "steps"])
def _by_steps(request, monkeypatch):
    monkeypatch.setitem(SECOND_DERIVATIVES, "asked", request.param)


@pytest.mark.usefixtures("_by_steps")
@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_outputs_states_and_gradients_are_torchs(options):
    theirs, ours = torch.nn.LSTM(3, 4, **options), LSTM(3, 4, **options)
    for name, parameter in ours._params.items():
        parameter.set_data(Tensor(getattr(theirs, name).detach().numpy()))
    random = np.random.default_rng(0)
    x = random.standard_normal((5, 2, 3), np.float32)
    batch = 5 if options.get("batch_first") else 2
    places = options.get("num_layers", 1) * (2 if options.get("bidirectional") else 1)
    states = [random.standard_normal((places, batch, 4), np.float32) for _ in range(2)]
    leaf = torch.tensor(x, requires_grad=True)
    output, (h, c) = theirs(leaf, tuple(map(torch.tensor, states)))
    ((output**2).sum() + h.sum() + (c**2).sum()).backward()

    def loss(x):
        output, (h, c) = ours(x, tuple(map(Tensor, states)))
        return (output**2).sum() + h.sum() + (c**2).sum()

    by_input, by_weights = ms.grad(loss, 0, ours.trainable_params())(Tensor(x))
    assert np.allclose(ours(Tensor(x), tuple(map(Tensor, states)))[0].asnumpy(), output.detach().numpy(), atol=1e-5)
    assert np.allclose(by_input.asnumpy(), leaf.grad.numpy(), atol=1e-4)
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
