"""torch's poolings in 1 to 3 dimensions, for batched and unbatched inputs."""

from __future__ import annotations

import math

import mindspore as ms
import numpy as np
from mindspore import Tensor, nn, ops

from migrator.support.likeness import SameKind


def pool_tuple(value, length):
    """An int or a sequence as a tuple of ``length``."""
    if isinstance(value, int):
        return (value,) * length
    value = tuple(value)
    return value * length if len(value) == 1 else value


def pooled_size(size, kernel, stride, padding, dilation, ceil_mode):
    """torch's output size: with ``ceil_mode`` a last window must start inside the input or its left padding."""
    span = size + 2 * padding - dilation * (kernel - 1) - 1
    count = (-(-span // stride) if ceil_mode else span // stride) + 1
    if ceil_mode and (count - 1) * stride >= size + padding:
        count -= 1
    return count


def window_index(size, kernel, stride, padding, dilation, ceil_mode):
    """For each window the positions it sees, as an array (windows, kernel) with -1 outside of the input."""
    count = pooled_size(size, kernel, stride, padding, dilation, ceil_mode)
    index = np.arange(count)[:, None] * stride - padding + np.arange(kernel)[None, :] * dilation
    return np.where((index < 0) | (index >= size), -1, index)


def max_pool(input, kernel_size, stride, padding, dilation, ceil_mode, return_indices, dims):
    """torch's max_poolNd, with flat indices into the spatial axes."""
    kernel = pool_tuple(kernel_size, dims)
    stride = kernel if stride is None or stride == [] else pool_tuple(stride, dims)
    padding, dilation = pool_tuple(padding, dims), pool_tuple(dilation, dims)
    spatial = input.shape[-dims:]
    lead = input.shape[: input.ndim - dims]
    flat = input.reshape((-1, math.prod(spatial)))
    windows = np.zeros((1, 1), np.int64)
    missing = np.zeros((1, 1), bool)
    sizes = []
    for axis in range(dims):
        index = window_index(spatial[axis], kernel[axis], stride[axis], padding[axis], dilation[axis], ceil_mode)
        sizes.append(index.shape[0])
        outside = index < 0
        windows = windows[:, None, :, None] * spatial[axis] + np.maximum(index, 0)[None, :, None, :]
        missing = missing[:, None, :, None] | outside[None, :, None, :]
        windows = windows.reshape(windows.shape[0] * windows.shape[1], -1)
        missing = missing.reshape(missing.shape[0] * missing.shape[1], -1)
    first_seen = np.take_along_axis(windows, np.argmin(missing, axis=1)[:, None], axis=1)
    windows = np.where(missing, first_seen, windows)
    seen = ops.gather(flat, Tensor(windows.reshape(-1), ms.int32), 1).reshape((flat.shape[0], *windows.shape))
    place = seen.argmax(axis=2)
    values = ops.gather_elements(seen, 2, place.expand_dims(2)).squeeze(2).reshape((*lead, *sizes))
    if not return_indices:
        return values
    table = Tensor(windows, ms.int64).expand_dims(0).broadcast_to((flat.shape[0], *windows.shape))
    indices = ops.gather_elements(table, 2, place.expand_dims(2)).squeeze(2)
    return values, indices.reshape((*lead, *sizes))


def max_pool1d(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    """torch.nn.functional.max_pool1d."""
    return max_pool(input, kernel_size, stride, padding, dilation, ceil_mode, return_indices, 1)


def max_pool2d(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    """torch.nn.functional.max_pool2d for (N, C, H, W) and (C, H, W).

    ``ops.max_pool2d`` takes 13 to 380 times as long to differentiate as ``ops.MaxPool`` (measured, MindSpore 2.10 on
    CPU), which has no padding of a given width; ``ops.MaxPool3D`` has."""
    kernel, stride = pool_tuple(kernel_size, 2), kernel_size if stride is None or stride == [] else stride
    stride, padding, dilation = pool_tuple(stride, 2), pool_tuple(padding, 2), pool_tuple(dilation, 2)
    if input.ndim != 4 or ceil_mode or input.dtype != ms.float32:
        return max_pool(input, kernel, stride, padding, dilation, ceil_mode, return_indices, 2)
    if return_indices or dilation != (1, 1):
        return ops.max_pool2d(input, kernel, stride, padding, dilation, return_indices=return_indices)
    if padding == (0, 0):
        return ops.MaxPool(kernel, stride)(input)
    around = (0, 0, padding[0], padding[0], padding[1], padding[1])
    return ops.MaxPool3D((1, *kernel), (1, *stride), "pad", around)(input.expand_dims(2)).squeeze(2)


def max_pool3d(input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
    """torch.nn.functional.max_pool3d."""
    return max_pool(input, kernel_size, stride, padding, dilation, ceil_mode, return_indices, 3)


def max_pool1d_with_indices(
    input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=True
):
    """torch.nn.functional.max_pool1d_with_indices."""
    return max_pool(input, kernel_size, stride, padding, dilation, ceil_mode, True, 1)


def max_pool2d_with_indices(
    input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=True
):
    """torch.nn.functional.max_pool2d_with_indices."""
    return max_pool(input, kernel_size, stride, padding, dilation, ceil_mode, True, 2)


def max_pool3d_with_indices(
    input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=True
):
    """torch.nn.functional.max_pool3d_with_indices."""
    return max_pool(input, kernel_size, stride, padding, dilation, ceil_mode, True, 3)


def average_axis(input, axis, weights):
    """``input`` times a matrix (out, in) of constant weights along one axis."""
    moved = input.swapaxes(axis, -1)
    shape = moved.shape
    matrix = Tensor(np.ascontiguousarray(weights.T)).astype(input.dtype)
    result = ops.matmul(moved.reshape((-1, shape[-1])), matrix)
    return result.reshape((*shape[:-1], weights.shape[0])).swapaxes(axis, -1)


def average_pool(input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override, dims):
    """torch's avg_poolNd: a sum over windows axis by axis, divided by torch's count of elements."""
    kernel = pool_tuple(kernel_size, dims)
    stride = kernel if stride is None or stride in ([], ()) else pool_tuple(stride, dims)
    padding = pool_tuple(padding, dims)
    if not input.is_floating_point():
        options = (ceil_mode, count_include_pad, divisor_override, dims)
        return ops.trunc(average_pool(input.double(), kernel, stride, padding, *options)).astype(input.dtype)
    count = np.ones(1)
    for offset in range(dims):
        axis = input.ndim - dims + offset
        size = input.shape[axis]
        windows = pooled_size(size, kernel[offset], stride[offset], padding[offset], 1, ceil_mode)
        starts = np.arange(windows) * stride[offset] - padding[offset]
        ends = np.minimum(starts + kernel[offset], size + padding[offset])
        full = ends - starts
        starts, ends = np.maximum(starts, 0), np.minimum(ends, size)
        position = np.arange(size)[None, :]
        weights = ((position >= starts[:, None]) & (position < ends[:, None])).astype(np.float64)
        counted = full if count_include_pad else ends - starts
        count = np.multiply.outer(count, counted)
        input = average_axis(input, axis, weights)
    count = count.reshape(count.shape[1:])
    divisor = np.full_like(count, divisor_override) if divisor_override else count
    return input / Tensor(divisor).astype(input.dtype)


def avg_pool1d(input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True):
    """torch.nn.functional.avg_pool1d."""
    return average_pool(input, kernel_size, stride, padding, ceil_mode, count_include_pad, None, 1)


def avg_pool2d(
    input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None
):
    """torch.nn.functional.avg_pool2d."""
    return average_pool(input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override, 2)


def avg_pool3d(
    input, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None
):
    """torch.nn.functional.avg_pool3d."""
    return average_pool(input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override, 3)


def adaptive_bounds(size, wanted):
    """torch's window bounds of adaptive pooling: floor of the start, ceiling of the end."""
    starts = np.arange(wanted) * size // wanted
    ends = -(-(np.arange(wanted) + 1) * size // wanted)
    return starts, ends


def adaptive_sizes(input, output_size, dims):
    """The asked sizes; None keeps the input's."""
    sizes = (output_size,) * dims if output_size is None or isinstance(output_size, int) else tuple(output_size)
    sizes = sizes * dims if len(sizes) == 1 else sizes
    return [input.shape[input.ndim - dims + n] if size is None else size for n, size in enumerate(sizes)]


def adaptive_average(input, output_size, dims):
    """torch's adaptive_avg_poolNd."""
    for offset, wanted in enumerate(adaptive_sizes(input, output_size, dims)):
        axis = input.ndim - dims + offset
        size = input.shape[axis]
        if wanted == size:
            continue
        starts, ends = adaptive_bounds(size, wanted)
        position = np.arange(size)[None, :]
        inside = (position >= starts[:, None]) & (position < ends[:, None])
        input = average_axis(input, axis, inside / (ends - starts)[:, None])
    return input


def adaptive_avg_pool1d(input, output_size):
    """torch.nn.functional.adaptive_avg_pool1d."""
    return adaptive_average(input, output_size, 1)


def adaptive_avg_pool2d(input, output_size):
    """torch.nn.functional.adaptive_avg_pool2d."""
    return adaptive_average(input, output_size, 2)


def adaptive_avg_pool3d(input, output_size):
    """torch.nn.functional.adaptive_avg_pool3d."""
    return adaptive_average(input, output_size, 3)


def adaptive_max(input, output_size, return_indices, dims):
    """torch's adaptive_max_poolNd, with flat indices into the spatial axes."""
    spatial = input.shape[-dims:]
    lead = input.shape[: input.ndim - dims]
    sizes = adaptive_sizes(input, output_size, dims)
    flat = input.reshape((-1, math.prod(spatial)))
    windows = np.zeros((1, 1), np.int64)
    for axis in range(dims):
        starts, ends = adaptive_bounds(spatial[axis], sizes[axis])
        index = np.minimum(starts[:, None] + np.arange((ends - starts).max())[None, :], ends[:, None] - 1)
        windows = windows[:, None, :, None] * spatial[axis] + index[None, :, None, :]
        windows = windows.reshape(windows.shape[0] * windows.shape[1], -1)
    seen = ops.gather(flat, Tensor(windows.reshape(-1), ms.int32), 1).reshape((flat.shape[0], *windows.shape))
    place = seen.argmax(axis=2)
    values = ops.gather_elements(seen, 2, place.expand_dims(2)).squeeze(2).reshape((*lead, *sizes))
    if not return_indices:
        return values
    table = Tensor(windows, ms.int64).expand_dims(0).broadcast_to((flat.shape[0], *windows.shape))
    indices = ops.gather_elements(table, 2, place.expand_dims(2)).squeeze(2)
    return values, indices.reshape((*lead, *sizes))


def adaptive_max_pool1d(input, output_size, return_indices=False):
    """torch.nn.functional.adaptive_max_pool1d."""
    return adaptive_max(input, output_size, return_indices, 1)


def adaptive_max_pool2d(input, output_size, return_indices=False):
    """torch.nn.functional.adaptive_max_pool2d."""
    return adaptive_max(input, output_size, return_indices, 2)


def adaptive_max_pool3d(input, output_size, return_indices=False):
    """torch.nn.functional.adaptive_max_pool3d."""
    return adaptive_max(input, output_size, return_indices, 3)


def max_unpool(input, indices, kernel_size, stride, padding, output_size, dims):
    """torch's max_unpoolNd: values at their flat indices, zeros elsewhere."""
    kernel = pool_tuple(kernel_size, dims)
    stride = kernel if stride is None else pool_tuple(stride, dims)
    padding = pool_tuple(padding, dims)
    if output_size is None:
        output_size = [
            (n - 1) * s - 2 * p + k for n, s, p, k in zip(input.shape[-dims:], stride, padding, kernel, strict=True)
        ]
    sizes = tuple(output_size)[-dims:]
    lead = input.shape[: input.ndim - dims]
    values = input.reshape((math.prod(lead), -1))
    places = indices.reshape((math.prod(lead), -1)).astype(ms.int64)
    empty = ops.zeros((math.prod(lead), math.prod(sizes)), input.dtype)
    return ops.tensor_scatter_elements(empty, places, values, 1).reshape((*lead, *sizes))


def max_unpool1d(input, indices, kernel_size, stride=None, padding=0, output_size=None):
    """torch.nn.functional.max_unpool1d."""
    return max_unpool(input, indices, kernel_size, stride, padding, output_size, 1)


def max_unpool2d(input, indices, kernel_size, stride=None, padding=0, output_size=None):
    """torch.nn.functional.max_unpool2d."""
    return max_unpool(input, indices, kernel_size, stride, padding, output_size, 2)


def max_unpool3d(input, indices, kernel_size, stride=None, padding=0, output_size=None):
    """torch.nn.functional.max_unpool3d."""
    return max_unpool(input, indices, kernel_size, stride, padding, output_size, 3)


def lp_pool(input, norm_type, kernel_size, stride, ceil_mode, dims):
    """torch's lp_poolNd: (sum of x^p over the window)^(1/p)."""
    count = math.prod(pool_tuple(kernel_size, dims))
    mean = average_pool(input**norm_type, kernel_size, stride, 0, ceil_mode, True, None, dims)
    return (ops.sign(mean) * ops.relu(ops.abs(mean)) * count) ** (1.0 / norm_type)


def lp_pool1d(input, norm_type, kernel_size, stride=None, ceil_mode=False):
    """torch.nn.functional.lp_pool1d."""
    return lp_pool(input, norm_type, kernel_size, stride, ceil_mode, 1)


def lp_pool2d(input, norm_type, kernel_size, stride=None, ceil_mode=False):
    """torch.nn.functional.lp_pool2d."""
    return lp_pool(input, norm_type, kernel_size, stride, ceil_mode, 2)


def lp_pool3d(input, norm_type, kernel_size, stride=None, ceil_mode=False):
    """torch.nn.functional.lp_pool3d."""
    return lp_pool(input, norm_type, kernel_size, stride, ceil_mode, 3)


def fractional_max(input, kernel_size, output_size, output_ratio, return_indices, samples, dims):
    """torch's fractional_max_poolNd: windows start at a pseudo-random sequence drawn from U(0, 1) per channel."""
    kernel = pool_tuple(kernel_size, dims)
    spatial = input.shape[-dims:]
    if output_size is None:
        ratios = (output_ratio,) * dims if isinstance(output_ratio, float) else tuple(output_ratio)
        sizes = [int(n * ratio) for n, ratio in zip(spatial, ratios, strict=True)]
    else:
        sizes = list(pool_tuple(output_size, dims))
    single = input.ndim == dims + 1
    batch = input.expand_dims(0) if single else input
    lead = batch.shape[:2]
    drawn = (ops.rand(*lead, dims) if samples is None else samples).asnumpy().reshape(-1, dims)
    table = np.zeros((drawn.shape[0], 1, 1), np.int64)
    for axis in range(dims):
        column = axis if dims == 3 else dims - 1 - axis
        alpha = (spatial[axis] - kernel[axis]) / (sizes[axis] - 1) if sizes[axis] > 1 else 0.0
        steps = np.arange(sizes[axis])
        u = drawn[:, column : column + 1]
        starts = ((steps[None, :] + u) * alpha).astype(np.int64) - (u * alpha).astype(np.int64)
        starts[:, -1] = spatial[axis] - kernel[axis]
        index = starts[:, :, None] + np.arange(kernel[axis])[None, None, :]
        table = table[:, :, None, :, None] * spatial[axis] + index[:, None, :, None, :]
        table = table.reshape(table.shape[0], table.shape[1] * table.shape[2], -1)
    flat = batch.reshape((math.prod(lead), -1))
    places = Tensor(table.reshape(table.shape[0], -1), ms.int64)
    seen = ops.gather_elements(flat, 1, places).reshape(table.shape)
    place = seen.argmax(axis=2).expand_dims(2)
    shape = (*input.shape[: input.ndim - dims], *sizes)
    values = ops.gather_elements(seen, 2, place).reshape(shape)
    if not return_indices:
        return values
    return values, ops.gather_elements(Tensor(table, ms.int64), 2, place).reshape(shape)


def fractional_max_pool2d(
    input, kernel_size, output_size=None, output_ratio=None, return_indices=False, _random_samples=None
):
    """torch.nn.functional.fractional_max_pool2d."""
    return fractional_max(input, kernel_size, output_size, output_ratio, return_indices, _random_samples, 2)


def fractional_max_pool3d(
    input, kernel_size, output_size=None, output_ratio=None, return_indices=False, _random_samples=None
):
    """torch.nn.functional.fractional_max_pool3d."""
    return fractional_max(input, kernel_size, output_size, output_ratio, return_indices, _random_samples, 3)


class Pooling(nn.Cell):
    """Base of the pooling cells: keeps the arguments under torch's names."""

    def __init__(self, **options):
        nn.Cell.__init__(self)
        self.options = options

    def __getattr__(self, name):
        options = self.__dict__.get("options", {})
        return options[name] if name in options else super().__getattr__(name)

    def __setattr__(self, name, value):
        options = self.__dict__.get("options", {})
        if name in options:
            options[name] = value
        else:
            super().__setattr__(name, value)

    def extend_repr(self):
        return ", ".join(f"{name}={value}" for name, value in self.options.items())


class MaxPooling(Pooling):
    """What the three max poolings have in common."""

    def __init__(self, kernel_size, stride=None, padding=0, dilation=1, return_indices=False, ceil_mode=False):
        super().__init__(
            kernel_size=kernel_size,
            stride=kernel_size if stride is None else stride,
            padding=padding,
            dilation=dilation,
            return_indices=return_indices,
            ceil_mode=ceil_mode,
        )


class MaxPool1d(MaxPooling):
    """torch.nn.MaxPool1d."""

    def construct(self, input):
        return max_pool1d(input, **self.options)


class MaxPool2d(MaxPooling, nn.MaxPool2d, metaclass=SameKind):
    """torch.nn.MaxPool2d with padding, dilation, ceil mode, indices."""

    stands_for = nn.MaxPool2d

    def construct(self, input):
        return max_pool2d(input, **self.options)


class MaxPool3d(MaxPooling):
    """torch.nn.MaxPool3d."""

    def construct(self, input):
        return max_pool3d(input, **self.options)


class AvgPool1d(Pooling):
    """torch.nn.AvgPool1d."""

    def __init__(self, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True):
        super().__init__(
            kernel_size=pool_tuple(kernel_size, 1),
            stride=pool_tuple(kernel_size if stride is None else stride, 1),
            padding=pool_tuple(padding, 1),
            ceil_mode=ceil_mode,
            count_include_pad=count_include_pad,
        )

    def construct(self, input):
        return avg_pool1d(input, **self.options)


class AvgPooling(Pooling):
    """What the average poolings over two and three axes have in common."""

    def __init__(
        self, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True, divisor_override=None
    ):
        super().__init__(
            kernel_size=kernel_size,
            stride=kernel_size if stride is None else stride,
            padding=padding,
            ceil_mode=ceil_mode,
            count_include_pad=count_include_pad,
            divisor_override=divisor_override,
        )


class AvgPool2d(AvgPooling, nn.AvgPool2d, metaclass=SameKind):
    """torch.nn.AvgPool2d with all its options."""

    stands_for = nn.AvgPool2d

    def construct(self, input):
        return avg_pool2d(input, **self.options)


class AvgPool3d(AvgPooling):
    """torch.nn.AvgPool3d."""

    def construct(self, input):
        return avg_pool3d(input, **self.options)


class AdaptiveAvgPool1d(Pooling):
    """torch.nn.AdaptiveAvgPool1d."""

    def __init__(self, output_size):
        super().__init__(output_size=output_size)

    def construct(self, input):
        return adaptive_average(input, self.output_size, 1)


class AdaptiveAvgPool2d(Pooling):
    """torch.nn.AdaptiveAvgPool2d."""

    def __init__(self, output_size):
        super().__init__(output_size=output_size)

    def construct(self, input):
        return adaptive_average(input, self.output_size, 2)


class AdaptiveAvgPool3d(Pooling):
    """torch.nn.AdaptiveAvgPool3d."""

    def __init__(self, output_size):
        super().__init__(output_size=output_size)

    def construct(self, input):
        return adaptive_average(input, self.output_size, 3)


class AdaptiveMaxPooling(Pooling):
    """What the adaptive max poolings have in common."""

    def __init__(self, output_size, return_indices=False):
        super().__init__(output_size=output_size, return_indices=return_indices)


class AdaptiveMaxPool1d(AdaptiveMaxPooling):
    """torch.nn.AdaptiveMaxPool1d."""

    def construct(self, input):
        return adaptive_max(input, self.output_size, self.return_indices, 1)


class AdaptiveMaxPool2d(AdaptiveMaxPooling):
    """torch.nn.AdaptiveMaxPool2d."""

    def construct(self, input):
        return adaptive_max(input, self.output_size, self.return_indices, 2)


class AdaptiveMaxPool3d(AdaptiveMaxPooling):
    """torch.nn.AdaptiveMaxPool3d."""

    def construct(self, input):
        return adaptive_max(input, self.output_size, self.return_indices, 3)


class MaxUnpooling(Pooling):
    """What the max unpoolings have in common."""

    dims = 1

    def __init__(self, kernel_size, stride=None, padding=0):
        stride = kernel_size if stride is None else stride
        super().__init__(
            kernel_size=pool_tuple(kernel_size, self.dims),
            stride=pool_tuple(stride, self.dims),
            padding=pool_tuple(padding, self.dims),
        )


class MaxUnpool1d(MaxUnpooling):
    """torch.nn.MaxUnpool1d."""

    def construct(self, input, indices, output_size=None):
        return max_unpool(input, indices, **self.options, output_size=output_size, dims=1)


class MaxUnpool2d(MaxUnpooling):
    """torch.nn.MaxUnpool2d."""

    dims = 2

    def construct(self, input, indices, output_size=None):
        return max_unpool(input, indices, **self.options, output_size=output_size, dims=2)


class MaxUnpool3d(MaxUnpooling):
    """torch.nn.MaxUnpool3d."""

    dims = 3

    def construct(self, input, indices, output_size=None):
        return max_unpool(input, indices, **self.options, output_size=output_size, dims=3)


class LPPooling(Pooling):
    """What the power-average poolings have in common."""

    def __init__(self, norm_type, kernel_size, stride=None, ceil_mode=False):
        super().__init__(norm_type=norm_type, kernel_size=kernel_size, stride=stride, ceil_mode=ceil_mode)


class LPPool1d(LPPooling):
    """torch.nn.LPPool1d."""

    def construct(self, input):
        return lp_pool(input, **self.options, dims=1)


class LPPool2d(LPPooling):
    """torch.nn.LPPool2d."""

    def construct(self, input):
        return lp_pool(input, **self.options, dims=2)


class LPPool3d(LPPooling):
    """torch.nn.LPPool3d."""

    def construct(self, input):
        return lp_pool(input, **self.options, dims=3)


class FractionalMaxPooling(Pooling):
    """What the fractional max poolings have in common."""

    def __init__(self, kernel_size, output_size=None, output_ratio=None, return_indices=False, _random_samples=None):
        super().__init__(
            kernel_size=kernel_size,
            output_size=output_size,
            output_ratio=output_ratio,
            return_indices=return_indices,
            samples=_random_samples,
        )


class FractionalMaxPool2d(FractionalMaxPooling):
    """torch.nn.FractionalMaxPool2d."""

    def construct(self, input):
        return fractional_max(input, **self.options, dims=2)


class FractionalMaxPool3d(FractionalMaxPooling):
    """torch.nn.FractionalMaxPool3d."""

    def construct(self, input):
        return fractional_max(input, **self.options, dims=3)
