"""Classes with torch's arguments that stand for MindSpore's layers."""

from __future__ import annotations

from mindspore import nn


class SameKind(type(nn.Cell)):
    """torch has one class where there are two here, MindSpore's and one with torch's arguments: a layer made by either
    is an instance of both, and its class is equal to both (``type(layer) == nn.Conv2d``)."""

    def __instancecheck__(cls, instance):
        return type.__instancecheck__(cls.__dict__.get("stands_for", cls), instance)

    def __eq__(cls, other):
        return other is cls or other is cls.__dict__.get("stands_for", cls)

    def __hash__(cls):
        return type.__hash__(cls.__dict__.get("stands_for", cls))
