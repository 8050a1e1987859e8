"""Gradients of norms, deviations and variances where these are zero, against torch's."""

import mindspore as ms
import numpy as np
import pytest
import torch
from mindspore import Tensor

from migrator.support.normalisation import normalize
from migrator.support.reductions import corrcoef, cov, cumprod, std, std_mean, tensor_norm, var

CONSTANT, ZERO = np.full((2, 3), 1.5, np.float32), np.zeros((2, 3), np.float32)
MIXED = np.array([[0.0, 0.0, 0.0], [3.0, -4.0, 0.0]], np.float32)


@pytest.mark.parametrize("values", [CONSTANT, ZERO, MIXED], ids=["constant", "zero", "mixed"])
@pytest.mark.parametrize(
    ("original", "ours"),
    [
        pytest.param(torch.std, std, id="std"),
        pytest.param(torch.var, var, id="var"),
        pytest.param(lambda x: torch.std(x, 1, keepdim=True), lambda x: std(x, 1, keepdim=True), id="std over rows"),
        pytest.param(lambda x: torch.std_mean(x)[0], lambda x: std_mean(x)[0], id="std_mean"),
        pytest.param(torch.norm, tensor_norm, id="norm"),
        pytest.param(lambda x: x.norm(2, 1), lambda x: tensor_norm(x, 2, 1), id="norm of rows"),
        pytest.param(lambda x: x.cumprod(1), lambda x: cumprod(x, 1), id="cumprod"),
        pytest.param(lambda x: x.cumprod(-2), lambda x: cumprod(x, -2), id="cumprod over columns"),
        pytest.param(torch.nn.functional.normalize, normalize, id="normalize"),
    ],
)
def test_value_and_gradient_are_torchs(original, ours, values):
    x = torch.tensor(values, requires_grad=True)
    expected = original(x)
    expected.sum().backward()
    assert np.allclose(expected.detach().numpy(), ours(Tensor(values)).asnumpy(), atol=1e-6)
    slope = ms.grad(lambda x: ours(x).sum())(Tensor(values)).asnumpy()
    assert np.allclose(x.grad.numpy(), slope, rtol=1e-4, atol=1e-5)


def test_a_gradient_penalty_on_norms_has_second_derivatives():
    weights = np.random.RandomState(0).randn(4, 3).astype(np.float32)
    values = np.random.RandomState(1).randn(5, 4).astype(np.float32)
    x, w = torch.tensor(values, requires_grad=True), torch.tensor(weights, requires_grad=True)
    slope = torch.autograd.grad(torch.tanh(x @ w).sum(), x, create_graph=True)[0]
    ((slope.norm(2, dim=1) - 1) ** 2).mean().backward()

    def penalty(w):
        slope = ms.grad(lambda x: ms.ops.tanh(ms.ops.dense(x, w)).sum())(Tensor(values))
        return ((tensor_norm(slope, 2, 1) - 1) ** 2).mean()

    assert np.allclose(w.grad.numpy().T, ms.grad(penalty)(Tensor(weights.T.copy())).asnumpy(), rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize(("original", "ours"), [(torch.var, var), (torch.std, std)], ids=["var", "std"])
@pytest.mark.parametrize("options", [{}, {"dim": 0}, {"dim": 1, "keepdim": True}], ids=str)
def test_nothing_has_no_deviation(original, ours, options):
    expected = original(torch.zeros(0, 3), **options).numpy()
    np.testing.assert_array_equal(ours(ms.ops.zeros((0, 3)), **options).asnumpy(), expected)


@pytest.mark.parametrize("shape", [(2, 5), (1, 5), (5,)], ids=str)
@pytest.mark.parametrize("kind", [np.float32, np.complex64])
def test_covariances_are_torchs(shape, kind):
    values = np.random.RandomState(2).randn(*shape).astype(kind)
    if kind is np.complex64:
        values = values + values[..., ::-1] * 1j
    for original, ours in ((torch.cov, cov), (torch.corrcoef, corrcoef)):
        expected, found = original(torch.tensor(values)).numpy(), ours(Tensor(values)).asnumpy()
        assert expected.shape == found.shape
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)
