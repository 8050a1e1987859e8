"""Decompositions of matrices: torch's values and gradients, and its errors."""

import mindspore as ms
import numpy as np
import pytest
import torch
from mindspore import Tensor

from migrator.support import matrices

RANDOM = np.random.default_rng(0)


@pytest.mark.parametrize("shape", [(3, 3), (4, 2), (2, 4), (2, 3, 3)], ids=str)
@pytest.mark.parametrize(
    ("original", "ours"),
    [
        pytest.param(lambda a: torch.linalg.lu(a)[1:], lambda a: matrices.lu(a)[1:], id="lu"),
        pytest.param(lambda a: torch.linalg.lu_factor(a)[:1], lambda a: matrices.lu_factor(a)[:1], id="lu_factor"),
        pytest.param(torch.linalg.qr, matrices.qr, id="qr"),
    ],
)
def test_factors_have_torchs_values_and_gradients(original, ours, shape):
    values = RANDOM.normal(size=shape)
    theirs = torch.tensor(values, requires_grad=True)
    expected = original(theirs)
    weights = [np.linspace(0.5, 1.5, part.numel()).reshape(part.shape) for part in expected]
    sum((part * torch.tensor(weight)).sum() for part, weight in zip(expected, weights, strict=True)).backward()

    def weighted(a):
        return sum((part * Tensor(weight)).sum() for part, weight in zip(ours(a), weights, strict=True))

    for part, other in zip(ours(Tensor(values)), expected, strict=True):
        np.testing.assert_allclose(part.asnumpy(), other.detach().numpy(), rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(ms.grad(weighted)(Tensor(values)).asnumpy(), theirs.grad.numpy(), rtol=1e-5, atol=1e-8)


def test_eigenvectors_of_a_part_of_the_matrix_have_a_symmetric_gradient():
    values = RANDOM.normal(size=(3, 3))
    theirs = torch.tensor(values, requires_grad=True)
    (torch.linalg.eigh(theirs).eigenvectors ** 3).sum().backward()
    slope = ms.grad(lambda a: (matrices.eigh(a).eigenvectors ** 3).sum())(Tensor(values))
    np.testing.assert_allclose(slope.asnumpy(), theirs.grad.numpy(), rtol=1e-5, atol=1e-8)


@pytest.mark.parametrize("values", [[[0.0, 0.0], [0.0, 0.0]], [[1.0, 2.0], [2.0, 4.0]]], ids=["zero", "dependent"])
def test_a_singular_matrix_has_no_inverse(values):
    matrix = Tensor(np.array(values, np.float32))
    with pytest.raises(matrices.LinAlgError, match=r"[Ss]ingular"):
        matrices.inv(matrix)
    with pytest.raises(RuntimeError, match=r"[Ss]ingular"):
        matrices.solve(matrix, Tensor(np.ones((2, 1), np.float32)))


def test_what_is_not_positive_has_no_cholesky_factor():
    with pytest.raises(matrices.LinAlgError):
        matrices.cholesky(Tensor(-np.eye(2, dtype=np.float32)))


def test_unpacked_factors_hand_their_gradient_on():
    values = RANDOM.normal(size=(3, 3))
    packed, pivots = torch.linalg.lu_factor(torch.tensor(values))
    theirs = packed.clone().requires_grad_()
    torch.linalg.lu_solve(theirs, pivots, torch.ones(3, 2, dtype=torch.float64)).sum().backward()

    def solved(packed):
        return matrices.lu_solve(packed, Tensor(pivots.numpy()), Tensor(np.ones((3, 2)))).sum()

    slope = ms.grad(solved)(Tensor(packed.numpy()))
    np.testing.assert_allclose(slope.asnumpy(), theirs.grad.numpy(), rtol=1e-5, atol=1e-8)
