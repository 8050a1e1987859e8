"""torchvision.ops: boxes as (N, 4) tensors of x1, y1, x2, y2, regions of feature maps, and the focal loss."""

from __future__ import annotations

import mindspore as ms
import numpy as np
from mindspore import Tensor, nn, ops

from migrator.support.losses import binary_cross_entropy_with_logits
from migrator.support.vision import bounded


def box_area(boxes):
    """torchvision.ops.box_area."""
    return (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])


def shared_and_joint_area(boxes1, boxes2):
    """The areas (N, M) of the intersections and of the unions of all pairs."""
    top = ops.maximum(boxes1[:, None, :2], boxes2[None, :, :2])
    bottom = ops.minimum(boxes1[:, None, 2:], boxes2[None, :, 2:])
    sides = ops.clamp(bottom - top, min=0)
    shared = sides[:, :, 0] * sides[:, :, 1]
    return shared, box_area(boxes1)[:, None] + box_area(boxes2)[None, :] - shared


def box_iou(boxes1, boxes2):
    """torchvision.ops.box_iou: (N, M) intersections over unions."""
    shared, joint = shared_and_joint_area(boxes1, boxes2)
    return shared / joint


def generalized_box_iou(boxes1, boxes2):
    """torchvision.ops.generalized_box_iou: (N, M)."""
    shared, joint = shared_and_joint_area(boxes1, boxes2)
    top = ops.minimum(boxes1[:, None, :2], boxes2[None, :, :2])
    bottom = ops.maximum(boxes1[:, None, 2:], boxes2[None, :, 2:])
    sides = ops.clamp(bottom - top, min=0)
    around_both = sides[:, :, 0] * sides[:, :, 1]
    return shared / joint - (around_both - joint) / around_both


def nms(boxes, scores, iou_threshold):
    """torchvision.ops.nms: the boxes that remain, best first; no gradient."""
    overlap = box_iou(boxes, boxes).asnumpy()
    waiting = np.argsort(-scores.asnumpy(), kind="stable")
    kept = []
    while len(waiting):
        best = waiting[0]
        kept.append(best)
        waiting = waiting[1:][overlap[best, waiting[1:]] <= iou_threshold]
    return Tensor(np.array(kept, np.int64))


def batched_nms(boxes, scores, idxs, iou_threshold):
    """torchvision.ops.batched_nms: boxes of different classes do not suppress each other; no gradient."""
    if boxes.shape[0] == 0:
        return Tensor(np.zeros(0, np.int64))
    apart = idxs.astype(boxes.dtype) * (boxes.max() + 1)
    return nms(boxes + apart[:, None], scores, iou_threshold)


def box_convert(boxes, in_fmt, out_fmt):
    """torchvision.ops.box_convert between xyxy, xywh and cxcywh."""
    if in_fmt == out_fmt:
        return boxes.copy()
    a, b, c, d = (boxes[..., n] for n in range(4))
    if in_fmt == "xywh":
        c, d = a + c, b + d
    elif in_fmt == "cxcywh":
        a, b, c, d = a - 0.5 * c, b - 0.5 * d, a + 0.5 * c, b + 0.5 * d
    if out_fmt == "xywh":
        c, d = c - a, d - b
    elif out_fmt == "cxcywh":
        a, b, c, d = (a + c) / 2, (b + d) / 2, c - a, d - b
    return ops.stack([a, b, c, d], -1)


def clip_boxes_to_image(boxes, size):
    """torchvision.ops.clip_boxes_to_image for a size (height, width)."""
    height, width = size
    x, y = bounded(boxes[..., 0::2], 0, width), bounded(boxes[..., 1::2], 0, height)
    return ops.stack([x, y], boxes.ndim).reshape(boxes.shape)


def remove_small_boxes(boxes, min_size):
    """torchvision.ops.remove_small_boxes: the places of the boxes whose sides are long enough; no gradient."""
    sides = (boxes[:, 2:] - boxes[:, :2]).asnumpy()
    return Tensor(np.nonzero((sides >= min_size).all(1))[0].astype(np.int64))


def sigmoid_focal_loss(inputs, targets, alpha=0.25, gamma=2, reduction="none"):
    """torchvision.ops.sigmoid_focal_loss."""
    p = ops.sigmoid(inputs)
    entropy = binary_cross_entropy_with_logits(inputs, targets, reduction="none")
    loss = entropy * (1 - (p * targets + (1 - p) * (1 - targets))) ** gamma
    if alpha >= 0:
        loss = (alpha * targets + (1 - alpha) * (1 - targets)) * loss
    return {"none": lambda: loss, "mean": lambda: loss.mean(), "sum": lambda: loss.sum()}[reduction]()


def roi_align(input, boxes, output_size, spatial_scale=1.0, sampling_ratio=-1, aligned=False):
    """torchvision.ops.roi_align: the mean of bilinear samples in each bin, as one matrix for each axis of a region.

    The gradient flows to the feature map and not to the boxes.
    """
    high, wide = (output_size, output_size) if isinstance(output_size, int) else output_size
    if isinstance(boxes, list | tuple):
        parts = [np.concatenate([np.full((len(part), 1), n), part.asnumpy()], 1) for n, part in enumerate(boxes)]
        regions = np.concatenate(parts)
    else:
        regions = boxes.asnumpy()
    height, width = input.shape[-2:]
    results = []
    for region in regions:
        x1, y1, x2, y2 = (float(edge) * spatial_scale - (0.5 if aligned else 0.0) for edge in region[1:])
        tall, broad = y2 - y1, x2 - x1
        if not aligned:
            tall, broad = max(tall, 1.0), max(broad, 1.0)
        down = roi_samples(y1, tall, high, height, sampling_ratio)
        across = roi_samples(x1, broad, wide, width, sampling_ratio)
        results.append(ops.matmul(ops.matmul(Tensor(down), input[int(region[0])]), Tensor(across.T.copy())))
    if not results:
        return ops.zeros((0, input.shape[1], high, wide), input.dtype)
    return ops.stack(results, 0)


def roi_samples(start, length, bins, size, ratio):
    """The (bins, size) matrix that takes the mean of ``ratio`` bilinear samples in each bin of one axis."""
    step = length / bins
    count = ratio if ratio > 0 else max(int(np.ceil(step)), 0)
    matrix = np.zeros((bins, size), np.float32)
    for place in range(bins):
        for sample in range(count):
            at = start + place * step + (sample + 0.5) * step / count
            if not -1.0 <= at <= size:
                continue
            at = max(at, 0.0)
            low = min(int(at), size - 1)
            part = 0.0 if low == size - 1 else at - low
            matrix[place, low] += (1 - part) / count
            if part:
                matrix[place, low + 1] += part / count
    return matrix


def masks_to_boxes(masks):
    """torchvision.ops.masks_to_boxes of (N, H, W) masks; no gradient."""
    found = []
    for mask in masks.asnumpy():
        ys, xs = np.nonzero(mask)
        found.append([xs.min(), ys.min(), xs.max(), ys.max()])
    return Tensor(np.array(found, np.float32).reshape(-1, 4))


class RoIAlign(nn.Cell):
    """torchvision.ops.RoIAlign."""

    def __init__(self, output_size, spatial_scale, sampling_ratio, aligned=False):
        super().__init__()
        self.output_size, self.spatial_scale = output_size, spatial_scale
        self.sampling_ratio, self.aligned = sampling_ratio, aligned

    def construct(self, input, rois):
        return roi_align(input, rois, self.output_size, self.spatial_scale, self.sampling_ratio, self.aligned)


class FrozenBatchNorm2d(nn.Cell):
    """torchvision.ops.FrozenBatchNorm2d: the statistics are constants."""

    def __init__(self, num_features, eps=1e-5):
        super().__init__()
        self.eps = eps
        for name, value in (("weight", 1.0), ("bias", 0.0), ("running_mean", 0.0), ("running_var", 1.0)):
            self.register_buffer(name, ops.full((num_features,), value, dtype=ms.float32))

    def construct(self, x):
        weight, bias, mean, var = (
            part.reshape((1, -1, 1, 1)) for part in (self.weight, self.bias, self.running_mean, self.running_var)
        )
        scale = weight * ops.rsqrt(var + self.eps)
        return x * scale + (bias - mean * scale)
