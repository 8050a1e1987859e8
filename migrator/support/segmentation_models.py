"""torchvision.models.segmentation: FCN and DeepLabV3, with torchvision's names of layers and parameters."""

from __future__ import annotations

from collections import OrderedDict

from mindspore import nn, ops

from migrator.support.pooling import AdaptiveAvgPool2d
from migrator.support.spatial import interpolate
from migrator.support.vision_models import batch_norm_layer, conv_layer, pretrained_file, resnet50, resnet101


class IntermediateLayerGetter(nn.Cell):
    """torchvision.models._utils.IntermediateLayerGetter: a model's layers up to the last one whose output is wanted, under
    the names that they have in it; gives the wanted outputs by their new names."""

    def __init__(self, model, return_layers):
        super().__init__()
        self.return_layers = {str(name): str(new) for name, new in return_layers.items()}
        if not set(self.return_layers) <= set(model._cells):
            raise ValueError("return_layers are not present in model")
        waiting = set(self.return_layers)
        for name, layer in model._cells.items():
            if waiting:
                self._cells[name] = layer  # not as an attribute, which would rename the parameters
                waiting.discard(name)

    def construct(self, x):
        found = OrderedDict()
        for name, layer in self._cells.items():
            x = layer(x)
            if name in self.return_layers:
                found[self.return_layers[name]] = x
        return found


class SegmentationModel(nn.Cell):
    """torchvision's FCN and DeepLabV3: a dictionary with "out" and, with an auxiliary classifier, "aux", in the size of
    the images."""

    def __init__(self, backbone, classifier, aux_classifier=None):
        super().__init__()
        self.backbone, self.classifier, self.aux_classifier = backbone, classifier, aux_classifier

    def construct(self, x):
        size, features, found = x.shape[-2:], self.backbone(x), OrderedDict()
        heads = {"out": self.classifier, "aux": self.aux_classifier}
        for name, head in heads.items():
            if head is not None:
                found[name] = interpolate(head(features[name]), size=size, mode="bilinear", align_corners=False)
        return found


class FCNHead(nn.SequentialCell):
    """torchvision.models.segmentation.fcn.FCNHead."""

    def __init__(self, in_channels, channels):
        inner = in_channels // 4
        first = conv_layer(in_channels, inner, 3, padding=1, start="torch")
        last = conv_layer(inner, channels, 1, bias=True, start="torch")
        super().__init__([first, batch_norm_layer(inner), nn.ReLU(), nn.Dropout(p=0.1), last])
        self.set_train()


class ASPPPooling(nn.SequentialCell):
    """The branch of ASPP that sees the whole image."""

    def __init__(self, in_channels, out_channels):
        layer = conv_layer(in_channels, out_channels, 1, start="torch")
        super().__init__([AdaptiveAvgPool2d(1), layer, batch_norm_layer(out_channels), nn.ReLU()])

    def construct(self, x):
        return interpolate(super().construct(x), size=x.shape[-2:], mode="bilinear", align_corners=False)


class ASPP(nn.Cell):
    """torchvision.models.segmentation.deeplabv3.ASPP."""

    def __init__(self, in_channels, atrous_rates, out_channels=256):
        super().__init__()
        branches = [
            [conv_layer(in_channels, out_channels, 1, start="torch")],
            *([conv_layer(in_channels, out_channels, 3, 1, r, dilation=r, start="torch")] for r in atrous_rates),
        ]
        branches = [nn.SequentialCell([*layers, batch_norm_layer(out_channels), nn.ReLU()]) for layers in branches]
        self.convs = nn.CellList([*branches, ASPPPooling(in_channels, out_channels)])
        joined = conv_layer(len(self.convs) * out_channels, out_channels, 1, start="torch")
        self.project = nn.SequentialCell([joined, batch_norm_layer(out_channels), nn.ReLU(), nn.Dropout(p=0.5)])
        self.set_train()

    def construct(self, x):
        return self.project(ops.concat([branch(x) for branch in self.convs], 1))


class DeepLabHead(nn.SequentialCell):
    """torchvision.models.segmentation.deeplabv3.DeepLabHead."""

    def __init__(self, in_channels, num_classes, atrous_rates=(12, 24, 36)):
        inner = conv_layer(256, 256, 3, padding=1, start="torch")
        last = conv_layer(256, num_classes, 1, bias=True, start="torch")
        super().__init__([ASPP(in_channels, atrous_rates), inner, batch_norm_layer(256), nn.ReLU(), last])
        self.set_train()


def segmentation_model(name, known, backbone, head, weights, pretrained, weights_backbone, num_classes, aux_loss):
    """A model with a dilated ResNet. Its own pretrained weights include the backbone's and an auxiliary classifier's."""
    file = pretrained_file(name, known, weights, pretrained)
    if file is not None:
        weights_backbone, aux_loss = None, True
    classes = 21 if num_classes is None else num_classes
    net = backbone(weights=weights_backbone, replace_stride_with_dilation=[False, True, True])
    wanted = {"layer4": "out", "layer3": "aux"} if aux_loss else {"layer4": "out"}
    aux = FCNHead(1024, classes) if aux_loss else None
    net = SegmentationModel(IntermediateLayerGetter(net, wanted), head(2048, classes), aux).set_train()
    return net if file is None else file.load_into(net)


FCN_RESNET50_WEIGHTS = {
    "COCO_WITH_VOC_LABELS_V1": ("fcn_resnet50_coco-1167a1af.pth", 520, 520, "bilinear", 35_322_218),
}


def fcn_resnet50(
    weights=None, progress=True, num_classes=None, aux_loss=None, weights_backbone="IMAGENET1K_V1", pretrained=None
):
    """torchvision.models.segmentation.fcn_resnet50."""
    known, options = FCN_RESNET50_WEIGHTS, (weights, pretrained, weights_backbone, num_classes, aux_loss)
    return segmentation_model("fcn_resnet50", known, resnet50, FCNHead, *options)


FCN_RESNET101_WEIGHTS = {
    "COCO_WITH_VOC_LABELS_V1": ("fcn_resnet101_coco-7ecb50ca.pth", 520, 520, "bilinear", 54_314_346),
}


def fcn_resnet101(
    weights=None, progress=True, num_classes=None, aux_loss=None, weights_backbone="IMAGENET1K_V1", pretrained=None
):
    """torchvision.models.segmentation.fcn_resnet101."""
    known, options = FCN_RESNET101_WEIGHTS, (weights, pretrained, weights_backbone, num_classes, aux_loss)
    return segmentation_model("fcn_resnet101", known, resnet101, FCNHead, *options)


DEEPLABV3_RESNET50_WEIGHTS = {
    "COCO_WITH_VOC_LABELS_V1": ("deeplabv3_resnet50_coco-cd0a2569.pth", 520, 520, "bilinear", 42_004_074),
}


def deeplabv3_resnet50(
    weights=None, progress=True, num_classes=None, aux_loss=None, weights_backbone="IMAGENET1K_V1", pretrained=None
):
    """torchvision.models.segmentation.deeplabv3_resnet50."""
    known, options = DEEPLABV3_RESNET50_WEIGHTS, (weights, pretrained, weights_backbone, num_classes, aux_loss)
    return segmentation_model("deeplabv3_resnet50", known, resnet50, DeepLabHead, *options)


DEEPLABV3_RESNET101_WEIGHTS = {
    "COCO_WITH_VOC_LABELS_V1": ("deeplabv3_resnet101_coco-586e9e4e.pth", 520, 520, "bilinear", 60_996_202),
}


def deeplabv3_resnet101(
    weights=None, progress=True, num_classes=None, aux_loss=None, weights_backbone="IMAGENET1K_V1", pretrained=None
):
    """torchvision.models.segmentation.deeplabv3_resnet101."""
    known, options = DEEPLABV3_RESNET101_WEIGHTS, (weights, pretrained, weights_backbone, num_classes, aux_loss)
    return segmentation_model("deeplabv3_resnet101", known, resnet101, DeepLabHead, *options)
