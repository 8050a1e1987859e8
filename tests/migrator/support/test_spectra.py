"""Fourier transforms with torch's values and gradients."""

import mindspore as ms
import numpy as np
import pytest
import torch
from mindspore import Tensor

from migrator.support import spectra

LINE = np.sin(np.arange(24, dtype=np.float32) * 1.3).reshape(2, 3, 4)
OPTIONS = [{}, {"norm": "ortho"}, {"norm": "forward"}, {"dim": 1}, {"n": 3}, {"n": 7, "dim": 0}]


def both(name, values, options):
    """torch's value and gradient, and ours, of the sum of squares of what a transform gives."""
    theirs = torch.tensor(values, requires_grad=True)
    expected = getattr(torch.fft, name)(theirs, **options)
    (expected.abs() ** 2).sum().backward()

    def size(x):
        found = getattr(spectra, name)(x, **options)
        return (found * found).sum() if not found.is_complex() else (found.real() ** 2 + found.imag() ** 2).sum()

    found = getattr(spectra, name)(Tensor(values), **options)
    np.testing.assert_allclose(found.asnumpy(), expected.detach().resolve_conj().numpy(), rtol=1e-4, atol=1e-5)
    return ms.grad(size)(Tensor(values)).asnumpy(), theirs.grad.numpy()


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("name", ["fft", "ifft", "rfft", "irfft", "hfft", "ihfft"])
def test_one_dimension(name, options):
    found, expected = both(name, LINE, options)
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("options", [{}, {"norm": "ortho"}, {"s": (2, 5)}], ids=str)
@pytest.mark.parametrize("name", ["fft2", "ifft2", "rfft2", "irfft2", "hfft2", "ihfft2", "fftn", "rfftn", "irfftn"])
def test_several_dimensions(name, options):
    found, expected = both(name, LINE, options)
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-4)


SIGNAL = np.sin(np.arange(64, dtype=np.float32) ** 1.2).reshape(2, 32)
WINDOW = np.hanning(8).astype(np.float32)


@pytest.mark.parametrize(
    "options",
    [{}, {"center": False}, {"pad_mode": "constant"}, {"normalized": True, "hop_length": 3}, {"onesided": False}],
    ids=str,
)
def test_short_time_transforms_and_their_inverse(options):
    theirs = torch.tensor(SIGNAL, requires_grad=True)
    spectrum = torch.stft(theirs, 8, window=torch.tensor(WINDOW), return_complex=True, **options)
    (spectrum.abs() ** 2).sum().backward()

    def transformed(x):
        return spectra.stft(x, 8, window=Tensor(WINDOW), return_complex=True, **options)

    np.testing.assert_allclose(transformed(Tensor(SIGNAL)).asnumpy(), spectrum.detach().numpy(), rtol=1e-4, atol=1e-4)
    gradient = ms.grad(lambda x: (transformed(x).real() ** 2 + transformed(x).imag() ** 2).sum())(Tensor(SIGNAL))
    np.testing.assert_allclose(gradient.asnumpy(), theirs.grad.numpy(), rtol=1e-3, atol=1e-3)
    if options.get("center", True):
        back = {key: value for key, value in options.items() if key != "pad_mode"}
        expected = torch.istft(spectrum.detach(), 8, window=torch.tensor(WINDOW), **back).numpy()
        found = spectra.istft(transformed(Tensor(SIGNAL)), 8, window=Tensor(WINDOW), **back).asnumpy()
        np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-4)
