"""Reading and writing elements by index: gather, scatter, put, with torch's gradients."""

from __future__ import annotations

import mindspore as ms
import numpy as np
from mindspore import Tensor, mint, ops


def where_true(condition):
    """torch.where(condition) and nonzero(as_tuple=True): the coordinates of what is not zero, one tensor a dimension."""
    found = np.nonzero(condition.asnumpy()) if condition.ndim else (np.flatnonzero(condition.asnumpy()),)
    return tuple(Tensor(np.ascontiguousarray(part).astype(np.int64)) for part in found)


def argwhere(input):
    """torch.argwhere: the coordinates of what is not zero, one row an element."""
    return Tensor(np.argwhere(input.asnumpy()).astype(np.int64))


def nonzero_static(input, *, size, fill_value=-1):
    """torch.nonzero_static: ``size`` rows of coordinates, the missing ones filled."""
    found = np.argwhere(input.asnumpy())[:size]
    rows = np.full((size, input.ndim), fill_value, np.int64)
    rows[: len(found)] = found
    return Tensor(rows)


def source_like(input, index, src):
    """What is scattered: a tensor cut to the index's shape, or a number everywhere, in the input's dtype."""
    if not isinstance(src, Tensor):
        return ops.full(index.shape, src, dtype=input.dtype)
    if src.ndim == 0:
        return ops.broadcast_to(src.to(input.dtype), index.shape)
    if src.shape != index.shape:
        src = src[tuple(slice(0, n) for n in index.shape)]
    return src.to(input.dtype)


def narrow_dtype(input):
    """A dtype that the scatter kernel takes: int32 for bools and small integers."""
    return ms.int32 if input.dtype in (ms.bool_, ms.uint8, ms.int8, ms.int16) else input.dtype


def scatter(input, dim, index, src, *, reduce=None):
    """torch.scatter and scatter_add: ``src`` is a tensor or a number, ``reduce`` None, "add" or "multiply"; duplicate
    indices add up."""
    kind = narrow_dtype(input)
    if reduce == "multiply":
        return scatter_reduce(input, dim, index, source_like(input, index, src), "prod")
    if not index.size:
        return input.copy()
    if not input.ndim:
        return scatter(input.reshape(1), 0, index.reshape(1), src, reduce=reduce).reshape(())
    if not index.ndim:
        index = index.reshape(1)  # one place of a vector: ``zeros(10).scatter_(0, torch.tensor(label), value=1)``
    if input.is_complex():
        source = source_like(input, index, src)
        real = scatter(ops.real(input), dim, index, ops.real(source), reduce=reduce)
        return ops.Complex()(real, scatter(ops.imag(input), dim, index, ops.imag(source), reduce=reduce))
    source = source_like(input, index, src).to(kind)
    result = ops.tensor_scatter_elements(input.to(kind), index, source, dim, "add" if reduce == "add" else "none")
    return result.to(input.dtype)


def scatter_add(input, dim, index, src):
    """torch.scatter_add: duplicate indices add up."""
    return scatter(input, dim, index, src, reduce="add")


def scatter_reduce(input, dim, index, src, reduce, *, include_self=True):
    """torch.scatter_reduce with "sum", "prod", "mean", "amax", "amin". The gradient of an extreme is shared by all that
    are equal to it."""
    if not input.ndim:
        return scatter_reduce(
            input.reshape(1),
            0,
            index.reshape(1),
            source_like(input, index.reshape(1), src),
            reduce,
            include_self=include_self,
        ).reshape(())
    source = source_like(input, index, src)
    start = input
    if not include_self:
        touched = scatter(ops.zeros_like(input), dim, index, ops.ones_like(source), reduce="add") != 0
        start = ops.where(touched, ops.full_like(input, 1 if reduce == "prod" else 0), input)
    if reduce in ("sum", "mean"):
        total = scatter(start, dim, index, source, reduce="add")
        if reduce == "sum":
            return total
        first = ops.ones_like(input) if include_self else ops.zeros_like(input)
        count = scatter(first, dim, index, ops.ones_like(source), reduce="add")
        count = ops.maximum(count, ops.ones_like(count))
        return total / count if input.is_floating_point() else ops.floor_divide(total, count)
    if reduce == "prod":
        # Within one slice of the index no place comes twice.
        for place, factor in zip(ops.split(index, 1, dim), ops.split(source, 1, dim), strict=True):
            start = start * scatter(ops.ones_like(input), dim, place, factor)
        return start
    values = input.asnumpy().copy()
    places = list(np.indices(index.shape))
    places[dim] = index.asnumpy()
    places = tuple(places)
    chosen = source.asnumpy()
    if not include_self:
        values[places] = chosen
    (np.maximum if reduce == "amax" else np.minimum).at(values, places, chosen)
    if not input.is_floating_point():
        return Tensor(values)
    is_extreme = Tensor(chosen == values[places]).to(input.dtype)
    kept = Tensor(input.asnumpy() == values)
    kept = kept if include_self else ops.logical_and(kept, ops.logical_not(touched))
    kept = kept.to(input.dtype)
    count = scatter(kept, dim, index, is_extreme, reduce="add")
    return scatter(start * kept, dim, index, source * is_extreme, reduce="add") / count


def index_along(input, dim, index, source):
    """``index`` spread over the shape of ``source``, so that an element-wise scatter can take it."""
    if not source.ndim:
        return index.long().reshape(())
    dim = dim % max(input.ndim, 1)
    shape = [1] * source.ndim
    shape[dim] = -1
    return ops.broadcast_to(index.long().reshape(shape), source.shape)


def index_add(input, dim, index, source, *, alpha=1):
    """torch.index_add with its gradients."""
    scaled = source if alpha == 1 else source * alpha
    return scatter(input, dim, index_along(input, dim, index, scaled), scaled, reduce="add")


def index_copy(input, dim, index, source):
    """torch.index_copy: slices of ``source`` take the place of those at ``index``."""
    return scatter(input, dim, index_along(input, dim, index, source), source)


def index_fill(input, dim, index, value):
    """torch.index_fill: slices at ``index`` get one value."""
    if not input.ndim:
        return index_fill(input.reshape(1), 0, index, value).reshape(())
    shape = list(input.shape)
    shape[dim] = index.size
    fill = value if isinstance(value, Tensor) else ms.tensor(value)
    source = ops.broadcast_to(fill.to(input.dtype), tuple(shape))
    return index_copy(input, dim, index.reshape(-1), source)


def index_reduce(input, dim, index, source, reduce, *, include_self=True):
    """torch.index_reduce with "prod", "mean", "amax", "amin"."""
    return scatter_reduce(input, dim, index_along(input, dim, index, source), source, reduce, include_self=include_self)


def index_put(input, indices, values, accumulate=False):
    """torch.index_put: ``x[indices] = values`` on a copy, or ``+=`` with duplicates adding up. Bool masks too."""
    places = []
    for index in indices:
        places.extend(where_true(index) if index.dtype == ms.bool_ else (index,))
    spread = np.broadcast_arrays(*(place.asnumpy() for place in places))
    flat = np.ravel_multi_index(
        [part % n for part, n in zip(spread, input.shape, strict=False)], input.shape[: len(spread)]
    )
    rows = input.reshape(-1, *input.shape[len(spread) :])
    source = ops.broadcast_to(values.to(input.dtype), (*flat.shape, *rows.shape[1:])).reshape(-1, *rows.shape[1:])
    chosen = Tensor(flat.reshape(-1).astype(np.int64))
    return (index_add if accumulate else index_copy)(rows, 0, chosen, source).reshape(input.shape)


def masked_fill(input, mask, value):
    """torch.masked_fill: one value where the mask is true, both spread over a common shape."""
    fill = value.to(input.dtype) if isinstance(value, Tensor) else ms.tensor(value, dtype=input.dtype)
    if input.dtype == ms.bool_:
        return ops.logical_or(ops.logical_and(mask, fill), ops.logical_and(ops.logical_not(mask), input))
    return mint.where(mask, fill, input)


def masked_scatter(input, mask, source):
    """torch.masked_scatter: the elements of ``source`` in order where the mask is true."""
    input = ops.broadcast_to(input, np.broadcast_shapes(input.shape, mask.shape))
    spread = np.broadcast_to(mask.asnumpy(), input.shape).reshape(-1)
    places = Tensor(np.flatnonzero(spread).astype(np.int64))
    if not places.size:
        return input.copy()
    taken = source.reshape(-1)[: places.size]
    return index_copy(input.reshape(-1), 0, places, taken).reshape(input.shape)


def take(input, index):
    """torch.take: elements of the flattened input, negative indices from the end."""
    flat = input.reshape(-1)
    index = ops.where(index < 0, index + flat.size, index)
    return flat[index.reshape(-1)].reshape(index.shape)


def take_along_dim(input, indices, dim=None):
    """torch.take_along_dim: gather with broadcasting of the other dimensions."""
    if dim is None:
        return ops.gather_elements(input.reshape(-1), 0, indices.reshape(-1))
    axis = dim % input.ndim
    shape = list(
        np.broadcast_shapes(
            tuple(1 if d == axis else n for d, n in enumerate(input.shape)),
            tuple(1 if d == axis else n for d, n in enumerate(indices.shape)),
        )
    )
    left, right = list(shape), list(shape)
    left[axis], right[axis] = input.shape[axis], indices.shape[axis]
    return ops.gather_elements(ops.broadcast_to(input, tuple(left)), axis, ops.broadcast_to(indices, tuple(right)))


def put(input, index, source, accumulate=False):
    """torch.Tensor.put: elements of the flattened input are set, or added to."""
    flat, places = input.reshape(-1), index.reshape(-1)
    places = ops.where(places < 0, places + flat.size, places)
    return scatter(flat, 0, places, source.reshape(-1), reduce="add" if accumulate else None).reshape(input.shape)


def unravel_index(indices, shape):
    """torch.unravel_index."""
    found = np.unravel_index(indices.asnumpy(), (shape,) if isinstance(shape, int) else tuple(shape))
    return tuple(Tensor(np.asarray(part).astype(np.int64)) for part in found)


def select(input, dim, index):
    """torch.select: one slice along a dimension, which goes away."""
    place = [slice(None)] * input.ndim
    place[dim] = int(index)
    return input[tuple(place)]


def select_scatter(input, src, dim, index):
    """torch.select_scatter: ``src`` in the place of one slice."""
    place = ms.tensor([int(index) % input.shape[dim]])
    return index_copy(input, dim, place, src.to(input.dtype).unsqueeze(dim))


def slice_scatter(input, src, dim=0, start=None, end=None, step=1):
    """torch.slice_scatter: ``src`` in the place of a slice."""
    places = range(input.shape[dim])[slice(start, end, step)]
    index = Tensor(np.arange(input.shape[dim])[places.start : places.stop : places.step].astype(np.int64))
    return (
        index_copy(
            input,
            dim,
            index,
            ops.broadcast_to(src, tuple(index.size if d == dim % input.ndim else n for d, n in enumerate(input.shape))),
        )
        if index.size
        else input.copy()
    )


def diagonal_scatter(input, src, offset=0, dim1=0, dim2=1):
    """torch.diagonal_scatter: ``src`` in the place of a diagonal."""
    numbers = np.arange(int(np.prod(input.shape))).reshape(input.shape)
    places = np.diagonal(numbers, offset, dim1, dim2).reshape(-1)
    flat = index_copy(input.reshape(-1), 0, Tensor(places.astype(np.int64)), src.reshape(-1).to(input.dtype))
    return flat.reshape(input.shape)


def fill_diagonal(input, fill_value, wrap=False):
    """``x.fill_diagonal_(v)``, wrapping in tall matrices where asked."""
    mask = np.zeros(input.shape, bool)
    if input.ndim == 2:
        rows, columns = input.shape
        stop = rows * columns if wrap else min(rows, columns) * columns
        mask.reshape(-1)[: stop : columns + 1] = True
    else:
        mask[tuple(np.arange(input.shape[0]) for _ in input.shape)] = True
    return mint.where(Tensor(mask), ops.full_like(input, fill_value), input)


def as_strided_scatter(input, src, size, stride, storage_offset=0):
    """torch.as_strided_scatter: ``src`` in the place of a strided view."""
    index = np.full(tuple(size), storage_offset, np.int64)
    for axis, (count, step) in enumerate(zip(size, stride, strict=False)):
        shape = [1] * len(size)
        shape[axis] = count
        index = index + np.arange(count).reshape(shape) * step
    flat = index_copy(input.reshape(-1), 0, Tensor(index.reshape(-1)), src.reshape(-1).to(input.dtype))
    return flat.reshape(input.shape)


def plain_index(index):
    """An index as tensors take it: NumPy's whole numbers as Python's, NumPy's arrays as tensors, also those of a tuple,
    which NumPy's ``nonzero`` gives; anything else as it is."""
    if isinstance(index, tuple):
        return tuple(plain_index(part) for part in index)
    if isinstance(index, np.ndarray):
        return Tensor(index)
    return int(index) if isinstance(index, np.integer) else index


def plain_operand(value):
    """A number of NumPy's as Python's and an array as a tensor, since a tensor is equal to neither (``x == np.int64(1)``
    is False on MindSpore 2.10.0); anything else as it is."""
    if isinstance(value, np.generic):
        return value.item()
    return Tensor(value) if isinstance(value, np.ndarray) else value


def picked_items(items, index):
    """``items[index]`` where an array of NumPy's picks the items of a tensor, or of an array."""
    return items[plain_index(index) if isinstance(items, Tensor) else index]


def element(input, *index):
    """torch's ``input[index]`` where the indices may be numbers and tensors without dimensions: MindSpore differentiates
    such a choice of one element only index by index."""
    if all(not isinstance(place, Tensor) or place.ndim == 0 for place in index):
        for place in index:
            input = input[place]
        return input
    return input[index]


def strided(input, index):
    """torch's ``input[index]`` for slices with a step: MindSpore's CPU has no gradient for most of them, so the elements
    along such an axis are picked by their indices."""
    parts = list(index) if isinstance(index, tuple) else [index]
    if any(part is Ellipsis for part in parts):
        place = next(number for number, part in enumerate(parts) if part is Ellipsis)
        named = sum(part is not None and part is not Ellipsis for part in parts)
        parts[place : place + 1] = [slice(None)] * (input.ndim - named)
    axis = 0
    for place, part in enumerate(parts):
        if isinstance(part, slice) and part.step not in (None, 1):
            chosen = np.arange(*part.indices(input.shape[axis]))
            input = input.index_select(axis, Tensor(chosen))
            parts[place] = slice(None)
        axis += part is not None
    if all(isinstance(part, slice) and part == slice(None) for part in parts):
        return input
    return input[tuple(parts)]


def fitted(value, target):
    """A value for one row of ``target``: torch takes one with leading dimensions of size 1 too many."""
    while value.ndim >= target.ndim and value.ndim and value.shape[0] == 1:
        value = value.squeeze(0)
    return value
