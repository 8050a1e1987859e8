"""torch's padding, resampling, sampling grids, patches and shuffles, written with constant matrices and gathers so
that every mode has torch's values and gradients on CPU."""

from __future__ import annotations

import math

import mindspore as ms
import numpy as np
from mindspore import Tensor, nn, ops


def pad(input, pad, mode="constant", value=None):
    """torch.nn.functional.pad with all modes and any number of axes; ``pad`` counts from the last axis, and negative
    amounts cut."""
    amounts = [int(amount) for amount in pad]
    for position in range(len(amounts) // 2):
        low, high = amounts[2 * position], amounts[2 * position + 1]
        axis = input.ndim - 1 - position
        size = input.shape[axis]
        if low < 0 or high < 0:
            index = (slice(None),) * axis + (slice(max(-low, 0), size - max(-high, 0)),)
            input, low, high = input[index], max(low, 0), max(high, 0)
            size = input.shape[axis]
        if low == 0 and high == 0:
            continue
        if mode == "constant":
            filler = 0 if value is None else value
            parts = [input]
            if low:
                shape = (*input.shape[:axis], low, *input.shape[axis + 1 :])
                parts.insert(0, ops.full(shape, filler, dtype=input.dtype))
            if high:
                shape = (*input.shape[:axis], high, *input.shape[axis + 1 :])
                parts.append(ops.full(shape, filler, dtype=input.dtype))
            input = ops.concat(parts, axis)
        else:
            style = {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}[mode]
            index = np.pad(np.arange(size), (low, high), mode=style)
            input = ops.gather(input, Tensor(index, ms.int32), axis)
    return input


def cubic_weights(distance, a=-0.75):
    """The cubic convolution kernel at ``distance`` (array)."""
    distance = np.abs(distance)
    near = (a + 2) * distance**3 - (a + 3) * distance**2 + 1
    far = a * distance**3 - 5 * a * distance**2 + 8 * a * distance - 4 * a
    return np.where(distance <= 1, near, np.where(distance < 2, far, 0.0))


def resampling_matrix(size, wanted, mode, align_corners, scale, antialias):
    """The (wanted, size) matrix of torch's interpolation along one axis; ``scale`` is input step per output step."""
    position = np.arange(wanted)
    matrix = np.zeros((wanted, size))
    if mode == "nearest":
        index = np.minimum((position * np.float32(scale)).astype(np.int64), size - 1)
        matrix[position, index] = 1
        return matrix
    if mode == "nearest-exact":
        index = np.clip(((position + 0.5) * scale).astype(np.int64), 0, size - 1)
        matrix[position, index] = 1
        return matrix
    if mode == "area":
        starts = position * size // wanted
        ends = -(-(position + 1) * size // wanted)
        column = np.arange(size)[None, :]
        inside = (column >= starts[:, None]) & (column < ends[:, None])
        return inside / (ends - starts)[:, None]
    cubic = mode == "bicubic"
    if align_corners:
        step = (size - 1) / (wanted - 1) if wanted > 1 else 0.0
        source = position * step
    else:
        step = scale
        source = (position + 0.5) * scale - 0.5
    if antialias:
        stretch = max(step, 1.0)
        radius = (2.0 if cubic else 1.0) * stretch
        centre = source + 0.5
        for row in range(wanted):
            low = max(int(centre[row] - radius + 0.5), 0)
            high = min(int(centre[row] + radius + 0.5), size)
            distance = (np.arange(low, high) - centre[row] + 0.5) / stretch
            weights = cubic_weights(distance, -0.5) if cubic else np.maximum(0.0, 1 - np.abs(distance))
            matrix[row, low:high] = weights / weights.sum()
        return matrix
    if cubic:
        floor = np.floor(source).astype(np.int64)
        for offset in (-1, 0, 1, 2):
            index = np.clip(floor + offset, 0, size - 1)
            np.add.at(matrix, (position, index), cubic_weights(source - (floor + offset)))
        return matrix
    source = np.maximum(source, 0.0)
    low = np.minimum(source.astype(np.int64), size - 1)
    high = np.minimum(low + 1, size - 1)
    fraction = np.clip(source - low, 0.0, 1.0)
    np.add.at(matrix, (position, low), 1 - fraction)
    np.add.at(matrix, (position, high), fraction)
    return matrix


def resample_axis(input, axis, matrix):
    """``input`` times a constant (out, in) matrix along ``axis``."""
    moved = input.swapaxes(axis, -1)
    shape = moved.shape
    weights = Tensor(np.ascontiguousarray(matrix.T)).astype(input.dtype)
    result = ops.matmul(moved.reshape((-1, shape[-1])), weights)
    return result.reshape((*shape[:-1], matrix.shape[0])).swapaxes(axis, -1)


def interpolate(
    input,
    size=None,
    scale_factor=None,
    mode="nearest",
    align_corners=None,
    recompute_scale_factor=None,
    antialias=False,
):
    """torch.nn.functional.interpolate in all modes (bicubic and antialias included) for (N, C, ...)."""
    dims = input.ndim - 2
    spatial = input.shape[2:]
    factors = None
    if size is not None:
        sizes = (int(size),) * dims if isinstance(size, int) or not hasattr(size, "__len__") else tuple(size)
    else:
        factors = tuple(scale_factor) if isinstance(scale_factor, tuple | list) else (scale_factor,) * dims
        sizes = tuple(int(math.floor(n * float(f))) for n, f in zip(spatial, factors, strict=True))
        factors = None if recompute_scale_factor else factors
    for offset in range(dims):
        scale = spatial[offset] / sizes[offset] if factors is None else 1.0 / float(factors[offset])
        if sizes[offset] == spatial[offset] and scale == 1.0:
            continue
        matrix = resampling_matrix(spatial[offset], sizes[offset], mode, bool(align_corners), scale, antialias)
        input = resample_axis(input, 2 + offset, matrix)
    return input


def upsample_bilinear(input, size=None, scale_factor=None):
    """torch.nn.functional.upsample_bilinear: corners aligned."""
    return interpolate(input, size, scale_factor, "bilinear", True)


class Upsample(nn.Cell):
    """torch.nn.Upsample in all modes."""

    def __init__(self, size=None, scale_factor=None, mode="nearest", align_corners=None, recompute_scale_factor=None):
        super().__init__()
        self.size, self.scale_factor, self.mode = size, scale_factor, mode
        self.align_corners, self.recompute_scale_factor = align_corners, recompute_scale_factor

    def construct(self, input):
        return interpolate(
            input, self.size, self.scale_factor, self.mode, self.align_corners, self.recompute_scale_factor
        )


class UpsamplingNearest2d(Upsample):
    """torch.nn.UpsamplingNearest2d."""

    def __init__(self, size=None, scale_factor=None):
        super().__init__(size, scale_factor, "nearest")


class UpsamplingBilinear2d(Upsample):
    """torch.nn.UpsamplingBilinear2d: corners aligned."""

    def __init__(self, size=None, scale_factor=None):
        super().__init__(size, scale_factor, "bilinear", True)


def affine_grid(theta, size, align_corners=None):
    """torch.nn.functional.affine_grid for (N, 2, 3) and (N, 3, 4)."""
    axes = []
    for length in tuple(size)[2:]:
        points = np.linspace(-1, 1, length) if length > 1 else np.zeros(1)
        axes.append(points if align_corners else points * (length - 1) / length)
    mesh = np.meshgrid(*axes, indexing="ij")
    base = np.stack([*reversed(mesh), np.ones_like(mesh[0])], -1)
    points = Tensor(base.reshape(1, -1, base.shape[-1])).astype(theta.dtype)
    grid = ops.matmul(points, theta.swapaxes(1, 2))
    return grid.reshape((theta.shape[0], *base.shape[:-1], base.shape[-1] - 1))


def grid_coordinate(value, size, padding_mode, align_corners):
    """Grid values in [-1, 1] as positions along an axis of ``size``, folded back as ``padding_mode`` says."""
    position = (value + 1) / 2 * (size - 1) if align_corners else ((value + 1) * size - 1) / 2
    return grid_fold(position, size, padding_mode, align_corners)


def grid_fold(position, size, padding_mode, align_corners):
    """Positions outside of the input brought back: to the border, mirrored, or left for zeros."""
    if padding_mode == "reflection":
        low, span = (0.0, size - 1.0) if align_corners else (-0.5, float(size))
        if span == 0:
            return ops.zeros_like(position)
        distance = ops.abs(position - low)
        turns = ops.stop_gradient(ops.floor(distance / span))
        rest = distance - turns * span
        even = (turns - 2 * ops.floor(turns / 2)) == 0
        position = ops.where(even, rest + low, span - rest + low)
    if padding_mode in ("border", "reflection"):
        position = ops.clamp(position, 0.0, size - 1.0)
    return position


def grid_pick(input, positions):
    """Values of (N, C, ...) at whole positions (one float tensor (N, P) an axis), zero outside."""
    spatial = input.shape[2:]
    flat = input.reshape((*input.shape[:2], -1))
    index, inside = 0, None
    for position, size in zip(positions, spatial, strict=True):
        within = (position >= 0).logical_and(position <= size - 1)
        inside = within if inside is None else inside.logical_and(within)
        index = index * size + ops.clamp(position, 0.0, size - 1.0).astype(ms.int64)
    index = index.expand_dims(1).broadcast_to((input.shape[0], input.shape[1], index.shape[1]))
    return ops.gather_elements(flat, 2, index) * inside.astype(input.dtype).expand_dims(1)


def grid_sample(input, grid, mode="bilinear", padding_mode="zeros", align_corners=None):
    """torch.nn.functional.grid_sample: bilinear, nearest and bicubic (two axes), all padding modes."""
    align_corners = bool(align_corners)
    spatial = input.shape[2:]
    dims = len(spatial)
    out_shape = (*input.shape[:2], *grid.shape[1:-1])
    points = grid.reshape((grid.shape[0], -1, dims))
    raw = [points[:, :, dims - 1 - axis] for axis in range(dims)]
    total = 0
    if mode == "bicubic":
        centre = [
            grid_coordinate(value, size, "zeros", align_corners) for value, size in zip(raw, spatial, strict=True)
        ]
        floor = [ops.stop_gradient(ops.floor(position)) for position in centre]
        part = [position - low for position, low in zip(centre, floor, strict=True)]
        for i in (-1, 0, 1, 2):
            for j in (-1, 0, 1, 2):
                places = [
                    grid_fold(low + shift, size, padding_mode, align_corners)
                    for low, shift, size in zip(floor, (i, j), spatial, strict=True)
                ]
                places = [ops.floor(place + 0.5) for place in places]
                weight = grid_cubic(part[0] - i) * grid_cubic(part[1] - j)
                total = total + grid_pick(input, places) * weight.expand_dims(1)
        return total.reshape(out_shape)
    centre = [grid_coordinate(v, size, padding_mode, align_corners) for v, size in zip(raw, spatial, strict=True)]
    if mode == "nearest":
        places = [ops.stop_gradient(ops.round(position)) for position in centre]
        return grid_pick(input, places).reshape(out_shape)
    floor = [ops.stop_gradient(ops.floor(position)) for position in centre]
    for corner in range(2**dims):
        weight, places = 1.0, []
        for axis in range(dims):
            high = corner >> axis & 1
            fraction = centre[axis] - floor[axis]
            weight = weight * (fraction if high else 1 - fraction)
            places.append(floor[axis] + high)
        total = total + grid_pick(input, places) * weight.expand_dims(1)
    return total.reshape(out_shape)


def grid_cubic(distance, a=-0.75):
    """The cubic convolution kernel of a tensor of distances."""
    distance = ops.abs(distance)
    near = ((a + 2) * distance - (a + 3)) * distance * distance + 1
    far = ((a * distance - 5 * a) * distance + 8 * a) * distance - 4 * a
    return ops.where(distance <= 1, near, far)


def patch_index(sizes, kernel_size, dilation, padding, stride):
    """For every kernel position and window the flat position in the padded image, as (kernel, windows)."""
    pairs = [
        (value, value) if isinstance(value, int) else tuple(value) for value in (kernel_size, dilation, padding, stride)
    ]
    kernel, dilation, padding, stride = pairs
    padded = [size + 2 * amount for size, amount in zip(sizes, padding, strict=True)]
    windows = [(n - d * (k - 1) - 1) // s + 1 for n, d, k, s in zip(padded, dilation, kernel, stride, strict=True)]
    rows = np.arange(kernel[0])[:, None] * dilation[0] + np.arange(windows[0])[None, :] * stride[0]
    columns = np.arange(kernel[1])[:, None] * dilation[1] + np.arange(windows[1])[None, :] * stride[1]
    index = rows[:, None, :, None] * padded[1] + columns[None, :, None, :]
    return index.reshape(kernel[0] * kernel[1], windows[0] * windows[1]), padded, padding


def unfold(input, kernel_size, dilation=1, padding=0, stride=1):
    """torch.nn.functional.unfold: patches of (N, C, H, W) as columns (N, C * kernel, windows)."""
    single = input.ndim == 3
    input = input.expand_dims(0) if single else input
    index, _, padding = patch_index(input.shape[2:], kernel_size, dilation, padding, stride)
    image = pad(input, (padding[1], padding[1], padding[0], padding[0])).reshape((*input.shape[:2], -1))
    columns = ops.gather(image, Tensor(index.reshape(-1), ms.int32), 2)
    columns = columns.reshape((input.shape[0], input.shape[1] * index.shape[0], index.shape[1]))
    return columns.squeeze(0) if single else columns


def fold(input, output_size, kernel_size, dilation=1, padding=0, stride=1):
    """torch.nn.functional.fold: sums patches back into an image."""
    single = input.ndim == 2
    input = input.expand_dims(0) if single else input
    sizes = (output_size, output_size) if isinstance(output_size, int) else tuple(output_size)
    index, padded, padding = patch_index(sizes, kernel_size, dilation, padding, stride)
    batch, channels = input.shape[0], input.shape[1] // index.shape[0]
    values = input.reshape((batch * channels, -1))
    places = Tensor(np.broadcast_to(index.reshape(1, -1), values.shape).copy(), ms.int64)
    image = ops.zeros((batch * channels, padded[0] * padded[1]), input.dtype)
    image = ops.tensor_scatter_elements(image, places, values, 1, "add")
    image = image.reshape((batch, channels, *padded))
    image = image[:, :, padding[0] : padding[0] + sizes[0], padding[1] : padding[1] + sizes[1]]
    return image.squeeze(0) if single else image


class Unfold(nn.Cell):
    """torch.nn.Unfold."""

    def __init__(self, kernel_size, dilation=1, padding=0, stride=1):
        super().__init__()
        self.kernel_size, self.dilation, self.padding, self.stride = kernel_size, dilation, padding, stride

    def construct(self, input):
        return unfold(input, self.kernel_size, self.dilation, self.padding, self.stride)


class Fold(nn.Cell):
    """torch.nn.Fold."""

    def __init__(self, output_size, kernel_size, dilation=1, padding=0, stride=1):
        super().__init__()
        self.output_size, self.kernel_size = output_size, kernel_size
        self.dilation, self.padding, self.stride = dilation, padding, stride

    def construct(self, input):
        return fold(input, self.output_size, self.kernel_size, self.dilation, self.padding, self.stride)


def pixel_shuffle(input, upscale_factor):
    """torch.nn.functional.pixel_shuffle for (..., C, H, W)."""
    lead, (channels, height, width) = input.shape[:-3], input.shape[-3:]
    r = upscale_factor
    split = input.reshape((-1, channels // (r * r), r, r, height, width)).transpose(0, 1, 4, 2, 5, 3)
    return split.reshape((*lead, channels // (r * r), height * r, width * r))


def pixel_unshuffle(input, downscale_factor):
    """torch.nn.functional.pixel_unshuffle for (..., C, H, W)."""
    lead, (channels, height, width) = input.shape[:-3], input.shape[-3:]
    r = downscale_factor
    split = input.reshape((-1, channels, height // r, r, width // r, r)).transpose(0, 1, 3, 5, 2, 4)
    return split.reshape((*lead, channels * r * r, height // r, width // r))


def channel_shuffle(input, groups):
    """torch.nn.functional.channel_shuffle."""
    batch, channels = input.shape[:2]
    split = input.reshape((batch, groups, channels // groups, *input.shape[2:]))
    return split.swapaxes(1, 2).reshape(input.shape)


class PixelShuffle(nn.Cell):
    """torch.nn.PixelShuffle."""

    def __init__(self, upscale_factor):
        super().__init__()
        self.upscale_factor = upscale_factor

    def construct(self, input):
        return pixel_shuffle(input, self.upscale_factor)


class PixelUnshuffle(nn.Cell):
    """torch.nn.PixelUnshuffle."""

    def __init__(self, downscale_factor):
        super().__init__()
        self.downscale_factor = downscale_factor

    def construct(self, input):
        return pixel_unshuffle(input, self.downscale_factor)


class ChannelShuffle(nn.Cell):
    """torch.nn.ChannelShuffle."""

    def __init__(self, groups):
        super().__init__()
        self.groups = groups

    def construct(self, input):
        return channel_shuffle(input, self.groups)


class Padding(nn.Cell):
    """Base of torch's padding layers; ``dims`` is the number of padded axes."""

    dims = 1
    mode = "constant"

    def __init__(self, padding, value=0.0):
        super().__init__()
        self.padding = (padding,) * (2 * self.dims) if isinstance(padding, int) else tuple(padding)
        self.value = value

    def construct(self, input):
        return pad(input, self.padding, self.mode, self.value)


class ConstantPad1d(Padding):
    """torch.nn.ConstantPad1d."""


class ConstantPad2d(Padding):
    """torch.nn.ConstantPad2d."""

    dims = 2


class ConstantPad3d(Padding):
    """torch.nn.ConstantPad3d."""

    dims = 3


class ZeroPad1d(Padding):
    """torch.nn.ZeroPad1d."""


class ZeroPad2d(Padding):
    """torch.nn.ZeroPad2d."""

    dims = 2


class ZeroPad3d(Padding):
    """torch.nn.ZeroPad3d."""

    dims = 3


class ReflectionPad1d(Padding):
    """torch.nn.ReflectionPad1d."""

    mode = "reflect"


class ReflectionPad2d(Padding):
    """torch.nn.ReflectionPad2d."""

    dims, mode = 2, "reflect"


class ReflectionPad3d(Padding):
    """torch.nn.ReflectionPad3d."""

    dims, mode = 3, "reflect"


class ReplicationPad1d(Padding):
    """torch.nn.ReplicationPad1d."""

    mode = "replicate"


class ReplicationPad2d(Padding):
    """torch.nn.ReplicationPad2d."""

    dims, mode = 2, "replicate"


class ReplicationPad3d(Padding):
    """torch.nn.ReplicationPad3d."""

    dims, mode = 3, "replicate"


class CircularPad1d(Padding):
    """torch.nn.CircularPad1d."""

    mode = "circular"


class CircularPad2d(Padding):
    """torch.nn.CircularPad2d."""

    dims, mode = 2, "circular"


class CircularPad3d(Padding):
    """torch.nn.CircularPad3d."""

    dims, mode = 3, "circular"
