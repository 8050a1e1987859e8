"""Checkpoints that hold more than one model's parameters: torch.save and torch.load of whole dictionaries."""

from __future__ import annotations

import base64
import io
import json
import os
import pickle
import shutil
import tempfile
from argparse import Namespace
from collections import OrderedDict

import mindspore as ms
import numpy as np
from mindspore import Parameter, Tensor, nn, ops

from migrator.support.torch_files import is_torch_file, read_torch_file

STRUCTURE = "__structure__"
"""The entry that keeps how the saved object was put together; everything else in the file is a tensor."""

PARAMETERS = "__parameters__"
"""Where :func:`rebuild` keeps the parameters that models and optimizers of one checkpoint share."""

COLLECTIONS = {dict: "dict", OrderedDict: "ordered", Namespace: "namespace", list: "list", tuple: "tuple"}
"""What is described part by part, so that the tensors in it become entries."""


def save(obj, f, pickle_module=None, pickle_protocol=2, _use_new_zipfile_serialization=True):
    """torch.save in MindSpore's checkpoint format.

    Tensors become the checkpoint's entries, the dictionaries, lists and plain values around them one string entry. A
    whole model or optimizer is kept as its parameters and, as torch does, as a pickle of the rest, and so is any other
    object: :func:`load` needs its classes where they were. A model and its optimizer share their parameters afterwards
    too. Raises TypeError for what cannot be pickled.
    """
    tensors = Entries()
    structure = json.dumps(describe(obj, "", tensors))
    entries = [{"name": name, "data": Tensor(np.ascontiguousarray(array))} for name, array in tensors]
    entries.append({"name": "__empty__", "data": Tensor(np.zeros(1, np.float32))})
    opened = hasattr(f, "write")
    place = None if opened else os.path.dirname(os.path.abspath(os.fspath(f)))
    with tempfile.TemporaryDirectory(dir=place) as folder:
        whole = os.path.join(folder, "whole.ckpt")
        ms.save_checkpoint(entries, whole, append_dict={STRUCTURE: structure})
        if opened:
            with open(whole, "rb") as written:
                shutil.copyfileobj(written, f)
        else:
            shutil.copyfile(whole, f)


class Entries(list):
    """The tensors of a checkpoint as (name, array), with the name that each parameter of a model has among them."""

    def __init__(self):
        super().__init__()
        self.places = {}


def describe(value, name, tensors):
    """The JSON description of a value; its tensors are appended to ``tensors``, which are :class:`Entries`."""
    if isinstance(value, Tensor) or (isinstance(value, np.ndarray | np.generic) and value.dtype.kind in "biufc"):
        array = value.asnumpy() if isinstance(value, Tensor) else np.asarray(value)
        key = name or "value"
        tensors.append((key, array.reshape(1) if array.ndim == 0 else array))
        kind = "tensor" if isinstance(value, Tensor) else "scalar" if isinstance(value, np.generic) else "array"
        return {kind: key, "shape": list(array.shape), "dtype": str(array.dtype)}
    if type(value) in COLLECTIONS:
        kind = COLLECTIONS[type(value)]
        found = vars(value) if kind == "namespace" else value
        if kind in ("list", "tuple"):
            found = {str(index): item for index, item in enumerate(value)}
        pairs = [
            [describe_key(key), describe(item, f"{name}.{key}" if name else str(key), tensors)]
            for key, item in found.items()
        ]
        return {kind: [item for _, item in pairs] if kind in ("list", "tuple") else pairs}
    if isinstance(value, nn.Cell):
        kept = io.BytesIO()
        pickler = ModelPickler(kept)
        pickler.dump(value)
        parts = [
            [describe_key(key), tensors.places.get(id(part)) or describe(part, f"{name or 'model'}.{key}", tensors)]
            for key, part in pickler.parameters.items()
        ]
        tensors.places.update(zip(map(id, pickler.parameters.values()), (part for _, part in parts)))
        state = {"dict": parts}
        return {"model": base64.b64encode(kept.getvalue()).decode(), "state": state}
    if value is None or type(value) in (str, int, float, bool):
        return {"value": value}
    try:
        return {"pickled": base64.b64encode(pickle.dumps(value)).decode()}
    except (pickle.PicklingError, TypeError, AttributeError) as error:
        where = f"(at {name or 'the top'})"
        raise TypeError(f"a checkpoint cannot hold {type(value).__name__} {where}") from error


class ModelPickler(pickle.Pickler):
    """Pickles a model or an optimizer without its parameters, which are entries of the checkpoint, and with MindSpore's
    operators, which cannot be pickled, as their class and attributes."""

    def __init__(self, stream):
        super().__init__(stream)
        self.parameters, self.names = {}, {}

    def persistent_id(self, value):
        if not isinstance(value, Parameter):
            return None
        if id(value) not in self.names:
            name = value.name if value.name not in self.parameters else f"{value.name}.{len(self.parameters)}"
            self.names[id(value)], self.parameters[name] = name, value
        return self.names[id(value)], value.requires_grad

    def reducer_override(self, value):
        if isinstance(value, ops.Primitive):
            return make_operator, (type(value), dict(value.init_attrs))
        if isinstance(value, ops.Map | ops.HyperMap):
            return type(value), ()
        return NotImplemented


class ModelUnpickler(pickle.Unpickler):
    """Reads what :class:`ModelPickler` wrote; ``state`` holds the parameters' values by name, ``places`` what their
    entries are called, and ``shared`` the parameters that were made for these."""

    def __init__(self, stream, state, places, shared):
        super().__init__(stream)
        self.state, self.places, self.shared = state, places, shared

    def persistent_load(self, key):
        name, trained = key
        place = self.places[name]
        if place not in self.shared:
            self.shared[place] = Parameter(self.state[name], name=name, requires_grad=trained)
        return self.shared[place]


def make_operator(kind, attributes):
    """An operator of MindSpore with the attributes of another one."""
    return kind(**attributes)


def describe_key(key):
    """A dictionary key with its type; one that is no text, number or None as a pickle."""
    if key is None or type(key) in (str, int, float, bool):
        return [type(key).__name__, key]
    return ["pickled", base64.b64encode(pickle.dumps(key)).decode()]


def load(path, **options):
    """torch.load for what :func:`save`, ``ms.save_checkpoint`` or torch.save wrote; options say where and how to load,
    and are not needed here. A file that ends in ``.pt`` or ``.pth`` may have become one that ends in ``.ckpt``."""
    with tempfile.TemporaryDirectory() as folder:
        whole = os.path.join(folder, "whole.ckpt")
        if hasattr(path, "read"):
            with open(whole, "wb") as copy_:
                shutil.copyfileobj(path, copy_)
        else:
            shutil.copyfile(checkpoint_file(os.fspath(path)), whole)
        if is_torch_file(whole):
            return read_torch_file(whole)
        entries = ms.load_checkpoint(whole)
    if STRUCTURE not in entries:
        return OrderedDict((name, Tensor(value.asnumpy())) for name, value in entries.items())
    structure = entries[STRUCTURE]
    return rebuild(json.loads(structure if isinstance(structure, str) else str(structure)), entries)


def checkpoint_file(path):
    """The file of that name, or the one that a translation renamed: torch's endings and MindSpore's stand for each
    other."""
    stem = path
    for ending in (".pth.tar", ".pth", ".pt", ".ckpt"):
        stem = stem.removesuffix(ending)
    for candidate in (path, *(stem + ending for ending in (".ckpt", ".pt", ".pth", ".pth.tar"))):
        if os.path.isfile(candidate):
            return candidate
    raise FileNotFoundError(f"no checkpoint at {path}")


def rebuild(description, entries):
    """The value that a description stands for."""
    if "value" in description:
        return description["value"]
    if "model" in description:
        state = rebuild(description["state"], entries)
        places = {rebuild_key(*key): part["tensor"] for key, part in description["state"]["dict"]}
        shared = entries.setdefault(PARAMETERS, {})
        return ModelUnpickler(io.BytesIO(base64.b64decode(description["model"])), state, places, shared).load()
    if "pickled" in description:
        return pickle.loads(base64.b64decode(description["pickled"]))
    for collection, kind in COLLECTIONS.items():
        if kind in ("list", "tuple") and kind in description:
            return collection(rebuild(item, entries) for item in description[kind])
        if kind in description:
            found = {rebuild_key(*key): rebuild(item, entries) for key, item in description[kind]}
            return Namespace(**found) if kind == "namespace" else collection(found)
    stored = entries[description.get("tensor") or description.get("array") or description["scalar"]]
    array = (stored.asnumpy() if isinstance(stored, Parameter | Tensor) else np.asarray(stored)).reshape(
        description["shape"]
    )
    if "tensor" in description:
        return Tensor(array)
    array = array.astype(description["dtype"])
    return array[()] if "scalar" in description else array


def rebuild_key(kind, key):
    """A dictionary key of its first type again."""
    if kind == "pickled":
        return pickle.loads(base64.b64decode(key))
    return {"int": int, "float": float, "bool": bool}.get(kind, lambda text: text)(key)


def export_onnx(model, args, f, **options):
    """torch.onnx.export, by MindSpore's own exporter: the inputs' shapes are those of ``args``. Names of inputs and
    outputs, opset and dynamic axes are MindSpore's choice. A tuple that ends in a dictionary is not supported."""
    inputs = args if isinstance(args, tuple) else (args,)
    training = model.training
    model.set_train(False)
    ms.export(model, *inputs, file_name=os.fspath(f), file_format="ONNX")
    model.set_train(training)
