"""Attention where a mask allows nothing."""

import mindspore as ms
import numpy as np
import torch
from mindspore import Tensor

from migrator.support.attention import scaled_dot_product_attention


def test_a_query_that_may_look_at_nothing_gets_zeros_and_leaves_the_others_alone():
    random = np.random.default_rng(0)
    arrays = [random.standard_normal((2, 4, length, 8), np.float32) for length in (3, 5, 5)]
    mask = random.random((2, 1, 3, 5)) > 0.4
    mask[0, 0, 1] = False
    leaves = [torch.tensor(array, requires_grad=True) for array in arrays]
    expected = torch.nn.functional.scaled_dot_product_attention(*leaves, attn_mask=torch.tensor(mask))
    (expected**2).sum().backward()

    def attend(q, k, v):
        return scaled_dot_product_attention(q, k, v, attn_mask=Tensor(mask))

    tensors = [Tensor(array) for array in arrays]
    assert np.allclose(attend(*tensors).asnumpy(), expected.detach().numpy(), atol=1e-5)
    gradients = ms.grad(lambda *given: (attend(*given) ** 2).sum(), (0, 1, 2))(*tensors)
    for gradient, leaf in zip(gradients, leaves, strict=True):
        assert np.allclose(gradient.asnumpy(), leaf.grad.numpy(), atol=1e-4)
