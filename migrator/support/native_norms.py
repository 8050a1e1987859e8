"""torch.native_layer_norm and its like: the normalised tensor with the statistics that it was made by."""

from __future__ import annotations

from mindspore import ops

from migrator.support.normalisation import batch_norm, channel_shape, normalize_over, scale_and_shift


def native_layer_norm(input, normalized_shape, weight, bias, eps):
    """torch.native_layer_norm: output, mean and reciprocal deviation, of which the output has a gradient."""
    axes = tuple(range(input.ndim - len(normalized_shape), input.ndim))
    output, mean, variance = normalize_over(input, axes, eps)
    output = output if weight is None else output * weight
    output = output if bias is None else output + bias
    return output, ops.stop_gradient(mean), ops.stop_gradient(1 / ops.sqrt(variance + eps))


def native_group_norm(input, weight, bias, N, C, HxW, group, eps):
    """torch.native_group_norm: output, and mean and reciprocal deviation of each group."""
    output, mean, variance = normalize_over(input.reshape((N, group, -1)), (2,), eps)
    scaled = scale_and_shift(output.reshape(input.shape), weight, bias, channel_shape(input))
    return scaled, mean.reshape((N, group)), (1 / ops.sqrt(variance + eps)).reshape((N, group))


def native_batch_norm(input, weight, bias, running_mean, running_var, training, momentum, eps):
    """torch.native_batch_norm: output, and mean and reciprocal deviation of the batch in training."""
    output = batch_norm(input, running_mean, running_var, weight, bias, training, momentum, eps)
    if not training:
        return output, ops.zeros((0,), input.dtype), ops.zeros((0,), input.dtype)
    _, mean, variance = normalize_over(input, (0, *range(2, input.ndim)), eps)
    return output, mean.reshape((-1,)), (1 / ops.sqrt(variance + eps)).reshape((-1,))
