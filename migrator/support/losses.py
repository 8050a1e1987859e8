"""torch's loss functions where MindSpore has none, or one with other options, values or gradients."""

from __future__ import annotations

import math

import mindspore as ms
from mindspore import Tensor, nn, ops

from migrator.support.likeness import SameKind


def loss_reduction(size_average, reduce, reduction):
    """torch's old pair (size_average, reduce) as today's ``reduction``."""
    if size_average is None and reduce is None:
        return reduction
    if reduce is False:
        return "none"
    return "sum" if size_average is False else "mean"


def reduce_loss(loss, reduction):
    """``mean``, ``sum`` or ``none`` of the elementwise losses."""
    if reduction == "mean":
        return loss.mean()
    if reduction == "sum":
        return loss.sum()
    if reduction == "none":
        return loss
    raise ValueError(f"{reduction} is not a valid value for reduction")


def weighted_reduction(loss, weight, reduction):
    """Losses times ``weight``; the mean divides by the sum of the weights."""
    if weight is None:
        return reduce_loss(loss, reduction)
    weighted = loss * weight
    if reduction == "mean":
        return weighted.sum() / weight.broadcast_to(loss.shape).sum()
    return reduce_loss(weighted, reduction)


def mse_loss(input, target, size_average=None, reduce=None, reduction="mean", weight=None):
    """torch.nn.functional.mse_loss."""
    difference = input - target
    return weighted_reduction(difference * difference, weight, loss_reduction(size_average, reduce, reduction))


def l1_loss(input, target, size_average=None, reduce=None, reduction="mean", weight=None):
    """torch.nn.functional.l1_loss."""
    return weighted_reduction(ops.abs(input - target), weight, loss_reduction(size_average, reduce, reduction))


def smooth_l1_loss(input, target, size_average=None, reduce=None, reduction="mean", beta=1.0):
    """torch.nn.functional.smooth_l1_loss; ``beta`` 0 is the L1 loss."""
    difference = ops.abs(input - target)
    if beta > 0:
        quadratic = 0.5 * difference * difference / beta
        difference = ops.where(difference < beta, quadratic, difference - 0.5 * beta)
    return reduce_loss(difference, loss_reduction(size_average, reduce, reduction))


def huber_loss(input, target, reduction="mean", delta=1.0, weight=None):
    """torch.nn.functional.huber_loss."""
    difference = ops.abs(input - target)
    loss = ops.where(difference <= delta, 0.5 * difference * difference, delta * (difference - 0.5 * delta))
    return weighted_reduction(loss, weight, reduction)


def nll_loss(input, target, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction="mean"):
    """torch.nn.functional.nll_loss for (C), (N, C) and (N, C, d1, ...); the mean divides by the weights of the targets
    that are not ``ignore_index``."""
    reduction = loss_reduction(size_average, reduce, reduction)
    target = target.astype(ms.int64)
    if input.ndim == 1:
        input, target = input.expand_dims(0), target.reshape((1,))
        single = True
    else:
        single = False
    kept = target != ignore_index
    safe = ops.where(kept, target, ops.zeros_like(target))
    picked = ops.gather_elements(input, 1, safe.expand_dims(1)).squeeze(1)
    weights = kept.astype(input.dtype)
    if weight is not None:
        weights = weights * ops.gather(weight, safe, 0)
    loss = -picked * weights
    loss = ops.where(kept, loss, ops.zeros_like(loss))
    if reduction == "mean":
        return loss.sum() / weights.sum()
    loss = reduce_loss(loss, reduction)
    return loss.reshape(()) if single else loss


def cross_entropy(
    input,
    target,
    weight=None,
    size_average=None,
    ignore_index=-100,
    reduce=None,
    reduction="mean",
    label_smoothing=0.0,
):
    """torch.nn.functional.cross_entropy with class indices or probabilities as target, class weights, ``ignore_index``
    and label smoothing."""
    reduction = loss_reduction(size_average, reduce, reduction)
    axis = 0 if input.ndim == 1 else 1
    classes = input.shape[axis]
    log_probabilities = input - ops.stop_gradient(input.max(axis=axis, keepdims=True))
    log_probabilities = log_probabilities - ops.log(ops.exp(log_probabilities).sum(axis=axis, keepdims=True))
    shape = (-1,) + (1,) * (input.ndim - 1 - axis)
    if target.dtype in (ms.float16, ms.float32, ms.float64, ms.bfloat16):
        if label_smoothing:
            target = target * (1 - label_smoothing) + label_smoothing / classes
        scaled = log_probabilities if weight is None else log_probabilities * weight.reshape(shape)
        loss = -(scaled * target).sum(axis=axis)
        if reduction == "mean":
            return loss.sum() / (input.size / classes)
        return reduce_loss(loss, reduction)
    loss = nll_loss(log_probabilities, target, weight, None, ignore_index, None, reduction)
    if not label_smoothing:
        return loss
    kept = target != ignore_index
    scaled = log_probabilities if weight is None else log_probabilities * weight.reshape(shape)
    smooth = -scaled.sum(axis=axis)
    smooth = ops.where(kept, smooth, ops.zeros_like(smooth))
    if reduction == "mean":
        weights = kept.astype(input.dtype)
        if weight is not None:
            weights = weights * ops.gather(weight, ops.where(kept, target, ops.zeros_like(target)).astype(ms.int64), 0)
        smooth = smooth.sum() / weights.sum()
    elif reduction == "sum":
        smooth = smooth.sum()
    return (1 - label_smoothing) * loss + label_smoothing / classes * smooth


def binary_cross_entropy(input, target, weight=None, size_average=None, reduce=None, reduction="mean"):
    """torch.nn.functional.binary_cross_entropy: logarithms are clamped at -100, and the gradient is torch's too where a
    probability is 0 or 1 (it divides by at least 1e-12), where that of the clamped logarithm is not a number."""
    positive = ops.stop_gradient(ops.clamp(ops.log(input), min=-100.0))
    negative = ops.stop_gradient(ops.clamp(ops.log(1 - input), min=-100.0))
    slope = ops.stop_gradient((input - target) / ops.clamp((1 - input) * input, min=1e-12))
    loss = -(target * positive + (1 - target) * negative) + slope * (input - ops.stop_gradient(input))
    if weight is not None:
        loss = loss * weight
    return reduce_loss(loss, loss_reduction(size_average, reduce, reduction))


def binary_cross_entropy_with_logits(
    input, target, weight=None, size_average=None, reduce=None, reduction="mean", pos_weight=None
):
    """torch.nn.functional.binary_cross_entropy_with_logits. ``maximum`` and not ``relu``, so that a logit of 0 has the
    gradient that is half of each side's."""
    shifted = ops.log1p(ops.exp(-ops.abs(input))) + ops.maximum(-input, 0)
    if pos_weight is None:
        loss = (1 - target) * input + shifted
    else:
        loss = (1 - target) * input + (1 + (pos_weight - 1) * target) * shifted
    if weight is not None:
        loss = loss * weight
    return reduce_loss(loss, loss_reduction(size_average, reduce, reduction))


def kl_div(input, target, size_average=None, reduce=None, reduction="mean", log_target=False):
    """torch.nn.functional.kl_div with all reductions and ``log_target``."""
    if log_target:
        loss = ops.exp(target) * (target - input)
    else:
        positive = target > 0
        safe = ops.where(positive, target, ops.ones_like(target))
        loss = ops.where(positive, target * ops.log(safe), ops.zeros_like(target)) - target * input
    reduction = loss_reduction(size_average, reduce, reduction)
    if reduction == "batchmean":
        return loss.sum() / input.shape[0]
    return reduce_loss(loss, reduction)


def poisson_nll_loss(
    input, target, log_input=True, full=False, size_average=None, eps=1e-8, reduce=None, reduction="mean"
):
    """torch.nn.functional.poisson_nll_loss; ``full`` adds Stirling's term where the target is above 1."""
    input = input if input.is_floating_point() else input.float()
    loss = ops.exp(input) - target * input if log_input else input - target * ops.log(input + eps)
    if full:
        stirling = target * ops.log(target) - target + 0.5 * ops.log(2 * math.pi * target)
        loss = loss + ops.where(target > 1, stirling, ops.zeros_like(stirling))
    return reduce_loss(loss, loss_reduction(size_average, reduce, reduction))


def gaussian_nll_loss(input, target, var, full=False, eps=1e-6, reduction="mean"):
    """torch.nn.functional.gaussian_nll_loss; the variance is clamped at ``eps`` without a gradient."""
    if isinstance(var, float | int):
        var = ops.zeros_like(input) + var
    if var.ndim == input.ndim - 1:
        var = var.expand_dims(-1)
    var = var + ops.stop_gradient(ops.clamp(var, min=eps) - var)
    difference = input - target
    loss = 0.5 * (ops.log(var) + difference * difference / var)
    if full:
        loss = loss + 0.5 * math.log(2 * math.pi)
    return reduce_loss(loss, reduction)


def hinge_embedding_loss(input, target, margin=1.0, size_average=None, reduce=None, reduction="mean"):
    """torch.nn.functional.hinge_embedding_loss."""
    zero = ops.zeros_like(input)
    loss = ops.where(target != 1, ops.relu(margin - input), zero) + ops.where(target != -1, input, zero)
    return reduce_loss(loss, loss_reduction(size_average, reduce, reduction))


def soft_margin_loss(input, target, size_average=None, reduce=None, reduction="mean"):
    """torch.nn.functional.soft_margin_loss."""
    loss = ops.log1p(ops.exp(-target * input))
    return reduce_loss(loss, loss_reduction(size_average, reduce, reduction))


def margin_ranking_loss(input1, input2, target, margin=0.0, size_average=None, reduce=None, reduction="mean"):
    """torch.nn.functional.margin_ranking_loss."""
    loss = ops.relu(-target * (input1 - input2) + margin)
    return reduce_loss(loss, loss_reduction(size_average, reduce, reduction))


def cosine_embedding_loss(input1, input2, target, margin=0.0, size_average=None, reduce=None, reduction="mean"):
    """torch.nn.functional.cosine_embedding_loss for vectors and batches of them."""
    eps = 1e-12
    product = (input1 * input2).sum(axis=-1)
    cosine = product / ops.sqrt(((input1 * input1).sum(axis=-1) + eps) * ((input2 * input2).sum(axis=-1) + eps))
    zero = ops.zeros_like(cosine)
    loss = ops.where(target == 1, 1 - cosine, zero) + ops.where(target == -1, ops.relu(cosine - margin), zero)
    return reduce_loss(loss, loss_reduction(size_average, reduce, reduction))


def p_norm_distance(first, second, p=2.0, eps=1e-6, keepdim=False):
    """torch.nn.functional.pairwise_distance: the p-norm of ``first - second + eps`` over the last axis."""
    difference = ops.abs(first - second + eps)
    if p == 2:
        return ops.sqrt((difference * difference).sum(axis=-1, keepdims=keepdim))
    if p == 1:
        return difference.sum(axis=-1, keepdims=keepdim)
    if p == math.inf:
        return difference.max(axis=-1, keepdims=keepdim)
    if p == 0:
        return (difference != 0).astype(difference.dtype).sum(axis=-1, keepdims=keepdim)
    return (difference**p).sum(axis=-1, keepdims=keepdim) ** (1.0 / p)


def triplet_margin_loss(
    anchor,
    positive,
    negative,
    margin=1.0,
    p=2.0,
    eps=1e-6,
    swap=False,
    size_average=None,
    reduce=None,
    reduction="mean",
):
    """torch.nn.functional.triplet_margin_loss, with the distance swap."""
    near = p_norm_distance(anchor, positive, p, eps)
    far = p_norm_distance(anchor, negative, p, eps)
    if swap:
        far = ops.minimum(far, p_norm_distance(positive, negative, p, eps))
    return reduce_loss(ops.relu(margin + near - far), loss_reduction(size_average, reduce, reduction))


def triplet_margin_with_distance_loss(
    anchor, positive, negative, *, distance_function=None, margin=1.0, swap=False, reduction="mean"
):
    """torch.nn.functional.triplet_margin_with_distance_loss."""
    distance = p_norm_distance if distance_function is None else distance_function
    near, far = distance(anchor, positive), distance(anchor, negative)
    if swap:
        far = ops.minimum(far, distance(positive, negative))
    return reduce_loss(ops.relu(margin + near - far), reduction)


def multi_margin_loss(input, target, p=1, margin=1.0, weight=None, size_average=None, reduce=None, reduction="mean"):
    """torch.nn.functional.multi_margin_loss for (C) and (N, C)."""
    single = input.ndim == 1
    if single:
        input, target = input.expand_dims(0), target.reshape((1,))
    index = target.astype(ms.int64).expand_dims(1)
    loss = ops.relu(margin - ops.gather_elements(input, 1, index) + input)
    loss = loss if p == 1 else loss * loss
    if weight is not None:
        loss = loss * ops.gather(weight, index.squeeze(1), 0).expand_dims(1)
    others = (ms.numpy.arange(input.shape[1]).expand_dims(0) != index).astype(input.dtype)
    loss = (loss * others).sum(axis=1) / input.shape[1]
    loss = reduce_loss(loss, loss_reduction(size_average, reduce, reduction))
    return loss.reshape(()) if single else loss


def multilabel_margin_loss(input, target, size_average=None, reduce=None, reduction="mean"):
    """torch.nn.functional.multilabel_margin_loss: targets are class indices up to the first -1."""
    single = input.ndim == 1
    if single:
        input, target = input.expand_dims(0), target.expand_dims(0)
    classes = input.shape[1]
    labels = target.asnumpy()
    counted = (labels < 0).cumsum(axis=1) == 0
    member = Tensor(
        [[float(c in row[keep]) for c in range(classes)] for row, keep in zip(labels, counted, strict=True)]
    )
    member = member.astype(input.dtype)
    safe = Tensor(labels * counted, ms.int64)
    positive = ops.gather_elements(input, 1, safe)
    gap = ops.relu(1 - (positive.expand_dims(2) - input.expand_dims(1)))
    gap = gap * (1 - member).expand_dims(1) * Tensor(counted).astype(input.dtype).expand_dims(2)
    loss = gap.sum(axis=(1, 2)) / classes
    loss = reduce_loss(loss, loss_reduction(size_average, reduce, reduction))
    return loss.reshape(()) if single and loss.ndim else loss


def multilabel_soft_margin_loss(input, target, weight=None, size_average=None, reduce=None, reduction="mean"):
    """torch.nn.functional.multilabel_soft_margin_loss."""
    shifted = ops.log1p(ops.exp(-ops.abs(input)))
    loss = target * (shifted + ops.maximum(-input, 0)) + (1 - target) * (shifted + ops.maximum(input, 0))
    if weight is not None:
        loss = loss * weight
    return reduce_loss(loss.mean(axis=-1), loss_reduction(size_average, reduce, reduction))


def ctc_log_add(first, second):
    """log(exp(first) + exp(second)) that stays finite for -1e30, which stands for minus infinity."""
    top = ops.maximum(first, second)
    return top + ops.log1p(ops.exp(-ops.abs(first - second)))


def ctc_lengths(lengths):
    """Lengths given as a tensor, a sequence or one number, as a list."""
    if isinstance(lengths, Tensor):
        return [int(length) for length in lengths.asnumpy().reshape(-1)]
    return [lengths] if isinstance(lengths, int) else [int(length) for length in lengths]


def ctc_loss(log_probs, targets, input_lengths, target_lengths, blank=0, reduction="mean", zero_infinity=False):
    """torch.nn.functional.ctc_loss for padded (N, S) or concatenated targets, batched or not, by the forward
    recursion in log space."""
    single = log_probs.ndim == 2
    if single:
        log_probs = log_probs.expand_dims(1)
    frames, batch, _ = log_probs.shape
    labels = targets.asnumpy()
    lengths, sizes = ctc_lengths(input_lengths), ctc_lengths(target_lengths)
    if labels.ndim == 1 and not single:
        offsets = [sum(sizes[:n]) for n in range(batch)]
        rows = [labels[start : start + size] for start, size in zip(offsets, sizes, strict=True)]
    else:
        rows = [row[:size] for row, size in zip(labels.reshape(batch, -1), sizes, strict=True)]
    width = 2 * max(sizes, default=0) + 1
    extended = [[blank] * width for _ in range(batch)]
    for n, row in enumerate(rows):
        for s, label in enumerate(row):
            extended[n][2 * s + 1] = int(label)
    skips = [[float(s > 1 and e[s] != blank and e[s] != e[s - 2]) for s in range(width)] for e in extended]
    index = Tensor(extended, ms.int64)
    skip = Tensor(skips, log_probs.dtype)
    nothing = -1e30
    start = Tensor(
        [[0.0 if s < (2 if size else 1) else nothing for s in range(width)] for size in sizes], log_probs.dtype
    )
    emitted = [ops.gather_elements(log_probs[t], 1, index) for t in range(frames)]
    alpha = start + emitted[0]
    alphas = [alpha]
    for t in range(1, frames):
        one = ops.concat([ops.full((batch, 1), nothing, dtype=alpha.dtype), alpha[:, :-1]], 1) if width > 1 else None
        total = alpha if one is None else ctc_log_add(alpha, one)
        if width > 2:
            two = ops.concat([ops.full((batch, 2), nothing, dtype=alpha.dtype), alpha[:, :-2]], 1)
            total = ctc_log_add(total, two * skip + nothing * (1 - skip))
        alpha = total + emitted[t]
        alphas.append(alpha)
    losses = []
    for n in range(batch):
        last = alphas[lengths[n] - 1][n]
        end = 2 * sizes[n]
        value = last[end] if end == 0 else ctc_log_add(last[end], last[end - 1])
        losses.append(-value)
    loss = ops.stack(losses)
    impossible = loss > 1e20
    loss = ops.where(impossible, ops.full_like(loss, 0.0 if zero_infinity else math.inf), loss)
    if reduction == "mean":
        return (loss / Tensor([float(max(size, 1)) for size in sizes], loss.dtype)).mean()
    if reduction == "none" and single:
        return loss.reshape(())
    return reduce_loss(loss, reduction)


class Loss(nn.Cell):
    """Base of the loss cells below: keeps the options; a tensor among them (a weight) is no parameter."""

    def __init__(self, size_average=None, reduce=None, reduction="mean", **options):
        nn.Cell.__init__(self)
        self.reduction = loss_reduction(size_average, reduce, reduction)
        for name, value in options.items():
            setattr(self, name, value)


class MSELoss(Loss, nn.MSELoss, metaclass=SameKind):
    """torch.nn.MSELoss."""

    stands_for = nn.MSELoss

    def construct(self, input, target):
        return mse_loss(input, target, reduction=self.reduction)


class L1Loss(Loss, nn.L1Loss, metaclass=SameKind):
    """torch.nn.L1Loss."""

    stands_for = nn.L1Loss

    def construct(self, input, target):
        return l1_loss(input, target, reduction=self.reduction)


class SmoothL1Loss(Loss):
    """torch.nn.SmoothL1Loss."""

    def __init__(self, size_average=None, reduce=None, reduction="mean", beta=1.0):
        super().__init__(size_average, reduce, reduction, beta=beta)

    def construct(self, input, target):
        return smooth_l1_loss(input, target, reduction=self.reduction, beta=self.beta)


class HuberLoss(Loss):
    """torch.nn.HuberLoss."""

    def __init__(self, reduction="mean", delta=1.0):
        super().__init__(reduction=reduction, delta=delta)

    def construct(self, input, target):
        return huber_loss(input, target, reduction=self.reduction, delta=self.delta)


class NLLLoss(Loss, nn.NLLLoss, metaclass=SameKind):
    """torch.nn.NLLLoss."""

    stands_for = nn.NLLLoss

    def __init__(self, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction="mean"):
        super().__init__(size_average, reduce, reduction, weight=weight, ignore_index=ignore_index)

    def construct(self, input, target):
        return nll_loss(input, target, self.weight, ignore_index=self.ignore_index, reduction=self.reduction)


class CrossEntropyLoss(Loss):
    """torch.nn.CrossEntropyLoss."""

    def __init__(
        self, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction="mean", label_smoothing=0.0
    ):
        super().__init__(
            size_average, reduce, reduction, weight=weight, ignore_index=ignore_index, label_smoothing=label_smoothing
        )

    def construct(self, input, target):
        return cross_entropy(
            input,
            target,
            self.weight,
            ignore_index=self.ignore_index,
            reduction=self.reduction,
            label_smoothing=self.label_smoothing,
        )


class BCELoss(Loss):
    """torch.nn.BCELoss."""

    def __init__(self, weight=None, size_average=None, reduce=None, reduction="mean"):
        super().__init__(size_average, reduce, reduction, weight=weight)

    def construct(self, input, target):
        return binary_cross_entropy(input, target, self.weight, reduction=self.reduction)


class BCEWithLogitsLoss(Loss, nn.BCEWithLogitsLoss, metaclass=SameKind):
    """torch.nn.BCEWithLogitsLoss."""

    stands_for = nn.BCEWithLogitsLoss

    def __init__(self, weight=None, size_average=None, reduce=None, reduction="mean", pos_weight=None):
        super().__init__(size_average, reduce, reduction, weight=weight, pos_weight=pos_weight)

    def construct(self, input, target):
        return binary_cross_entropy_with_logits(
            input, target, self.weight, reduction=self.reduction, pos_weight=self.pos_weight
        )


class KLDivLoss(Loss):
    """torch.nn.KLDivLoss."""

    def __init__(self, size_average=None, reduce=None, reduction="mean", log_target=False):
        super().__init__(size_average, reduce, reduction, log_target=log_target)

    def construct(self, input, target):
        return kl_div(input, target, reduction=self.reduction, log_target=self.log_target)


class PoissonNLLLoss(Loss):
    """torch.nn.PoissonNLLLoss."""

    def __init__(self, log_input=True, full=False, size_average=None, eps=1e-8, reduce=None, reduction="mean"):
        super().__init__(size_average, reduce, reduction, log_input=log_input, full=full, eps=eps)

    def construct(self, input, target):
        return poisson_nll_loss(input, target, self.log_input, self.full, eps=self.eps, reduction=self.reduction)


class GaussianNLLLoss(Loss):
    """torch.nn.GaussianNLLLoss."""

    def __init__(self, *, full=False, eps=1e-6, reduction="mean"):
        super().__init__(reduction=reduction, full=full, eps=eps)

    def construct(self, input, target, var):
        return gaussian_nll_loss(input, target, var, self.full, self.eps, self.reduction)


class HingeEmbeddingLoss(Loss):
    """torch.nn.HingeEmbeddingLoss."""

    def __init__(self, margin=1.0, size_average=None, reduce=None, reduction="mean"):
        super().__init__(size_average, reduce, reduction, margin=margin)

    def construct(self, input, target):
        return hinge_embedding_loss(input, target, self.margin, reduction=self.reduction)


class SoftMarginLoss(Loss):
    """torch.nn.SoftMarginLoss."""

    def construct(self, input, target):
        return soft_margin_loss(input, target, reduction=self.reduction)


class MarginRankingLoss(Loss):
    """torch.nn.MarginRankingLoss."""

    def __init__(self, margin=0.0, size_average=None, reduce=None, reduction="mean"):
        super().__init__(size_average, reduce, reduction, margin=margin)

    def construct(self, input1, input2, target):
        return margin_ranking_loss(input1, input2, target, self.margin, reduction=self.reduction)


class CosineEmbeddingLoss(Loss):
    """torch.nn.CosineEmbeddingLoss."""

    def __init__(self, margin=0.0, size_average=None, reduce=None, reduction="mean"):
        super().__init__(size_average, reduce, reduction, margin=margin)

    def construct(self, input1, input2, target):
        return cosine_embedding_loss(input1, input2, target, self.margin, reduction=self.reduction)


class TripletMarginLoss(Loss):
    """torch.nn.TripletMarginLoss."""

    def __init__(self, margin=1.0, p=2.0, eps=1e-6, swap=False, size_average=None, reduce=None, reduction="mean"):
        super().__init__(size_average, reduce, reduction, margin=margin, p=p, eps=eps, swap=swap)

    def construct(self, anchor, positive, negative):
        return triplet_margin_loss(
            anchor, positive, negative, self.margin, self.p, self.eps, self.swap, reduction=self.reduction
        )


class TripletMarginWithDistanceLoss(Loss):
    """torch.nn.TripletMarginWithDistanceLoss."""

    def __init__(self, *, distance_function=None, margin=1.0, swap=False, reduction="mean"):
        super().__init__(reduction=reduction, distance_function=distance_function, margin=margin, swap=swap)

    def construct(self, anchor, positive, negative):
        return triplet_margin_with_distance_loss(
            anchor,
            positive,
            negative,
            distance_function=self.distance_function,
            margin=self.margin,
            swap=self.swap,
            reduction=self.reduction,
        )


class MultiMarginLoss(Loss):
    """torch.nn.MultiMarginLoss."""

    def __init__(self, p=1, margin=1.0, weight=None, size_average=None, reduce=None, reduction="mean"):
        super().__init__(size_average, reduce, reduction, p=p, margin=margin, weight=weight)

    def construct(self, input, target):
        return multi_margin_loss(input, target, self.p, self.margin, self.weight, reduction=self.reduction)


class MultiLabelMarginLoss(Loss):
    """torch.nn.MultiLabelMarginLoss."""

    def construct(self, input, target):
        return multilabel_margin_loss(input, target, reduction=self.reduction)


class MultiLabelSoftMarginLoss(Loss):
    """torch.nn.MultiLabelSoftMarginLoss."""

    def __init__(self, weight=None, size_average=None, reduce=None, reduction="mean"):
        super().__init__(size_average, reduce, reduction, weight=weight)

    def construct(self, input, target):
        return multilabel_soft_margin_loss(input, target, self.weight, reduction=self.reduction)


class CTCLoss(Loss):
    """torch.nn.CTCLoss."""

    def __init__(self, blank=0, reduction="mean", zero_infinity=False):
        super().__init__(reduction=reduction, blank=blank, zero_infinity=zero_infinity)

    def construct(self, log_probs, targets, input_lengths, target_lengths):
        return ctc_loss(
            log_probs, targets, input_lengths, target_lengths, self.blank, self.reduction, self.zero_infinity
        )
