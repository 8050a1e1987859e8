"""A layer for images that is given one image without a batch."""

from __future__ import annotations

import ast

from migrator.names.ranks import Ranks
from migrator.names.values import Kind
from migrator.rewriting.edits import Need
from migrator.rewriting.file import FileWork
from migrator.rewriting.rule import Rule, Stage

LAYERS = frozenset({"torch.nn.Conv2d", "torch.nn.MaxPool2d", "torch.nn.AvgPool2d"})
"""Layers that torch lets take (C, H, W) too, and MindSpore only (N, C, H, W)."""


class SingleImages(Rule):
    """``conv(image)`` with a tensor of three dimensions goes through a support function, which adds a batch of one.

    torch's ``Conv2d``, ``MaxPool2d`` and ``AvgPool2d`` take one image (C, H, W) as well as a batch, MindSpore's only
    batches. The rule sees it where the source shows the rank: from the sizes that a tensor was made or reshaped with, and
    through indices.
    """

    code = "MF124"
    title = "An image without a batch gets one"
    stage = Stage.MODEL
    examples = (
        (
            "import torch\n\nimage = torch.ones(3, 8, 8)\npooled = torch.nn.MaxPool2d(2)(image)\n",
            "image = ops.ones((3, 8, 8))\npooled = single_image(nn.MaxPool2d(2, stride=2), image)\n",
        ),
    )
    unchanged = ("import numpy as np\n\nimage = np.ones((3, 8, 8))\npooled = image.max(axis=0)\n",)

    def apply(self, work: FileWork) -> None:
        ranks = None
        for call in work.nodes(ast.Call):
            layer = work.value(call.func)
            if layer.kind is not Kind.MODULE or layer.of not in LAYERS or len(call.args) != 1 or call.keywords:
                continue
            if ranks is None:
                ranks = Ranks(work.names.tree, work.value, work.qualified)
            if ranks.of(call.args[0]) == 3:
                work.replace(call, Need("support.single_image"), "(", call.func, ", ", call.args[0], ")")
