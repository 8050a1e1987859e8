"""torchvision's models by name."""

from __future__ import annotations

import fnmatch

from migrator.support.efficient_models import (
    convnext_base,
    convnext_large,
    convnext_small,
    convnext_tiny,
    efficientnet_b0,
    efficientnet_b1,
    efficientnet_b2,
    efficientnet_b3,
    efficientnet_b4,
    efficientnet_b5,
    efficientnet_b6,
    efficientnet_b7,
    efficientnet_v2_m,
    efficientnet_v2_s,
    mnasnet0_5,
    mnasnet0_75,
    mnasnet1_0,
    mnasnet1_3,
    mobilenet_v3_large,
    mobilenet_v3_small,
)
from migrator.support.vision_models import (
    alexnet,
    densenet121,
    densenet161,
    densenet169,
    densenet201,
    googlenet,
    mobilenet_v2,
    resnet18,
    resnet34,
    resnet50,
    resnet101,
    resnet152,
    resnext50_32x4d,
    resnext101_32x8d,
    resnext101_64x4d,
    shufflenet_v2_x0_5,
    shufflenet_v2_x1_0,
    shufflenet_v2_x1_5,
    shufflenet_v2_x2_0,
    squeezenet1_0,
    squeezenet1_1,
    vgg11,
    vgg11_bn,
    vgg13,
    vgg13_bn,
    vgg16,
    vgg16_bn,
    vgg19,
    vgg19_bn,
    vit_b_16,
    vit_b_32,
    vit_h_14,
    vit_l_16,
    vit_l_32,
    wide_resnet50_2,
    wide_resnet101_2,
)


def image_models():
    """torchvision's models by name, as far as they come along."""
    found = [
        resnet18,
        resnet34,
        resnet50,
        resnet101,
        resnet152,
        resnext50_32x4d,
        resnext101_32x8d,
        resnext101_64x4d,
        wide_resnet50_2,
        wide_resnet101_2,
        alexnet,
        vgg11,
        vgg11_bn,
        vgg13,
        vgg13_bn,
        vgg16,
        vgg16_bn,
        vgg19,
        vgg19_bn,
        mobilenet_v2,
        squeezenet1_0,
        squeezenet1_1,
        densenet121,
        densenet161,
        densenet169,
        densenet201,
        googlenet,
        shufflenet_v2_x0_5,
        shufflenet_v2_x1_0,
        shufflenet_v2_x1_5,
        shufflenet_v2_x2_0,
        vit_b_16,
        vit_b_32,
        vit_l_16,
        vit_l_32,
        vit_h_14,
        mobilenet_v3_large,
        mobilenet_v3_small,
        mnasnet0_5,
        mnasnet0_75,
        mnasnet1_0,
        mnasnet1_3,
        efficientnet_b0,
        efficientnet_b1,
        efficientnet_b2,
        efficientnet_b3,
        efficientnet_b4,
        efficientnet_b5,
        efficientnet_b6,
        efficientnet_b7,
        efficientnet_v2_s,
        efficientnet_v2_m,
        convnext_tiny,
        convnext_small,
        convnext_base,
        convnext_large,
    ]
    return {model.__name__: model for model in found}


def get_image_model(name, weights=None, **options):
    """torchvision.models.get_model."""
    return image_models()[name.lower()](weights=weights, **options)


def list_image_models(include=None, exclude=None):
    """torchvision.models.list_models, of those that come along; patterns as in file names."""
    names = sorted(image_models())
    wanted, unwanted = ([one] if isinstance(one, str) else list(one or ()) for one in (include, exclude))
    kept = [name for name in names if not wanted or any(fnmatch.fnmatch(name, one) for one in wanted)]
    return [name for name in kept if not any(fnmatch.fnmatch(name, one) for one in unwanted)]
