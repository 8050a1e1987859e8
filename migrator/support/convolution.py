"""torch's convolutions: 1 to 3 dimensions, unbatched inputs, string and uneven padding, padding modes, transposed."""

from __future__ import annotations

import math

import mindspore as ms
import numpy as np
from mindspore import Parameter, Tensor, nn, ops
from mindspore.common.initializer import Uniform as UniformInitializer
from mindspore.common.initializer import initializer as initial_value

from migrator.support.likeness import SameKind


def as_tuple(value, length):
    """An int or a sequence as a tuple of ``length`` ints, as torch's layers take them."""
    if isinstance(value, int):
        return (value,) * length
    value = tuple(int(item) for item in value)
    return value * length if len(value) == 1 else value


def pad_zeros(input, before, after):
    """Zeros put around the last ``len(before)`` axes, first axis first; negative amounts cut."""
    for offset, (low, high) in enumerate(zip(before, after, strict=True)):
        axis = input.ndim - len(before) + offset
        if low < 0 or high < 0:
            index = [slice(None)] * input.ndim
            index[axis] = slice(max(-low, 0), input.shape[axis] - max(-high, 0))
            input = input[tuple(index)]
        parts = [input]
        if low > 0:
            parts.insert(0, ops.zeros((*input.shape[:axis], low, *input.shape[axis + 1 :]), input.dtype))
        if high > 0:
            parts.append(ops.zeros((*input.shape[:axis], high, *input.shape[axis + 1 :]), input.dtype))
        input = ops.concat(parts, axis) if len(parts) > 1 else input
    return input


def flat_convolution(input, weight, bias, stride, pad_mode, padding, dilation, groups):
    """MindSpore's convolution over two axes. What the CPU has no kernel for (float64, whole numbers) is computed in
    float32, complex numbers part by part."""
    if input.is_complex():
        options = (None, stride, pad_mode, padding, dilation, groups)
        (a, b), (c, d) = ((ops.real(item), ops.imag(item)) for item in (input, weight))
        real = flat_convolution(a, c, *options) - flat_convolution(b, d, *options)
        return ops.Complex()(real, flat_convolution(a, d, *options) + flat_convolution(b, c, *options))
    if input.dtype == ms.float64 or not input.is_floating_point():
        given = (input.astype(ms.float32), weight.astype(ms.float32))
        output = ops.conv2d(*given, bias, stride, pad_mode, padding, dilation, groups)
        return (output if input.is_floating_point() else ops.round(output)).astype(input.dtype)
    return ops.conv2d(input, weight, bias, stride, pad_mode, padding, dilation, groups)


def convolve(input, weight, bias, stride, padding, dilation, groups, dims):
    """torch's convNd for ``dims`` spatial axes; ``padding`` is an int, a tuple, "same" or "valid".
    float16 is computed in float32: the CPU adds up its gradients in float16."""
    if input.dtype == ms.float16:
        wide = (input.float(), weight.float(), None if bias is None else bias.float())
        return convolve(*wide, stride, padding, dilation, groups, dims).half()
    single = input.ndim == dims + 1
    input = input.expand_dims(0) if single else input
    stride, dilation = as_tuple(stride, dims), as_tuple(dilation, dims)
    if padding == "same":
        total = [d * (k - 1) for d, k in zip(dilation, weight.shape[2:], strict=True)]
        before = [amount // 2 for amount in total]
        after = [amount - low for amount, low in zip(total, before, strict=True)]
        if before != after:
            input, before = pad_zeros(input, before, after), [0] * dims
        padding = tuple(before)
    padding = (0,) * dims if padding == "valid" else as_tuple(padding, dims)
    if dims == 1:
        output = flat_convolution(
            input.expand_dims(2),
            weight.expand_dims(2),
            None,
            (1, *stride),
            "pad",
            (0, *padding),
            (1, *dilation),
            groups,
        ).squeeze(2)
    elif dims == 2:
        output = flat_convolution(input, weight, None, stride, "pad", padding, dilation, groups)
    else:
        output = convolve_volume(input, weight, stride, padding, dilation, groups)
    if bias is not None:
        output = output + bias.reshape((1, -1) + (1,) * dims)
    return output.squeeze(0) if single else output


def convolve_volume(input, weight, stride, padding, dilation, groups):
    """A convolution over three axes as a sum of flat convolutions over the depth of the kernel."""
    input = pad_zeros(input, (padding[0], 0, 0), (padding[0], 0, 0))
    batch, channels, depth = input.shape[:3]
    steps = (depth - dilation[0] * (weight.shape[2] - 1) - 1) // stride[0] + 1
    total = 0
    for level in range(weight.shape[2]):
        start = level * dilation[0]
        # Chosen by numbers where there is a step: a slice with one loses its gradient.
        levels = np.arange(start, start + (steps - 1) * stride[0] + 1, stride[0])
        piece = input[:, :, start : start + steps] if stride[0] == 1 else ops.gather(input, Tensor(levels), 2)
        flat = piece.transpose(0, 2, 1, 3, 4).reshape((batch * steps, channels, *input.shape[3:]))
        part = flat_convolution(flat, weight[:, :, level], None, stride[1:], "pad", padding[1:], dilation[1:], groups)
        total = total + part
    return total.reshape((batch, steps, *total.shape[1:])).transpose(0, 2, 1, 3, 4)


def conv1d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    """torch.nn.functional.conv1d."""
    return convolve(input, weight, bias, stride, padding, dilation, groups, 1)


def conv2d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    """torch.nn.functional.conv2d."""
    return convolve(input, weight, bias, stride, padding, dilation, groups, 2)


def conv3d(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    """torch.nn.functional.conv3d."""
    return convolve(input, weight, bias, stride, padding, dilation, groups, 3)


def convolve_transposed(input, weight, bias, stride, padding, output_padding, groups, dilation, dims):
    """torch's conv_transposeNd; weights are (in, out / groups, ...)."""
    single = input.ndim == dims + 1
    input = input.expand_dims(0) if single else input
    options = [as_tuple(option, dims) for option in (stride, padding, output_padding, dilation)]
    flat = dims < 3 and input.dtype == weight.dtype == ms.float32
    if flat and all(extra < step for extra, step in zip(options[2], options[0], strict=True)):
        output = flat_transposed_convolution(input, weight, *options, groups, dims)
        if bias is not None:
            output = output + bias.reshape((1, -1) + (1,) * dims)
    else:
        output = spread_convolution(input, weight, bias, *options, groups, dims)
    return output.squeeze(0) if single else output


def flat_transposed_convolution(input, weight, stride, padding, output_padding, dilation, groups, dims):
    """MindSpore's transposed convolution over one or two axes, told the size that ``output_padding`` asks for:
    ``nn.Conv2dTranspose`` adds zeros instead, which is not torch's result."""
    if dims == 1:
        stride, padding, output_padding, dilation = (1, *stride), (0, *padding), (0, *output_padding), (1, *dilation)
        input, weight = input.expand_dims(2), weight.expand_dims(2)
    kernel = weight.shape[2:]
    sizes = [
        (size - 1) * step - 2 * around + apart * (width - 1) + 1 + extra
        for size, step, around, apart, width, extra in zip(
            input.shape[2:], stride, padding, dilation, kernel, output_padding, strict=True
        )
    ]
    pad = (padding[0], padding[0], padding[1], padding[1])
    transposed = ops.Conv2DTranspose(
        input.shape[1], kernel, pad_mode="pad", pad=pad, stride=stride, dilation=dilation, group=groups
    )
    output = transposed(input, weight, (input.shape[0], weight.shape[1] * groups, *sizes))
    return output.squeeze(2) if dims == 1 else output


def spread_convolution(input, weight, bias, stride, padding, output_padding, dilation, groups, dims):
    """A transposed convolution as zeros between the input's elements, then a convolution with the flipped kernel."""
    for offset, step in enumerate(stride):
        if step > 1:
            axis = 2 + offset
            shape = input.shape
            spread = input.expand_dims(axis + 1)
            spread = pad_zeros(spread, (0,) * (dims - offset), (step - 1,) + (0,) * (dims - 1 - offset))
            spread = spread.reshape((*shape[:axis], shape[axis] * step, *shape[axis + 1 :]))
            index = (slice(None),) * axis + (slice(0, (shape[axis] - 1) * step + 1),)
            input = spread[index]
    full = [d * (k - 1) - p for d, k, p in zip(dilation, weight.shape[2:], padding, strict=True)]
    input = pad_zeros(input, full, [low + extra for low, extra in zip(full, output_padding, strict=True)])
    into, per_group = weight.shape[:2]
    kernel = weight.reshape((groups, into // groups, per_group, *weight.shape[2:])).swapaxes(1, 2)
    kernel = kernel.reshape((groups * per_group, into // groups, *weight.shape[2:]))
    kernel = ops.flip(kernel, tuple(range(2, 2 + dims)))
    return convolve(input, kernel, bias, 1, 0, dilation, groups, dims)


def conv_transpose1d(input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
    """torch.nn.functional.conv_transpose1d."""
    return convolve_transposed(input, weight, bias, stride, padding, output_padding, groups, dilation, 1)


def conv_transpose2d(input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
    """torch.nn.functional.conv_transpose2d; MindSpore's layer is wrong with ``output_padding``."""
    return convolve_transposed(input, weight, bias, stride, padding, output_padding, groups, dilation, 2)


def conv_transpose3d(input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
    """torch.nn.functional.conv_transpose3d."""
    return convolve_transposed(input, weight, bias, stride, padding, output_padding, groups, dilation, 3)


def conv_tbc(input, weight, bias, pad=0):
    """torch.conv_tbc: a convolution over (time, batch, channels)."""
    output = conv1d(input.transpose(1, 2, 0), weight.transpose(2, 1, 0), bias, padding=pad)
    return output.transpose(2, 0, 1)


def uniform_parameter(shape, bound, name, dtype=None):
    """A parameter drawn from U(-bound, bound), as torch's layers start."""
    return Parameter(initial_value(UniformInitializer(bound), tuple(shape), dtype or ms.float32).init_data(), name=name)


class Convolution(nn.Cell):
    """torch.nn.ConvNd for ``dims`` spatial axes; the weight is (out, in / groups, ...) as in torch."""

    dims = 0

    def __init__(
        self,
        in_channels,
        out_channels,
        kernel_size,
        stride=1,
        padding=0,
        dilation=1,
        groups=1,
        bias=True,
        padding_mode="zeros",
        device=None,
        dtype=None,
    ):
        nn.Cell.__init__(self)
        dims = self.dims
        self.in_channels, self.out_channels, self.groups = in_channels, out_channels, groups
        self.kernel_size, self.stride = as_tuple(kernel_size, dims), as_tuple(stride, dims)
        self.dilation = as_tuple(dilation, dims)
        self.padding = padding if isinstance(padding, str) else as_tuple(padding, dims)
        self.padding_mode = padding_mode
        self.transposed, self.output_padding = False, (0,) * dims
        shape = (out_channels, in_channels // groups, *self.kernel_size)
        fan_in = math.prod(shape[1:])
        bound = 1 / math.sqrt(fan_in) if fan_in else 0.0
        self.weight = uniform_parameter(shape, bound, "weight", dtype)
        self.bias = uniform_parameter((out_channels,), bound, "bias", dtype) if bias else None

    def construct(self, input):
        if self.padding_mode == "zeros":
            return convolve(
                input, self.weight, self.bias, self.stride, self.padding, self.dilation, self.groups, self.dims
            )
        if self.padding == "same":
            total = [d * (k - 1) for d, k in zip(self.dilation, self.kernel_size, strict=True)]
            before = [amount // 2 for amount in total]
            after = [amount - low for amount, low in zip(total, before, strict=True)]
        else:
            before = after = (0,) * self.dims if self.padding == "valid" else self.padding
        mode = {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}[self.padding_mode]
        for offset, (low, high) in enumerate(zip(before, after, strict=True)):
            axis = input.ndim - self.dims + offset
            index = np.pad(np.arange(input.shape[axis]), (low, high), mode=mode)
            input = ops.gather(input, ms.Tensor(index, ms.int32), axis)
        return convolve(input, self.weight, self.bias, self.stride, 0, self.dilation, self.groups, self.dims)

    def extend_repr(self):
        return f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}"


class Conv1d(Convolution):
    """torch.nn.Conv1d."""

    dims = 1


class Conv2d(Convolution, nn.Conv2d, metaclass=SameKind):
    """torch.nn.Conv2d with uneven or "same" padding, padding modes and unbatched inputs."""

    stands_for = nn.Conv2d
    dims = 2

    def __init__(self, *settings, **named):
        super().__init__(*settings, **named)
        self.has_bias, self.group = self.bias is not None, self.groups


class Conv3d(Convolution):
    """torch.nn.Conv3d."""

    dims = 3


class ConvTranspose(nn.Cell):
    """torch.nn.ConvTransposeNd for ``dims`` spatial axes; the weight is (in, out / groups, ...) as in torch."""

    dims = 0

    def __init__(
        self,
        in_channels,
        out_channels,
        kernel_size,
        stride=1,
        padding=0,
        output_padding=0,
        groups=1,
        bias=True,
        dilation=1,
        padding_mode="zeros",
        device=None,
        dtype=None,
    ):
        super().__init__()
        dims, self.groups = self.dims, groups
        self.in_channels, self.out_channels = in_channels, out_channels
        self.kernel_size, self.stride = as_tuple(kernel_size, dims), as_tuple(stride, dims)
        self.padding, self.dilation = as_tuple(padding, dims), as_tuple(dilation, dims)
        self.output_padding = as_tuple(output_padding, dims)
        self.transposed, self.padding_mode = True, "zeros"
        shape = (in_channels, out_channels // groups, *self.kernel_size)
        bound = 1 / math.sqrt(shape[1] * math.prod(shape[2:]))
        self.weight = uniform_parameter(shape, bound, "weight", dtype)
        self.bias = uniform_parameter((out_channels,), bound, "bias", dtype) if bias else None

    def construct(self, input, output_size=None):
        extra = self.output_padding
        if output_size is not None:
            sizes = tuple(output_size)[-self.dims :]
            smallest = [
                (n - 1) * s - 2 * p + d * (k - 1) + 1
                for n, s, p, d, k in zip(
                    input.shape[-self.dims :], self.stride, self.padding, self.dilation, self.kernel_size, strict=True
                )
            ]
            extra = tuple(size - least for size, least in zip(sizes, smallest, strict=True))
        return convolve_transposed(
            input, self.weight, self.bias, self.stride, self.padding, extra, self.groups, self.dilation, self.dims
        )


class ConvTranspose1d(ConvTranspose):
    """torch.nn.ConvTranspose1d."""

    dims = 1


class ConvTranspose2d(ConvTranspose):
    """torch.nn.ConvTranspose2d; MindSpore's own is wrong with ``output_padding``."""

    dims = 2


class ConvTranspose3d(ConvTranspose):
    """torch.nn.ConvTranspose3d."""

    dims = 3
