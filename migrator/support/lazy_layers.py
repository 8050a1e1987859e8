"""torch's lazy layers: they learn their input's width from the first input, and are made then."""

from __future__ import annotations

from mindspore import nn

from migrator.support.convolution import (
    Conv1d,
    Conv2d,
    Conv3d,
    ConvTranspose1d,
    ConvTranspose2d,
    ConvTranspose3d,
)
from migrator.support.normalisation import (
    BatchNorm1d,
    BatchNorm2d,
    BatchNorm3d,
    InstanceNorm1d,
    InstanceNorm2d,
    InstanceNorm3d,
)


class LazyLinear(nn.Dense):
    """torch.nn.LazyLinear; a plain dense layer after the first call."""

    def __init__(self, out_features, bias=True, device=None, dtype=None):
        nn.Cell.__init__(self)
        self.waiting = {"out_channels": out_features, "has_bias": bias}

    in_features = property(lambda self: 0 if self.waiting else self.in_channels)
    out_features = property(lambda self: self.waiting["out_channels"] if self.waiting else self.out_channels)

    def construct(self, x):
        if self.waiting:
            options, self.waiting = self.waiting, None
            nn.Dense.__init__(self, x.shape[-1], **options)
            self.waiting = None
        return nn.Dense.construct(self, x)


LAZY_OPTIONS = frozenset(
    "in_channels out_channels kernel_size stride padding dilation groups padding_mode transposed output_padding "
    "num_features eps momentum affine track_running_stats".split()
)


class LazyLayer:
    """What the lazy convolutions and normalisations share: the arguments wait for the number of channels."""

    channels_from_end = 0

    def __init__(self, *arguments, **options):
        nn.Cell.__init__(self)
        self.waiting = (arguments, options)

    def construct(self, input):
        if self.waiting:
            arguments, options = self.waiting
            training = self.training
            layer = type(self).__mro__[2]
            layer.__init__(self, input.shape[self.channels_axis(input)], *arguments, **options)
            self.waiting = None
            self.set_train(training)
        return type(self).__mro__[2].construct(self, input)

    def __getattr__(self, name):
        """Options can be read before the first input: they are those of a layer for no channels at all."""
        waiting = self.__dict__.get("waiting")
        if waiting and name in LAZY_OPTIONS:
            arguments, options = waiting
            layer = type(self).__mro__[2](max(options.get("groups", 1), 1), *arguments, **options)
            return 0 if name in ("in_channels", "num_features") else getattr(layer, name)
        return super().__getattr__(name)

    def channels_axis(self, input):
        return -self.channels_from_end if self.channels_from_end else 1


class LazyConv1d(LazyLayer, Conv1d):
    """torch.nn.LazyConv1d."""

    channels_from_end = 2


class LazyConv2d(LazyLayer, Conv2d):
    """torch.nn.LazyConv2d."""

    channels_from_end = 3


class LazyConv3d(LazyLayer, Conv3d):
    """torch.nn.LazyConv3d."""

    channels_from_end = 4


class LazyConvTranspose1d(LazyLayer, ConvTranspose1d):
    """torch.nn.LazyConvTranspose1d."""

    channels_from_end = 2


class LazyConvTranspose2d(LazyLayer, ConvTranspose2d):
    """torch.nn.LazyConvTranspose2d."""

    channels_from_end = 3


class LazyConvTranspose3d(LazyLayer, ConvTranspose3d):
    """torch.nn.LazyConvTranspose3d."""

    channels_from_end = 4


class LazyBatchNorm1d(LazyLayer, BatchNorm1d):
    """torch.nn.LazyBatchNorm1d."""


class LazyBatchNorm2d(LazyLayer, BatchNorm2d):
    """torch.nn.LazyBatchNorm2d."""


class LazyBatchNorm3d(LazyLayer, BatchNorm3d):
    """torch.nn.LazyBatchNorm3d."""


class LazyInstanceNorm1d(LazyLayer, InstanceNorm1d):
    """torch.nn.LazyInstanceNorm1d; affine and with running statistics by default."""

    channels_from_end = 2

    def __init__(self, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True, device=None, dtype=None):
        super().__init__(eps, momentum, affine, track_running_stats)


class LazyInstanceNorm2d(LazyLayer, InstanceNorm2d):
    """torch.nn.LazyInstanceNorm2d; affine and with running statistics by default."""

    channels_from_end = 3

    def __init__(self, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True, device=None, dtype=None):
        super().__init__(eps, momentum, affine, track_running_stats)


class LazyInstanceNorm3d(LazyLayer, InstanceNorm3d):
    """torch.nn.LazyInstanceNorm3d; affine and with running statistics by default."""

    channels_from_end = 4

    def __init__(self, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True, device=None, dtype=None):
        super().__init__(eps, momentum, affine, track_running_stats)
