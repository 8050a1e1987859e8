"""Fourier transforms with torch's arguments."""

from __future__ import annotations

import mindspore as ms
import numpy as np
from mindspore import Tensor, nn, ops

from migrator.support.indexing import index_add
from migrator.support.shaping import roll

OPPOSITE_NORM = {None: "forward", "backward": "forward", "forward": "backward", "ortho": "ortho"}


def cut_or_padded(array, size, axis):
    """An array cut or filled up with zeros to a size along an axis."""
    missing = size - array.shape[axis]
    if missing <= 0:
        return np.take(array, range(size), axis)
    return np.pad(array, [(0, missing if place == axis else 0) for place in range(array.ndim)])


class FourierTransform(nn.Cell):
    """NumPy's transform along one axis, of real and imaginary parts, and its adjoint for the gradient."""

    def __init__(self, kind, n, axis, norm):
        super().__init__()
        self.kind, self.n, self.axis, self.norm = kind, n, axis, norm

    def parts(self, array, like):
        kind = np.float64 if like.dtype == ms.float64 else np.float32
        return tuple(Tensor(np.ascontiguousarray(part).astype(kind)) for part in (array.real, array.imag))

    def construct(self, real, imaginary):
        array = real.asnumpy() if self.kind in ("rfft", "ihfft") else real.asnumpy() + 1j * imaginary.asnumpy()
        return self.parts(getattr(np.fft, self.kind)(array, self.n, self.axis, self.norm), real)

    def bprop(self, real, imaginary, out, dout):
        gradient = dout[0].asnumpy() + 1j * dout[1].asnumpy()
        size, turned = real.shape[self.axis], OPPOSITE_NORM[self.norm]
        if self.kind in ("fft", "ifft"):
            inverse = np.fft.ifft if self.kind == "fft" else np.fft.fft
            found = inverse(gradient, gradient.shape[self.axis], self.axis, turned)
        elif self.kind == "rfft":
            length = size if self.n is None else self.n
            found = np.fft.ifft(cut_or_padded(gradient, length, self.axis), length, self.axis, turned).real + 0j
        else:
            length = gradient.shape[self.axis]
            found = np.fft.rfft(gradient.real, length, self.axis, turned)
            weight = np.full(found.shape[self.axis], 2.0)
            weight[0] = 1.0
            if length % 2 == 0:
                weight[-1] = 1.0
            found = found * weight.reshape([-1 if place == self.axis else 1 for place in range(found.ndim)])
        return self.parts(cut_or_padded(found, size, self.axis), real)


def transform_along(kind, input, n, dim, norm):
    """A transform along one dimension, ``kind`` "fft", "ifft", "rfft" or "irfft", with its gradient."""
    if input.is_complex():
        real, imaginary = ops.real(input), ops.imag(input)
    else:
        real = input if input.is_floating_point() else input.float()
        imaginary = ops.zeros_like(real)
    found = FourierTransform(kind, n, dim % input.ndim, norm)(real, imaginary)
    return found[0] if kind == "irfft" else ops.Complex()(*found)


def conjugate_of(input):
    """The conjugate of any tensor."""
    return ops.conj(input) if input.is_complex() else input


def fft(input, n=None, dim=-1, norm=None):
    """torch.fft.fft."""
    return transform_along("fft", input, n, dim, norm)


def ifft(input, n=None, dim=-1, norm=None):
    """torch.fft.ifft."""
    return transform_along("ifft", input, n, dim, norm)


def rfft(input, n=None, dim=-1, norm=None):
    """torch.fft.rfft."""
    return transform_along("rfft", input, n, dim, norm)


def irfft(input, n=None, dim=-1, norm=None):
    """torch.fft.irfft."""
    return transform_along("irfft", input, n, dim, norm)


def hfft(input, n=None, dim=-1, norm=None):
    """torch.fft.hfft: the real transform of a Hermitian half."""
    return transform_along("irfft", conjugate_of(input), n, dim, OPPOSITE_NORM[norm])


def ihfft(input, n=None, dim=-1, norm=None):
    """torch.fft.ihfft."""
    return ops.conj(transform_along("rfft", input, n, dim, OPPOSITE_NORM[norm]))


def fft_axes(input, s, dim):
    """Pairs of a dimension and its size in a transform; None keeps the dimension's size."""
    s = (s,) if isinstance(s, int) else s
    if dim is None:
        dim = tuple(range(input.ndim)) if s is None else tuple(range(input.ndim - len(s), input.ndim))
    dim = (dim,) if isinstance(dim, int) else tuple(dim)
    sizes = [None] * len(dim) if s is None else [None if n == -1 else int(n) for n in s]
    return list(zip(dim, sizes, strict=True))


def transform_over(kind, input, pairs, norm):
    """A transform over one dimension after the other."""
    for dim, n in pairs:
        input = transform_along(kind, input, n, dim, norm)
    return input


def fft2(input, s=None, dim=(-2, -1), norm=None):
    """torch.fft.fft2."""
    return fftn(input, s, dim, norm)


def ifft2(input, s=None, dim=(-2, -1), norm=None):
    """torch.fft.ifft2."""
    return ifftn(input, s, dim, norm)


def fftn(input, s=None, dim=None, norm=None):
    """torch.fft.fftn."""
    if not input.ndim:
        return ops.Complex()(input, ops.zeros_like(input)) if input.is_floating_point() else input
    return transform_over("fft", input, fft_axes(input, s, dim), norm)


def ifftn(input, s=None, dim=None, norm=None):
    """torch.fft.ifftn."""
    if not input.ndim:
        return fftn(input)
    return transform_over("ifft", input, fft_axes(input, s, dim), norm)


def rfft2(input, s=None, dim=(-2, -1), norm=None):
    """torch.fft.rfft2."""
    return rfftn(input, s, dim, norm)


def rfftn(input, s=None, dim=None, norm=None):
    """torch.fft.rfftn: the last dimension is halved."""
    *others, last = fft_axes(input, s, dim)
    return transform_over("fft", transform_over("rfft", input, [last], norm), others, norm)


def irfft2(input, s=None, dim=(-2, -1), norm=None):
    """torch.fft.irfft2."""
    return irfftn(input, s, dim, norm)


def irfftn(input, s=None, dim=None, norm=None):
    """torch.fft.irfftn: the last dimension is the half of one."""
    *others, last = fft_axes(input, s, dim)
    return transform_over("irfft", transform_over("ifft", input, others, norm), [last], norm)


def hfftn(input, s=None, dim=None, norm=None):
    """torch.fft.hfftn and hfft2: the real transform of a Hermitian half."""
    return irfftn(conjugate_of(input), s, dim, OPPOSITE_NORM[norm])


def hfft2(input, s=None, dim=(-2, -1), norm=None):
    """torch.fft.hfft2."""
    return hfftn(input, s, dim, norm)


def ihfftn(input, s=None, dim=None, norm=None):
    """torch.fft.ihfftn."""
    return ops.conj(rfftn(input, s, dim, OPPOSITE_NORM[norm]))


def ihfft2(input, s=None, dim=(-2, -1), norm=None):
    """torch.fft.ihfft2."""
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
    """torch.stft."""
    single = input.ndim == 1
    rows = input.unsqueeze(0) if single else input
    hop, length = hop_length or n_fft // 4, win_length or n_fft
    places = np.arange(rows.shape[1])
    if center:
        around = {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}.get(pad_mode)
        fill = {} if around else {"constant_values": -1}
        places = np.pad(places, n_fft // 2, mode=around or "constant", **fill)
    count = 1 + (len(places) - n_fft) // hop
    index = np.stack([places[k * hop : k * hop + n_fft] for k in range(count)])
    frames = rows[:, Tensor(np.maximum(index, 0).reshape(-1))].reshape(rows.shape[0], count, n_fft)
    frames = frames * Tensor(index >= 0).to(rows.dtype) * stft_window(window, length, n_fft, rows.dtype)
    half = not rows.is_complex() if onesided is None else onesided
    result = transform_along("rfft" if half else "fft", frames, None, -1, "ortho" if normalized else None).swapaxes(
        1, 2
    )
    result = result.squeeze(0) if single else result
    return ops.stack((ops.real(result), ops.imag(result)), -1) if return_complex is False else result


def stft_window(window, length, n_fft, dtype):
    """A window of ones where none is given, in the middle of ``n_fft`` points."""
    shape = ops.ones((length,), dtype) if window is None else window.to(dtype)
    left = (n_fft - length) // 2
    sides = [ops.zeros((count,), dtype) for count in (left, n_fft - length - left)]
    return ops.cat([part for part in (sides[0], shape, sides[1]) if part.shape[0]])


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
    """torch.istft."""
    single = input.ndim == 2
    spectrum = (input.unsqueeze(0) if single else input).swapaxes(1, 2)
    hop, wide = hop_length or n_fft // 4, win_length or n_fft
    if not return_complex:
        spectrum = spectrum[..., : n_fft // 2 + 1]
    kind = "ifft" if return_complex else "irfft"
    frames = transform_along(kind, spectrum, n_fft, -1, "ortho" if normalized else None)
    plain = ops.real(frames).dtype if frames.is_complex() else frames.dtype
    shape = stft_window(window, wide, n_fft, plain)
    frames = frames * shape.to(frames.dtype)
    count = frames.shape[1]
    total = n_fft + hop * (count - 1)
    places = Tensor((np.arange(count)[:, None] * hop + np.arange(n_fft)).reshape(-1))
    signal = index_add(
        ops.zeros((frames.shape[0], total), frames.dtype), 1, places, frames.reshape(frames.shape[0], -1)
    )
    squares = ops.broadcast_to(shape * shape, (count, n_fft)).reshape(-1)
    weight = index_add(ops.zeros((total,), plain), 0, places, squares)
    start = n_fft // 2 if center else 0
    end = total - (n_fft // 2 if center else 0) if length is None else min(start + length, total)
    weight = ops.where(weight > 1e-11, weight, ops.ones_like(weight))
    signal = signal[:, start:end] / weight[start:end].to(frames.dtype)
    if length is not None and signal.shape[1] < length:
        signal = ops.cat((signal, ops.zeros((signal.shape[0], length - signal.shape[1]), signal.dtype)), 1)
    return signal.squeeze(0) if single else signal
