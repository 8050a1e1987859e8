"""torch's normalisation layers and functions, with torch's parameter names and statistics."""

from __future__ import annotations

import math

import mindspore as ms
import numpy as np
from mindspore import Parameter, nn, ops

from migrator.support.likeness import SameKind
from migrator.support.reductions import root


def channel_shape(input):
    """The shape that lines a per-channel vector up with (N, C, ...)."""
    return (1, -1) + (1,) * (input.ndim - 2)


def write_statistic(target, value):
    """Puts new running statistics into a parameter or tensor."""
    value = ops.stop_gradient(value).astype(target.dtype)
    if isinstance(target, Parameter):
        target.set_data(value)
    else:
        target.assign_value(value)


def normalize_over(input, axes, eps):
    """(x - mean) / sqrt(variance + eps) over ``axes``, with mean and biased variance."""
    mean = input.mean(axis=axes, keep_dims=True)
    centred = input - mean
    variance = (centred * centred).mean(axis=axes, keep_dims=True)
    return centred / ops.sqrt(variance + eps), mean, variance


def scale_and_shift(input, weight, bias, shape):
    """The affine part of a normalisation."""
    input = input if weight is None else input * weight.reshape(shape)
    return input if bias is None else input + bias.reshape(shape)


def batch_norm(input, running_mean, running_var, weight=None, bias=None, training=False, momentum=0.1, eps=1e-5):
    """torch.nn.functional.batch_norm for any number of axes; in training it writes the running statistics (unbiased
    variance, new = (1 - momentum) * old + momentum * batch)."""
    shape = channel_shape(input)
    if training:
        axes = (0, *range(2, input.ndim))
        output, mean, variance = normalize_over(input, axes, eps)
        if running_mean is not None:
            count = input.size // input.shape[1]
            unbiased = variance.reshape((-1,)) * (count / max(count - 1, 1))
            write_statistic(running_mean, (1 - momentum) * running_mean + momentum * mean.reshape((-1,)))
            write_statistic(running_var, (1 - momentum) * running_var + momentum * unbiased)
    else:
        output = (input - running_mean.reshape(shape)) / ops.sqrt(running_var.reshape(shape) + eps)
    return scale_and_shift(output, weight, bias, shape)


def instance_norm(
    input,
    running_mean=None,
    running_var=None,
    weight=None,
    bias=None,
    use_input_stats=True,
    momentum=0.1,
    eps=1e-5,
):
    """torch.nn.functional.instance_norm; MindSpore's layers do not run on CPU."""
    shape = channel_shape(input)
    if use_input_stats:
        axes = tuple(range(2, input.ndim))
        output, mean, variance = normalize_over(input, axes, eps)
        if running_mean is not None:
            count = math.prod(input.shape[2:])
            batch_mean = mean.reshape(input.shape[:2]).mean(axis=0)
            batch_variance = variance.reshape(input.shape[:2]).mean(axis=0) * (count / max(count - 1, 1))
            write_statistic(running_mean, (1 - momentum) * running_mean + momentum * batch_mean)
            write_statistic(running_var, (1 - momentum) * running_var + momentum * batch_variance)
    else:
        output = (input - running_mean.reshape(shape)) / ops.sqrt(running_var.reshape(shape) + eps)
    return scale_and_shift(output, weight, bias, shape)


def layer_norm(input, normalized_shape, weight=None, bias=None, eps=1e-5):
    """torch.nn.functional.layer_norm over the last ``len(normalized_shape)`` axes."""
    count = 1 if isinstance(normalized_shape, int) else len(normalized_shape)
    output, _, _ = normalize_over(input, tuple(range(input.ndim - count, input.ndim)), eps)
    output = output if weight is None else output * weight
    return output if bias is None else output + bias


def group_norm(input, num_groups, weight=None, bias=None, eps=1e-5):
    """torch.nn.functional.group_norm for (N, C, ...) of any rank."""
    output, _, _ = normalize_over(input.reshape((input.shape[0], num_groups, -1)), (2,), eps)
    return scale_and_shift(output.reshape(input.shape), weight, bias, channel_shape(input))


def rms_norm(input, normalized_shape, weight=None, eps=None):
    """torch.nn.functional.rms_norm; ``eps`` is the dtype's machine epsilon by default."""
    count = 1 if isinstance(normalized_shape, int) else len(normalized_shape)
    axes = tuple(range(input.ndim - count, input.ndim))
    if eps is None:
        eps = 2.220446049250313e-16 if input.dtype == ms.float64 else 1.1920928955078125e-07
    output = input / ops.sqrt((input * input).mean(axis=axes, keep_dims=True) + eps)
    return output if weight is None else output * weight


def local_response_norm(input, size, alpha=1e-4, beta=0.75, k=1.0):
    """torch.nn.functional.local_response_norm across channels."""
    squared = input * input
    channels = input.shape[1]
    total = ops.zeros_like(input)
    rest = input.shape[2:]
    for shift in range(-(size // 2), (size - 1) // 2 + 1):
        if abs(shift) >= channels:
            continue
        filler = ops.zeros((input.shape[0], abs(shift), *rest), input.dtype)
        if shift < 0:
            total = total + ops.concat([filler, squared[:, :shift]], 1)
        elif shift > 0:
            total = total + ops.concat([squared[:, shift:], filler], 1)
        else:
            total = total + squared
    return input / (k + alpha * total / size) ** beta


def normalize(input, p=2.0, dim=1, eps=1e-12, out=None):
    """torch.nn.functional.normalize: divided by the p-norm over ``dim``, which is at least ``eps``."""
    magnitude = ops.abs(input)
    if p == 2:
        norm = root((magnitude * magnitude).sum(axis=dim, keepdims=True))
    elif p == 1:
        norm = magnitude.sum(axis=dim, keepdims=True)
    elif p == math.inf:
        norm = magnitude.max(axis=dim, keepdims=True)
    else:
        norm = (magnitude**p).sum(axis=dim, keepdims=True) ** (1.0 / p)
    return input / ops.where(norm < eps, ops.full_like(norm, eps), norm)


def cosine_similarity(x1, x2, dim=1, eps=1e-8):
    """torch.nn.functional.cosine_similarity: each norm is at least ``eps``."""
    if x1.shape != x2.shape:
        shape = np.broadcast_shapes(x1.shape, x2.shape)
        x1, x2 = ops.broadcast_to(x1, shape), ops.broadcast_to(x2, shape)
    first = ops.sqrt(ops.clamp((x1 * x1).sum(axis=dim), min=eps * eps))
    second = ops.sqrt(ops.clamp((x2 * x2).sum(axis=dim), min=eps * eps))
    return (x1 * x2).sum(axis=dim) / (first * second)


def other_name(name):
    """A property that stands for the attribute ``name``."""
    return property(lambda layer: getattr(layer, name), lambda layer, value: setattr(layer, name, value))


class BatchNormalization(nn.Cell):
    """torch's BatchNorm for inputs of any rank, with running statistics or without, and cumulative with
    ``momentum=None``."""

    def __init__(
        self,
        num_features,
        eps=1e-5,
        momentum=0.1,
        affine=True,
        track_running_stats=True,
        device=None,
        dtype=None,
        *,
        bias=True,
    ):
        nn.Cell.__init__(self)
        dtype = dtype or ms.float32
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.affine, self.track_running_stats = affine, track_running_stats
        self.weight = Parameter(ops.ones((num_features,), dtype), name="weight") if affine else None
        self.bias = Parameter(ops.zeros((num_features,), dtype), name="bias") if affine and bias else None
        self.running_mean = self.running_var = None
        self.num_batches_tracked = 0
        if track_running_stats:
            self.running_mean = Parameter(ops.zeros((num_features,), dtype), name="running_mean", requires_grad=False)
            self.running_var = Parameter(ops.ones((num_features,), dtype), name="running_var", requires_grad=False)

    gamma = other_name("weight")
    beta = other_name("bias")
    moving_mean = other_name("running_mean")
    moving_variance = other_name("running_var")

    def construct(self, input):
        momentum = self.momentum
        if self.training and self.track_running_stats:
            self.num_batches_tracked += 1
            momentum = 1.0 / self.num_batches_tracked if momentum is None else momentum
        own = self.training or self.running_mean is None
        # Where it stopped tracking after it was made, training leaves the statistics alone; evaluation takes them.
        kept = (self.running_mean, self.running_var) if self.track_running_stats or not own else (None, None)
        return batch_norm(input, *kept, self.weight, self.bias, own, momentum or 0.0, self.eps)


class BatchNorm1d(BatchNormalization, nn.BatchNorm1d, metaclass=SameKind):
    """torch.nn.BatchNorm1d for (N, C) and (N, C, L)."""

    stands_for = nn.BatchNorm1d


class BatchNorm2d(BatchNormalization, nn.BatchNorm2d, metaclass=SameKind):
    """torch.nn.BatchNorm2d without affine parameters or running statistics, or with a cumulative average."""

    stands_for = nn.BatchNorm2d


class BatchNorm3d(BatchNormalization, nn.BatchNorm3d, metaclass=SameKind):
    """torch.nn.BatchNorm3d; MindSpore's own has other statistics on CPU."""

    stands_for = nn.BatchNorm3d


BATCH_NORMS = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d, nn.SyncBatchNorm)
"""What torch's private class ``_BatchNorm`` is the base of."""


class InstanceNormalization(nn.Cell):
    """torch's InstanceNorm for any number of axes, unbatched inputs too."""

    dims = 0

    def __init__(
        self, num_features, eps=1e-5, momentum=0.1, affine=False, track_running_stats=False, device=None, dtype=None
    ):
        super().__init__()
        dtype = dtype or ms.float32
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.affine, self.track_running_stats = affine, track_running_stats
        self.weight = Parameter(ops.ones((num_features,), dtype), name="weight") if affine else None
        self.bias = Parameter(ops.zeros((num_features,), dtype), name="bias") if affine else None
        self.running_mean = self.running_var = None
        if track_running_stats:
            self.running_mean = Parameter(ops.zeros((num_features,), dtype), name="running_mean", requires_grad=False)
            self.running_var = Parameter(ops.ones((num_features,), dtype), name="running_var", requires_grad=False)

    def construct(self, input):
        single = input.ndim == self.dims + 1
        output = instance_norm(
            input.expand_dims(0) if single else input,
            self.running_mean,
            self.running_var,
            self.weight,
            self.bias,
            self.training or not self.track_running_stats,
            self.momentum,
            self.eps,
        )
        return output.squeeze(0) if single else output


class InstanceNorm1d(InstanceNormalization):
    """torch.nn.InstanceNorm1d."""

    dims = 1


class InstanceNorm2d(InstanceNormalization):
    """torch.nn.InstanceNorm2d."""

    dims = 2


class InstanceNorm3d(InstanceNormalization):
    """torch.nn.InstanceNorm3d."""

    dims = 3


class LayerNorm(nn.LayerNorm, metaclass=SameKind):
    """torch.nn.LayerNorm over several axes, or without weight or bias."""

    stands_for = nn.LayerNorm

    def __init__(self, normalized_shape, eps=1e-5, elementwise_affine=True, bias=True, device=None, dtype=None):
        nn.Cell.__init__(self)
        shape = (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)
        dtype = dtype or ms.float32
        self.normalized_shape, self.eps, self.elementwise_affine = shape, eps, elementwise_affine
        self.weight = Parameter(ops.ones(shape, dtype), name="weight") if elementwise_affine else None
        self.bias = Parameter(ops.zeros(shape, dtype), name="bias") if elementwise_affine and bias else None

    @property
    def gamma(self):
        return self.weight

    @property
    def beta(self):
        return self.bias

    def __setattr__(self, name, value):
        super().__setattr__({"gamma": "weight", "beta": "bias"}.get(name, name), value)

    def construct(self, input):
        return layer_norm(input, self.normalized_shape, self.weight, self.bias, self.eps)

    def extend_repr(self):
        return f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}"


class GroupNorm(nn.Cell):
    """torch.nn.GroupNorm for inputs of any rank (MindSpore's takes four axes)."""

    def __init__(self, num_groups, num_channels, eps=1e-5, affine=True, device=None, dtype=None):
        super().__init__()
        dtype = dtype or ms.float32
        self.num_groups, self.num_channels, self.eps, self.affine = num_groups, num_channels, eps, affine
        self.weight = Parameter(ops.ones((num_channels,), dtype), name="weight") if affine else None
        self.bias = Parameter(ops.zeros((num_channels,), dtype), name="bias") if affine else None

    def construct(self, input):
        return group_norm(input, self.num_groups, self.weight, self.bias, self.eps)


class RMSNorm(nn.Cell):
    """torch.nn.RMSNorm."""

    def __init__(self, normalized_shape, eps=None, elementwise_affine=True, device=None, dtype=None):
        super().__init__()
        self.normalized_shape = (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)
        self.eps, self.elementwise_affine = eps, elementwise_affine
        initial = ops.ones(self.normalized_shape, dtype or ms.float32)
        self.weight = Parameter(initial, name="weight") if elementwise_affine else None

    def construct(self, input):
        return rms_norm(input, self.normalized_shape, self.weight, self.eps)


class LocalResponseNorm(nn.Cell):
    """torch.nn.LocalResponseNorm."""

    def __init__(self, size, alpha=1e-4, beta=0.75, k=1.0):
        super().__init__()
        self.size, self.alpha, self.beta, self.k = size, alpha, beta, k

    def construct(self, input):
        return local_response_norm(input, self.size, self.alpha, self.beta, self.k)
