"""Fourier transforms with torch's arguments."""

from __future__ import annotations

import mindspore as ms
import numpy as np
from mindspore import Tensor

from migrator.support.shaping import roll


def transformed(function, input, **arguments):
    """A transform of NumPy's in double precision, back in the input's precision. No gradient flows."""
    array = input.asnumpy()
    if not array.ndim and "axes" in arguments:
        return Tensor(np.asarray(array, np.complex64))
    wide = array.dtype in (np.dtype("float64"), np.dtype("complex128"))
    result = function(array, **arguments)
    if not wide:
        result = result.astype(np.complex64 if np.iscomplexobj(result) else np.float32)
    return Tensor(np.ascontiguousarray(result))


def fft(input, n=None, dim=-1, norm=None):
    """torch.fft.fft. No gradient flows."""
    return transformed(np.fft.fft, input, n=n, axis=dim, norm=norm)


def ifft(input, n=None, dim=-1, norm=None):
    """torch.fft.ifft. No gradient flows."""
    return transformed(np.fft.ifft, input, n=n, axis=dim, norm=norm)


def rfft(input, n=None, dim=-1, norm=None):
    """torch.fft.rfft. No gradient flows."""
    return transformed(np.fft.rfft, input, n=n, axis=dim, norm=norm)


def irfft(input, n=None, dim=-1, norm=None):
    """torch.fft.irfft. No gradient flows."""
    return transformed(np.fft.irfft, input, n=n, axis=dim, norm=norm)


def hfft(input, n=None, dim=-1, norm=None):
    """torch.fft.hfft. No gradient flows."""
    return transformed(np.fft.hfft, input, n=n, axis=dim, norm=norm)


def ihfft(input, n=None, dim=-1, norm=None):
    """torch.fft.ihfft. No gradient flows."""
    return transformed(np.fft.ihfft, input, n=n, axis=dim, norm=norm)


def fft_axes(input, s, dim):
    """The sizes and axes of a transform over several dimensions; a size of -1 keeps the dimension."""
    s = (s,) if isinstance(s, int) else s
    if dim is None:
        dim = tuple(range(input.ndim)) if s is None else tuple(range(input.ndim - len(s), input.ndim))
    dim = (dim,) if isinstance(dim, int) else tuple(dim)
    if s is not None:
        s = tuple(input.shape[axis] if n == -1 else n for n, axis in zip(s, dim, strict=False))
    return {"s": s, "axes": dim}


def fft2(input, s=None, dim=(-2, -1), norm=None):
    """torch.fft.fft2. No gradient flows."""
    return transformed(np.fft.fftn, input, norm=norm, **fft_axes(input, s, dim))


def ifft2(input, s=None, dim=(-2, -1), norm=None):
    """torch.fft.ifft2. No gradient flows."""
    return transformed(np.fft.ifftn, input, norm=norm, **fft_axes(input, s, dim))


def fftn(input, s=None, dim=None, norm=None):
    """torch.fft.fftn. No gradient flows."""
    return transformed(np.fft.fftn, input, norm=norm, **fft_axes(input, s, dim))


def ifftn(input, s=None, dim=None, norm=None):
    """torch.fft.ifftn. No gradient flows."""
    return transformed(np.fft.ifftn, input, norm=norm, **fft_axes(input, s, dim))


def rfft2(input, s=None, dim=(-2, -1), norm=None):
    """torch.fft.rfft2. No gradient flows."""
    return transformed(np.fft.rfftn, input, norm=norm, **fft_axes(input, s, dim))


def rfftn(input, s=None, dim=None, norm=None):
    """torch.fft.rfftn. No gradient flows."""
    return transformed(np.fft.rfftn, input, norm=norm, **fft_axes(input, s, dim))


def irfft2(input, s=None, dim=(-2, -1), norm=None):
    """torch.fft.irfft2. No gradient flows."""
    return transformed(np.fft.irfftn, input, norm=norm, **fft_axes(input, s, dim))


def irfftn(input, s=None, dim=None, norm=None):
    """torch.fft.irfftn. No gradient flows."""
    return transformed(np.fft.irfftn, input, norm=norm, **fft_axes(input, s, dim))


OPPOSITE_NORM = {None: "forward", "backward": "forward", "forward": "backward", "ortho": "ortho"}


def hfftn(input, s=None, dim=None, norm=None):
    """torch.fft.hfftn and hfft2: the real transform of a Hermitian half. No gradient flows."""

    def hermitian(array, **arguments):
        return np.fft.irfftn(array.conj(), norm=OPPOSITE_NORM[norm], **arguments)

    return transformed(hermitian, input, **fft_axes(input, s, dim))


def hfft2(input, s=None, dim=(-2, -1), norm=None):
    """torch.fft.hfft2. No gradient flows."""
    return hfftn(input, s, dim, norm)


def ihfftn(input, s=None, dim=None, norm=None):
    """torch.fft.ihfftn. No gradient flows."""

    def hermitian(array, **arguments):
        return np.fft.rfftn(array, norm=OPPOSITE_NORM[norm], **arguments).conj()

    return transformed(hermitian, input, **fft_axes(input, s, dim))


def ihfft2(input, s=None, dim=(-2, -1), norm=None):
    """torch.fft.ihfft2. No gradient flows."""
    return ihfftn(input, s, dim, norm)


def fftfreq(n, d=1.0, dtype=None):
    """torch.fft.fftfreq."""
    return Tensor(np.fft.fftfreq(int(n), d), dtype=dtype or ms.float32)


def rfftfreq(n, d=1.0, dtype=None):
    """torch.fft.rfftfreq."""
    return Tensor(np.fft.rfftfreq(int(n), d), dtype=dtype or ms.float32)


def fftshift(input, dim=None):
    """torch.fft.fftshift."""
    axes = range(input.ndim) if dim is None else (dim,) if isinstance(dim, int) else dim
    return roll(input, tuple(input.shape[axis] // 2 for axis in axes), tuple(axes))


def ifftshift(input, dim=None):
    """torch.fft.ifftshift."""
    axes = range(input.ndim) if dim is None else (dim,) if isinstance(dim, int) else dim
    return roll(input, tuple(-(input.shape[axis] // 2) for axis in axes), tuple(axes))


def stft(
    input,
    n_fft,
    hop_length=None,
    win_length=None,
    window=None,
    center=True,
    pad_mode="reflect",
    normalized=False,
    onesided=None,
    return_complex=None,
    align_to_window=None,
):
    """torch.stft. No gradient flows."""
    array = input.asnumpy()
    single = array.ndim == 1
    rows = array.reshape(1, -1) if single else array
    hop, length = hop_length or n_fft // 4, win_length or n_fft
    shape = np.ones(length) if window is None else window.asnumpy().astype(np.float64)
    left = (n_fft - length) // 2
    shape = np.pad(shape, (left, n_fft - length - left))
    if center:
        rows = np.pad(
            rows,
            ((0, 0), (n_fft // 2, n_fft // 2)),
            mode={"constant": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}[pad_mode],
        )
    count = 1 + (rows.shape[1] - n_fft) // hop
    frames = np.stack([rows[:, k * hop : k * hop + n_fft] * shape for k in range(count)], axis=1)
    half = not np.iscomplexobj(rows) if onesided is None else onesided
    result = np.swapaxes(np.fft.rfft(frames) if half else np.fft.fft(frames), 1, 2)
    result = (result / np.sqrt(n_fft) if normalized else result).astype(np.complex64)
    result = np.ascontiguousarray(result[0] if single else result)
    if return_complex is False:
        return Tensor(np.stack((result.real, result.imag), -1))
    return Tensor(result)


def istft(
    input,
    n_fft,
    hop_length=None,
    win_length=None,
    window=None,
    center=True,
    normalized=False,
    onesided=None,
    length=None,
    return_complex=False,
):
    """torch.istft. No gradient flows."""
    spectrum = input.asnumpy()
    single = spectrum.ndim == 2
    spectrum = spectrum[None] if single else spectrum
    hop, wide = hop_length or n_fft // 4, win_length or n_fft
    shape = np.ones(wide) if window is None else window.asnumpy().astype(np.float64)
    left = (n_fft - wide) // 2
    shape = np.pad(shape, (left, n_fft - wide - left))
    spectrum = np.swapaxes(spectrum * (np.sqrt(n_fft) if normalized else 1.0), 1, 2)
    half = spectrum.shape[-1] == n_fft // 2 + 1 if onesided is None else onesided
    frames = (np.fft.irfft(spectrum, n_fft) if half else np.fft.ifft(spectrum, n_fft).real) * shape
    total = n_fft + hop * (frames.shape[1] - 1)
    signal, weight = np.zeros((len(frames), total)), np.zeros(total)
    for k in range(frames.shape[1]):
        signal[:, k * hop : k * hop + n_fft] += frames[:, k]
        weight[k * hop : k * hop + n_fft] += shape**2
    start = n_fft // 2 if center else 0
    end = total - (n_fft // 2 if center else 0) if length is None else start + length
    signal, weight = signal[:, start:end], weight[start:end]
    signal = signal / np.where(weight > 1e-11, weight, 1.0)
    if length is not None and signal.shape[1] < length:
        signal = np.pad(signal, ((0, 0), (0, length - signal.shape[1])))
    return Tensor(np.ascontiguousarray(signal[0] if single else signal).astype(np.float32))
