"""Sorting, selecting, counting: torch's order, named results and int64 indices."""

from __future__ import annotations

from collections import namedtuple

import mindspore as ms
import numpy as np
from mindspore import Tensor, ops

Sorted = namedtuple("Sorted", "values indices")
Histogram = namedtuple("Histogram", "hist bin_edges")


def order_of(input, dim, descending):
    """The stable order of the elements along ``dim`` as an int64 array; NaNs count as the largest, as in torch."""
    array = input.asnumpy()
    if str(array.dtype) == "bfloat16":
        array = array.astype(np.float32)
    if not descending:
        return np.argsort(array, axis=dim, kind="stable")
    flipped = np.flip(array, axis=dim)
    order = np.flip(np.argsort(flipped, axis=dim, kind="stable"), axis=dim)
    return array.shape[dim] - 1 - order


def sort(input, dim=-1, descending=False):
    """torch.sort: values (with gradient) and int64 indices, stable."""
    if not input.ndim:
        return Sorted(input.copy(), ms.tensor(0))
    indices = Tensor(np.ascontiguousarray(order_of(input, dim, descending)))
    return Sorted(gathered(input, dim, indices), indices)


def gathered(input, dim, indices):
    """``input`` at ``indices`` along ``dim``, for bool too."""
    if input.dtype == ms.bool_:
        return ops.gather_elements(input.to(ms.int32), dim, indices).to(ms.bool_)
    return ops.gather_elements(input, dim, indices)


def argsort(input, dim=-1, descending=False):
    """torch.argsort: int64 indices, stable."""
    return sort(input, dim, descending).indices


def msort(input):
    """torch.msort: sorted along the first dimension."""
    return sort(input, 0).values


def topk(input, k, dim=-1, largest=True):
    """torch.topk: the ``k`` largest or smallest in order, as named values (with gradient) and int64 indices."""
    if not input.ndim:
        return Sorted(input.copy(), ms.tensor(0))
    order = np.take(order_of(input, dim, largest), np.arange(k), axis=dim)
    indices = Tensor(np.ascontiguousarray(order))
    return Sorted(gathered(input, dim, indices), indices)


def kthvalue(input, k, dim=-1, keepdim=False):
    """torch.kthvalue: the k-th smallest (k from 1)."""
    return picked(input, k - 1, dim, keepdim)


def picked(input, position, dim, keepdim):
    """The element at ``position`` of the sorted order along ``dim``, and where it was."""
    if not input.ndim:
        return Sorted(input.copy(), ms.tensor(0))
    order = np.take(order_of(input, dim, False), [position], axis=dim)
    indices = Tensor(np.ascontiguousarray(order))
    values = gathered(input, dim, indices)
    return Sorted(values, indices) if keepdim else Sorted(values.squeeze(dim), indices.squeeze(dim))


def median(input, dim=None, keepdim=False):
    """torch.median: the lower of two middle elements; a value alone without ``dim``."""
    if dim is None:
        flat = input.reshape(-1)
        if input.is_floating_point() and bool(ops.isnan(flat).any()):
            return shared_by_equals(flat, flat.sum() * float("nan"))
        return shared_by_equals(flat, picked(flat, (flat.size - 1) // 2, 0, False).values)
    return picked(input, ((input.shape[dim] if input.ndim else 1) - 1) // 2, dim, keepdim)


def shared_by_equals(input, value):
    """A value among the elements, whose gradient all elements that are equal to it share."""
    if not input.is_floating_point():
        return value
    value = ops.stop_gradient(value)
    same = ops.isnan(input) if bool(ops.isnan(value)) else input == value
    moved = ops.where(same, input - ops.stop_gradient(input), ops.zeros_like(input))
    share = ops.where(ops.isnan(moved), ops.zeros_like(moved), moved).sum() / same.to(input.dtype).sum()
    return value + share


def nanmedian(input, dim=None, keepdim=False):
    """torch.nanmedian: the median of what is not NaN."""
    if dim is None:
        flat = input.reshape(-1)
        return shared_by_equals(flat, nanmedian(flat, 0).values)
    numbers = np.isnan(input.asnumpy())
    counts = (~numbers).sum(axis=dim, keepdims=True)
    order = np.take_along_axis(order_of(input, dim, False), np.maximum(counts - 1, 0) // 2, axis=dim)
    indices = Tensor(np.ascontiguousarray(order))
    values = gathered(input, dim, indices)
    return Sorted(values, indices) if keepdim else Sorted(values.squeeze(dim), indices.squeeze(dim))


def mode(input, dim=-1, keepdim=False):
    """torch.mode: the most frequent value (the smallest of equals) and the last place where it stands."""
    if not input.ndim:
        return Sorted(input.copy(), ms.tensor(0))
    array = np.moveaxis(input.asnumpy(), dim, -1)
    places = np.zeros(array.shape[:-1], np.int64)
    for index in np.ndindex(*array.shape[:-1]):
        values, counts = np.unique(array[index], return_counts=True)
        places[index] = np.flatnonzero(array[index] == values[counts.argmax()])[-1]
    indices = Tensor(np.ascontiguousarray(np.expand_dims(places, dim if dim >= 0 else input.ndim + dim)))
    values = gathered(input, dim, indices)
    return Sorted(values, indices) if keepdim else Sorted(values.squeeze(dim), indices.squeeze(dim))


def quantile(input, q, dim=None, keepdim=False, *, interpolation="linear", passed_over=False):
    """torch.quantile with all interpolations; the gradient flows to the elements that are taken. A NaN makes its line NaN,
    unless NaNs are to be ``passed_over``."""
    whole = dim is None
    source = input.reshape(-1) if whole else input
    axis = 0 if whole else dim % input.ndim
    lines = ops.movedim(source, axis, -1) if source.ndim > 1 else source
    ordered = sort(lines, -1).values
    asked = q if isinstance(q, Tensor) else ms.tensor(float(q), dtype=ordered.dtype)
    wrong = np.isnan(lines.asnumpy())
    last = np.full((*wrong.shape[:-1], 1), wrong.shape[-1] - 1)
    if passed_over:
        last = np.maximum(last - wrong.sum(-1, keepdims=True), 0)
    positions = asked.asnumpy().astype(np.float64).reshape(-1) * last
    if not passed_over:
        positions = np.where(wrong.any(-1, keepdims=True), last, positions)
    below, above = np.floor(positions).astype(np.int64), np.ceil(positions).astype(np.int64)
    share = positions - below
    if interpolation == "lower":
        above = below
    elif interpolation == "higher":
        below = above
    elif interpolation == "nearest":
        below = above = np.round(positions).astype(np.int64)
    elif interpolation == "midpoint":
        share = np.full_like(share, 0.5)
    low, high = (ops.gather_elements(ordered, ordered.ndim - 1, Tensor(places)) for places in (below, above))
    results = low + (high - low) * Tensor(share, dtype=ordered.dtype)
    return shaped_quantiles(results, input, asked, axis, whole, keepdim)


def shaped_quantiles(results, input, asked, axis, whole, keepdim):
    """Quantiles, which stand last, where torch puts them: in front, or nowhere for a single one."""
    results = ops.movedim(results, -1, 0) if results.ndim > 1 else results
    if keepdim:
        kept = (1,) * input.ndim if whole else tuple(1 if d == axis else n for d, n in enumerate(input.shape))
        results = results.reshape(results.shape[:1] + kept)
    return results if asked.ndim else results[0]


def nanquantile(input, q, dim=None, keepdim=False, *, interpolation="linear"):
    """torch.nanquantile: the quantile of what is not NaN."""
    return quantile(input, q, dim, keepdim, interpolation=interpolation, passed_over=True)


def unique(input, sorted=True, return_inverse=False, return_counts=False, dim=None):
    """torch.unique: sorted, with int64 inverse and counts. No gradient flows."""
    found = np.unique(
        input.asnumpy(), return_index=False, return_inverse=return_inverse, return_counts=return_counts, axis=dim
    )
    if not return_inverse and not return_counts:
        return Tensor(found)
    results = [Tensor(found[0])]
    if return_inverse:
        shape = input.shape if dim is None else (input.shape[dim],)
        results.append(Tensor(found[1].reshape(shape).astype(np.int64)))
    if return_counts:
        results.append(Tensor(found[-1].astype(np.int64)))
    return tuple(results)


def unique_consecutive(input, return_inverse=False, return_counts=False, dim=None):
    """torch.unique_consecutive: runs of equal elements (or slices) once. No gradient flows."""
    array = input.asnumpy()
    rows = array.reshape(-1) if dim is None else np.moveaxis(array, dim, 0)
    flat = rows.reshape(rows.shape[0], -1) if rows.size else rows.reshape(0, 1)
    starts = np.ones(len(flat), bool)
    if len(flat) > 1:
        starts[1:] = (flat[1:] != flat[:-1]).any(axis=1)
    kept = rows[starts]
    values = Tensor(np.ascontiguousarray(kept if dim is None else np.moveaxis(kept, 0, dim)))
    if not return_inverse and not return_counts:
        return values
    results = [values]
    if return_inverse:
        inverse = (np.cumsum(starts) - 1).astype(np.int64)
        results.append(Tensor(inverse.reshape(array.shape) if dim is None else inverse))
    if return_counts:
        results.append(Tensor(np.diff(np.append(np.flatnonzero(starts), len(flat))).astype(np.int64)))
    return tuple(results)


def bincount(input, weights=None, minlength=0):
    """torch.bincount: int64 counts, or float64 (float32 for float32 weights) sums. No gradient flows."""
    if weights is None:
        return Tensor(np.bincount(input.asnumpy(), minlength=minlength).astype(np.int64))
    array = weights.asnumpy()
    sums = np.bincount(input.asnumpy(), array, minlength)
    return Tensor(sums.astype(array.dtype) if array.dtype == np.float32 else sums)


def histc(input, bins=100, min=0, max=0):
    """torch.histc: counts of equal bins in the input's dtype; equal bounds mean the input's own. No gradient flows."""
    array = input.asnumpy()
    low, high = float(min), float(max)
    if low == high:
        low, high = (float(array.min()), float(array.max())) if array.size else (0.0, 1.0)
        if low == high:
            low, high = low - 1, high + 1
    inside = array[(array >= low) & (array <= high)].astype(np.float64)
    return Tensor(np.histogram(inside, bins, (low, high))[0].astype(array.dtype))


def histogram(input, bins, *, range=None, weight=None, density=False):
    """torch.histogram: counts and edges as a named pair. No gradient flows."""
    array = input.asnumpy()
    edges = bins.asnumpy() if isinstance(bins, Tensor) else bins
    bounds = None if range is None else tuple(range)
    weights = None if weight is None else weight.asnumpy().reshape(-1)
    counts, found = np.histogram(array.reshape(-1), edges, bounds, density, weights)
    return Histogram(Tensor(counts.astype(array.dtype)), Tensor(found.astype(array.dtype)))


def histogramdd(input, bins, *, range=None, weight=None, density=False):
    """torch.histogramdd: counts and a tuple of edges. No gradient flows."""
    array = input.asnumpy()
    edges = [b.asnumpy() for b in bins] if isinstance(bins, (list, tuple)) and isinstance(bins[0], Tensor) else bins
    bounds = None if range is None else np.asarray(range, np.float64).reshape(-1, 2)
    weights = None if weight is None else weight.asnumpy().reshape(-1)
    counts, found = np.histogramdd(array.reshape(-1, array.shape[-1]), edges, bounds, density, weights)
    return Histogram(Tensor(counts.astype(array.dtype)), tuple(Tensor(f.astype(array.dtype)) for f in found))


def searchsorted(sorted_sequence, input, *, out_int32=False, right=False, side=None, sorter=None):
    """torch.searchsorted: along the last dimension, int64 unless ``out_int32``."""
    rows = sorted_sequence.asnumpy()
    if sorter is not None:
        rows = np.take_along_axis(rows, sorter.asnumpy(), axis=-1)
    values = input.asnumpy() if isinstance(input, Tensor) else np.asarray(input)
    where_from = "right" if right or side == "right" else "left"
    kind = np.int32 if out_int32 else np.int64
    if rows.ndim == 1:
        return Tensor(np.asarray(np.searchsorted(rows, values, where_from)).astype(kind))
    found = np.empty(values.shape, kind)
    for index in np.ndindex(*rows.shape[:-1]):
        found[index] = np.searchsorted(rows[index], values[index], where_from)
    return Tensor(found)


def bucketize(input, boundaries, *, out_int32=False, right=False):
    """torch.bucketize: int64 unless ``out_int32``."""
    return searchsorted(boundaries, input, out_int32=out_int32, right=right)
