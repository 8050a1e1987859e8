"""Arithmetic element by element where MindSpore's own differs from torch for some dtypes or arguments."""

from __future__ import annotations

import math
from collections import namedtuple

import mindspore as ms
import numpy as np
from mindspore import Tensor, mint, ops


def round_decimals(input, decimals=0):
    """torch.round with ``decimals``: half to even after scaling by a power of ten."""
    scale = 10.0**decimals
    return ops.round(input * scale) / scale


def as_floating(input):
    """Integers and bools as float32, as torch promotes them for its float functions."""
    return input if input.is_floating_point() or input.is_complex() else input.float()


def logit(input, eps=None):
    """torch.logit: log(x / (1 - x)), with ``x`` held within ``eps`` of 0 and 1 where that is given."""
    input = as_floating(input)
    if eps is not None:
        held = clamp(input, eps, 1 - eps)
        return ops.log(held / (1 - held))
    outside = ops.logical_or(input < 0, input > 1)
    safe = ops.where(outside, 0.5, input)
    # The root of a negative number: NaN, and a gradient that is NaN too.
    wrong = ops.sqrt(ops.where(outside, change(input) - 1, 1.0))
    return ops.where(outside, wrong, ops.log(safe) - ops.log(1 - safe))


def bitwise_not(input):
    """torch.bitwise_not, which is ``~x``: logical for bools, ``-x - 1`` for integers."""
    if input.dtype == ms.bool_:
        return ops.logical_not(input)
    if input.dtype == ms.uint8:
        return 255 - input
    return -input - 1


def keep_nan(result, input, dim=None):
    """A result with NaN where torch has it and MindSpore's kernel lost it: at the same places, along ``dim``, or, where
    the shapes differ, everywhere."""
    if not input.is_floating_point() or not isinstance(result, Tensor):
        return result
    missing = ops.isnan(input)
    if dim is not None or result.shape != input.shape:
        axes = tuple(range(input.ndim)) if dim is None else dim
        missing = missing.int().sum(axes, keepdim=result.ndim == input.ndim) > 0
    return ops.where(missing, ops.full_like(result, float("nan")), result)


def nan_to_num(input, nan=None, posinf=None, neginf=None):
    """torch.nan_to_num for every dtype; infinities become the dtype's limits."""
    if not input.is_floating_point():
        return input.copy()
    limits = np.finfo(ms.dtype_to_nptype(input.dtype))
    high = float(limits.max) if posinf is None else posinf
    low = float(limits.min) if neginf is None else neginf
    result = ops.where(ops.isnan(input), ops.full_like(input, 0.0 if nan is None else nan), input)
    result = ops.where(input == math.inf, ops.full_like(input, high), result)
    return ops.where(input == -math.inf, ops.full_like(input, low), result)


def div(input, other, rounding_mode=None):
    """torch.div with its rounding modes: None, "floor" and "trunc"."""
    if rounding_mode is None:
        return input / other
    if rounding_mode == "floor":
        return input // other
    floating = [isinstance(x, float) or (isinstance(x, Tensor) and x.is_floating_point()) for x in (input, other)]
    if any(floating):
        return ops.trunc(input / other)
    magnitude = ops.abs(input) // (ops.abs(other) if isinstance(other, Tensor) else abs(other))
    return magnitude * ops.sign(input) * (ops.sign(other) if isinstance(other, Tensor) else int(np.sign(other)))


def fmax(input, other):
    """torch.fmax: the larger; a NaN loses against a number."""
    larger = ops.maximum(input, other)
    if not larger.is_floating_point():
        return larger
    input, other = input.to(larger.dtype), other.to(larger.dtype)
    return ops.where(ops.isnan(input), other, ops.where(ops.isnan(other), input, larger))


def fmin(input, other):
    """torch.fmin: the smaller; a NaN loses against a number."""
    if input.dtype == ms.bool_ and other.dtype == ms.bool_:
        return ops.logical_and(input, other)
    smaller = ops.minimum(input, other)
    if not smaller.is_floating_point():
        return smaller
    input, other = input.to(smaller.dtype), other.to(smaller.dtype)
    return ops.where(ops.isnan(input), other, ops.where(ops.isnan(other), input, smaller))


def copysign(input, other):
    """torch.copysign: the magnitude of ``input`` with the sign of ``other`` (of -0.0 too)."""
    magnitude = ops.abs(as_floating(input))
    if not isinstance(other, Tensor):
        return -magnitude if math.copysign(1, other) < 0 else magnitude
    sign = np.copysign(1.0, other.asnumpy())
    return magnitude * Tensor(sign, dtype=other.dtype if other.is_floating_point() else magnitude.dtype)


def xlogy(input, other):
    """torch.xlogy: x * log(y), and 0 where x is 0 and y is a number."""
    x = input if isinstance(input, Tensor) else ms.tensor(float(input))
    y = as_floating(other) if isinstance(other, Tensor) else ms.tensor(float(other))
    zero = ops.logical_and(x == 0, ops.logical_not(ops.isnan(y)))
    product = as_floating(x) * ops.log(ops.where(zero, ops.ones_like(y), y))
    return ops.where(zero, ops.zeros_like(product), product)


def change(input):
    """Zeros that carry the gradient of ``input``: what a derivative is multiplied with to give it to a value that was
    computed without one. Infinities and NaNs have none."""
    moved = input - ops.stop_gradient(input)
    finite = np.isfinite(input.asnumpy())
    return moved if finite.all() else ops.where(Tensor(finite), moved, ops.zeros_like(moved))


def nextafter(input, other):
    """torch.nextafter: the gradient flows to the input where it is not equal already."""
    array, towards = np.broadcast_arrays(input.asnumpy(), other.asnumpy())
    found = Tensor(np.nextafter(array, towards.astype(array.dtype)))
    return found + change(input) * Tensor(array != towards, dtype=input.dtype)


Frexp = namedtuple("Frexp", "mantissa exponent")


def frexp(input):
    """torch.frexp: the gradient flows to the mantissa."""
    mantissa, exponent = np.frexp(input.asnumpy())
    scale = Tensor(np.ldexp(np.ones_like(mantissa), -exponent))
    return Frexp(Tensor(mantissa) + change(input) * scale, Tensor(exponent.astype(np.int32)))


def clamp(input, min=None, max=None):
    """torch.clamp whose bounds are numbers, tensors or None: NaN stays NaN, and a number as a bound has no gradient where
    the input is equal to it; MindSpore's own takes NaN for a bound and has a gradient there."""
    if isinstance(min, Tensor) or isinstance(max, Tensor):
        input = input if min is None else maximum(input, min if isinstance(min, Tensor) else ms.tensor(min))
        return input if max is None else minimum(input, max if isinstance(max, Tensor) else ms.tensor(max))
    if not input.is_floating_point():
        if not isinstance(min, float) and not isinstance(max, float):
            return ops.clamp(input, min, max)
        input = input.float()
    inside, held = input == input, ops.stop_gradient(input)
    if min is not None:
        inside, held = input > min, mint.where(held < min, min, held)
    if max is not None:
        inside, held = ops.logical_and(inside, input < max), mint.where(held > max, max, held)
    return ops.where(inside, input, held)


def maximum(input, other):
    """torch.maximum with NaN where either is NaN; MindSpore's own takes the second for a NaN in the first."""
    larger = mint.maximum(input, other)
    return larger if not input.is_floating_point() else ops.where(ops.isnan(input), input.to(larger.dtype), larger)


def minimum(input, other):
    """torch.minimum with NaN where either is NaN; MindSpore's own takes the second for a NaN in the first."""
    if input.dtype == ms.bool_ and other.dtype == ms.bool_:
        return ops.logical_and(input, other)
    smaller = mint.minimum(input, other)
    return smaller if not input.is_floating_point() else ops.where(ops.isnan(input), input.to(smaller.dtype), smaller)


def where(condition, input, other):
    """torch.where with tensors or numbers for both branches."""
    if isinstance(input, Tensor) and isinstance(other, Tensor):
        return mint.where(condition, input, other)
    if isinstance(input, Tensor) or isinstance(other, Tensor):
        return mint.where(condition, input, other)
    integral = isinstance(input, int) and isinstance(other, int)
    dtype = ms.int64 if integral else ms.float32
    return mint.where(
        condition, ops.full(condition.shape, input, dtype=dtype), ops.full(condition.shape, other, dtype=dtype)
    )


def lerp(input, end, weight):
    """torch.lerp, which MindSpore's CPU has no kernel for."""
    return input + weight * (end - input)


def apply_elementwise(input, function):
    """``x.apply_(f)``: a Python function on every element. No gradient flows."""
    array = input.asnumpy()
    return Tensor(np.array([function(x) for x in array.reshape(-1).tolist()], array.dtype).reshape(array.shape))


def map_elementwise(input, other, function):
    """``x.map_(y, f)``: a Python function on pairs of elements. No gradient flows."""
    array = input.asnumpy()
    pairs = zip(
        array.reshape(-1).tolist(), np.broadcast_to(other.asnumpy(), array.shape).reshape(-1).tolist(), strict=False
    )
    return Tensor(np.array([function(a, b) for a, b in pairs], array.dtype).reshape(array.shape))


def equal(input, other):
    """torch.equal: same shape and same elements, as a Python bool."""
    return input.shape == other.shape and bool((input == other).all())


def isin(elements, test_elements, invert=False):
    """torch.isin."""
    arrays = [x.asnumpy() if isinstance(x, Tensor) else np.asarray(x) for x in (elements, test_elements)]
    return Tensor(np.isin(*arrays, invert=invert))


def logaddexp(input, other):
    """torch.logaddexp of any two dtypes."""
    total = as_floating(input + other)
    left, right = input.to(total.dtype), other.to(total.dtype)
    return ops.logaddexp(left, right)


def logaddexp2(input, other):
    """torch.logaddexp2 of any two dtypes."""
    total = as_floating(input + other)
    left, right = input.to(total.dtype), other.to(total.dtype)
    return ops.logaddexp2(left, right)


def atanh(input):
    """torch.atanh, NaN outside of -1 to 1 (MindSpore's CPU kernel gives numbers there)."""
    input = as_floating(input)
    if input.is_complex():
        return ops.atanh(input)
    return 0.5 * (ops.log1p(input) - ops.log1p(-input))


def acosh(input):
    """torch.acosh, NaN below 1 (MindSpore's CPU kernel gives numbers there)."""
    input = as_floating(input)
    if input.is_complex():
        return ops.acosh(input)
    above = input - 1
    return ops.log1p(above + ops.sqrt(above * (above + 2)))
