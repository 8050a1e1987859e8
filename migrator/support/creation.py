"""Tensors from data and from nothing, with torch's choices of dtype and shape."""

from __future__ import annotations

import mindspore as ms
import numpy as np
from mindspore import Parameter, Tensor, ops


def tensor(data, dtype=None):
    """torch.tensor: a copy of ``data``; nested lists may hold tensors and numbers, Python floats become float32,
    Python complex numbers complex64, NumPy data keeps its dtype."""
    if isinstance(data, Tensor):
        return data.copy() if dtype is None or data.dtype == dtype else data.to(dtype)
    if isinstance(data, (list, tuple)) and holds_tensors(data):
        data = plain_numbers(data)
    array = np.array(data)
    if dtype is None and array.dtype in (np.float64, np.complex128):
        # Numbers of NumPy's double precision keep it, also between Python's own.
        if not any(
            isinstance(item, (np.generic, np.ndarray)) and item.dtype == array.dtype for item in innermost(data)
        ):
            dtype = ms.float32 if array.dtype == np.float64 else ms.complex64
    return Tensor(array) if dtype is None else Tensor(array, dtype=dtype)


def innermost(data):
    """The innermost items of nested lists, one after another."""
    if isinstance(data, (list, tuple)):
        for item in data:
            yield from innermost(item)
    else:
        yield data


def holds_tensors(data):
    """Whether nested lists have a tensor in them."""
    return any(holds_tensors(item) if isinstance(item, (list, tuple)) else isinstance(item, Tensor) for item in data)


def plain_numbers(data):
    """Nested lists with their tensors as Python numbers."""
    if isinstance(data, Tensor):
        return data.asnumpy().tolist()
    return [plain_numbers(item) for item in data] if isinstance(data, (list, tuple)) else data


def as_tensor(data, dtype=None):
    """torch.as_tensor: ``data`` itself where it is a tensor of that dtype, else a tensor of it."""
    if isinstance(data, Tensor) and (dtype is None or data.dtype == dtype):
        return data
    return tensor(data, dtype)


def typed_tensor(data, dtype):
    """torch's ``torch.FloatTensor(data)`` of what is no ``torch.Size``: elements in a tuple, list, array or tensor, or a
    number of elements."""
    return ops.zeros((int(data),), dtype) if isinstance(data, (int, np.integer)) else tensor(data, dtype)


class TensorType:
    """torch's typed constructors, ``torch.FloatTensor(2, 3)`` (a shape) and ``torch.FloatTensor([1, 2])`` (data), also
    under another name and as a type: ``Tensor = torch.FloatTensor``, ``x.type(Tensor)``. A tuple of integers is a shape,
    as ``x.shape`` is one here and a ``torch.Size`` in torch."""

    def __init__(self, dtype):
        self.dtype = dtype

    def __call__(self, *data, device=None):
        if len(data) == 1 and isinstance(data[0], tuple) and all(type(size) is int for size in data[0]):
            return ops.zeros(data[0], self.dtype)
        if len(data) == 1 and not isinstance(data[0], (int, np.integer)):
            return tensor(data[0], self.dtype)
        return ops.zeros(tuple(int(size) for size in data) or (0,), self.dtype)


FloatTensor = TensorType(ms.float32)
DoubleTensor = TensorType(ms.float64)
HalfTensor = TensorType(ms.float16)
BFloat16Tensor = TensorType(ms.bfloat16)
LongTensor = TensorType(ms.int64)
IntTensor = TensorType(ms.int32)
ShortTensor = TensorType(ms.int16)
ByteTensor = TensorType(ms.uint8)
CharTensor = TensorType(ms.int8)
BoolTensor = TensorType(ms.bool_)


def new_tensor_of(self, *data, device=None):
    """torch's old ``Tensor.new``: zeros of a shape, or given data, in the tensor's own type."""
    return TensorType(self.dtype)(*data)


def frombuffer(buffer, dtype, count=-1, offset=0):
    """torch.frombuffer."""
    return Tensor(np.frombuffer(buffer, ms.dtype_to_nptype(dtype), count, offset).copy())


def shape_of(size):
    """A shape given as torch does: ``f(2, 3)`` or ``f((2, 3))``."""
    if len(size) == 1 and isinstance(size[0], (list, tuple)):
        size = size[0]
    return tuple(int(n) for n in size)


def zeros(*size, dtype=None):
    """torch.zeros, for no dimensions too."""
    return filled(shape_of(size), 0, dtype or ms.float32)


def ones(*size, dtype=None):
    """torch.ones, for no dimensions too."""
    return filled(shape_of(size), 1, dtype or ms.float32)


def filled(shape, value, dtype):
    """A tensor of one value."""
    return Tensor(np.full(shape, value), dtype=dtype)


def full(size, fill_value, dtype=None):
    """torch.full: the dtype follows the value (int64, bool, float32, complex64)."""
    if isinstance(fill_value, Tensor):
        dtype = dtype or fill_value.dtype
        return ops.broadcast_to(fill_value.to(dtype), shape_of((size,)))
    if dtype is None:
        dtype = {bool: ms.bool_, int: ms.int64, complex: ms.complex64}.get(type(fill_value), ms.float32)
    return filled(shape_of((size,)), fill_value, dtype)


def full_like_tensor(input, value):
    """``x.fill_(v)`` with a tensor of no dimensions for ``v``."""
    return ops.broadcast_to(value.to(input.dtype), input.shape)


def arange(start, end=None, step=1, dtype=None):
    """torch.arange, also with tensors for its bounds."""
    if end is None:
        start, end = 0, start
    start, end, step = (n.item() if isinstance(n, Tensor) else n for n in (start, end, step))
    if dtype is None:
        dtype = ms.float32 if any(isinstance(n, float) for n in (start, end, step)) else ms.int64
    count = max(0, int(np.ceil((end - start) / step)))
    return Tensor(start + np.arange(count) * step, dtype=dtype)


def inclusive_range(start, end, step=1, dtype=None):
    """torch.range: the end belongs to it, and the result is float32."""
    count = int(np.floor((end - start) / step)) + 1
    return Tensor(start + np.arange(count) * step, dtype=dtype or ms.float32)


def linspace(start, end, steps, dtype=None):
    """torch.linspace with any dtype."""
    start, end = (n.item() if isinstance(n, Tensor) else n for n in (start, end))
    values = np.linspace(start, end, steps)
    integral = dtype is not None and np.issubdtype(ms.dtype_to_nptype(dtype), np.integer)
    return Tensor(np.trunc(values) if integral else values, dtype=dtype or ms.float32)


def logspace(start, end, steps, base=10.0, dtype=None):
    """torch.logspace."""
    return Tensor(np.power(float(base), np.linspace(float(start), float(end), steps)), dtype=dtype or ms.float32)


def tril_indices(row, col, offset=0, dtype=None):
    """torch.tril_indices: rows and columns of the lower triangle."""
    return Tensor(np.stack(np.tril_indices(row, offset, col)), dtype=dtype or ms.int64)


def triu_indices(row, col, offset=0, dtype=None):
    """torch.triu_indices: rows and columns of the upper triangle."""
    return Tensor(np.stack(np.triu_indices(row, offset, col)), dtype=dtype or ms.int64)


def vander(x, N=None, increasing=False):
    """torch.vander and torch.linalg.vander."""
    count = x.shape[-1] if N is None else N
    powers = np.arange(count) if increasing else np.arange(count)[::-1]
    columns = [ops.ones_like(x) if p == 0 else x ** int(p) for p in powers]
    return ops.stack(columns, axis=-1)


def window(values, length, periodic, dtype):
    """A window function's values for ``length`` points; a periodic one leaves out the last of ``length + 1``."""
    if length <= 1:
        return Tensor(np.ones(length), dtype=dtype or ms.float32)
    full_window = values(length + 1 if periodic else length)
    return Tensor(full_window[:length], dtype=dtype or ms.float32)


def bartlett_window(window_length, periodic=True, dtype=None):
    """torch.bartlett_window."""
    return window(np.bartlett, window_length, periodic, dtype)


def blackman_window(window_length, periodic=True, dtype=None):
    """torch.blackman_window."""
    return window(np.blackman, window_length, periodic, dtype)


def hann_window(window_length, periodic=True, dtype=None):
    """torch.hann_window."""
    return window(np.hanning, window_length, periodic, dtype)


def hamming_window(window_length, periodic=True, alpha=0.54, beta=0.46, dtype=None):
    """torch.hamming_window."""

    def values(n):
        return alpha - beta * np.cos(2 * np.pi * np.arange(n) / (n - 1))

    return window(values, window_length, periodic, dtype)


def kaiser_window(window_length, periodic=True, beta=12.0, dtype=None):
    """torch.kaiser_window."""
    return window(lambda n: np.kaiser(n, beta), window_length, periodic, dtype)


def resize(input, *sizes):
    """``x.resize_(...)``: the first elements in the new shape, zeros where there are not enough."""
    shape = shape_of(sizes)
    flat, wanted = input.reshape(-1), int(np.prod(shape))
    if wanted > flat.size:
        flat = ops.cat((flat, ops.zeros((wanted - flat.size,), flat.dtype)))
    return flat[:wanted].reshape(shape)


def resize_(input, *sizes):
    """``x.resize_(...)`` where ``x`` itself has the new shape from there on, for all who hold it."""
    resized = resize(input, *sizes)
    if resized.shape == input.shape:
        return input
    try:
        input.assign_value(resized)
    except RuntimeError:  # not of what a gradient was taken with
        input.data = resized
    return input


def dense_of_coordinates(indices, values, size=None, dtype=None):
    """torch.sparse_coo_tensor as a dense tensor: values at coordinates, duplicates added up, zeros elsewhere. The
    gradient flows to the values. The tensor remembers what it was made of."""
    places = indices.asnumpy() if isinstance(indices, Tensor) else np.asarray(indices)
    values = values if isinstance(values, Tensor) else tensor(values)
    values = values if dtype is None else values.to(dtype)
    lead = places.shape[0]
    if size is None:
        size = tuple(int(n) + 1 for n in places.max(axis=1)) + tuple(values.shape[1:])
    size = tuple(int(n) for n in size)
    flat = Tensor(np.ravel_multi_index(tuple(places.astype(np.int64)), size[:lead]).astype(np.int64))
    rows = int(np.prod(size[:lead]))
    width = int(np.prod(size[lead:]))
    columns = values.reshape(-1, width)
    spread = ops.broadcast_to(flat.reshape(-1, 1), columns.shape)
    start = ops.zeros((rows, width), values.dtype)
    made = ops.tensor_scatter_elements(start, spread, columns, 0, "add").reshape(size)
    made.coordinates = (Tensor(places.astype(np.int64)), values)
    return made


def coalesced(input):
    """torch's ``coalesce()`` of a sparse tensor, of the dense one in its place: its coordinates in order and each once,
    with the values of the same place added up. The gradient flows to the values."""
    if not hasattr(input, "coordinates"):
        return input
    indices, values = input.coordinates
    lead = indices.shape[0]
    flat = np.ravel_multi_index(tuple(indices.asnumpy()), input.shape[:lead])
    places, among = np.unique(flat, return_inverse=True)
    rows = values.reshape(len(flat), -1)
    spread = ops.broadcast_to(Tensor(among.astype(np.int64)).reshape(-1, 1), rows.shape)
    start = ops.zeros((len(places), rows.shape[1]), values.dtype)
    summed = ops.tensor_scatter_elements(start, spread, rows, 0, "add").reshape((len(places), *values.shape[1:]))
    ordered = np.stack(np.unravel_index(places, input.shape[:lead])).astype(np.int64)
    return dense_of_coordinates(Tensor(ordered), summed, input.shape)


def sparse_indices(input):
    """torch's ``indices()`` of a sparse tensor, of the dense one in its place: as given, or where it is not zero."""
    if hasattr(input, "coordinates"):
        return input.coordinates[0]
    return Tensor(np.stack(input.asnumpy().nonzero()).astype(np.int64))


def sparse_values(input):
    """torch's ``values()`` of a sparse tensor, of the dense one in its place."""
    if hasattr(input, "coordinates"):
        return input.coordinates[1]
    return input[tuple(sparse_indices(input))]


def sparse_softmax(input, dim):
    """torch.sparse.softmax of a dense tensor whose zeros are the absent elements."""
    present = input != 0
    high = ops.where(present, input, ops.full_like(input, -1e30))
    shares = ops.where(present, ops.exp(high - high.max(axis=dim, keepdims=True)), ops.zeros_like(input))
    total = shares.sum(dim, keepdim=True)
    return shares / ops.where(total == 0, ops.ones_like(total), total)


def clone(value):
    """torch's ``value.clone()`` where ``value`` may be a parameter, whose copy in MindSpore is a parameter that no gradient
    flows through, or no tensor at all; MindSpore's own ``clone`` has no CPU kernel."""
    if isinstance(value, Parameter):
        return value * 1 if value.dtype != ms.bool_ else ops.logical_or(value, value)
    return value.copy() if isinstance(value, Tensor) else value.clone()
