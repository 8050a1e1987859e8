"""Samples have torch's gradients."""

import mindspore as ms
import numpy as np
import pytest
import torch
from mindspore import Tensor

from migrator.support import distributions


@pytest.mark.parametrize("concentration", [0.02, 0.3, 1.0, 4.0, 60.0])
def test_gamma_draws_have_torchs_implicit_gradient(concentration):
    ms.set_seed(1)
    start = Tensor(np.full((400,), concentration, np.float32))
    drawn, slope = ms.value_and_grad(lambda a: distributions.draw_gamma(a, (400,)), 0)(start)
    seen = torch.tensor(drawn.asnumpy(), dtype=torch.float64)
    expected = torch._standard_gamma_grad(torch.full_like(seen, concentration), seen)
    np.testing.assert_allclose(slope.asnumpy(), expected.numpy(), rtol=3e-3, atol=1e-6)


def mean_gradient(make, parameter, count=4000):
    """The gradient of the mean of many samples by one parameter."""

    def mean(value):
        return make(value).rsample((count,)).mean(axis=0).sum()

    return float(ms.grad(mean)(Tensor(parameter, ms.float32)).asnumpy())


def test_the_gradient_of_a_mean_sample_is_that_of_the_mean():
    ms.set_seed(2)
    assert mean_gradient(lambda a: distributions.Gamma(a, 2.0), 3.0) == pytest.approx(0.5, abs=0.05)
    assert mean_gradient(lambda a: distributions.Chi2(a), 3.0) == pytest.approx(1.0, abs=0.1)
    assert mean_gradient(lambda a: distributions.Beta(a, 2.0), 3.0) == pytest.approx(2 / 25, abs=0.01)
    assert mean_gradient(lambda a: distributions.FisherSnedecor(9.0, a), 9.0, 20000) == pytest.approx(-2 / 49, abs=0.02)


def test_dirichlet_wishart_and_student_samples_depend_on_their_shapes():
    ms.set_seed(3)
    first = ms.grad(lambda a: distributions.Dirichlet(a).rsample((4000,)).mean(axis=0)[0])
    found = first(Tensor(np.array([1.0, 2.0, 3.0], np.float32))).asnumpy()
    np.testing.assert_allclose(found, [5 / 36, -1 / 36, -1 / 36], atol=0.01)
    scale = Tensor(np.array([[2.0, 0.0], [0.5, 1.0]], np.float32))

    def trace(df):
        drawn = distributions.Wishart(df, scale_tril=scale).rsample((4000,)).mean(axis=0)
        return drawn[0, 0] + drawn[1, 1]

    assert float(ms.grad(trace)(Tensor(5.0, ms.float32)).asnumpy()) == pytest.approx(5.25, abs=0.5)
    spread = ms.grad(lambda df: (distributions.StudentT(df).rsample((20000,)) ** 2).mean())
    assert float(spread(Tensor(12.0, ms.float32)).asnumpy()) == pytest.approx(-0.02, abs=0.01)
