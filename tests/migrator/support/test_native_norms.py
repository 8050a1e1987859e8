"""torch.native_layer_norm and its like give torch's three results."""

import mindspore as ms
import numpy as np
import pytest
import torch
from mindspore import Tensor

from migrator.support import native_norms

VALUES = np.sin(np.arange(48, dtype=np.float32) * 0.7).reshape(2, 4, 6)
CHANNELS = np.linspace(0.5, 1.5, 4).astype(np.float32)


def close(found, expected):
    for one, other in zip(found, expected, strict=True):
        assert tuple(one.shape) == tuple(other.shape)
        np.testing.assert_allclose(one.asnumpy(), other.numpy(), rtol=1e-4, atol=1e-5)


def test_layers():
    found = native_norms.native_layer_norm(Tensor(VALUES), (4, 6), None, None, 1e-5)
    close(found, torch.native_layer_norm(torch.tensor(VALUES), (4, 6), None, None, 1e-5))


def test_groups():
    found = native_norms.native_group_norm(Tensor(VALUES), Tensor(CHANNELS), None, 2, 4, 6, 2, 1e-5)
    close(found, torch.native_group_norm(torch.tensor(VALUES), torch.tensor(CHANNELS), None, 2, 4, 6, 2, 1e-5))


@pytest.mark.parametrize("training", [True, False])
def test_batches(training):
    theirs = (torch.zeros(4), torch.ones(4))
    ours = (ms.ops.zeros((4,)), ms.ops.ones((4,)))
    found = native_norms.native_batch_norm(Tensor(VALUES), Tensor(CHANNELS), None, *ours, training, 0.1, 1e-5)
    close(
        found,
        torch.native_batch_norm(
            torch.tensor(VALUES), torch.tensor(CHANNELS), torch.zeros(4), *theirs, training, 0.1, 1e-5
        ),
    )
