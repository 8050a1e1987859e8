"""Reductions with torch's defaults, dtypes and named results."""

from __future__ import annotations

from collections import namedtuple

import mindspore as ms
import numpy as np
from mindspore import Tensor, mint, ops

ValuesIndices = namedtuple("ValuesIndices", "values indices")
MinMax = namedtuple("MinMax", "min max")


def axes_of(input, dim):
    """``dim`` of a reduction as a tuple of non-negative axes; None and () mean all."""
    if dim is None or (isinstance(dim, (tuple, list)) and not dim):
        return tuple(range(input.ndim))
    dims = dim if isinstance(dim, (tuple, list)) else (dim,)
    return tuple(sorted(int(d) % max(input.ndim, 1) for d in dims))


def correction_of(unbiased, correction):
    """What is taken from the number of elements: 1, unless ``unbiased`` or ``correction`` say otherwise."""
    if correction is not None:
        return correction
    return 1 if unbiased is None or unbiased else 0


def root(total):
    """The square root whose gradient at 0 is 0, as torch's norms and deviations have it."""
    zero = total == 0
    return ops.where(zero, ops.zeros_like(total), ops.sqrt(ops.where(zero, ops.ones_like(total), total)))


def nothing_reduced(input, axes, keepdim):
    """NaN for every slice of a tensor without elements: MindSpore's sum over nothing is what the memory held."""
    shape = tuple(1 if axis in axes else n for axis, n in enumerate(input.shape) if keepdim or axis not in axes)
    kind = {ms.complex64: ms.float32, ms.complex128: ms.float64}.get(input.dtype, input.dtype)
    return ops.full(shape, float("nan"), dtype=kind)


def var(input, dim=None, unbiased=None, keepdim=False, *, correction=None):
    """torch.var: ``dim`` may be a bool (then it is ``unbiased``), the default correction is 1."""
    if isinstance(dim, bool):
        dim, unbiased = None, dim
    if not input.ndim:
        return input * float("nan") if correction_of(unbiased, correction) else input * 0
    axes = axes_of(input, dim)
    if not input.size:
        return nothing_reduced(input, axes, keepdim)
    count = float(np.prod([input.shape[axis] for axis in axes]))
    mean = input.mean(axes, True)
    total = ops.abs(input - mean) if input.is_complex() else input - mean
    freedom = count - correction_of(unbiased, correction)
    return (total * total).sum(axes, keepdim=keepdim) / (freedom if freedom > 0 else 0.0)


def std(input, dim=None, unbiased=None, keepdim=False, *, correction=None):
    """torch.std: ``dim`` may be a bool (then it is ``unbiased``), the default correction is 1."""
    return root(var(input, dim, unbiased, keepdim, correction=correction))


def var_mean(input, dim=None, unbiased=None, keepdim=False, *, correction=None):
    """torch.var_mean: variance and mean."""
    axis = None if isinstance(dim, bool) else dim
    axes = axes_of(input, axis)
    if not input.size:
        missing = nothing_reduced(input, axes, keepdim)
        return missing, missing.to(input.dtype)
    mean = input.mean(axes, keepdim) if input.ndim else input
    return var(input, dim, unbiased, keepdim, correction=correction), mean


def std_mean(input, dim=None, unbiased=None, keepdim=False, *, correction=None):
    """torch.std_mean: standard deviation and mean."""
    variance, mean = var_mean(input, dim, unbiased, keepdim, correction=correction)
    return root(variance), mean


def without_nan(input):
    """NaNs as zeros, and where they were not."""
    real = ops.logical_not(ops.isnan(input))
    return ops.where(real, input, ops.zeros_like(input)), real


def nansum(input, dim=None, keepdim=False, *, dtype=None):
    """torch.nansum: NaNs count as 0."""
    if input.is_floating_point():
        input, _ = without_nan(input)
    return mint.sum(input, dim=dim, keepdim=keepdim, dtype=dtype)


def nanmean(input, dim=None, keepdim=False, *, dtype=None):
    """torch.nanmean: the mean of what is not NaN."""
    input = input if dtype is None else input.to(dtype)
    values, real = without_nan(input)
    axes = axes_of(input, dim)
    return values.sum(axes, keepdim=keepdim) / real.to(input.dtype).sum(axes, keepdim=keepdim)


def extreme_of_booleans(input, dim, keepdim, largest):
    """The extreme of a bool tensor through int32."""
    numbers = input.to(ms.int32)
    if dim is None:
        return (mint.max(numbers) if largest else mint.min(numbers)).to(ms.bool_)
    values, indices = mint.max(numbers, dim, keepdim) if largest else mint.min(numbers, dim, keepdim)
    return ValuesIndices(values.to(ms.bool_), indices)


def max_of_booleans(input, dim=None, keepdim=False):
    """torch.max of a bool tensor, which MindSpore's kernels do not take."""
    return extreme_of_booleans(input, dim, keepdim, True)


def min_of_booleans(input, dim=None, keepdim=False):
    """torch.min of a bool tensor, which MindSpore's kernels do not take."""
    return extreme_of_booleans(input, dim, keepdim, False)


def aminmax(input, *, dim=None, keepdim=False):
    """torch.aminmax: the smallest and the largest as a named pair."""
    axes = axes_of(input, dim)
    numbers = input.int() if input.dtype == ms.bool_ else input
    low, high = mint.amin(numbers, axes, keepdim), mint.amax(numbers, axes, keepdim)
    if input.is_floating_point() and bool(ops.isnan(input).any()):
        bad = ops.isnan(input).int().sum(axes, keepdim=keepdim) > 0
        low, high = (ops.where(bad, ops.full_like(found, float("nan")), found) for found in (low, high))
    return MinMax(low.to(input.dtype), high.to(input.dtype))


def all_over(input, dim=None, keepdim=False):
    """torch.all over several dimensions, or a dimension known only when it runs."""
    if not input.ndim:
        return input != 0
    return Tensor((input != 0).asnumpy().all(axis=axes_of(input, dim), keepdims=keepdim))


def any_over(input, dim=None, keepdim=False):
    """torch.any over several dimensions, or a dimension known only when it runs."""
    if not input.ndim:
        return input != 0
    return Tensor((input != 0).asnumpy().any(axis=axes_of(input, dim), keepdims=keepdim))


def cummax(input, dim):
    """torch.cummax as a named pair, of bools too."""
    if not input.ndim:
        return ValuesIndices(input.copy(), ms.tensor(0))
    numbers = input.int() if input.dtype == ms.bool_ else input
    indices = mint.cummax(ops.stop_gradient(numbers), dim)[1]
    return ValuesIndices(ops.gather_elements(numbers, dim, indices).to(input.dtype), indices)


def cummin(input, dim):
    """torch.cummin as a named pair, indices int64."""
    if not input.ndim:
        return ValuesIndices(input.copy(), ms.tensor(0))
    numbers = input.int() if input.dtype == ms.bool_ else input
    indices = ops.cummin(ops.stop_gradient(numbers), dim)[1].long()
    return ValuesIndices(ops.gather_elements(numbers, dim, indices).to(input.dtype), indices)


def tensor_norm(input, p="fro", dim=None, keepdim=False, dtype=None):
    """torch.norm: of all elements where ``dim`` is None, of vectors (one or several dimensions) otherwise; ``nuc`` is
    the sum of the singular values."""
    input = input if dtype is None else input.to(dtype)
    if p == "nuc":
        return nuclear_norm(input, dim, keepdim)
    magnitude = ops.sqrt(ops.real(input) ** 2 + ops.imag(input) ** 2) if input.is_complex() else ops.abs(input)
    axes = axes_of(input, dim)
    if not axes:
        return magnitude if p != 0 else (magnitude != 0).to(magnitude.dtype)
    if p in ("fro", 2, 2.0, None):
        return root((magnitude * magnitude).sum(axes, keepdim=keepdim))
    if p == float("inf"):
        return mint.amax(magnitude, axes, keepdim)
    if p == -float("inf"):
        return mint.amin(magnitude, axes, keepdim)
    if p == 0:
        return (magnitude != 0).to(magnitude.dtype).sum(axes, keepdim=keepdim)
    if p == 1:
        return magnitude.sum(axes, keepdim=keepdim)
    total = (magnitude**p).sum(axes, keepdim=keepdim)
    if p < 1:
        return total ** (1.0 / p)
    # The gradient of a norm of 0 is 0, as torch has it.
    nothing = total == 0
    return ops.where(nothing, ops.zeros_like(total), ops.where(nothing, ops.ones_like(total), total) ** (1.0 / p))


def nuclear_norm(input, dim=None, keepdim=False):
    """The nuclear norm over two dimensions."""
    axes = axes_of(input, dim)
    rest = [axis for axis in range(input.ndim) if axis not in axes]
    singular = ops.svd(input.permute(*rest, *axes), compute_uv=False)
    result = singular.sum(-1)
    if keepdim:
        for axis in axes:
            result = result.unsqueeze(axis)
    return result


def cumprod(input, dim, *, dtype=None):
    """torch.cumprod, with its gradient where a factor is 0: MindSpore divides by the factor and has none there."""
    input = input if dtype is None else input.to(dtype)
    if not input.ndim:
        return input if input.is_floating_point() or input.is_complex() else input.long()
    if not input.is_floating_point() or not bool((input == 0).any()):
        return mint.cumprod(input, dim)
    products = []
    for part in ops.split(input, 1, dim):
        products.append(products[-1] * part if products else part)
    return ops.cat(products, dim)


def renorm(input, p, dim, maxnorm):
    """torch.renorm: slices along ``dim`` whose p-norm is above ``maxnorm`` are scaled down to it."""
    axes = tuple(axis for axis in range(input.ndim) if axis != dim % input.ndim)
    size = tensor_norm(input, p, axes, True)
    factor = ops.where(size > maxnorm, maxnorm / (size + 1e-7), ops.ones_like(size))
    return input * factor.to(input.dtype)


def corrcoef(input):
    """torch.corrcoef: Pearson's coefficients between the rows."""
    covariance = cov(input)
    if covariance.ndim < 2:
        return covariance / covariance
    deviation = ops.sqrt(ops.diagonal(covariance))
    result = covariance / deviation.reshape(-1, 1) / deviation.reshape(1, -1)
    if result.is_complex():
        return ops.Complex()(ops.clamp(ops.real(result), -1.0, 1.0), ops.clamp(ops.imag(result), -1.0, 1.0))
    return ops.clamp(result, -1.0, 1.0)


def cov(input, *, correction=1, fweights=None, aweights=None):
    """torch.cov: covariances between the rows, weighted by frequencies and importances."""
    rows = input.reshape(1, -1) if input.ndim < 2 else input
    rows = rows if rows.is_floating_point() or rows.is_complex() else rows.float()
    weights = ops.ones((rows.shape[1],), rows.dtype)
    if fweights is not None:
        weights = weights * fweights.to(rows.dtype)
    if aweights is not None:
        weights = weights * aweights.to(rows.dtype)
    total = weights.sum()
    centred = rows - (rows * weights).sum(1, keepdim=True) / total
    lost = correction * ((weights * aweights.to(rows.dtype)).sum() / total if aweights is not None else 1.0)
    other = ops.conj(centred) if centred.is_complex() else centred
    result = ops.matmul(centred * weights, other.T) / (total - lost)
    return result.reshape(()) if rows.shape[0] == 1 else result


def norm_except_dim(v, pow=2, dim=0):
    """torch.norm_except_dim: norms of the slices along one dimension, kept in their place; -1 means of all."""
    if dim == -1:
        return tensor_norm(v, pow)
    others = tuple(axis for axis in range(v.ndim) if axis != dim)
    return tensor_norm(v, pow, others, True) if others else tensor_norm(v.unsqueeze(-1), pow, -1)


def cdist(x1, x2, p=2.0):
    """torch.cdist with any ``p``."""
    return tensor_norm(x1.unsqueeze(-2) - x2.unsqueeze(-3), float(p), -1)
