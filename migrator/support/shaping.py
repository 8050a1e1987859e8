"""Shapes: joining, splitting, repeating and moving, where MindSpore has no call of the same meaning on CPU."""

from __future__ import annotations

import itertools

import mindspore as ms
import numpy as np
from mindspore import Tensor, mint, ops


def promoted(tensors):
    """Tensors of one dtype, the one that torch's promotion gives."""
    kinds = {str(item.dtype) for item in tensors}
    if len(kinds) == 1:
        return list(tensors)
    total = tensors[0].reshape(-1)[:1] if tensors[0].size else ops.zeros((1,), tensors[0].dtype)
    for item in tensors[1:]:
        total = total * ops.ones((1,), item.dtype)
    return [item.to(total.dtype) for item in tensors]


def cat(tensors, dim=0):
    """torch.cat of tensors whose dtypes differ; empty one-dimensional ones are skipped."""
    kept = [item for item in promoted(tensors) if item.shape != (0,)]
    return ops.cat(kept, dim) if kept else tensors[0]


def stack(tensors, dim=0):
    """torch.stack of tensors whose dtypes differ."""
    return ops.stack(promoted(tensors), axis=dim)


def tensor_split(input, indices_or_sections, dim=0):
    """torch.tensor_split: at indices, or into parts as equal as may be (also more parts than elements)."""
    if isinstance(indices_or_sections, Tensor):
        indices_or_sections = indices_or_sections.asnumpy().tolist()
    size = input.shape[dim]
    if isinstance(indices_or_sections, int):
        each, more = divmod(size, indices_or_sections)
        counts = [each + 1] * more + [each] * (indices_or_sections - more)
        bounds = [0, *itertools.accumulate(counts)]
    else:
        inner = [slice(index).indices(size)[1] for index in indices_or_sections]
        bounds = [0, *inner, size]
    place = [slice(None)] * input.ndim
    parts = []
    for start, end in itertools.pairwise(bounds):
        place[dim] = slice(start, max(start, end))
        parts.append(input[tuple(place)])
    return tuple(parts)


def hsplit(input, indices_or_sections):
    """torch.hsplit: along the second dimension, the first of a vector."""
    return tensor_split(input, indices_or_sections, 0 if input.ndim == 1 else 1)


def vsplit(input, indices_or_sections):
    """torch.vsplit: along the first dimension."""
    return tensor_split(input, indices_or_sections, 0)


def dsplit(input, indices_or_sections):
    """torch.dsplit: along the third dimension."""
    return tensor_split(input, indices_or_sections, 2)


def unflatten(input, dim, sizes):
    """torch.unflatten: one dimension becomes several, one of which may be -1."""
    dim = dim % input.ndim
    sizes = list(sizes)
    if -1 in sizes:
        known = int(np.prod([n for n in sizes if n != -1]))
        sizes[sizes.index(-1)] = input.shape[dim] // known
    return input.reshape(*input.shape[:dim], *sizes, *input.shape[dim + 1 :])


def flip(input, dims):
    """torch.flip whose dimensions are one number, several, or none."""
    dims = (dims,) if isinstance(dims, int) else tuple(dims)
    return mint.flip(input, dims) if dims and input.ndim else input.copy()


def roll(input, shifts, dims=None):
    """torch.roll with its gradient: slices put together again; without ``dims`` the flattened elements roll."""
    if dims is None:
        return roll(input.reshape(-1), shifts, 0).reshape(input.shape)
    shifts = (shifts,) if isinstance(shifts, int) else tuple(shifts)
    dims = (dims,) if isinstance(dims, int) else tuple(dims)
    for shift, dim in zip(shifts, dims, strict=False):
        size = input.shape[dim]
        cut = -shift % size if size else 0
        if cut:
            input = ops.cat((input.narrow(dim, cut, size - cut), input.narrow(dim, 0, cut)), dim)
    return input


def repeat_interleave(input, repeats, dim=None):
    """torch.repeat_interleave: every element (or slice along ``dim``) a number of times, or each its own number."""
    if dim is None:
        input, dim = input.reshape(-1), 0
    if not isinstance(repeats, int):
        counts = repeats.asnumpy().reshape(-1) if isinstance(repeats, Tensor) else np.asarray(repeats)
        repeats = np.broadcast_to(counts, (input.shape[dim],))
    index = np.repeat(np.arange(input.shape[dim]), repeats)
    return ops.index_select(input, dim, Tensor(index.astype(np.int64)))


def repeat_counts(repeats):
    """torch.repeat_interleave of counts alone: index ``i`` stands ``repeats[i]`` times."""
    counts = repeats.asnumpy()
    return Tensor(np.repeat(np.arange(len(counts)), counts).astype(np.int64))


def listed_sizes(sizes):
    """Sizes given as ``f(2, 3)`` or ``f((2, 3))``."""
    if isinstance(sizes, int):
        return (sizes,)
    if len(sizes) == 1 and isinstance(sizes[0], (tuple, list)):
        return tuple(sizes[0])
    return tuple(sizes)


def tile(input, dims):
    """torch.tile: missing leading counts are 1."""
    counts = listed_sizes(dims)
    counts = (1,) * (input.ndim - len(counts)) + counts
    return tiled(input, counts)


def tiled(input, counts):
    """A tensor repeated along its last dimensions, one without elements too."""
    counts = tuple(int(count) for count in counts)
    if input.size and 0 not in counts:
        return ops.tile(input, counts)
    sizes = (1,) * (len(counts) - input.ndim) + tuple(input.shape)
    return ops.zeros(tuple(n * count for n, count in zip(sizes, counts, strict=True)), input.dtype)


def repeat(input, *repeats):
    """``x.repeat(...)`` with its counts as one tuple or number by number."""
    return tiled(input, listed_sizes(repeats))


def broadcast_tensors(*tensors):
    """torch.broadcast_tensors."""
    shape = np.broadcast_shapes(*(item.shape for item in tensors))
    return tuple(ops.broadcast_to(item, shape) for item in tensors)


def meshgrid(*tensors, indexing="ij"):
    """torch.meshgrid of tensors one by one or in a list."""
    if len(tensors) == 1 and isinstance(tensors[0], (list, tuple)):
        tensors = tensors[0]
    if len(tensors) == 1:
        return (tensors[0].reshape(-1),)
    return mint.meshgrid(*tensors, indexing=indexing)


def cartesian_prod(*tensors):
    """torch.cartesian_prod; of one tensor it is the tensor."""
    if len(tensors) == 1:
        return tensors[0]
    return ops.stack([grid.reshape(-1) for grid in mint.meshgrid(*tensors, indexing="ij")], axis=1)


def block_diag(*tensors):
    """torch.block_diag: matrices along the diagonal; vectors are rows, numbers 1 by 1."""
    blocks = [item.reshape(1, -1) if item.ndim < 2 else item for item in promoted(tensors)]
    width = sum(block.shape[1] for block in blocks)
    rows, left = [], 0
    for block in blocks:
        parts = [ops.zeros((block.shape[0], left), block.dtype), block]
        parts.append(ops.zeros((block.shape[0], width - left - block.shape[1]), block.dtype))
        rows.append(ops.cat([part for part in parts if part.shape[1]], 1) if width else block)
        left += block.shape[1]
    return ops.cat(rows, 0)


def each_of(function, tensors):
    """A function of one tensor on one, or on each of several or of a list."""
    if len(tensors) == 1 and isinstance(tensors[0], (list, tuple)):
        return tuple(function(item) for item in tensors[0])
    return function(tensors[0]) if len(tensors) == 1 else tuple(function(item) for item in tensors)


def atleast_1d(*tensors):
    """torch.atleast_1d."""
    return each_of(lambda item: item.reshape(1) if item.ndim < 1 else item, tensors)


def atleast_2d(*tensors):
    """torch.atleast_2d."""
    return each_of(lambda item: item.reshape(1, -1) if item.ndim < 2 else item, tensors)


def atleast_3d(*tensors):
    """torch.atleast_3d: a vector becomes (1, n, 1), a matrix (n, m, 1)."""

    def one(item):
        if item.ndim < 2:
            return item.reshape(1, -1, 1)
        return item.unsqueeze(-1) if item.ndim == 2 else item

    return each_of(one, tensors)


def triangle(input, keep):
    """The elements of the last two dimensions where ``keep`` is, zeros elsewhere."""
    if input.dtype == ms.bool_:
        return ops.logical_and(input, Tensor(keep))
    return input * Tensor(keep).to(input.dtype)


def tril(input, diagonal=0):
    """torch.tril for every dtype."""
    return triangle(input, np.tri(*input.shape[-2:], k=diagonal).astype(bool))


def triu(input, diagonal=0):
    """torch.triu for every dtype."""
    return triangle(input, ~np.tri(*input.shape[-2:], k=diagonal - 1).astype(bool))


def diag_embed_complex(input, offset=0, dim1=-2, dim2=-1):
    """torch.diag_embed of complex numbers."""
    real, imaginary = (ops.diag_embed(part, offset, dim1, dim2) for part in (ops.real(input), ops.imag(input)))
    return ops.Complex()(real, imaginary)


def diag(input, diagonal=0):
    """torch.diag: a matrix from a vector, or a matrix's diagonal."""
    if input.ndim == 2:
        return ops.diagonal(input, diagonal)
    size = input.shape[0] + abs(diagonal)
    if input.dtype == ms.bool_:
        return diag(input.to(ms.int32), diagonal).to(ms.bool_)
    mask = np.eye(size, k=diagonal)
    before = (ops.zeros((max(diagonal, 0),), input.dtype),) if diagonal > 0 else ()
    after = (ops.zeros((max(-diagonal, 0),), input.dtype),) if diagonal < 0 else ()
    columns = ops.cat((*before, input, *after)) if diagonal else input
    return columns.reshape(1, -1) * Tensor(mask).to(input.dtype)


def trace(input):
    """torch.trace: the sum of the diagonal."""
    return ops.diagonal(input).sum()


def unfold_windows(input, dimension, size, step):
    """``x.unfold(dimension, size, step)``: windows along a dimension, their elements in a new last dimension."""
    axis = dimension % max(input.ndim, 1)
    if not input.ndim:
        return input.reshape(1)
    count = (input.shape[axis] - size) // step + 1
    index = (np.arange(count)[:, None] * step + np.arange(size)[None, :]).reshape(-1)
    taken = ops.index_select(input, axis, Tensor(index.astype(np.int64)))
    taken = taken.reshape(*input.shape[:axis], count, size, *input.shape[axis + 1 :])
    return ops.movedim(taken, axis + 1, -1)


def as_strided(input, size, stride, storage_offset=0):
    """torch.as_strided of a contiguous tensor, as a gather: the result is no view."""
    index = np.full(tuple(size), storage_offset, np.int64)
    for axis, (count, step) in enumerate(zip(size, stride, strict=False)):
        shape = [1] * len(size)
        shape[axis] = count
        index = index + np.arange(count).reshape(shape) * step
    return input.reshape(-1)[Tensor(index.reshape(-1))].reshape(tuple(size))


def stride(input, dim=None):
    """``x.stride()`` of a contiguous tensor, in elements."""
    steps = [1]
    for count in input.shape[:0:-1]:
        steps.insert(0, steps[0] * max(count, 1))
    steps = tuple(steps) if input.ndim else ()
    return steps if dim is None else steps[dim]


def sum_to_size(input, *size):
    """``x.sum_to_size(...)``: broadcast dimensions are summed again."""
    size = listed_sizes(size)
    lead = input.ndim - len(size)
    axes = tuple(range(lead)) + tuple(lead + i for i, n in enumerate(size) if n == 1 and input.shape[lead + i] != 1)
    return (input.sum(axes, keepdim=True) if axes else input).reshape(size)


def diff(input, n=1, dim=-1, prepend=None, append=None):
    """torch.diff."""
    parts = [part for part in (prepend, input, append) if part is not None]
    if len(parts) > 1:
        input = cat(parts, dim)
    for _ in range(n):
        size = input.shape[dim]
        if size < 2:
            return input[tuple(slice(0, 0) if axis == dim % input.ndim else slice(None) for axis in range(input.ndim))]
        after, before = input.narrow(dim, 1, size - 1), input.narrow(dim, 0, size - 1)
        input = ops.logical_xor(after, before) if input.dtype == ms.bool_ else after - before
    return input


def gradient(input, *, spacing=1, dim=None, edge_order=1):
    """torch.gradient: central differences inside, one-sided ones of ``edge_order`` at the edges."""
    dims = range(input.ndim) if dim is None else (dim,) if isinstance(dim, int) else dim
    values = input if input.is_floating_point() or input.is_complex() else input.float()
    results = []
    for place, axis in enumerate(dims):
        step = 1 if spacing is None else spacing
        if isinstance(spacing, (tuple, list)):
            step = spacing[place]
        results.append(gradient_along(values, step, axis, edge_order))
    return tuple(results)


def gradient_along(values, step, axis, edge_order):
    """Differences along one axis; ``step`` is a number or the coordinates."""
    size = values.shape[axis]
    matrix = np.zeros((size, size))
    places = step.asnumpy() if isinstance(step, Tensor) and step.ndim else np.arange(size) * float(step)
    for column in range(size):
        unit = np.zeros(size)
        unit[column] = 1.0
        matrix[:, column] = np.gradient(unit, places, edge_order=edge_order)
    moved = ops.movedim(values, axis, -1) if values.ndim > 1 else values.reshape(1, -1)
    result = ops.matmul(moved, Tensor(matrix.T, dtype=values.dtype))
    return ops.movedim(result, -1, axis) if values.ndim > 1 else result.reshape(-1)


def trapezoid_parts(y, x, dx, dim):
    """The areas between neighbouring points along ``dim``."""
    size = y.shape[dim]
    y = y if y.is_floating_point() or y.is_complex() else y.float()
    heights = (y.narrow(dim, 1, size - 1) + y.narrow(dim, 0, size - 1)) / 2.0
    if x is None:
        return heights * (1.0 if dx is None else dx)
    if x.ndim == 1 and y.ndim > 1:
        x = x.reshape([-1 if axis == dim % y.ndim else 1 for axis in range(y.ndim)])
    width = diff(x, 1, dim)
    return heights * width


def trapezoid(y, x=None, *, dx=None, dim=-1):
    """torch.trapezoid."""
    return trapezoid_parts(y, x, dx, dim).sum(dim)


def cumulative_trapezoid(y, x=None, *, dx=None, dim=-1):
    """torch.cumulative_trapezoid."""
    return ops.cumsum(trapezoid_parts(y, x, dx, dim), dim)


def broadcast_to(input, *size):
    """``x.broadcast_to(...)`` with its sizes one by one or in a tuple; -1 keeps a size."""
    size = listed_sizes(size)
    lead = len(size) - input.ndim
    return ops.broadcast_to(input, tuple(input.shape[i - lead] if n == -1 else n for i, n in enumerate(size)))


def broadcast_shapes(*shapes):
    """torch.broadcast_shapes; a number is a shape of one dimension."""
    return np.broadcast_shapes(*((s,) if isinstance(s, int) else tuple(s) for s in shapes))


def constant_pad(input, pad, value=0):
    """torch.constant_pad_nd: pairs of widths, last dimension first; negative ones cut."""
    for place in range(len(pad) // 2):
        axis = input.ndim - 1 - place
        for width, first in ((pad[2 * place], True), (pad[2 * place + 1], False)):
            size = input.shape[axis]
            if width < 0:
                input = input.narrow(axis, -width if first else 0, size + width)
            elif width > 0:
                shape = tuple(width if d == axis else n for d, n in enumerate(input.shape))
                fill = ops.full(shape, value, dtype=input.dtype)
                input = ops.cat((fill, input) if first else (input, fill), axis)
    return input
