"""What torch calls the classes of layers."""

from __future__ import annotations

TORCH_CLASS_NAMES = {
    "Dense": "Linear",
    "SequentialCell": "Sequential",
    "TransformSequence": "Sequential",
    "CellList": "ModuleList",
    "CellDict": "ModuleDict",
    "Conv1dTranspose": "ConvTranspose1d",
    "Conv2dTranspose": "ConvTranspose2d",
    "Conv3dTranspose": "ConvTranspose3d",
    "HSwish": "Hardswish",
    "HSigmoid": "Hardsigmoid",
}
"""MindSpore's classes that stand for torch's of another name."""


def class_name(module):
    """The name that a layer's class has in torch: ``Linear`` for ``nn.Dense``; a program's own classes keep theirs."""
    name = type(module).__name__
    return TORCH_CLASS_NAMES.get(name, name)
