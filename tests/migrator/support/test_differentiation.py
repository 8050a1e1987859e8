"""Derivatives of functions are torch's."""

import mindspore as ms
import numpy as np
import pytest
import torch
from mindspore import Tensor, ops

from migrator.support import differentiation as ours

X = np.array([0.5, 1.5, -2.0], np.float32)
M = np.arange(6, dtype=np.float32).reshape(2, 3) / 5
theirs = torch.autograd.functional


def close(found, expected):
    if isinstance(expected, tuple):
        assert len(found) == len(expected)
        for one, other in zip(found, expected, strict=True):
            close(one, other)
    else:
        np.testing.assert_allclose(found.asnumpy(), expected.detach().numpy(), rtol=1e-4, atol=1e-5)


def test_jacobians_of_several_inputs_and_results():
    close(
        ours.jacobian(lambda t: ops.exp(t).sum(axis=1), Tensor(M)),
        theirs.jacobian(lambda t: t.exp().sum(1), torch.tensor(M)),
    )
    x, t = Tensor(X), torch.tensor(X)
    close(ours.jacobian(lambda a, b: 2 * a + 3 * b, (x, x)), theirs.jacobian(lambda a, b: 2 * a + 3 * b, (t, t)))
    close(ours.jacobian(lambda a: (a * 2, a**2), x), theirs.jacobian(lambda a: (a * 2, a**2), t))


@pytest.mark.parametrize(
    "function",
    [lambda t: (t**3).sum(), lambda t: t.sum() ** 3, lambda t: t[0] * t[1] + t[-1] ** 2 + t[:2].sum() ** 3],
)
def test_second_derivatives_keep_all_terms(function):
    close(ours.hessian(function, Tensor(X)), theirs.hessian(function, torch.tensor(X)))
    ones = np.ones(3, np.float32)
    close(ours.hvp(function, Tensor(X), Tensor(ones)), theirs.hvp(function, torch.tensor(X), torch.tensor(ones)))


def test_indexing_still_works_after_a_second_derivative():
    ours.hessian(lambda t: t[0] * t[1], Tensor(X))
    assert float(Tensor(X)[0]) == 0.5


def test_products_with_vectors():
    v = np.array([1.0, 0.5, 2.0], np.float32)
    close(ours.vjp(lambda t: t**2, Tensor(X), Tensor(v)), theirs.vjp(lambda t: t**2, torch.tensor(X), torch.tensor(v)))
    close(ours.jvp(lambda t: t**2, Tensor(X), Tensor(v)), theirs.jvp(lambda t: t**2, torch.tensor(X), torch.tensor(v)))


def test_functions_of_functions():
    x, t = Tensor(X), torch.tensor(X)
    close(ours.gradient_function(lambda a: (a**2).sum())(x), torch.func.grad(lambda a: (a**2).sum())(t))
    close(ours.gradient_and_value(lambda a: (a**2).sum())(x), torch.func.grad_and_value(lambda a: (a**2).sum())(t))
    close(ours.jacobian_function(ops.sin)(x), torch.func.jacrev(torch.sin)(t))
    close(ours.vmap(lambda a: a.sum())(Tensor(M)), torch.func.vmap(lambda a: a.sum())(torch.tensor(M)))
    close(
        ours.vmap(lambda a, b: a * b, in_dims=(0, None), out_dims=1)(Tensor(M), x),
        torch.func.vmap(lambda a, b: a * b, in_dims=(0, None), out_dims=1)(torch.tensor(M), t),
    )


def test_a_wrong_gradient_is_noticed():
    x = Tensor(X.astype(np.float64))
    assert ours.gradcheck(lambda t: (t**2).sum(), (x,))
    assert not ours.gradcheck(lambda t: (ops.stop_gradient(t) * t).sum(), (x,), raise_exception=False)
    assert x.dtype == ms.float64
