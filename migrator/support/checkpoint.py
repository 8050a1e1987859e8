"""Checkpoints that hold more than one model's parameters: torch.save and torch.load of whole dictionaries."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections import OrderedDict

import mindspore as ms
import numpy as np
from mindspore import Parameter, Tensor

STRUCTURE = "__structure__"
"""The entry that keeps how the saved object was put together; everything else in the file is a tensor."""


def save(obj, path):
    """torch.save for nested dictionaries, lists, tensors and plain values, in MindSpore's checkpoint format.

    Tensors become the checkpoint's entries, the structure around them one string entry. Raises TypeError for values
    that are neither (functions, models: save their ``state_dict``).
    """
    tensors = []
    structure = json.dumps(describe(obj, "", tensors))
    entries = [{"name": name, "data": Tensor(np.ascontiguousarray(array))} for name, array in tensors]
    entries.append({"name": "__empty__", "data": Tensor(np.zeros(1, np.float32))})
    path = os.fspath(path)
    with tempfile.TemporaryDirectory(dir=os.path.dirname(os.path.abspath(path))) as folder:
        whole = os.path.join(folder, "whole.ckpt")
        ms.save_checkpoint(entries, whole, append_dict={STRUCTURE: structure})
        shutil.copyfile(whole, path)


def describe(value, name, tensors):
    """The JSON description of a value; its tensors are appended to ``tensors`` as (name, array)."""
    if isinstance(value, Tensor | np.ndarray | np.generic):
        array = value.asnumpy() if isinstance(value, Tensor) else np.asarray(value)
        key = name or "value"
        tensors.append((key, array.reshape(1) if array.ndim == 0 else array))
        kind = "tensor" if isinstance(value, Tensor) else "array"
        return {kind: key, "shape": list(array.shape), "dtype": str(array.dtype)}
    if isinstance(value, dict):
        pairs = [
            [describe_key(key), describe(item, f"{name}.{key}" if name else str(key), tensors)]
            for key, item in value.items()
        ]
        return {"dict": pairs}
    if isinstance(value, list | tuple):
        items = [describe(item, f"{name}.{index}" if name else str(index), tensors) for index, item in enumerate(value)]
        return {"list" if isinstance(value, list) else "tuple": items}
    if hasattr(value, "__dict__") and not callable(value) and not isinstance(value, str | int | float | bool):
        return describe(vars(value), name, tensors)
    if value is None or isinstance(value, str | int | float | bool):
        return {"value": value}
    raise TypeError(f"a checkpoint cannot hold {type(value).__name__} (at {name or 'the top'})")


def describe_key(key):
    """Dictionary keys are strings or numbers; both come back as they were."""
    return [type(key).__name__, key]


def load(path, **options):
    """torch.load for what :func:`save` or ``ms.save_checkpoint`` wrote; options say where and how to load, and are
    not needed here."""
    path = os.fspath(path)
    if not os.path.exists(path):
        raise FileNotFoundError(f"no checkpoint at {path}")
    with tempfile.TemporaryDirectory() as folder:
        whole = path
        if not path.endswith(".ckpt"):
            whole = os.path.join(folder, "whole.ckpt")
            shutil.copyfile(path, whole)
        entries = ms.load_checkpoint(whole)
    if STRUCTURE not in entries:
        return OrderedDict((name, Tensor(value.asnumpy())) for name, value in entries.items())
    structure = entries[STRUCTURE]
    return rebuild(json.loads(structure if isinstance(structure, str) else str(structure)), entries)


def rebuild(description, entries):
    """The value that a description stands for."""
    if "value" in description:
        return description["value"]
    if "dict" in description:
        return OrderedDict((rebuild_key(*key), rebuild(item, entries)) for key, item in description["dict"])
    if "list" in description:
        return [rebuild(item, entries) for item in description["list"]]
    if "tuple" in description:
        return tuple(rebuild(item, entries) for item in description["tuple"])
    stored = entries[description.get("tensor") or description.get("array")]
    array = (stored.asnumpy() if isinstance(stored, Parameter | Tensor) else np.asarray(stored)).reshape(
        description["shape"]
    )
    return Tensor(array) if "tensor" in description else array


def rebuild_key(kind, key):
    """A dictionary key of its first type again."""
    return {"int": int, "float": float, "bool": bool}.get(kind, lambda text: text)(key)
