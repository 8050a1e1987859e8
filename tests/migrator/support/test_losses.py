"""Losses against torch's own, where probabilities are certain."""

import mindspore as ms
import numpy as np
import pytest
import torch

from migrator.support.losses import (
    BCELoss,
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    multilabel_soft_margin_loss,
)

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


@pytest.mark.parametrize("weighted", [False, True])
def test_a_logit_of_zero_has_torchs_gradient(weighted):
    logits, targets = np.array([0.0, 0.0, 2.0, -200.0], np.float32), np.array([1.0, 0.0, 0.3, 1.0], np.float32)
    weight = np.array([2.0, 3.0, 0.5, 4.0], np.float32) if weighted else None
    x = torch.tensor(logits, requires_grad=True)
    expected = torch.nn.functional.binary_cross_entropy_with_logits(
        x, torch.tensor(targets), pos_weight=None if weight is None else torch.tensor(weight)
    )
    expected.backward()
    slope = ms.grad(
        lambda x: binary_cross_entropy_with_logits(
            x, ms.Tensor(targets), pos_weight=None if weight is None else ms.Tensor(weight)
        )
    )(ms.Tensor(logits))
    assert np.allclose(x.grad.numpy(), slope.asnumpy(), atol=1e-6)


def test_the_multilabel_loss_has_torchs_gradient_at_zero():
    logits, targets = np.zeros((2, 3), np.float32), np.array([[1.0, 0.0, 1.0], [0.0, 0.0, 1.0]], np.float32)
    x = torch.tensor(logits, requires_grad=True)
    torch.nn.functional.multilabel_soft_margin_loss(x, torch.tensor(targets)).backward()
    slope = ms.grad(lambda x: multilabel_soft_margin_loss(x, ms.Tensor(targets)))(ms.Tensor(logits))
    assert np.allclose(x.grad.numpy(), slope.asnumpy(), atol=1e-6)
