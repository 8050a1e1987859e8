"""torchvision.models, with torchvision's names of layers and parameters and its first values."""

from __future__ import annotations

import os
from collections import OrderedDict, namedtuple

import mindspore as ms
from mindspore import Parameter, nn, ops
from mindspore.common.initializer import HeNormal, HeUniform, TruncatedNormal, XavierUniform, initializer
from mindspore.common.initializer import Normal as NormalInitializer

from migrator.support.attention import MultiheadAttention
from migrator.support.pooling import AdaptiveAvgPool2d

CONV_STARTS = {
    "fan_out": lambda: HeNormal(mode="fan_out", nonlinearity="relu"),
    "fan_in": lambda: HeNormal(mode="fan_in", nonlinearity="relu"),
    "uniform": lambda: HeUniform(mode="fan_in", nonlinearity="relu"),
    "small": lambda: TruncatedNormal(0.01),
}


def conv_layer(inputs, outputs, kernel, stride=1, padding=0, groups=1, dilation=1, bias=False, start="fan_out"):
    """A convolution with torch's padding; ``start`` is how a model's family starts it, "torch" as torch itself."""
    known = start in CONV_STARTS
    return nn.Conv2d(
        inputs,
        outputs,
        kernel,
        stride=stride,
        pad_mode="pad",
        padding=padding,
        dilation=dilation,
        group=groups,
        has_bias=bias,
        weight_init=CONV_STARTS[start]() if known else None,
        bias_init="zeros" if bias and known else None,
    )


def batch_norm_layer(channels, eps=1e-5, momentum=0.1):
    """torch.nn.BatchNorm2d."""
    return nn.BatchNorm2d(channels, eps=eps, momentum=1 - momentum)


def small_normal_dense(inputs, outputs):
    """A linear layer started from N(0, 0.01²), its bias from 0."""
    return nn.Dense(inputs, outputs, weight_init=NormalInitializer(0.01), bias_init="zeros")


def flat(x):
    """torch.flatten(x, 1)."""
    return x.reshape((x.shape[0], -1))


class BasicBlock(nn.Cell):
    """torchvision's BasicBlock of ResNet-18 and -34."""

    expansion = 1

    def __init__(
        self, inplanes, planes, stride=1, downsample=None, groups=1, base_width=64, dilation=1, norm_layer=None
    ):
        super().__init__()
        if groups != 1 or base_width != 64 or dilation > 1:
            raise ValueError("BasicBlock only supports groups=1, base_width=64 and dilation=1")
        norm = norm_layer or batch_norm_layer
        self.conv1 = conv_layer(inplanes, planes, 3, stride, 1)
        self.bn1 = norm(planes)
        self.relu = nn.ReLU()
        self.conv2 = conv_layer(planes, planes, 3, 1, 1)
        self.bn2 = norm(planes)
        self.downsample = downsample
        self.stride = stride

    def construct(self, x):
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        return self.relu(out + (x if self.downsample is None else self.downsample(x)))


class Bottleneck(nn.Cell):
    """torchvision's Bottleneck of ResNet-50 and deeper; the stride is on the 3x3 convolution."""

    expansion = 4

    def __init__(
        self, inplanes, planes, stride=1, downsample=None, groups=1, base_width=64, dilation=1, norm_layer=None
    ):
        super().__init__()
        norm = norm_layer or batch_norm_layer
        width = int(planes * (base_width / 64.0)) * groups
        self.conv1 = conv_layer(inplanes, width, 1)
        self.bn1 = norm(width)
        self.conv2 = conv_layer(width, width, 3, stride, dilation, groups, dilation)
        self.bn2 = norm(width)
        self.conv3 = conv_layer(width, planes * self.expansion, 1)
        self.bn3 = norm(planes * self.expansion)
        self.relu = nn.ReLU()
        self.downsample = downsample
        self.stride = stride

    def construct(self, x):
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.relu(self.bn2(self.conv2(out)))
        out = self.bn3(self.conv3(out))
        return self.relu(out + (x if self.downsample is None else self.downsample(x)))


class ResNet(nn.Cell):
    """torchvision.models.ResNet."""

    def __init__(
        self,
        block,
        layers,
        num_classes=1000,
        zero_init_residual=False,
        groups=1,
        width_per_group=64,
        replace_stride_with_dilation=None,
        norm_layer=None,
    ):
        super().__init__()
        self.inplanes, self.groups, self.base_width, self.dilation = 64, groups, width_per_group, 1
        self._norm_layer = norm_layer or batch_norm_layer
        dilated = replace_stride_with_dilation or [False, False, False]
        self.conv1 = conv_layer(3, 64, 7, 2, 3)
        self.bn1 = self._norm_layer(64)
        self.relu = nn.ReLU()
        self.maxpool = nn.MaxPool2d(3, stride=2, pad_mode="pad", padding=1)
        self.layer1 = self._make_layer(block, 64, layers[0])
        self.layer2 = self._make_layer(block, 128, layers[1], 2, dilated[0])
        self.layer3 = self._make_layer(block, 256, layers[2], 2, dilated[1])
        self.layer4 = self._make_layer(block, 512, layers[3], 2, dilated[2])
        self.avgpool = AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Dense(512 * block.expansion, num_classes)
        for _, cell in self.cells_and_names() if zero_init_residual else ():
            if isinstance(cell, BasicBlock | Bottleneck):
                last = cell.bn3 if isinstance(cell, Bottleneck) else cell.bn2
                last.gamma.set_data(ops.zeros_like(last.gamma))

    def _make_layer(self, block, planes, blocks, stride=1, dilate=False):
        norm, downsample, first_dilation = self._norm_layer, None, self.dilation
        if dilate:
            self.dilation, stride = self.dilation * stride, 1
        if stride != 1 or self.inplanes != planes * block.expansion:
            outputs = planes * block.expansion
            downsample = nn.SequentialCell([conv_layer(self.inplanes, outputs, 1, stride), norm(outputs)])
        options = {"groups": self.groups, "base_width": self.base_width, "norm_layer": norm}
        layers = [block(self.inplanes, planes, stride, downsample, dilation=first_dilation, **options)]
        self.inplanes = planes * block.expansion
        layers += [block(self.inplanes, planes, dilation=self.dilation, **options) for _ in range(1, blocks)]
        return nn.SequentialCell(layers)

    def construct(self, x):
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(flat(self.avgpool(x)))


class AlexNet(nn.Cell):
    """torchvision.models.AlexNet."""

    def __init__(self, num_classes=1000, dropout=0.5):
        super().__init__()
        layers = []
        for inputs, outputs, kernel, stride, padding, pooled in (
            (3, 64, 11, 4, 2, True),
            (64, 192, 5, 1, 2, True),
            (192, 384, 3, 1, 1, False),
            (384, 256, 3, 1, 1, False),
            (256, 256, 3, 1, 1, True),
        ):
            layers += [conv_layer(inputs, outputs, kernel, stride, padding, bias=True, start="torch"), nn.ReLU()]
            layers += [nn.MaxPool2d(3, stride=2)] if pooled else []
        self.features = nn.SequentialCell(*layers)
        self.avgpool = AdaptiveAvgPool2d((6, 6))
        self.classifier = nn.SequentialCell(
            nn.Dropout(p=dropout),
            nn.Dense(256 * 6 * 6, 4096),
            nn.ReLU(),
            nn.Dropout(p=dropout),
            nn.Dense(4096, 4096),
            nn.ReLU(),
            nn.Dense(4096, num_classes),
        )

    def construct(self, x):
        x = self.avgpool(self.features(x))
        return self.classifier(flat(x))


VGG_PLANS = {
    11: [64, "M", 128, "M", 256, 256, "M", 512, 512, "M", 512, 512, "M"],
    13: [64, 64, "M", 128, 128, "M", 256, 256, "M", 512, 512, "M", 512, 512, "M"],
    16: [64, 64, "M", 128, 128, "M", 256, 256, 256, "M", 512, 512, 512, "M", 512, 512, 512, "M"],
    19: [64, 64, "M", 128, 128, "M", *[256] * 4, "M", *[512] * 4, "M", *[512] * 4, "M"],
}


class VGG(nn.Cell):
    """torchvision.models.VGG."""

    def __init__(self, depth, batch_norm, num_classes=1000, dropout=0.5, init_weights=True):
        super().__init__()
        layers, channels = [], 3
        for step in VGG_PLANS[depth]:
            if step == "M":
                layers.append(nn.MaxPool2d(2, stride=2))
                continue
            layers.append(conv_layer(channels, step, 3, padding=1, bias=True))
            layers += [batch_norm_layer(step)] if batch_norm else []
            layers.append(nn.ReLU())
            channels = step
        self.features = nn.SequentialCell(*layers)
        self.avgpool = AdaptiveAvgPool2d((7, 7))
        self.classifier = nn.SequentialCell(
            small_normal_dense(512 * 7 * 7, 4096),
            nn.ReLU(),
            nn.Dropout(p=dropout),
            small_normal_dense(4096, 4096),
            nn.ReLU(),
            nn.Dropout(p=dropout),
            small_normal_dense(4096, num_classes),
        )

    def construct(self, x):
        x = self.avgpool(self.features(x))
        return self.classifier(flat(x))


class InvertedResidual(nn.Cell):
    """torchvision's InvertedResidual of MobileNetV2."""

    def __init__(self, inp, oup, stride, expand_ratio):
        super().__init__()
        hidden = int(round(inp * expand_ratio))
        self.use_res_connect = stride == 1 and inp == oup
        layers = [conv_norm_relu6(inp, hidden, 1)] if expand_ratio != 1 else []
        layers += [conv_norm_relu6(hidden, hidden, 3, stride, hidden), conv_layer(hidden, oup, 1)]
        self.conv = nn.SequentialCell(*layers, batch_norm_layer(oup))

    def construct(self, x):
        return x + self.conv(x) if self.use_res_connect else self.conv(x)


def conv_norm_relu6(inputs, outputs, kernel, stride=1, groups=1):
    """Convolution, batch normalisation, ReLU6."""
    return nn.SequentialCell(
        conv_layer(inputs, outputs, kernel, stride, (kernel - 1) // 2, groups),
        batch_norm_layer(outputs),
        nn.ReLU6(),
    )


class MobileNetV2(nn.Cell):
    """torchvision.models.MobileNetV2."""

    def __init__(self, num_classes=1000, width_mult=1.0, dropout=0.2):
        super().__init__()

        def channels(count):
            rounded = max(8, int(count + 4) // 8 * 8)
            return rounded + 8 if rounded < 0.9 * count else rounded

        width = channels(32 * width_mult)
        last = channels(1280 * max(1.0, width_mult))
        layers = [conv_norm_relu6(3, width, 3, 2)]
        for expand, outputs, count, stride in (
            (1, 16, 1, 1),
            (6, 24, 2, 2),
            (6, 32, 3, 2),
            (6, 64, 4, 2),
            (6, 96, 3, 1),
            (6, 160, 3, 2),
            (6, 320, 1, 1),
        ):
            outputs = channels(outputs * width_mult)
            for n in range(count):
                layers.append(InvertedResidual(width, outputs, stride if n == 0 else 1, expand))
                width = outputs
        layers.append(conv_norm_relu6(width, last, 1))
        self.features = nn.SequentialCell(*layers)
        self.classifier = nn.SequentialCell(nn.Dropout(p=dropout), small_normal_dense(last, num_classes))

    def construct(self, x):
        return self.classifier(self.features(x).mean(axis=(2, 3)))


class Fire(nn.Cell):
    """torchvision's Fire module of SqueezeNet."""

    def __init__(self, inplanes, squeeze_planes, expand1x1_planes, expand3x3_planes):
        super().__init__()
        self.squeeze = conv_layer(inplanes, squeeze_planes, 1, bias=True, start="uniform")
        self.expand1x1 = conv_layer(squeeze_planes, expand1x1_planes, 1, bias=True, start="uniform")
        self.expand3x3 = conv_layer(squeeze_planes, expand3x3_planes, 3, padding=1, bias=True, start="uniform")

    def construct(self, x):
        x = ops.relu(self.squeeze(x))
        return ops.concat([ops.relu(self.expand1x1(x)), ops.relu(self.expand3x3(x))], 1)


class SqueezeNet(nn.Cell):
    """torchvision.models.SqueezeNet, version 1_0 or 1_1."""

    def __init__(self, version="1_0", num_classes=1000, dropout=0.5):
        super().__init__()
        self.num_classes = num_classes
        first, kernel, pools = (96, 7, (0, 3, 7)) if version == "1_0" else (64, 3, (0, 2, 4))
        layers = [conv_layer(3, first, kernel, 2, bias=True, start="uniform"), nn.ReLU()]
        width = first
        for place, (narrow, wide) in enumerate([(n, 4 * n) for n in (16, 16, 32, 32, 48, 48, 64, 64)]):
            if place in pools:
                layers.append(nn.MaxPool2d(3, stride=2, pad_mode="pad", ceil_mode=True))
            layers.append(Fire(width, narrow, wide, wide))
            width = 2 * wide
        self.features = nn.SequentialCell(layers)
        last = conv_layer(512, num_classes, 1, bias=True)
        last.weight.set_data(initializer(NormalInitializer(0.01), last.weight.shape).init_data())
        self.classifier = nn.SequentialCell([nn.Dropout(p=dropout), last, nn.ReLU(), AdaptiveAvgPool2d((1, 1))])

    def construct(self, x):
        return flat(self.classifier(self.features(x)))


class DenseLayer(nn.Cell):
    """torchvision's layer of DenseNet: it sees all that came before it in its block."""

    def __init__(self, inputs, growth_rate, bn_size, drop_rate):
        super().__init__()
        self.norm1, self.relu1 = batch_norm_layer(inputs), nn.ReLU()
        self.conv1 = conv_layer(inputs, bn_size * growth_rate, 1, start="fan_in")
        self.norm2, self.relu2 = batch_norm_layer(bn_size * growth_rate), nn.ReLU()
        self.conv2 = conv_layer(bn_size * growth_rate, growth_rate, 3, 1, 1, start="fan_in")
        self.drop_rate = float(drop_rate)

    def construct(self, x):
        x = self.conv2(self.relu2(self.norm2(self.conv1(self.relu1(self.norm1(x))))))
        return ops.dropout(x, p=self.drop_rate, training=self.training) if self.drop_rate > 0 else x


class DenseBlock(nn.Cell):
    """torchvision's block of DenseNet."""

    def __init__(self, num_layers, inputs, bn_size, growth_rate, drop_rate):
        super().__init__()
        self.names = [f"denselayer{n + 1}" for n in range(num_layers)]
        for n, name in enumerate(self.names):
            setattr(self, name, DenseLayer(inputs + n * growth_rate, growth_rate, bn_size, drop_rate))

    def construct(self, x):
        features = [x]
        for name in self.names:
            features.append(getattr(self, name)(ops.concat(features, 1) if len(features) > 1 else x))
        return ops.concat(features, 1)


class DenseNet(nn.Cell):
    """torchvision.models.DenseNet."""

    def __init__(
        self,
        growth_rate=32,
        block_config=(6, 12, 24, 16),
        num_init_features=64,
        bn_size=4,
        drop_rate=0,
        num_classes=1000,
        memory_efficient=False,
    ):
        super().__init__()
        width = num_init_features
        parts = OrderedDict(
            conv0=conv_layer(3, width, 7, 2, 3, start="fan_in"),
            norm0=batch_norm_layer(width),
            relu0=nn.ReLU(),
            pool0=nn.MaxPool2d(3, stride=2, pad_mode="pad", padding=1),
        )
        for place, count in enumerate(block_config, 1):
            parts[f"denseblock{place}"] = DenseBlock(count, width, bn_size, growth_rate, drop_rate)
            width += count * growth_rate
            if place < len(block_config):
                steps = OrderedDict(
                    norm=batch_norm_layer(width),
                    relu=nn.ReLU(),
                    conv=conv_layer(width, width // 2, 1, start="fan_in"),
                    pool=nn.AvgPool2d(2, stride=2),
                )
                parts[f"transition{place}"] = nn.SequentialCell(steps)
                width //= 2
        parts["norm5"] = batch_norm_layer(width)
        self.features = nn.SequentialCell(parts)
        self.classifier = nn.Dense(width, num_classes, bias_init="zeros")

    def construct(self, x):
        return self.classifier(ops.relu(self.features(x)).mean(axis=(2, 3)))


class BasicConv2d(nn.Cell):
    """torchvision's convolution of GoogLeNet: batch normalisation with eps 0.001 and ReLU."""

    def __init__(self, in_channels, out_channels, kernel_size, stride=1, padding=0):
        super().__init__()
        self.conv = conv_layer(in_channels, out_channels, kernel_size, stride, padding, start="small")
        self.bn = batch_norm_layer(out_channels, eps=0.001)

    def construct(self, x):
        return ops.relu(self.bn(self.conv(x)))


class Inception(nn.Cell):
    """torchvision's Inception block of GoogLeNet."""

    def __init__(self, inputs, ch1x1, ch3x3red, ch3x3, ch5x5red, ch5x5, pool_proj):
        super().__init__()
        self.branch1 = BasicConv2d(inputs, ch1x1, 1)
        self.branch2 = nn.SequentialCell([BasicConv2d(inputs, ch3x3red, 1), BasicConv2d(ch3x3red, ch3x3, 3, padding=1)])
        self.branch3 = nn.SequentialCell([BasicConv2d(inputs, ch5x5red, 1), BasicConv2d(ch5x5red, ch5x5, 3, padding=1)])
        pool = nn.MaxPool2d(3, stride=1, pad_mode="pad", padding=1, ceil_mode=True)
        self.branch4 = nn.SequentialCell([pool, BasicConv2d(inputs, pool_proj, 1)])

    def construct(self, x):
        return ops.concat([self.branch1(x), self.branch2(x), self.branch3(x), self.branch4(x)], 1)


class InceptionAux(nn.Cell):
    """torchvision's auxiliary classifier of GoogLeNet."""

    def __init__(self, in_channels, num_classes, dropout=0.7):
        super().__init__()
        self.conv = BasicConv2d(in_channels, 128, 1)
        self.fc1 = nn.Dense(2048, 1024, weight_init=TruncatedNormal(0.01))
        self.fc2 = nn.Dense(1024, num_classes, weight_init=TruncatedNormal(0.01))
        self.dropout, self.pool = nn.Dropout(p=dropout), AdaptiveAvgPool2d((4, 4))

    def construct(self, x):
        return self.fc2(self.dropout(ops.relu(self.fc1(flat(self.conv(self.pool(x)))))))


GoogLeNetOutputs = namedtuple("GoogLeNetOutputs", ["logits", "aux_logits2", "aux_logits1"])


class GoogLeNet(nn.Cell):
    """torchvision.models.GoogLeNet."""

    def __init__(
        self,
        num_classes=1000,
        aux_logits=True,
        transform_input=False,
        init_weights=None,
        blocks=None,
        dropout=0.2,
        dropout_aux=0.7,
    ):
        super().__init__()
        self.aux_logits, self.transform_input = aux_logits, transform_input
        self.conv1 = BasicConv2d(3, 64, 7, 2, 3)
        self.maxpool1 = nn.MaxPool2d(3, stride=2, pad_mode="pad", ceil_mode=True)
        self.conv2 = BasicConv2d(64, 64, 1)
        self.conv3 = BasicConv2d(64, 192, 3, padding=1)
        self.maxpool2 = nn.MaxPool2d(3, stride=2, pad_mode="pad", ceil_mode=True)
        self.inception3a = Inception(192, 64, 96, 128, 16, 32, 32)
        self.inception3b = Inception(256, 128, 128, 192, 32, 96, 64)
        self.maxpool3 = nn.MaxPool2d(3, stride=2, pad_mode="pad", ceil_mode=True)
        self.inception4a = Inception(480, 192, 96, 208, 16, 48, 64)
        self.inception4b = Inception(512, 160, 112, 224, 24, 64, 64)
        self.inception4c = Inception(512, 128, 128, 256, 24, 64, 64)
        self.inception4d = Inception(512, 112, 144, 288, 32, 64, 64)
        self.inception4e = Inception(528, 256, 160, 320, 32, 128, 128)
        self.maxpool4 = nn.MaxPool2d(2, stride=2, pad_mode="pad", ceil_mode=True)
        self.inception5a = Inception(832, 256, 160, 320, 32, 128, 128)
        self.inception5b = Inception(832, 384, 192, 384, 48, 128, 128)
        self.aux1 = InceptionAux(512, num_classes, dropout_aux) if aux_logits else None
        self.aux2 = InceptionAux(528, num_classes, dropout_aux) if aux_logits else None
        self.avgpool = AdaptiveAvgPool2d((1, 1))
        self.dropout = nn.Dropout(p=dropout)
        self.fc = nn.Dense(1024, num_classes, weight_init=TruncatedNormal(0.01))

    def construct(self, x):
        if self.transform_input:
            scales, shifts = (0.229, 0.224, 0.225), (0.485, 0.456, 0.406)
            parts = [x[:, n : n + 1] * (scales[n] / 0.5) + (shifts[n] - 0.5) / 0.5 for n in range(3)]
            x = ops.concat(parts, 1)
        x = self.maxpool2(self.conv3(self.conv2(self.maxpool1(self.conv1(x)))))
        x = self.inception4a(self.maxpool3(self.inception3b(self.inception3a(x))))
        with_aux = self.training and self.aux_logits
        first = self.aux1(x) if with_aux else None
        x = self.inception4d(self.inception4c(self.inception4b(x)))
        second = self.aux2(x) if with_aux else None
        x = self.inception5b(self.inception5a(self.maxpool4(self.inception4e(x))))
        x = self.fc(self.dropout(flat(self.avgpool(x))))
        return GoogLeNetOutputs(x, second, first) if with_aux else x


class ShuffleUnit(nn.Cell):
    """torchvision's InvertedResidual of ShuffleNetV2."""

    def __init__(self, inp, oup, stride):
        super().__init__()
        self.stride, width = stride, oup // 2

        def plain(inputs, outputs, kernel=1, step=1, groups=1):
            return conv_layer(inputs, outputs, kernel, step, kernel // 2, groups, start="torch")

        first = [plain(inp, inp, 3, stride, inp), batch_norm_layer(inp), plain(inp, width)]
        self.branch1 = nn.SequentialCell([*first, batch_norm_layer(width), nn.ReLU()] if stride > 1 else [])
        self.branch2 = nn.SequentialCell(
            [
                plain(inp if stride > 1 else width, width),
                batch_norm_layer(width),
                nn.ReLU(),
                plain(width, width, 3, stride, width),
                batch_norm_layer(width),
                plain(width, width),
                batch_norm_layer(width),
                nn.ReLU(),
            ]
        )

    def construct(self, x):
        half = x.shape[1] // 2
        parts = [x[:, :half], self.branch2(x[:, half:])] if self.stride == 1 else [self.branch1(x), self.branch2(x)]
        joined = ops.concat(parts, 1)
        count, channels, height, width = joined.shape
        paired = joined.reshape((count, 2, channels // 2, height, width)).swapaxes(1, 2)
        return paired.reshape((count, channels, height, width))


class ShuffleNetV2(nn.Cell):
    """torchvision.models.ShuffleNetV2."""

    def __init__(self, stages_repeats, stages_out_channels, num_classes=1000):
        super().__init__()
        width = stages_out_channels[0]
        self.conv1 = self.unit(3, width, 3, 2)
        self.maxpool = nn.MaxPool2d(3, stride=2, pad_mode="pad", padding=1)
        for place, count in enumerate(stages_repeats, 1):
            outputs = stages_out_channels[place]
            units = [ShuffleUnit(width, outputs, 2), *(ShuffleUnit(outputs, outputs, 1) for _ in range(count - 1))]
            setattr(self, f"stage{place + 1}", nn.SequentialCell(units))
            width = outputs
        self.conv5 = self.unit(width, stages_out_channels[-1], 1, 1)
        self.fc = nn.Dense(stages_out_channels[-1], num_classes)

    def unit(self, inputs, outputs, kernel, stride):
        conv = conv_layer(inputs, outputs, kernel, stride, kernel // 2, start="torch")
        return nn.SequentialCell([conv, batch_norm_layer(outputs), nn.ReLU()])

    def construct(self, x):
        x = self.stage4(self.stage3(self.stage2(self.maxpool(self.conv1(x)))))
        return self.fc(self.conv5(x).mean(axis=(2, 3)))


class EncoderBlock(nn.Cell):
    """torchvision's encoder block of the vision transformer."""

    def __init__(self, num_heads, hidden_dim, mlp_dim, dropout, attention_dropout):
        super().__init__()
        self.ln_1 = nn.LayerNorm((hidden_dim,), epsilon=1e-6)
        self.self_attention = MultiheadAttention(hidden_dim, num_heads, dropout=attention_dropout, batch_first=True)
        self.dropout = nn.Dropout(p=dropout)
        self.ln_2 = nn.LayerNorm((hidden_dim,), epsilon=1e-6)
        self.mlp = nn.SequentialCell(
            [
                nn.Dense(hidden_dim, mlp_dim, weight_init=XavierUniform(), bias_init=NormalInitializer(1e-6)),
                nn.GELU(approximate=False),
                nn.Dropout(p=dropout),
                nn.Dense(mlp_dim, hidden_dim, weight_init=XavierUniform(), bias_init=NormalInitializer(1e-6)),
                nn.Dropout(p=dropout),
            ]
        )

    def construct(self, x):
        normed = self.ln_1(x)
        x = self.dropout(self.self_attention(normed, normed, normed, need_weights=False)[0]) + x
        return x + self.mlp(self.ln_2(x))


class VisionEncoder(nn.Cell):
    """torchvision's encoder of the vision transformer."""

    def __init__(self, seq_length, num_layers, num_heads, hidden_dim, mlp_dim, dropout, attention_dropout):
        super().__init__()
        start = initializer(NormalInitializer(0.02), (1, seq_length, hidden_dim)).init_data()
        self.pos_embedding = Parameter(start, name="pos_embedding")
        self.dropout = nn.Dropout(p=dropout)
        self.layers = nn.SequentialCell(
            OrderedDict(
                (f"encoder_layer_{n}", EncoderBlock(num_heads, hidden_dim, mlp_dim, dropout, attention_dropout))
                for n in range(num_layers)
            )
        )
        self.ln = nn.LayerNorm((hidden_dim,), epsilon=1e-6)

    def construct(self, x):
        return self.ln(self.layers(self.dropout(x + self.pos_embedding)))


class VisionTransformer(nn.Cell):
    """torchvision.models.VisionTransformer without a convolutional stem."""

    def __init__(
        self,
        image_size,
        patch_size,
        num_layers,
        num_heads,
        hidden_dim,
        mlp_dim,
        dropout=0.0,
        attention_dropout=0.0,
        num_classes=1000,
        representation_size=None,
    ):
        super().__init__()
        self.image_size, self.patch_size, self.hidden_dim = image_size, patch_size, hidden_dim
        self.conv_proj = conv_layer(3, hidden_dim, patch_size, patch_size, bias=True)
        start = TruncatedNormal((1 / (3 * patch_size * patch_size)) ** 0.5)
        self.conv_proj.weight.set_data(initializer(start, self.conv_proj.weight.shape).init_data())
        self.class_token = Parameter(ops.zeros((1, 1, hidden_dim), ms.float32), name="class_token")
        self.seq_length = (image_size // patch_size) ** 2 + 1
        self.encoder = VisionEncoder(
            self.seq_length, num_layers, num_heads, hidden_dim, mlp_dim, dropout, attention_dropout
        )
        heads = OrderedDict()
        if representation_size is not None:
            start = TruncatedNormal((1 / hidden_dim) ** 0.5)
            heads["pre_logits"] = nn.Dense(hidden_dim, representation_size, weight_init=start, bias_init="zeros")
            heads["act"] = nn.Tanh()
        last = hidden_dim if representation_size is None else representation_size
        heads["head"] = nn.Dense(last, num_classes, weight_init="zeros", bias_init="zeros")
        self.heads = nn.SequentialCell(heads)

    def construct(self, x):
        count, _, height, width = x.shape
        if (height, width) != (self.image_size, self.image_size):
            raise AssertionError(f"Wrong image size! Expected {self.image_size} but got {(height, width)}!")
        x = self.conv_proj(x).reshape((count, self.hidden_dim, -1)).permute(0, 2, 1)
        token = ops.broadcast_to(self.class_token, (count, 1, self.hidden_dim))
        return self.heads(self.encoder(ops.concat([token, x], 1))[:, 0])


class PretrainedFile:
    """One of torchvision's files of pretrained weights. ``known`` has, for each name, the file, the side of the crop, the
    shorter side before it, the interpolation, the number of parameters, and where they are not ImageNet's, the means and
    standard deviations; "DEFAULT" is the name of the best ones, where these are not the last."""

    def __init__(self, model, known, name="DEFAULT"):
        name = name.rpartition(".")[2]
        self.model, self.name = model, known.get("DEFAULT", list(known)[-1]) if name == "DEFAULT" else name
        self.file, self.crop_size, self.resize_size, self.interpolation, self.num_params, *statistics = known[self.name]
        self.mean, self.std = statistics or ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
        self.url = f"https://download.pytorch.org/models/{self.file}"

    def read(self):
        """The parameters by name, from a checkpoint that was converted from torchvision's file.

        It is looked for in the working folder and in torch's own cache. Raises FileNotFoundError.
        """
        stem = self.file.removesuffix(".pth")
        cache = os.environ.get("TORCH_HOME") or os.path.join(os.path.expanduser("~"), ".cache", "torch")
        for folder in (".", os.path.join(cache, "hub", "checkpoints")):
            path = os.path.join(folder, f"{stem}.ckpt")
            if os.path.exists(path):
                return ms.load_checkpoint(path)
        raise FileNotFoundError(
            f"{self.model} is wanted with its pretrained weights {self.name}, which MindSpore cannot read as they are. "
            f"Download {self.url} and convert it once with `python -m migrator checkpoint {self.file} -o {stem}.ckpt`, "
            f"then run again with {stem}.ckpt in the working folder or in {os.path.join(cache, 'hub', 'checkpoints')}."
        )

    def load_into(self, net):
        """Loads the weights. Raises FileNotFoundError, and ValueError where the file is of another model."""
        missing, _ = ms.load_param_into_net(net, self.read())
        if missing:
            raise ValueError(f"{self.file} does not hold {self.model}: {', '.join(missing[:5])} are missing")
        return net


def pretrained_file(name, known, weights, pretrained):
    """The file that is asked for: by True, a name or a member of an enumeration; None for None and False."""
    weights = pretrained if weights is None and pretrained is not None else weights
    if weights is None or weights is False:
        return None
    weights = getattr(weights, "value", weights)
    if isinstance(weights, PretrainedFile):
        return weights
    return PretrainedFile(name, known, "DEFAULT" if weights is True else weights)


def image_model(name, known, weights, pretrained, build, *arguments, **options):
    """A model in training mode with the weights asked for."""
    file = pretrained_file(name, known, weights, pretrained)
    net = build(*arguments, **options).set_train()
    return net if file is None else file.load_into(net)


RESNET18_WEIGHTS = {
    "IMAGENET1K_V1": ("resnet18-f37072fd.pth", 224, 256, "bilinear", 11_689_512),
}


def resnet18(weights=None, progress=True, pretrained=None, **options):
    """torchvision.models.resnet18."""
    return image_model("resnet18", RESNET18_WEIGHTS, weights, pretrained, ResNet, BasicBlock, [2, 2, 2, 2], **options)


RESNET34_WEIGHTS = {
    "IMAGENET1K_V1": ("resnet34-b627a593.pth", 224, 256, "bilinear", 21_797_672),
}


def resnet34(weights=None, progress=True, pretrained=None, **options):
    """torchvision.models.resnet34."""
    return image_model("resnet34", RESNET34_WEIGHTS, weights, pretrained, ResNet, BasicBlock, [3, 4, 6, 3], **options)


RESNET50_WEIGHTS = {
    "IMAGENET1K_V1": ("resnet50-0676ba61.pth", 224, 256, "bilinear", 25_557_032),
    "IMAGENET1K_V2": ("resnet50-11ad3fa6.pth", 224, 232, "bilinear", 25_557_032),
}


def resnet50(weights=None, progress=True, pretrained=None, **options):
    """torchvision.models.resnet50."""
    return image_model("resnet50", RESNET50_WEIGHTS, weights, pretrained, ResNet, Bottleneck, [3, 4, 6, 3], **options)


RESNET101_WEIGHTS = {
    "IMAGENET1K_V1": ("resnet101-63fe2227.pth", 224, 256, "bilinear", 44_549_160),
    "IMAGENET1K_V2": ("resnet101-cd907fc2.pth", 224, 232, "bilinear", 44_549_160),
}


def resnet101(weights=None, progress=True, pretrained=None, **options):
    """torchvision.models.resnet101."""
    return image_model(
        "resnet101", RESNET101_WEIGHTS, weights, pretrained, ResNet, Bottleneck, [3, 4, 23, 3], **options
    )


RESNET152_WEIGHTS = {
    "IMAGENET1K_V1": ("resnet152-394f9c45.pth", 224, 256, "bilinear", 60_192_808),
    "IMAGENET1K_V2": ("resnet152-f82ba261.pth", 224, 232, "bilinear", 60_192_808),
}


def resnet152(weights=None, progress=True, pretrained=None, **options):
    """torchvision.models.resnet152."""
    return image_model(
        "resnet152", RESNET152_WEIGHTS, weights, pretrained, ResNet, Bottleneck, [3, 8, 36, 3], **options
    )


RESNEXT50_32X4D_WEIGHTS = {
    "IMAGENET1K_V1": ("resnext50_32x4d-7cdf4587.pth", 224, 256, "bilinear", 25_028_904),
    "IMAGENET1K_V2": ("resnext50_32x4d-1a0047aa.pth", 224, 232, "bilinear", 25_028_904),
}


def resnext50_32x4d(weights=None, progress=True, pretrained=None, **options):
    """torchvision.models.resnext50_32x4d."""
    return image_model(
        "resnext50_32x4d",
        RESNEXT50_32X4D_WEIGHTS,
        weights,
        pretrained,
        ResNet,
        Bottleneck,
        [3, 4, 6, 3],
        groups=32,
        width_per_group=4,
        **options,
    )


RESNEXT101_32X8D_WEIGHTS = {
    "IMAGENET1K_V1": ("resnext101_32x8d-8ba56ff5.pth", 224, 256, "bilinear", 88_791_336),
    "IMAGENET1K_V2": ("resnext101_32x8d-110c445d.pth", 224, 232, "bilinear", 88_791_336),
}


def resnext101_32x8d(weights=None, progress=True, pretrained=None, **options):
    """torchvision.models.resnext101_32x8d."""
    return image_model(
        "resnext101_32x8d",
        RESNEXT101_32X8D_WEIGHTS,
        weights,
        pretrained,
        ResNet,
        Bottleneck,
        [3, 4, 23, 3],
        groups=32,
        width_per_group=8,
        **options,
    )


RESNEXT101_64X4D_WEIGHTS = {
    "IMAGENET1K_V1": ("resnext101_64x4d-173b62eb.pth", 224, 232, "bilinear", 83_455_272),
}


def resnext101_64x4d(weights=None, progress=True, pretrained=None, **options):
    """torchvision.models.resnext101_64x4d."""
    return image_model(
        "resnext101_64x4d",
        RESNEXT101_64X4D_WEIGHTS,
        weights,
        pretrained,
        ResNet,
        Bottleneck,
        [3, 4, 23, 3],
        groups=64,
        width_per_group=4,
        **options,
    )


WIDE_RESNET50_2_WEIGHTS = {
    "IMAGENET1K_V1": ("wide_resnet50_2-95faca4d.pth", 224, 256, "bilinear", 68_883_240),
    "IMAGENET1K_V2": ("wide_resnet50_2-9ba9bcbe.pth", 224, 232, "bilinear", 68_883_240),
}


def wide_resnet50_2(weights=None, progress=True, pretrained=None, **options):
    """torchvision.models.wide_resnet50_2."""
    return image_model(
        "wide_resnet50_2",
        WIDE_RESNET50_2_WEIGHTS,
        weights,
        pretrained,
        ResNet,
        Bottleneck,
        [3, 4, 6, 3],
        width_per_group=128,
        **options,
    )


WIDE_RESNET101_2_WEIGHTS = {
    "IMAGENET1K_V1": ("wide_resnet101_2-32ee1156.pth", 224, 256, "bilinear", 126_886_696),
    "IMAGENET1K_V2": ("wide_resnet101_2-d733dc28.pth", 224, 232, "bilinear", 126_886_696),
}


def wide_resnet101_2(weights=None, progress=True, pretrained=None, **options):
    """torchvision.models.wide_resnet101_2."""
    return image_model(
        "wide_resnet101_2",
        WIDE_RESNET101_2_WEIGHTS,
        weights,
        pretrained,
        ResNet,
        Bottleneck,
        [3, 4, 23, 3],
        width_per_group=128,
        **options,
    )


ALEXNET_WEIGHTS = {
    "IMAGENET1K_V1": ("alexnet-owt-7be5be79.pth", 224, 256, "bilinear", 61_100_840),
}


def alexnet(weights=None, progress=True, pretrained=None, **options):
    """torchvision.models.alexnet."""
    return image_model("alexnet", ALEXNET_WEIGHTS, weights, pretrained, AlexNet, **options)


VGG11_WEIGHTS = {
    "IMAGENET1K_V1": ("vgg11-8a719046.pth", 224, 256, "bilinear", 132_863_336),
}


def vgg11(weights=None, progress=True, pretrained=None, **options):
    """torchvision.models.vgg11."""
    return image_model("vgg11", VGG11_WEIGHTS, weights, pretrained, VGG, 11, False, **options)


VGG11_BN_WEIGHTS = {
    "IMAGENET1K_V1": ("vgg11_bn-6002323d.pth", 224, 256, "bilinear", 132_868_840),
}


def vgg11_bn(weights=None, progress=True, pretrained=None, **options):
    """torchvision.models.vgg11_bn."""
    return image_model("vgg11_bn", VGG11_BN_WEIGHTS, weights, pretrained, VGG, 11, True, **options)


VGG13_WEIGHTS = {
    "IMAGENET1K_V1": ("vgg13-19584684.pth", 224, 256, "bilinear", 133_047_848),
}


def vgg13(weights=None, progress=True, pretrained=None, **options):
    """torchvision.models.vgg13."""
    return image_model("vgg13", VGG13_WEIGHTS, weights, pretrained, VGG, 13, False, **options)


VGG13_BN_WEIGHTS = {
    "IMAGENET1K_V1": ("vgg13_bn-abd245e5.pth", 224, 256, "bilinear", 133_053_736),
}


def vgg13_bn(weights=None, progress=True, pretrained=None, **options):
    """torchvision.models.vgg13_bn."""
    return image_model("vgg13_bn", VGG13_BN_WEIGHTS, weights, pretrained, VGG, 13, True, **options)


VGG16_WEIGHTS = {
    "IMAGENET1K_V1": ("vgg16-397923af.pth", 224, 256, "bilinear", 138_357_544),
    "IMAGENET1K_FEATURES": (
        "vgg16_features-amdegroot-88682ab5.pth",
        224,
        256,
        "bilinear",
        138_357_544,
        (0.48235, 0.45882, 0.40784),
        (1 / 255, 1 / 255, 1 / 255),
    ),
    "DEFAULT": "IMAGENET1K_V1",
}


def vgg16(weights=None, progress=True, pretrained=None, **options):
    """torchvision.models.vgg16."""
    return image_model("vgg16", VGG16_WEIGHTS, weights, pretrained, VGG, 16, False, **options)


VGG16_BN_WEIGHTS = {
    "IMAGENET1K_V1": ("vgg16_bn-6c64b313.pth", 224, 256, "bilinear", 138_365_992),
}


def vgg16_bn(weights=None, progress=True, pretrained=None, **options):
    """torchvision.models.vgg16_bn."""
    return image_model("vgg16_bn", VGG16_BN_WEIGHTS, weights, pretrained, VGG, 16, True, **options)


VGG19_WEIGHTS = {
    "IMAGENET1K_V1": ("vgg19-dcbb9e9d.pth", 224, 256, "bilinear", 143_667_240),
}


def vgg19(weights=None, progress=True, pretrained=None, **options):
    """torchvision.models.vgg19."""
    return image_model("vgg19", VGG19_WEIGHTS, weights, pretrained, VGG, 19, False, **options)


VGG19_BN_WEIGHTS = {
    "IMAGENET1K_V1": ("vgg19_bn-c79401a0.pth", 224, 256, "bilinear", 143_678_248),
}


def vgg19_bn(weights=None, progress=True, pretrained=None, **options):
    """torchvision.models.vgg19_bn."""
    return image_model("vgg19_bn", VGG19_BN_WEIGHTS, weights, pretrained, VGG, 19, True, **options)


MOBILENET_V2_WEIGHTS = {
    "IMAGENET1K_V1": ("mobilenet_v2-b0353104.pth", 224, 256, "bilinear", 3_504_872),
    "IMAGENET1K_V2": ("mobilenet_v2-7ebf99e0.pth", 224, 232, "bilinear", 3_504_872),
}


def mobilenet_v2(weights=None, progress=True, pretrained=None, **options):
    """torchvision.models.mobilenet_v2."""
    return image_model("mobilenet_v2", MOBILENET_V2_WEIGHTS, weights, pretrained, MobileNetV2, **options)


SQUEEZENET1_0_WEIGHTS = {
    "IMAGENET1K_V1": ("squeezenet1_0-b66bff10.pth", 224, 256, "bilinear", 1_248_424),
}


def squeezenet1_0(weights=None, progress=True, pretrained=None, **options):
    """torchvision.models.squeezenet1_0."""
    return image_model("squeezenet1_0", SQUEEZENET1_0_WEIGHTS, weights, pretrained, SqueezeNet, "1_0", **options)


SQUEEZENET1_1_WEIGHTS = {
    "IMAGENET1K_V1": ("squeezenet1_1-b8a52dc0.pth", 224, 256, "bilinear", 1_235_496),
}


def squeezenet1_1(weights=None, progress=True, pretrained=None, **options):
    """torchvision.models.squeezenet1_1."""
    return image_model("squeezenet1_1", SQUEEZENET1_1_WEIGHTS, weights, pretrained, SqueezeNet, "1_1", **options)


DENSENET121_WEIGHTS = {
    "IMAGENET1K_V1": ("densenet121-a639ec97.pth", 224, 256, "bilinear", 7_978_856),
}


def densenet121(weights=None, progress=True, pretrained=None, **options):
    """torchvision.models.densenet121."""
    return image_model(
        "densenet121", DENSENET121_WEIGHTS, weights, pretrained, DenseNet, 32, (6, 12, 24, 16), 64, **options
    )


DENSENET161_WEIGHTS = {
    "IMAGENET1K_V1": ("densenet161-8d451a50.pth", 224, 256, "bilinear", 28_681_000),
}


def densenet161(weights=None, progress=True, pretrained=None, **options):
    """torchvision.models.densenet161."""
    return image_model(
        "densenet161", DENSENET161_WEIGHTS, weights, pretrained, DenseNet, 48, (6, 12, 36, 24), 96, **options
    )


DENSENET169_WEIGHTS = {
    "IMAGENET1K_V1": ("densenet169-b2777c0a.pth", 224, 256, "bilinear", 14_149_480),
}


def densenet169(weights=None, progress=True, pretrained=None, **options):
    """torchvision.models.densenet169."""
    return image_model(
        "densenet169", DENSENET169_WEIGHTS, weights, pretrained, DenseNet, 32, (6, 12, 32, 32), 64, **options
    )


DENSENET201_WEIGHTS = {
    "IMAGENET1K_V1": ("densenet201-c1103571.pth", 224, 256, "bilinear", 20_013_928),
}


def densenet201(weights=None, progress=True, pretrained=None, **options):
    """torchvision.models.densenet201."""
    return image_model(
        "densenet201", DENSENET201_WEIGHTS, weights, pretrained, DenseNet, 32, (6, 12, 48, 32), 64, **options
    )


GOOGLENET_WEIGHTS = {
    "IMAGENET1K_V1": ("googlenet-1378be20.pth", 224, 256, "bilinear", 6_624_904),
}


def googlenet(weights=None, progress=True, pretrained=None, **options):
    """torchvision.models.googlenet. With pretrained weights it takes images as ImageNet's others do, and has no auxiliary
    outputs unless they are asked for."""
    file = pretrained_file("googlenet", GOOGLENET_WEIGHTS, weights, pretrained)
    if file is None:
        return image_model("googlenet", GOOGLENET_WEIGHTS, None, None, GoogLeNet, **options)
    auxiliary = options.pop("aux_logits", False)
    options = {"transform_input": True, "init_weights": False, **options}
    net = image_model("googlenet", GOOGLENET_WEIGHTS, file, None, GoogLeNet, **options)
    if not auxiliary:
        net.aux_logits, net.aux1, net.aux2 = False, None, None
    return net


SHUFFLENET_V2_X0_5_WEIGHTS = {
    "IMAGENET1K_V1": ("shufflenetv2_x0.5-f707e7126e.pth", 224, 256, "bilinear", 1_366_792),
}


def shufflenet_v2_x0_5(weights=None, progress=True, pretrained=None, **options):
    """torchvision.models.shufflenet_v2_x0_5."""
    return image_model(
        "shufflenet_v2_x0_5",
        SHUFFLENET_V2_X0_5_WEIGHTS,
        weights,
        pretrained,
        ShuffleNetV2,
        [4, 8, 4],
        [24, 48, 96, 192, 1024],
        **options,
    )


SHUFFLENET_V2_X1_0_WEIGHTS = {
    "IMAGENET1K_V1": ("shufflenetv2_x1-5666bf0f80.pth", 224, 256, "bilinear", 2_278_604),
}


def shufflenet_v2_x1_0(weights=None, progress=True, pretrained=None, **options):
    """torchvision.models.shufflenet_v2_x1_0."""
    return image_model(
        "shufflenet_v2_x1_0",
        SHUFFLENET_V2_X1_0_WEIGHTS,
        weights,
        pretrained,
        ShuffleNetV2,
        [4, 8, 4],
        [24, 116, 232, 464, 1024],
        **options,
    )


SHUFFLENET_V2_X1_5_WEIGHTS = {
    "IMAGENET1K_V1": ("shufflenetv2_x1_5-3c479a10.pth", 224, 232, "bilinear", 3_503_624),
}


def shufflenet_v2_x1_5(weights=None, progress=True, pretrained=None, **options):
    """torchvision.models.shufflenet_v2_x1_5."""
    return image_model(
        "shufflenet_v2_x1_5",
        SHUFFLENET_V2_X1_5_WEIGHTS,
        weights,
        pretrained,
        ShuffleNetV2,
        [4, 8, 4],
        [24, 176, 352, 704, 1024],
        **options,
    )


SHUFFLENET_V2_X2_0_WEIGHTS = {
    "IMAGENET1K_V1": ("shufflenetv2_x2_0-8be3c8ee.pth", 224, 232, "bilinear", 7_393_996),
}


def shufflenet_v2_x2_0(weights=None, progress=True, pretrained=None, **options):
    """torchvision.models.shufflenet_v2_x2_0."""
    return image_model(
        "shufflenet_v2_x2_0",
        SHUFFLENET_V2_X2_0_WEIGHTS,
        weights,
        pretrained,
        ShuffleNetV2,
        [4, 8, 4],
        [24, 244, 488, 976, 2048],
        **options,
    )


def vision_transformer(name, known, weights, pretrained, image_size, **sizes):
    """A vision transformer for images of the side that the weights were trained with, where none is given."""
    file = pretrained_file(name, known, weights, pretrained)
    side = image_size or (224 if file is None else file.crop_size)
    return image_model(name, known, file, None, VisionTransformer, image_size=side, **sizes)


VIT_B_16_WEIGHTS = {
    "IMAGENET1K_V1": ("vit_b_16-c867db91.pth", 224, 256, "bilinear", 86_567_656),
    "IMAGENET1K_SWAG_E2E_V1": ("vit_b_16_swag-9ac1b537.pth", 384, 384, "bicubic", 86_859_496),
    "IMAGENET1K_SWAG_LINEAR_V1": ("vit_b_16_lc_swag-4e70ced5.pth", 224, 224, "bicubic", 86_567_656),
    "DEFAULT": "IMAGENET1K_V1",
}


def vit_b_16(weights=None, progress=True, pretrained=None, image_size=None, **options):
    """torchvision.models.vit_b_16."""
    sizes = {"patch_size": 16, "num_layers": 12, "num_heads": 12, "hidden_dim": 768, "mlp_dim": 3072}
    return vision_transformer("vit_b_16", VIT_B_16_WEIGHTS, weights, pretrained, image_size, **sizes, **options)


VIT_B_32_WEIGHTS = {
    "IMAGENET1K_V1": ("vit_b_32-d86f8d99.pth", 224, 256, "bilinear", 88_224_232),
}


def vit_b_32(weights=None, progress=True, pretrained=None, image_size=None, **options):
    """torchvision.models.vit_b_32."""
    sizes = {"patch_size": 32, "num_layers": 12, "num_heads": 12, "hidden_dim": 768, "mlp_dim": 3072}
    return vision_transformer("vit_b_32", VIT_B_32_WEIGHTS, weights, pretrained, image_size, **sizes, **options)


VIT_L_16_WEIGHTS = {
    "IMAGENET1K_V1": ("vit_l_16-852ce7e3.pth", 224, 242, "bilinear", 304_326_632),
    "IMAGENET1K_SWAG_E2E_V1": ("vit_l_16_swag-4f3808c9.pth", 512, 512, "bicubic", 305_174_504),
    "IMAGENET1K_SWAG_LINEAR_V1": ("vit_l_16_lc_swag-4d563306.pth", 224, 224, "bicubic", 304_326_632),
    "DEFAULT": "IMAGENET1K_V1",
}


def vit_l_16(weights=None, progress=True, pretrained=None, image_size=None, **options):
    """torchvision.models.vit_l_16."""
    sizes = {"patch_size": 16, "num_layers": 24, "num_heads": 16, "hidden_dim": 1024, "mlp_dim": 4096}
    return vision_transformer("vit_l_16", VIT_L_16_WEIGHTS, weights, pretrained, image_size, **sizes, **options)


VIT_L_32_WEIGHTS = {
    "IMAGENET1K_V1": ("vit_l_32-c7638314.pth", 224, 256, "bilinear", 306_535_400),
}


def vit_l_32(weights=None, progress=True, pretrained=None, image_size=None, **options):
    """torchvision.models.vit_l_32."""
    sizes = {"patch_size": 32, "num_layers": 24, "num_heads": 16, "hidden_dim": 1024, "mlp_dim": 4096}
    return vision_transformer("vit_l_32", VIT_L_32_WEIGHTS, weights, pretrained, image_size, **sizes, **options)


VIT_H_14_WEIGHTS = {
    "IMAGENET1K_SWAG_E2E_V1": ("vit_h_14_swag-80465313.pth", 518, 518, "bicubic", 633_470_440),
    "IMAGENET1K_SWAG_LINEAR_V1": ("vit_h_14_lc_swag-c1eb923e.pth", 224, 224, "bicubic", 632_045_800),
    "DEFAULT": "IMAGENET1K_SWAG_E2E_V1",
}


def vit_h_14(weights=None, progress=True, pretrained=None, image_size=None, **options):
    """torchvision.models.vit_h_14."""
    sizes = {"patch_size": 14, "num_layers": 32, "num_heads": 16, "hidden_dim": 1280, "mlp_dim": 5120}
    return vision_transformer("vit_h_14", VIT_H_14_WEIGHTS, weights, pretrained, image_size, **sizes, **options)
