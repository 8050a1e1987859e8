"""Convolutions and averages of whole, complex and short numbers give torch's."""

import mindspore as ms
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


TRANSPOSED = (
    {"stride": 2, "padding": 1},
    {"stride": 2, "padding": 1, "output_padding": 1},
    {"stride": (3, 2), "output_padding": (2, 0), "groups": 2, "dilation": (1, 2)},
    {"padding": 1, "dilation": 2, "output_padding": 1},
)


@pytest.mark.parametrize("options", TRANSPOSED, ids=str)
@pytest.mark.parametrize("shape", [(2, 4, 5, 6), (4, 5, 6)])
def test_transposed_convolutions_and_their_gradients_are_torchs(shape, options):
    random = np.random.default_rng(0)
    given, kernel = random.random(shape, np.float32), random.random((4, 3, 3, 3), np.float32)
    leaves = [torch.tensor(array, requires_grad=True) for array in (given, kernel)]
    expected = torch.nn.functional.conv_transpose2d(*leaves, **options)
    weights = random.random(expected.shape, np.float32)
    (expected * torch.tensor(weights)).sum().backward()

    def weighted(x, w):
        return (convolution.conv_transpose2d(x, w, **options) * Tensor(weights)).sum()

    found = convolution.conv_transpose2d(Tensor(given), Tensor(kernel), **options)
    np.testing.assert_allclose(found.asnumpy(), expected.detach().numpy(), rtol=1e-5, atol=1e-5)
    for gradient, leaf in zip(ms.grad(weighted, (0, 1))(Tensor(given), Tensor(kernel)), leaves, strict=True):
        np.testing.assert_allclose(gradient.asnumpy(), leaf.grad.numpy(), rtol=1e-4, atol=1e-4)


def test_a_transposed_convolution_over_time_is_torchs():
    random = np.random.default_rng(0)
    given, kernel, bias = (random.random(shape, np.float32) for shape in ((2, 4, 7), (4, 3, 4), (3,)))
    expected = torch.nn.functional.conv_transpose1d(*map(torch.tensor, (given, kernel, bias)), stride=2, padding=1)
    found = convolution.conv_transpose1d(Tensor(given), Tensor(kernel), Tensor(bias), stride=2, padding=1)
    np.testing.assert_allclose(found.asnumpy(), expected.numpy(), rtol=1e-5, atol=1e-5)
