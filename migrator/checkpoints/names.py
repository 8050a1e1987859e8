"""Which torch name and layout each MindSpore parameter goes by.

Pure Python and free of other rooms: the replay loads this file by path inside the sandbox. The differences were
measured on MindSpore 2.10.0 and torch 2.14: BatchNorm, LayerNorm and GroupNorm say gamma and beta, BatchNorm says
moving_mean and moving_variance, Embedding says embedding_table, PReLU says w, Conv1d keeps a height of one in its
weight, and the Transformer layers call their linear layers dense1 and dense2. Everything else is called the same.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator
from typing import Any


class Layout(enum.Enum):
    """How a torch array becomes the MindSpore array."""

    SAME = "same"
    ROW = "row"  # (O, I, k) in torch, (O, I, 1, k) in MindSpore

    def to_mindspore(self, array: Any) -> Any:
        """``array`` has torch's layout; works for NumPy arrays."""
        return array.reshape(*array.shape[:2], 1, *array.shape[2:]) if self is Layout.ROW else array

    def to_torch(self, array: Any) -> Any:
        """``array`` has MindSpore's layout; works for NumPy arrays."""
        return array.reshape(*array.shape[:2], *array.shape[3:]) if self is Layout.ROW else array


_NORM = {"gamma": "weight", "beta": "bias"}

# By the name of the cell's class or of one it inherits from.
_OWN_NAMES: dict[str, dict[str, str]] = {
    "_BatchNorm": {**_NORM, "moving_mean": "running_mean", "moving_variance": "running_var"},
    "LayerNorm": _NORM,
    "GroupNorm": _NORM,
    "_InstanceNorm": _NORM,
    "Embedding": {"embedding_table": "weight"},
    "PReLU": {"w": "weight"},
}
_CHILD_NAMES: dict[str, dict[str, str]] = {
    "TransformerEncoderLayer": {"dense1": "linear1", "dense2": "linear2"},
    "TransformerDecoderLayer": {"dense1": "linear1", "dense2": "linear2"},
}
_ROW_LAYOUT = frozenset({"Conv1d", "Conv1dTranspose"})

# Classes that torch calls otherwise; for pairing models that are such a layer themselves.
TORCH_CLASSES = {
    "SequentialCell": "Sequential",
    "CellList": "ModuleList",
    "CellDict": "ModuleDict",
    "Dense": "Linear",
    "BiDense": "Bilinear",
    "Conv1dTranspose": "ConvTranspose1d",
    "Conv2dTranspose": "ConvTranspose2d",
    "Conv3dTranspose": "ConvTranspose3d",
}


def torch_parameter_names(cell: Any) -> list[tuple[Any, str, Layout]]:
    """Every parameter of ``cell`` and its children with the key that it has in torch's ``state_dict``.

    A parameter that several layers share comes once for each, as torch lists it.
    """
    return list(_walk(cell, ""))


def torch_cell_names(cell: Any) -> list[tuple[Any, str]]:
    """``cell`` and all cells below it with the name that torch's ``named_modules`` gives them."""
    return list(_walk_cells(cell, ""))


def torch_class(cell: Any) -> str:
    """What torch calls the class of this cell."""
    name = type(cell).__name__
    return TORCH_CLASSES.get(name, name) if type(cell).__module__.startswith("mindspore.") else name


def _walk(cell: Any, prefix: str) -> Iterator[tuple[Any, str, Layout]]:
    for owner, path in _walk_cells(cell, prefix):
        # Only MindSpore's own layers call their parameters so, and only its own Conv1d stores its weight as a row; a
        # project's class of that name over another base does not.
        own = [kind.__name__ for kind in type(owner).__mro__ if kind.__module__.startswith("mindspore.")]
        renamed = next((_OWN_NAMES[kind] for kind in own if kind in _OWN_NAMES), {})
        for name, parameter in owner._params.items():
            if parameter is None:
                continue
            row = name == "weight" and len(parameter.shape) == 4 and any(kind in _ROW_LAYOUT for kind in own)
            key = f"{path}.{renamed.get(name, name)}" if path else renamed.get(name, name)
            yield parameter, key, Layout.ROW if row else Layout.SAME


def _walk_cells(cell: Any, path: str) -> Iterator[tuple[Any, str]]:
    yield cell, path
    lineage = [kind.__name__ for kind in type(cell).__mro__]
    renamed = next((_CHILD_NAMES[kind] for kind in lineage if kind in _CHILD_NAMES), {})
    for name, child in cell._cells.items():
        if child is not None:
            name = renamed.get(name, name)
            yield from _walk_cells(child, f"{path}.{name}" if path else name)
