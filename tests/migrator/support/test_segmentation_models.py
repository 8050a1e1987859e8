"""Segmentation models have torchvision's parameters and give torchvision's maps."""

import mindspore as ms
import numpy as np
import pytest
import torch
from mindspore import Tensor, ops
from torchvision.models.resnet import Bottleneck, ResNet
from torchvision.models.segmentation import deeplabv3, fcn

from migrator.support import segmentation_models as ours
from migrator.support import vision_models
from tests.migrator.support.test_vision_models import by_torch_name

SIZES = ([1, 1, 1, 1], 5, [False, True, True])


@pytest.fixture(params=["fcn", "deeplabv3"])
def pair(request):
    """A model with a short backbone in both libraries, with the same weights."""
    torch.manual_seed(0)
    layers, classes, dilated = SIZES
    build = fcn._fcn_resnet if request.param == "fcn" else deeplabv3._deeplabv3_resnet
    theirs = build(ResNet(Bottleneck, layers, replace_stride_with_dilation=dilated), classes, True)
    head = ours.FCNHead if request.param == "fcn" else ours.DeepLabHead
    backbone = vision_models.ResNet(vision_models.Bottleneck, layers, replace_stride_with_dilation=dilated)
    body = ours.IntermediateLayerGetter(backbone, {"layer4": "out", "layer3": "aux"})
    mine = ours.SegmentationModel(body, head(2048, classes), ours.FCNHead(1024, classes))
    own = by_torch_name(mine)
    state = {name: value for name, value in theirs.state_dict().items() if not name.endswith("num_batches_tracked")}
    assert own.keys() == state.keys()
    for name, value in state.items():
        own[name].set_data(Tensor(value.numpy()))
    return mine, theirs


def test_maps_and_gradients_are_torchvisions(pair):
    mine, theirs = pair
    images = np.random.RandomState(0).rand(2, 3, 33, 40).astype(np.float32)
    mine.set_train(False)
    theirs.eval()
    expected = theirs(torch.from_numpy(images))
    last = theirs.classifier[-1].weight
    torch.sum(expected["out"] ** 2 + expected["aux"] ** 2).backward()

    def total(x):
        found = mine(x)
        return ops.sum(found["out"] ** 2 + found["aux"] ** 2), found

    (_, found), gradients = ms.value_and_grad(total, None, [mine.classifier[-1].weight], has_aux=True)(Tensor(images))

    assert list(found) == list(expected) == ["out", "aux"]
    for name, value in expected.items():
        np.testing.assert_allclose(found[name].asnumpy(), value.detach().numpy(), rtol=1e-3, atol=1e-5)
    scale = float(last.grad.abs().max())
    np.testing.assert_allclose(gradients[0].asnumpy(), last.grad.numpy(), rtol=1e-3, atol=1e-4 * scale)


def test_new_heads_start_in_training_mode():
    assert all(cell.training for _, cell in ours.DeepLabHead(8, 2).cells_and_names())
    assert all(cell.training for _, cell in ours.FCNHead(8, 2).cells_and_names())


def test_outputs_that_a_model_does_not_have_are_told():
    with pytest.raises(ValueError, match="return_layers are not present in model"):
        ours.IntermediateLayerGetter(vision_models.resnet18(), {"layer9": "out"})


def test_the_backbones_weights_are_asked_for_as_torchvision_does(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    with pytest.raises(FileNotFoundError, match="resnet50-0676ba61"):
        ours.fcn_resnet50()
    with pytest.raises(FileNotFoundError, match="deeplabv3_resnet101_coco-586e9e4e"):
        ours.deeplabv3_resnet101(weights="DEFAULT")
