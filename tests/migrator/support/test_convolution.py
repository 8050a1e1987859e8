"""Convolutions and averages of whole, complex and short numbers give torch's."""

import numpy as np
import pytest
import torch
from mindspore import Tensor

from migrator.support import convolution, pooling

WHOLE = (np.arange(2 * 2 * 5 * 5).reshape(2, 2, 5, 5) * 7) % 11 - 5
KERNEL = (np.arange(4 * 1 * 2 * 2).reshape(4, 1, 2, 2) * 5) % 7 - 3
KINDS = {
    "whole": (WHOLE, KERNEL),
    "double": (WHOLE / 3, KERNEL / 7),
    "short": ((WHOLE / 3).astype(np.float16), (KERNEL / 7).astype(np.float16)),
    "complex": ((WHOLE + 2j * WHOLE[::-1]).astype(np.complex64), (KERNEL - 1j * KERNEL[::-1]).astype(np.complex64)),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("options", [{"groups": 2}, {"groups": 2, "dilation": (2, 2), "padding": 1}], ids=str)
def test_every_kind_of_number_is_convolved(kind, options):
    values, kernel = KINDS[kind]
    expected = torch.nn.functional.conv2d(torch.tensor(values), torch.tensor(kernel), **options)
    found = convolution.conv2d(Tensor(values), Tensor(kernel), **options)
    assert str(found.dtype).lower() == str(expected.dtype).removeprefix("torch.")
    np.testing.assert_allclose(found.asnumpy(), expected.numpy(), rtol=1e-2 if kind == "short" else 1e-5, atol=1e-2)


@pytest.mark.parametrize("options", [{"stride": ()}, {"stride": 1, "padding": 1, "count_include_pad": False}], ids=str)
def test_averages_of_whole_numbers_are_cut_off(options):
    expected = torch.nn.functional.avg_pool2d(torch.tensor(WHOLE), 2, **options)
    np.testing.assert_array_equal(pooling.avg_pool2d(Tensor(WHOLE), 2, **options).asnumpy(), expected.numpy())
