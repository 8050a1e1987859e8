"""Window functions of torch.signal.windows: symmetric unless told otherwise."""

from __future__ import annotations

import mindspore as ms
import numpy as np
from mindspore import Tensor


def signal_window(values, length, sym, dtype):
    """``values`` of the number of points that a window is spread over, cut to ``length``: a periodic window leaves out
    the last of one point more."""
    spread = length if sym or length <= 1 else length + 1
    found = values(spread) if length else np.zeros(0)
    return Tensor(np.asarray(found)[:length], dtype=ms.float32 if dtype is None else dtype)


def cosine_sum(count, weights):
    """A sum of cosines with alternating signs."""
    if count == 1:
        return np.ones(1)
    angles = np.linspace(0, 2 * np.pi, count)
    return sum((-1) ** i * weight * np.cos(i * angles) for i, weight in enumerate(weights))


def general_cosine(M, *, a, sym=True, dtype=None):
    """torch.signal.windows.general_cosine."""
    return signal_window(lambda count: cosine_sum(count, a), M, sym, dtype)


def general_hamming(M, *, alpha=0.54, sym=True, dtype=None):
    """torch.signal.windows.general_hamming: also ``hamming`` (0.54) and ``hann`` (0.5)."""
    return general_cosine(M, a=(alpha, 1.0 - alpha), sym=sym, dtype=dtype)


def blackman(M, *, sym=True, dtype=None):
    """torch.signal.windows.blackman."""
    return general_cosine(M, a=(0.42, 0.5, 0.08), sym=sym, dtype=dtype)


def nuttall(M, *, sym=True, dtype=None):
    """torch.signal.windows.nuttall."""
    return general_cosine(M, a=(0.3635819, 0.4891775, 0.1365995, 0.0106411), sym=sym, dtype=dtype)


def bartlett(M, *, sym=True, dtype=None):
    """torch.signal.windows.bartlett."""
    return signal_window(np.bartlett, M, sym, dtype)


def cosine_window(M, *, sym=True, dtype=None):
    """torch.signal.windows.cosine."""
    return signal_window(lambda count: np.sin(np.pi / count * (np.arange(count) + 0.5)), M, sym, dtype)


def exponential_window(M, *, center=None, tau=1.0, sym=True, dtype=None):
    """torch.signal.windows.exponential."""

    def values(count):
        middle = (count - 1) / 2 if center is None else center
        return np.exp(-np.abs(np.arange(count) - middle) / tau)

    return signal_window(values, M, sym, dtype)


def gaussian_window(M, *, std=1.0, sym=True, dtype=None):
    """torch.signal.windows.gaussian."""

    def values(count):
        return np.exp(-(((np.arange(count) - (count - 1) / 2) / std) ** 2) / 2)

    return signal_window(values, M, sym, dtype)


def kaiser(M, *, beta=12.0, sym=True, dtype=None):
    """torch.signal.windows.kaiser."""
    return signal_window(lambda count: np.kaiser(count, beta), M, sym, dtype)
