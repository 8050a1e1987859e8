"""Pooling over windows with ties, padding and without a batch, gradients included."""

import mindspore as ms
import numpy as np
import pytest
import torch
from mindspore import Tensor

from migrator.support.pooling import max_pool2d

OPTIONS = (
    {"kernel_size": 2},
    {"kernel_size": 3, "stride": 2, "padding": 1},
    {"kernel_size": (3, 2), "stride": (1, 2), "padding": (1, 0)},
    {"kernel_size": 3, "stride": 1, "padding": 1, "dilation": 2},
    {"kernel_size": 2, "ceil_mode": True},
)


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("shape", [(2, 3, 9, 7), (3, 9, 7)])
def test_max_pooling_is_torchs_where_several_are_greatest_too(shape, options):
    given = np.random.default_rng(0).integers(-2, 2, shape).astype(np.float32)
    leaf = torch.tensor(given, requires_grad=True)
    expected = torch.nn.functional.max_pool2d(leaf, **options)
    weights = np.random.default_rng(1).random(expected.shape, np.float32)
    (expected * torch.tensor(weights)).sum().backward()
    assert np.array_equal(max_pool2d(Tensor(given), **options).asnumpy(), expected.detach().numpy())
    found = ms.grad(lambda x: (max_pool2d(x, **options) * Tensor(weights)).sum())(Tensor(given))
    assert np.allclose(found.asnumpy(), leaf.grad.numpy(), atol=1e-6)
