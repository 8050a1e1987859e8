"""Activations where torch's gradient and MindSpore's part."""

import json
import subprocess
import sys

import mindspore as ms
import numpy as np
import pytest
import torch
from mindspore import Tensor

from migrator.support.activations import LeakyReLU, leaky_relu, leaky_slope, softmax

VALUES = np.array([-np.inf, -2.0, -0.0, 0.0, 1e-30, 3.0, np.inf, np.nan], np.float32)


@pytest.mark.parametrize("slope", [0.01, 0.2])
def test_leaky_relu_has_torchs_values_and_gradient_at_zero_too(slope):
    x = torch.tensor(VALUES, requires_grad=True)
    expected = torch.nn.functional.leaky_relu(x, slope)
    expected.sum().backward()
    assert np.allclose(expected.detach().numpy(), leaky_relu(Tensor(VALUES), slope).asnumpy(), equal_nan=True)
    found = ms.grad(lambda x: leaky_relu(x, slope).sum())(Tensor(VALUES)).asnumpy()
    assert np.allclose(x.grad.numpy()[:-1], found[:-1])


def test_the_layer_keeps_its_slope():
    layer = LeakyReLU(0.3)
    assert leaky_slope(layer) == pytest.approx(0.3)
    assert np.allclose(layer(Tensor(np.array([-1.0, 1.0], np.float32))).asnumpy(), [-0.3, 1.0])


def test_a_softmax_over_one_element_leaves_later_gradients_right():
    program = """
import numpy as np
import json
import subprocess
import sys

import mindspore as ms
from mindspore import Tensor
from migrator.support.activations import softmax

def gradient(x):
    weights = Tensor(np.linspace(0.5, 1.5, x.size, dtype=np.float32)).reshape(x.shape)
    return ms.grad(lambda x: (softmax(x, -1) * weights).sum())(x).asnumpy()

assert (gradient(Tensor(np.ones((2, 1), np.float32))) == 0).all()
print(gradient(Tensor(np.array([[0.5, -1.2], [1.5, 0.3]], np.float32))).ravel().tolist())
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=True)
    leaf = torch.tensor([[0.5, -1.2], [1.5, 0.3]], requires_grad=True)
    (torch.softmax(leaf, -1) * torch.linspace(0.5, 1.5, 4).reshape(2, 2)).sum().backward()
    assert np.allclose(json.loads(done.stdout), leaf.grad.flatten(), atol=1e-6)


def test_a_row_of_minus_infinity_is_nan_and_leaves_the_others_alone():
    scores = np.array([[1, 2, 3], [-np.inf] * 3, [0, 0, 1], [-np.inf, 0, 1]], np.float32)
    expected = torch.softmax(torch.tensor(scores), -1)
    assert np.allclose(softmax(Tensor(scores), -1).asnumpy(), expected.numpy(), atol=1e-6, equal_nan=True)
    assert softmax(Tensor(np.zeros((0, 3), np.float32)), -1).shape == (0, 3)
