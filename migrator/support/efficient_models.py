"""torchvision's building blocks (torchvision.ops.misc) and the models made of them: MobileNetV3, MNASNet, EfficientNet,
ConvNeXt, with torchvision's names of layers and parameters and its first values."""

from __future__ import annotations

import math

from mindspore import Parameter, nn, ops
from mindspore.common.initializer import HeUniform, TruncatedNormal
from mindspore.common.initializer import Uniform as UniformInitializer

from migrator.support.pooling import AdaptiveAvgPool2d
from migrator.support.random_draws import bernoulli_like
from migrator.support.vision_models import batch_norm_layer, conv_layer, flat, image_model, small_normal_dense


def stochastic_depth(input, p, mode, training=True):
    """torchvision.ops.stochastic_depth: whole samples ("row") or the whole batch ("batch") are zeroed by chance."""
    if mode not in ("batch", "row"):
        raise ValueError(f"mode has to be either 'batch' or 'row', but got {mode}")
    if not training or p == 0.0:
        return input
    size = (input.shape[0] if mode == "row" else 1,) + (1,) * (input.ndim - 1)
    kept = bernoulli_like(ops.zeros(size, input.dtype), 1.0 - p)
    return input * (kept / (1.0 - p) if p < 1.0 else kept)


class StochasticDepth(nn.Cell):
    """torchvision.ops.StochasticDepth."""

    def __init__(self, p, mode):
        super().__init__()
        self.p, self.mode = p, mode

    def construct(self, input):
        return stochastic_depth(input, self.p, self.mode, self.training)


class Conv2dNormActivation(nn.SequentialCell):
    """torchvision.ops.Conv2dNormActivation: convolution, normalisation and activation; None leaves one out."""

    def __init__(
        self,
        in_channels,
        out_channels,
        kernel_size=3,
        stride=1,
        padding=None,
        groups=1,
        norm_layer=batch_norm_layer,
        activation_layer=nn.ReLU,
        dilation=1,
        inplace=True,
        bias=None,
        start="torch",
    ):
        padding = (kernel_size - 1) // 2 * dilation if padding is None else padding
        bias = norm_layer is None if bias is None else bias
        layers = [
            conv_layer(in_channels, out_channels, kernel_size, stride, padding, groups, dilation, bias, start=start)
        ]
        layers += [norm_layer(out_channels)] if norm_layer is not None else []
        layers += [activation_layer()] if activation_layer is not None else []
        super().__init__(layers)
        self.out_channels = out_channels


class SqueezeExcitation(nn.Cell):
    """torchvision.ops.SqueezeExcitation."""

    def __init__(
        self, input_channels, squeeze_channels, activation=nn.ReLU, scale_activation=nn.Sigmoid, start="torch"
    ):
        super().__init__()
        self.avgpool = AdaptiveAvgPool2d(1)
        self.fc1 = conv_layer(input_channels, squeeze_channels, 1, bias=True, start=start)
        self.fc2 = conv_layer(squeeze_channels, input_channels, 1, bias=True, start=start)
        self.activation, self.scale_activation = activation(), scale_activation()

    def construct(self, input):
        scale = self.fc2(self.activation(self.fc1(self.avgpool(input))))
        return self.scale_activation(scale) * input


class Permute(nn.Cell):
    """torchvision.ops.Permute."""

    def __init__(self, dims):
        super().__init__()
        self.dims = tuple(dims)

    def construct(self, x):
        return x.permute(self.dims)


class MLP(nn.SequentialCell):
    """torchvision.ops.MLP: linear layers with normalisation, activation and dropout between them."""

    def __init__(
        self,
        in_channels,
        hidden_channels,
        norm_layer=None,
        activation_layer=nn.ReLU,
        inplace=None,
        bias=True,
        dropout=0.0,
    ):
        layers, width = [], in_channels
        for place, outputs in enumerate(hidden_channels):
            layers.append(nn.Dense(width, outputs, has_bias=bias))
            if place < len(hidden_channels) - 1:
                layers += [norm_layer(outputs)] if norm_layer is not None else []
                layers.append(activation_layer())
            layers.append(nn.Dropout(p=dropout))
            width = outputs
        super().__init__(layers)


def in_eights(value):
    """A number of channels rounded to a multiple of 8, by at most a tenth downwards."""
    rounded = max(8, int(value + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * value else rounded


def eager_norm_layer(channels):
    """Batch normalisation with torchvision's eps 0.001 and momentum 0.01."""
    return batch_norm_layer(channels, 0.001, 0.01)


class MobileBlock(nn.Cell):
    """torchvision's InvertedResidual of MobileNetV3."""

    def __init__(self, inputs, kernel, expanded, outputs, squeezed, hard, stride):
        super().__init__()
        self.use_res_connect = stride == 1 and inputs == outputs
        options = {"norm_layer": eager_norm_layer, "start": "fan_out"}
        active = nn.HSwish if hard else nn.ReLU
        layers = []
        if expanded != inputs:
            layers.append(Conv2dNormActivation(inputs, expanded, 1, activation_layer=active, **options))
        layers.append(
            Conv2dNormActivation(
                expanded, expanded, kernel, stride, groups=expanded, activation_layer=active, **options
            )
        )
        if squeezed:
            narrow = in_eights(expanded // 4)
            layers.append(SqueezeExcitation(expanded, narrow, scale_activation=nn.HSigmoid, start="fan_out"))
        layers.append(Conv2dNormActivation(expanded, outputs, 1, activation_layer=None, **options))
        self.block = nn.SequentialCell(layers)

    def construct(self, x):
        return x + self.block(x) if self.use_res_connect else self.block(x)


class MobileNetV3(nn.Cell):
    """torchvision.models.MobileNetV3; a step is (inputs, kernel, expanded, outputs, squeezed, hard, stride)."""

    def __init__(self, steps, last_channel, num_classes=1000, dropout=0.2):
        super().__init__()
        options = {"norm_layer": eager_norm_layer, "activation_layer": nn.HSwish, "start": "fan_out"}
        last = steps[-1][3]
        layers = [Conv2dNormActivation(3, steps[0][0], 3, 2, **options), *(MobileBlock(*step) for step in steps)]
        self.features = nn.SequentialCell([*layers, Conv2dNormActivation(last, 6 * last, 1, **options)])
        self.avgpool = AdaptiveAvgPool2d(1)
        self.classifier = nn.SequentialCell(
            [
                small_normal_dense(6 * last, last_channel),
                nn.HSwish(),
                nn.Dropout(p=dropout),
                small_normal_dense(last_channel, num_classes),
            ]
        )

    def construct(self, x):
        return self.classifier(flat(self.avgpool(self.features(x))))


class MNASBlock(nn.Cell):
    """torchvision's InvertedResidual of MNASNet."""

    def __init__(self, inputs, outputs, kernel, stride, factor):
        super().__init__()
        self.apply_residual = inputs == outputs and stride == 1
        wide = inputs * factor
        self.layers = nn.SequentialCell(
            [
                conv_layer(inputs, wide, 1),
                mnas_norm_layer(wide),
                nn.ReLU(),
                conv_layer(wide, wide, kernel, stride, kernel // 2, wide),
                mnas_norm_layer(wide),
                nn.ReLU(),
                conv_layer(wide, outputs, 1),
                mnas_norm_layer(outputs),
            ]
        )

    def construct(self, x):
        return self.layers(x) + x if self.apply_residual else self.layers(x)


def exact_norm_layer(channels):
    """Batch normalisation with torchvision's eps 0.001."""
    return batch_norm_layer(channels, 0.001)


def mnas_norm_layer(channels):
    """Batch normalisation with MNASNet's momentum."""
    return batch_norm_layer(channels, momentum=1 - 0.9997)


class MNASNet(nn.Cell):
    """torchvision.models.MNASNet."""

    def __init__(self, alpha, num_classes=1000, dropout=0.2):
        super().__init__()
        depths = [in_eights(depth * alpha) for depth in (32, 16, 24, 40, 80, 96, 192, 320)]
        first = depths[0]
        layers = [
            conv_layer(3, first, 3, 2, 1),
            mnas_norm_layer(first),
            nn.ReLU(),
            conv_layer(first, first, 3, 1, 1, first),
            mnas_norm_layer(first),
            nn.ReLU(),
            conv_layer(first, depths[1], 1),
            mnas_norm_layer(depths[1]),
        ]
        plan = ((3, 2, 3, 3), (5, 2, 3, 3), (5, 2, 6, 3), (3, 1, 6, 2), (5, 2, 6, 4), (3, 1, 6, 1))
        for place, (kernel, stride, factor, count) in enumerate(plan, 1):
            inputs, outputs = depths[place], depths[place + 1]
            blocks = [MNASBlock(inputs, outputs, kernel, stride, factor)]
            blocks += [MNASBlock(outputs, outputs, kernel, 1, factor) for _ in range(1, count)]
            layers.append(nn.SequentialCell(blocks))
        layers += [conv_layer(depths[7], 1280, 1), mnas_norm_layer(1280), nn.ReLU()]
        self.layers = nn.SequentialCell(layers)
        start = HeUniform(mode="fan_out", nonlinearity="sigmoid")
        last = nn.Dense(1280, num_classes, weight_init=start, bias_init="zeros")
        self.classifier = nn.SequentialCell([nn.Dropout(p=dropout), last])

    def construct(self, x):
        return self.classifier(self.layers(x).mean(axis=(2, 3)))


class EfficientBlock(nn.Cell):
    """torchvision's MBConv of EfficientNet, and its FusedMBConv."""

    def __init__(self, fused, ratio, kernel, stride, inputs, outputs, depth_chance, norm_layer):
        super().__init__()
        self.use_res_connect = stride == 1 and inputs == outputs
        options = {"norm_layer": norm_layer, "start": "fan_out"}
        wide, layers = in_eights(inputs * ratio), []
        if fused:
            first = wide if wide != inputs else outputs
            layers.append(Conv2dNormActivation(inputs, first, kernel, stride, activation_layer=nn.SiLU, **options))
        else:
            if wide != inputs:
                layers.append(Conv2dNormActivation(inputs, wide, 1, activation_layer=nn.SiLU, **options))
            layers.append(
                Conv2dNormActivation(wide, wide, kernel, stride, groups=wide, activation_layer=nn.SiLU, **options)
            )
            layers.append(SqueezeExcitation(wide, max(1, inputs // 4), activation=nn.SiLU, start="fan_out"))
        if not fused or wide != inputs:
            layers.append(Conv2dNormActivation(wide, outputs, 1, activation_layer=None, **options))
        self.block = nn.SequentialCell(layers)
        self.stochastic_depth = StochasticDepth(depth_chance, "row")

    def construct(self, x):
        return x + self.stochastic_depth(self.block(x)) if self.use_res_connect else self.block(x)


class EfficientNet(nn.Cell):
    """torchvision.models.EfficientNet; a stage is (fused, expand ratio, kernel, stride, inputs, outputs, layers)."""

    def __init__(
        self,
        stages,
        dropout,
        stochastic_depth_prob=0.2,
        num_classes=1000,
        norm_layer=batch_norm_layer,
        last_channel=None,
    ):
        super().__init__()
        options = {"norm_layer": norm_layer, "activation_layer": nn.SiLU, "start": "fan_out"}
        layers = [Conv2dNormActivation(3, stages[0][4], 3, 2, **options)]
        total, done = sum(stage[6] for stage in stages), 0
        for fused, ratio, kernel, stride, inputs, outputs, count in stages:
            blocks = []
            for place in range(count):
                first = place == 0
                sizes = (stride if first else 1, inputs if first else outputs, outputs)
                chance = stochastic_depth_prob * done / total
                blocks.append(EfficientBlock(fused, ratio, kernel, *sizes, chance, norm_layer))
                done += 1
            layers.append(nn.SequentialCell(blocks))
        last = stages[-1][5]
        width = 4 * last if last_channel is None else last_channel
        layers.append(Conv2dNormActivation(last, width, 1, **options))
        self.features = nn.SequentialCell(layers)
        self.avgpool = AdaptiveAvgPool2d(1)
        start = UniformInitializer(1.0 / math.sqrt(num_classes))
        self.classifier = nn.SequentialCell(
            [nn.Dropout(p=dropout), nn.Dense(width, num_classes, weight_init=start, bias_init="zeros")]
        )

    def construct(self, x):
        return self.classifier(flat(self.avgpool(self.features(x))))


def scaled_stages(width, depth):
    """EfficientNet's stages, made wider and deeper."""
    plan = ((1, 3, 1, 32, 16, 1), (6, 3, 2, 16, 24, 2), (6, 5, 2, 24, 40, 2), (6, 3, 2, 40, 80, 3))
    plan += ((6, 5, 1, 80, 112, 3), (6, 5, 2, 112, 192, 4), (6, 3, 1, 192, 320, 1))
    return [
        (False, ratio, kernel, stride, in_eights(inputs * width), in_eights(outputs * width), math.ceil(count * depth))
        for ratio, kernel, stride, inputs, outputs, count in plan
    ]


class LayerNorm2d(nn.Cell):
    """torchvision's LayerNorm2d: over the channels of (N, C, H, W)."""

    def __init__(self, channels):
        super().__init__()
        self.weight = Parameter(ops.ones(channels), name="weight")
        self.bias = Parameter(ops.zeros(channels), name="bias")

    def construct(self, x):
        mean = x.mean(axis=1, keep_dims=True)
        centred = x - mean
        scaled = centred / ops.sqrt((centred * centred).mean(axis=1, keep_dims=True) + 1e-6)
        return scaled * self.weight.reshape((1, -1, 1, 1)) + self.bias.reshape((1, -1, 1, 1))


class ConvNeXtBlock(nn.Cell):
    """torchvision's CNBlock of ConvNeXt."""

    def __init__(self, dim, layer_scale, depth_chance):
        super().__init__()
        start = TruncatedNormal(0.02)
        conv = nn.Conv2d(
            dim, dim, 7, pad_mode="pad", padding=3, group=dim, has_bias=True, weight_init=start, bias_init="zeros"
        )
        self.block = nn.SequentialCell(
            [
                conv,
                Permute([0, 2, 3, 1]),
                nn.LayerNorm((dim,), epsilon=1e-6),
                nn.Dense(dim, 4 * dim, weight_init=start, bias_init="zeros"),
                nn.GELU(approximate=False),
                nn.Dense(4 * dim, dim, weight_init=start, bias_init="zeros"),
                Permute([0, 3, 1, 2]),
            ]
        )
        self.layer_scale = Parameter(ops.ones((dim, 1, 1)) * layer_scale, name="layer_scale")
        self.stochastic_depth = StochasticDepth(depth_chance, "row")

    def construct(self, x):
        return self.stochastic_depth(self.layer_scale * self.block(x)) + x


class ConvNeXt(nn.Cell):
    """torchvision.models.ConvNeXt; a stage is (channels, layers)."""

    def __init__(self, stages, stochastic_depth_prob=0.0, layer_scale=1e-6, num_classes=1000):
        super().__init__()
        total, done, layers, previous = sum(count for _, count in stages), 0, [], None
        for channels, count in stages:
            if previous is None:
                conv = self.down(3, channels, 4)
                layers.append(nn.SequentialCell([conv, LayerNorm2d(channels)]))
            else:
                layers.append(nn.SequentialCell([LayerNorm2d(previous), self.down(previous, channels, 2)]))
            blocks = []
            for _ in range(count):
                blocks.append(ConvNeXtBlock(channels, layer_scale, stochastic_depth_prob * done / (total - 1.0)))
                done += 1
            layers.append(nn.SequentialCell(blocks))
            previous = channels
        self.features = nn.SequentialCell(layers)
        self.avgpool = AdaptiveAvgPool2d(1)
        last = nn.Dense(previous, num_classes, weight_init=TruncatedNormal(0.02), bias_init="zeros")
        self.classifier = nn.SequentialCell([LayerNorm2d(previous), nn.Flatten(), last])

    def down(self, inputs, outputs, size):
        start = TruncatedNormal(0.02)
        return nn.Conv2d(
            inputs, outputs, size, size, pad_mode="valid", has_bias=True, weight_init=start, bias_init="zeros"
        )

    def construct(self, x):
        return self.classifier(self.avgpool(self.features(x)))


MOBILENET_V3_LARGE_STEPS = (
    (16, 3, 16, 16, False, False, 1),
    (16, 3, 64, 24, False, False, 2),
    (24, 3, 72, 24, False, False, 1),
    (24, 5, 72, 40, True, False, 2),
    (40, 5, 120, 40, True, False, 1),
    (40, 5, 120, 40, True, False, 1),
    (40, 3, 240, 80, False, True, 2),
    (80, 3, 200, 80, False, True, 1),
    (80, 3, 184, 80, False, True, 1),
    (80, 3, 184, 80, False, True, 1),
    (80, 3, 480, 112, True, True, 1),
    (112, 3, 672, 112, True, True, 1),
    (112, 5, 672, 160, True, True, 2),
    (160, 5, 960, 160, True, True, 1),
    (160, 5, 960, 160, True, True, 1),
)

MOBILENET_V3_LARGE_WEIGHTS = {
    "IMAGENET1K_V1": ("mobilenet_v3_large-8738ca79.pth", 224, 256, "bilinear", 5_483_032),
    "IMAGENET1K_V2": ("mobilenet_v3_large-5c1a4163.pth", 224, 232, "bilinear", 5_483_032),
}


def mobilenet_v3_large(weights=None, progress=True, pretrained=None, **options):
    """torchvision.models.mobilenet_v3_large."""
    return image_model(
        "mobilenet_v3_large",
        MOBILENET_V3_LARGE_WEIGHTS,
        weights,
        pretrained,
        MobileNetV3,
        MOBILENET_V3_LARGE_STEPS,
        1280,
        **options,
    )


MOBILENET_V3_SMALL_STEPS = (
    (16, 3, 16, 16, True, False, 2),
    (16, 3, 72, 24, False, False, 2),
    (24, 3, 88, 24, False, False, 1),
    (24, 5, 96, 40, True, True, 2),
    (40, 5, 240, 40, True, True, 1),
    (40, 5, 240, 40, True, True, 1),
    (40, 5, 120, 48, True, True, 1),
    (48, 5, 144, 48, True, True, 1),
    (48, 5, 288, 96, True, True, 2),
    (96, 5, 576, 96, True, True, 1),
    (96, 5, 576, 96, True, True, 1),
)

MOBILENET_V3_SMALL_WEIGHTS = {
    "IMAGENET1K_V1": ("mobilenet_v3_small-047dcff4.pth", 224, 256, "bilinear", 2_542_856),
}


def mobilenet_v3_small(weights=None, progress=True, pretrained=None, **options):
    """torchvision.models.mobilenet_v3_small."""
    return image_model(
        "mobilenet_v3_small",
        MOBILENET_V3_SMALL_WEIGHTS,
        weights,
        pretrained,
        MobileNetV3,
        MOBILENET_V3_SMALL_STEPS,
        1024,
        **options,
    )


MNASNET0_5_WEIGHTS = {
    "IMAGENET1K_V1": ("mnasnet0.5_top1_67.823-3ffadce67e.pth", 224, 256, "bilinear", 2_218_512),
}


def mnasnet0_5(weights=None, progress=True, pretrained=None, **options):
    """torchvision.models.mnasnet0_5."""
    return image_model("mnasnet0_5", MNASNET0_5_WEIGHTS, weights, pretrained, MNASNet, 0.5, **options)


MNASNET0_75_WEIGHTS = {
    "IMAGENET1K_V1": ("mnasnet0_75-7090bc5f.pth", 224, 232, "bilinear", 3_170_208),
}


def mnasnet0_75(weights=None, progress=True, pretrained=None, **options):
    """torchvision.models.mnasnet0_75."""
    return image_model("mnasnet0_75", MNASNET0_75_WEIGHTS, weights, pretrained, MNASNet, 0.75, **options)


MNASNET1_0_WEIGHTS = {
    "IMAGENET1K_V1": ("mnasnet1.0_top1_73.512-f206786ef8.pth", 224, 256, "bilinear", 4_383_312),
}


def mnasnet1_0(weights=None, progress=True, pretrained=None, **options):
    """torchvision.models.mnasnet1_0."""
    return image_model("mnasnet1_0", MNASNET1_0_WEIGHTS, weights, pretrained, MNASNet, 1.0, **options)


MNASNET1_3_WEIGHTS = {
    "IMAGENET1K_V1": ("mnasnet1_3-a4c69d6f.pth", 224, 232, "bilinear", 6_282_256),
}


def mnasnet1_3(weights=None, progress=True, pretrained=None, **options):
    """torchvision.models.mnasnet1_3."""
    return image_model("mnasnet1_3", MNASNET1_3_WEIGHTS, weights, pretrained, MNASNet, 1.3, **options)


EFFICIENTNET_B0_WEIGHTS = {
    "IMAGENET1K_V1": ("efficientnet_b0_rwightman-7f5810bc.pth", 224, 256, "bicubic", 5_288_548),
}


def efficientnet_b0(weights=None, progress=True, pretrained=None, **options):
    """torchvision.models.efficientnet_b0."""
    return image_model(
        "efficientnet_b0",
        EFFICIENTNET_B0_WEIGHTS,
        weights,
        pretrained,
        EfficientNet,
        scaled_stages(1.0, 1.0),
        0.2,
        **options,
    )


EFFICIENTNET_B1_WEIGHTS = {
    "IMAGENET1K_V1": ("efficientnet_b1_rwightman-bac287d4.pth", 240, 256, "bicubic", 7_794_184),
    "IMAGENET1K_V2": ("efficientnet_b1-c27df63c.pth", 240, 255, "bilinear", 7_794_184),
}


def efficientnet_b1(weights=None, progress=True, pretrained=None, **options):
    """torchvision.models.efficientnet_b1."""
    return image_model(
        "efficientnet_b1",
        EFFICIENTNET_B1_WEIGHTS,
        weights,
        pretrained,
        EfficientNet,
        scaled_stages(1.0, 1.1),
        0.2,
        **options,
    )


EFFICIENTNET_B2_WEIGHTS = {
    "IMAGENET1K_V1": ("efficientnet_b2_rwightman-c35c1473.pth", 288, 288, "bicubic", 9_109_994),
}


def efficientnet_b2(weights=None, progress=True, pretrained=None, **options):
    """torchvision.models.efficientnet_b2."""
    return image_model(
        "efficientnet_b2",
        EFFICIENTNET_B2_WEIGHTS,
        weights,
        pretrained,
        EfficientNet,
        scaled_stages(1.1, 1.2),
        0.3,
        **options,
    )


EFFICIENTNET_B3_WEIGHTS = {
    "IMAGENET1K_V1": ("efficientnet_b3_rwightman-b3899882.pth", 300, 320, "bicubic", 12_233_232),
}


def efficientnet_b3(weights=None, progress=True, pretrained=None, **options):
    """torchvision.models.efficientnet_b3."""
    return image_model(
        "efficientnet_b3",
        EFFICIENTNET_B3_WEIGHTS,
        weights,
        pretrained,
        EfficientNet,
        scaled_stages(1.2, 1.4),
        0.3,
        **options,
    )


EFFICIENTNET_B4_WEIGHTS = {
    "IMAGENET1K_V1": ("efficientnet_b4_rwightman-23ab8bcd.pth", 380, 384, "bicubic", 19_341_616),
}


def efficientnet_b4(weights=None, progress=True, pretrained=None, **options):
    """torchvision.models.efficientnet_b4."""
    return image_model(
        "efficientnet_b4",
        EFFICIENTNET_B4_WEIGHTS,
        weights,
        pretrained,
        EfficientNet,
        scaled_stages(1.4, 1.8),
        0.4,
        **options,
    )


EFFICIENTNET_B5_WEIGHTS = {
    "IMAGENET1K_V1": ("efficientnet_b5_lukemelas-1a07897c.pth", 456, 456, "bicubic", 30_389_784),
}


def efficientnet_b5(weights=None, progress=True, pretrained=None, **options):
    """torchvision.models.efficientnet_b5."""
    return image_model(
        "efficientnet_b5",
        EFFICIENTNET_B5_WEIGHTS,
        weights,
        pretrained,
        EfficientNet,
        scaled_stages(1.6, 2.2),
        0.4,
        norm_layer=eager_norm_layer,
        **options,
    )


EFFICIENTNET_B6_WEIGHTS = {
    "IMAGENET1K_V1": ("efficientnet_b6_lukemelas-24a108a5.pth", 528, 528, "bicubic", 43_040_704),
}


def efficientnet_b6(weights=None, progress=True, pretrained=None, **options):
    """torchvision.models.efficientnet_b6."""
    return image_model(
        "efficientnet_b6",
        EFFICIENTNET_B6_WEIGHTS,
        weights,
        pretrained,
        EfficientNet,
        scaled_stages(1.8, 2.6),
        0.5,
        norm_layer=eager_norm_layer,
        **options,
    )


EFFICIENTNET_B7_WEIGHTS = {
    "IMAGENET1K_V1": ("efficientnet_b7_lukemelas-c5b4e57e.pth", 600, 600, "bicubic", 66_347_960),
}


def efficientnet_b7(weights=None, progress=True, pretrained=None, **options):
    """torchvision.models.efficientnet_b7."""
    return image_model(
        "efficientnet_b7",
        EFFICIENTNET_B7_WEIGHTS,
        weights,
        pretrained,
        EfficientNet,
        scaled_stages(2.0, 3.1),
        0.5,
        norm_layer=eager_norm_layer,
        **options,
    )


EFFICIENTNET_V2_S_STAGES = (
    (True, 1, 3, 1, 24, 24, 2),
    (True, 4, 3, 2, 24, 48, 4),
    (True, 4, 3, 2, 48, 64, 4),
    (False, 4, 3, 2, 64, 128, 6),
    (False, 6, 3, 1, 128, 160, 9),
    (False, 6, 3, 2, 160, 256, 15),
)

EFFICIENTNET_V2_S_WEIGHTS = {
    "IMAGENET1K_V1": ("efficientnet_v2_s-dd5fe13b.pth", 384, 384, "bilinear", 21_458_488),
}


def efficientnet_v2_s(weights=None, progress=True, pretrained=None, **options):
    """torchvision.models.efficientnet_v2_s."""
    return image_model(
        "efficientnet_v2_s",
        EFFICIENTNET_V2_S_WEIGHTS,
        weights,
        pretrained,
        EfficientNet,
        EFFICIENTNET_V2_S_STAGES,
        0.2,
        norm_layer=exact_norm_layer,
        last_channel=1280,
        **options,
    )


EFFICIENTNET_V2_M_STAGES = (
    (True, 1, 3, 1, 24, 24, 3),
    (True, 4, 3, 2, 24, 48, 5),
    (True, 4, 3, 2, 48, 80, 5),
    (False, 4, 3, 2, 80, 160, 7),
    (False, 6, 3, 1, 160, 176, 14),
    (False, 6, 3, 2, 176, 304, 18),
    (False, 6, 3, 1, 304, 512, 5),
)

EFFICIENTNET_V2_M_WEIGHTS = {
    "IMAGENET1K_V1": ("efficientnet_v2_m-dc08266a.pth", 480, 480, "bilinear", 54_139_356),
}


def efficientnet_v2_m(weights=None, progress=True, pretrained=None, **options):
    """torchvision.models.efficientnet_v2_m."""
    return image_model(
        "efficientnet_v2_m",
        EFFICIENTNET_V2_M_WEIGHTS,
        weights,
        pretrained,
        EfficientNet,
        EFFICIENTNET_V2_M_STAGES,
        0.3,
        norm_layer=exact_norm_layer,
        last_channel=1280,
        **options,
    )


CONVNEXT_TINY_WEIGHTS = {
    "IMAGENET1K_V1": ("convnext_tiny-983f1562.pth", 224, 236, "bilinear", 28_589_128),
}


def convnext_tiny(weights=None, progress=True, pretrained=None, **options):
    """torchvision.models.convnext_tiny."""
    return image_model(
        "convnext_tiny",
        CONVNEXT_TINY_WEIGHTS,
        weights,
        pretrained,
        ConvNeXt,
        ((96, 3), (192, 3), (384, 9), (768, 3)),
        0.1,
        **options,
    )


CONVNEXT_SMALL_WEIGHTS = {
    "IMAGENET1K_V1": ("convnext_small-0c510722.pth", 224, 230, "bilinear", 50_223_688),
}


def convnext_small(weights=None, progress=True, pretrained=None, **options):
    """torchvision.models.convnext_small."""
    return image_model(
        "convnext_small",
        CONVNEXT_SMALL_WEIGHTS,
        weights,
        pretrained,
        ConvNeXt,
        ((96, 3), (192, 3), (384, 27), (768, 3)),
        0.4,
        **options,
    )


CONVNEXT_BASE_WEIGHTS = {
    "IMAGENET1K_V1": ("convnext_base-6075fbad.pth", 224, 232, "bilinear", 88_591_464),
}


def convnext_base(weights=None, progress=True, pretrained=None, **options):
    """torchvision.models.convnext_base."""
    return image_model(
        "convnext_base",
        CONVNEXT_BASE_WEIGHTS,
        weights,
        pretrained,
        ConvNeXt,
        ((128, 3), (256, 3), (512, 27), (1024, 3)),
        0.5,
        **options,
    )


CONVNEXT_LARGE_WEIGHTS = {
    "IMAGENET1K_V1": ("convnext_large-ea097f82.pth", 224, 232, "bilinear", 197_767_336),
}


def convnext_large(weights=None, progress=True, pretrained=None, **options):
    """torchvision.models.convnext_large."""
    return image_model(
        "convnext_large",
        CONVNEXT_LARGE_WEIGHTS,
        weights,
        pretrained,
        ConvNeXt,
        ((192, 3), (384, 3), (768, 27), (1536, 3)),
        0.5,
        **options,
    )
