import mindspore as ms
import numpy as np
import pytest
import torch
from mindspore import Tensor

from migrator.support import indexing

INDICES = [
    np.s_[::2],
    np.s_[:, :, ::2, ::2],
    np.s_[..., 1::3],
    np.s_[:, 1:5:2, :, :3],
    np.s_[0, ::2, None, 1:],
    np.s_[::2, ..., -1],
]


@pytest.mark.parametrize("index", INDICES, ids=str)
@pytest.mark.parametrize("shape", [(4, 6, 5, 7), (3, 2, 8, 4)])
def test_a_slice_with_a_step_has_torchs_values_and_gradient(shape: tuple[int, ...], index: object) -> None:
    values = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    theirs = torch.tensor(values, requires_grad=True)
    (theirs[index] ** 2).sum().backward()
    np.testing.assert_array_equal(indexing.strided(Tensor(values), index).asnumpy(), theirs[index].detach().numpy())
    gradient = ms.grad(lambda x: (indexing.strided(x, index) ** 2).sum())(Tensor(values))
    np.testing.assert_allclose(gradient.asnumpy(), theirs.grad.numpy(), rtol=1e-6)
