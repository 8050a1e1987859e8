from __future__ import annotations
import math
import typing as t
from abc import ABC, abstractmethod

import torch
from torch import Tensor, nn
from torch.nn import (
    BatchNorm2d as BN,
    Conv2d,
    Linear,
)
from .ops import *
from . import ops as _ops

__all__ = ["SE", "MBConv", "Net", "REGISTRY", "register"]

REGISTRY: dict[str, t.Callable[..., nn.Module]] = {}


def register(name):
    def deco(cls):
        REGISTRY[name] = cls
        return cls
    return deco


def conv_bn(inp, oup, k=3, s=1, g=1, act: nn.Module | None = None):
    mods = [Conv2d(inp, oup, k, s, padding=k // 2, groups=g, bias=False), BN(oup, eps=1e-3, momentum=0.01)]
    if act is not None:
        mods.append(act)
    return nn.Sequential(*mods)


class SE(nn.Module):
    def __init__(self, c, r=4):
        super().__init__()
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Sequential(nn.Flatten(), Linear(c, max(1, c // r)), nn.SiLU(), Linear(max(1, c // r), c), nn.Hardsigmoid())

    def forward(self, x):
        b, c, *_ = x.size()
        return x * self.fc(self.pool(x)).view(b, c, 1, 1)


@register("mbconv")
class MBConv(nn.Module):
    def __init__(self, inp, oup, *, expand=2, stride=1, drop=0.0):
        super().__init__()
        hid = inp * expand
        self.use_res = stride == 1 and inp == oup
        self.drop = drop
        self.expand = conv_bn(inp, hid, 1, act=nn.SiLU(inplace=True))
        self.dw = conv_bn(hid, hid, 3, stride, g=hid, act=nn.SiLU(inplace=True))
        self.se = SE(hid)
        self.project = conv_bn(hid, oup, 1)

    def forward(self, x):
        y = self.project(self.se(self.dw(self.expand(x))))
        if self.use_res:
            y = x + _ops.drop_path(y, self.drop, self.training)
        return y


class Base(nn.Module, ABC):
    @abstractmethod
    def features(self, x): ...

    @property
    def device(self):
        return next(self.parameters()).device

    @property
    def num_params(self) -> int:
        return sum(p.numel() for p in self.parameters())

    @torch.no_grad()
    def predict(self, x: torch.Tensor) -> torch.Tensor:
        was = self.training
        self.eval()
        out = self(x.to(self.device)).softmax(-1).argmax(-1)
        self.train(was)
        return out


class Net(Base):
    def __init__(self, widths=(8, 16, 16), n=10, drop=0.1):
        super().__init__()
        self.stem = conv_bn(1, widths[0], act=Mish())
        self.blocks = nn.ModuleDict({f"b{i}": REGISTRY["mbconv"](a, b, stride=1 + (a != b), drop=drop) for i, (a, b) in enumerate(zip(widths, widths[1:]))})
        self.register_buffer("temperature", torch.ones(()) * 1.5)
        self.head = Linear(widths[-1], n)
        self.scale = nn.ParameterDict({"logit": nn.Parameter(torch.zeros(n))})
        for m in self.modules():
            match m:
                case Conv2d():
                    fan_out = m.kernel_size[0] * m.kernel_size[1] * m.out_channels // m.groups
                    nn.init.normal_(m.weight, 0.0, math.sqrt(2.0 / fan_out))
                case BN():
                    nn.init.ones_(m.weight); nn.init.zeros_(m.bias)
                case Linear():
                    nn.init.uniform_(m.weight, -(r := 1.0 / math.sqrt(m.out_features)), r)
                    nn.init.zeros_(m.bias)

    def features(self, x):
        x = self.stem(x)
        for name, block in self.blocks.items():
            x = block(x)
        return swish(x).mean((2, 3))

    def forward(self, x, labels=None):
        logits = self.head(self.features(x)) / self.temperature + self.scale["logit"]
        if labels is None:
            return logits
        return logits, nn.functional.cross_entropy(logits, labels, reduction="none")


def build(kind="net", **kw) -> "Net":
    return {"net": Net}[kind](**kw)
