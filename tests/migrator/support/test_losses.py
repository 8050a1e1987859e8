"""Losses against torch's own, where probabilities are certain."""

import mindspore as ms
import numpy as np
import pytest
import torch

from migrator.support.losses import BCELoss, binary_cross_entropy

CERTAIN = np.array([0.0, 1.0, 0.5, 1e-9, 1 - 1e-7, 0.0, 1.0], np.float32)
TARGETS = np.array([1.0, 0.0, 1.0, 1.0, 0.0, 0.0, 1.0], np.float32)


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
def test_binary_cross_entropy_is_torchs_where_a_probability_is_0_or_1(reduction):
    p, t = torch.tensor(CERTAIN, requires_grad=True), torch.tensor(TARGETS, requires_grad=True)
    expected = torch.nn.functional.binary_cross_entropy(p, t, reduction=reduction)
    expected.sum().backward()
    found = BCELoss(reduction=reduction)(ms.Tensor(CERTAIN), ms.Tensor(TARGETS))
    slope = ms.grad(lambda p, t: binary_cross_entropy(p, t, reduction=reduction).sum(), (0, 1))(
        ms.Tensor(CERTAIN), ms.Tensor(TARGETS)
    )
    assert np.allclose(expected.detach().numpy(), found.asnumpy(), rtol=1e-5)
    assert np.allclose(p.grad.numpy(), slope[0].asnumpy(), rtol=1e-5)
    finite = np.isfinite(t.grad.numpy())
    assert np.allclose(t.grad.numpy()[finite], slope[1].asnumpy()[finite], rtol=1e-5)
