"""Boxes, regions and the focal loss give torchvision's numbers."""

import mindspore as ms
import numpy as np
import pytest
import torch
from mindspore import Tensor
from torchvision import ops as torch_ops

from migrator.support import boxes
from tests.migrator.support.images import assert_same


def random_boxes(count, seed=0):
    start = np.random.RandomState(seed).rand(count, 2) * 20
    return np.concatenate([start, start + 1 + np.random.RandomState(seed + 1).rand(count, 2) * 20], 1).astype(
        np.float32
    )


def test_boxes_overlap_as_in_torchvision():
    first, second = random_boxes(5), random_boxes(7, 3)
    pair = torch.from_numpy(first), torch.from_numpy(second)
    assert_same(boxes.box_area(Tensor(first)), torch_ops.box_area(pair[0]), 1e-4)
    assert_same(boxes.box_iou(Tensor(first), Tensor(second)), torch_ops.box_iou(*pair), 1e-6)
    expected = torch_ops.generalized_box_iou(*pair)
    assert_same(boxes.generalized_box_iou(Tensor(first), Tensor(second)), expected, 1e-6)
    for source in ("xyxy", "xywh", "cxcywh"):
        for wanted in ("xyxy", "xywh", "cxcywh"):
            expected = torch_ops.box_convert(pair[0], source, wanted)
            assert_same(boxes.box_convert(Tensor(first), source, wanted), expected, 1e-5)
    assert_same(boxes.clip_boxes_to_image(Tensor(first), (15, 12)), torch_ops.clip_boxes_to_image(pair[0], (15, 12)))
    assert_same(boxes.remove_small_boxes(Tensor(first), 9.0), torch_ops.remove_small_boxes(pair[0], 9.0))


def test_non_maximum_suppression_keeps_torchvisions_random_boxes():
    found = random_boxes(40)
    scores = np.random.RandomState(5).rand(40).astype(np.float32)
    classes = np.random.RandomState(6).randint(0, 3, 40)
    ours, theirs = (Tensor(found), Tensor(scores)), (torch.from_numpy(found), torch.from_numpy(scores))
    for threshold in (0.1, 0.5):
        assert_same(boxes.nms(*ours, threshold), torch_ops.nms(*theirs, threshold))
        expected = torch_ops.batched_nms(*theirs, torch.from_numpy(classes), threshold)
        assert_same(boxes.batched_nms(*ours, Tensor(classes), threshold), expected)


@pytest.mark.parametrize("reduction", ["none", "mean", "sum"])
@pytest.mark.parametrize("alpha", [0.25, -1])
def test_the_focal_loss_and_its_gradient_are_torchvisions(reduction, alpha):
    scores = np.random.RandomState(7).randn(4, 5).astype(np.float32)
    wanted = np.random.RandomState(8).randint(0, 2, (4, 5)).astype(np.float32)
    theirs = torch.from_numpy(scores).requires_grad_()
    loss = torch_ops.sigmoid_focal_loss(theirs, torch.from_numpy(wanted), alpha=alpha, reduction=reduction)
    loss.sum().backward()

    def ours(values):
        return boxes.sigmoid_focal_loss(values, Tensor(wanted), alpha=alpha, reduction=reduction)

    assert_same(ours(Tensor(scores)), loss.detach(), 1e-5)
    assert_same(ms.grad(lambda values: ours(values).sum())(Tensor(scores)), theirs.grad, 1e-5)


@pytest.mark.parametrize("aligned", [False, True])
@pytest.mark.parametrize("ratio", [-1, 2])
def test_regions_are_sampled_as_in_torchvision(aligned, ratio):
    features = np.random.RandomState(9).rand(2, 3, 12, 14).astype(np.float32)
    regions = np.array([[0, 1, 2, 20, 18], [1, 0, 0, 8, 9], [1, 3, 3, 27, 23]], np.float32)
    options = {"spatial_scale": 0.5, "sampling_ratio": ratio, "aligned": aligned}
    theirs = torch.from_numpy(features).requires_grad_()
    expected = torch_ops.roi_align(theirs, torch.from_numpy(regions), (3, 4), **options)
    (expected**2).sum().backward()

    def ours(values):
        return boxes.roi_align(values, Tensor(regions), (3, 4), **options)

    assert_same(ours(Tensor(features)), expected.detach(), 1e-5)
    assert_same(ms.grad(lambda values: (ours(values) ** 2).sum())(Tensor(features)), theirs.grad, 1e-4)
