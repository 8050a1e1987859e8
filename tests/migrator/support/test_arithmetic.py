"""Arithmetic at the bounds: what torch makes of NaN, and of gradients where a bound is met."""

import mindspore as ms
import numpy as np
import pytest
import torch
from mindspore import Tensor

from migrator.support import arithmetic

NAN, INF = float("nan"), float("inf")
VALUES = np.array([0.0, 1.0, 0.5, 2.0, -1.0, NAN, INF, -INF], np.float32)
OTHERS = np.array([0.0, 2.0, NAN, 2.0, 1.0, 1.0, 3.0, 1.0], np.float32)


@pytest.mark.parametrize(
    ("original", "ours"),
    [
        pytest.param(lambda x: torch.clamp(x, 0, 1), lambda x: arithmetic.clamp(x, 0, 1), id="clamp"),
        pytest.param(lambda x: torch.clamp(x, min=0.5), lambda x: arithmetic.clamp(x, min=0.5), id="clamp from below"),
        pytest.param(
            lambda x: torch.clamp(x, max=torch.tensor(1.0)),
            lambda x: arithmetic.clamp(x, max=ms.tensor(1.0)),
            id="clamp to a tensor",
        ),
        pytest.param(
            lambda x: torch.maximum(x, torch.tensor(OTHERS)),
            lambda x: arithmetic.maximum(x, Tensor(OTHERS)),
            id="maximum",
        ),
        pytest.param(
            lambda x: torch.minimum(x, torch.tensor(OTHERS)),
            lambda x: arithmetic.minimum(x, Tensor(OTHERS)),
            id="minimum",
        ),
    ],
)
def test_values_and_gradients_are_torchs_at_the_bounds(original, ours):
    x = torch.tensor(VALUES, requires_grad=True)
    original(x).sum().backward()
    np.testing.assert_allclose(ours(Tensor(VALUES)).asnumpy(), original(x).detach().numpy(), rtol=1e-6)
    slope = ms.grad(lambda x: ours(x).sum())(Tensor(VALUES)).asnumpy()
    np.testing.assert_allclose(slope, x.grad.numpy(), rtol=1e-5)


@pytest.mark.parametrize("eps", [None, 0.1])
def test_a_logit_has_torchs_value_and_gradient_at_its_ends(eps):
    values = VALUES[:5]
    x = torch.tensor(values, requires_grad=True)
    torch.logit(x, eps).sum().backward()
    np.testing.assert_allclose(
        arithmetic.logit(Tensor(values), eps).asnumpy(), torch.logit(x, eps).detach().numpy(), rtol=1e-5
    )
    slope = ms.grad(lambda x: arithmetic.logit(x, eps).sum())(Tensor(values)).asnumpy()
    np.testing.assert_allclose(slope, x.grad.numpy(), rtol=1e-5)


def test_whole_numbers_are_clamped_as_such_unless_a_bound_is_none():
    numbers = np.array([0, 1, 2, 3])
    assert arithmetic.clamp(Tensor(numbers), 1, 2).asnumpy().tolist() == [1, 1, 2, 2]
    assert arithmetic.clamp(Tensor(numbers), 0.5, 2.5).asnumpy().tolist() == [0.5, 1.0, 2.0, 2.5]


def test_a_mantissa_has_a_gradient():
    numbers = np.array([0.5, -3.0, 12.0, INF], np.float32)
    x = torch.tensor(numbers[:3], requires_grad=True)
    torch.frexp(x).mantissa.sum().backward()
    slope = ms.grad(lambda x: arithmetic.frexp(x).mantissa.sum())(Tensor(numbers[:3]))
    np.testing.assert_allclose(slope.asnumpy(), x.grad.numpy())
    np.testing.assert_array_equal(arithmetic.frexp(Tensor(numbers)).mantissa.asnumpy(), np.frexp(numbers)[0])
