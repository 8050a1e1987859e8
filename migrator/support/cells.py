"""What torch's Module offers over its parameters, buffers and submodules, for MindSpore cells."""

from __future__ import annotations

import re
from collections import OrderedDict, namedtuple

import mindspore as ms
import numpy as np
from mindspore import Parameter, Tensor, nn, ops
from mindspore.common.api import _pynative_executor

from migrator.support.conversion import dtype_named

TORCH_PARAMETER_NAMES = {
    "gamma": "weight",
    "beta": "bias",
    "embedding_table": "weight",
    "moving_mean": "running_mean",
    "moving_variance": "running_var",
}
"""Parameter names of MindSpore layers for which torch has another one."""

STATISTICS = ("moving_mean", "moving_variance", "running_mean", "running_var", "num_batches_tracked")
"""Parameters of MindSpore's batch normalization that are buffers in torch."""


def torch_name(cell, name):
    """What torch calls a cell's parameter. A project's own class may well call one ``gamma``."""
    layers = (kind.__module__ for kind in type(cell).__mro__)
    of_mindspore = any(module.startswith("mindspore.nn.layer.") and ".container" not in module for module in layers)
    return TORCH_PARAMETER_NAMES.get(name, name) if of_mindspore else name


def own_parameters(cell, prefix=""):
    """Yields (torch's name, parameter) for a cell and all cells below it, layer by layer as torch lists them."""
    for name, parameter in cell._params.items():
        if parameter is not None:
            yield prefix + torch_name(cell, name), parameter
    for name, child in cell._cells.items():
        if child is not None:
            yield from own_parameters(child, f"{prefix}{name}.")


def is_buffer(name):
    """Whether a parameter of this name is a buffer in torch: the running statistics of normalization layers."""
    return name.rpartition(".")[2] in STATISTICS


def named_parameters(cell, prefix="", recurse=True):
    """torch's ``Module.named_parameters``: (name, parameter) pairs under torch's names, each parameter once, without
    the running statistics that MindSpore also counts as parameters."""
    seen = set()
    pairs = []
    for name, parameter in own_parameters(cell, f"{prefix}." if prefix else ""):
        nested = "." in name[len(prefix) + 1 if prefix else 0 :]
        if is_buffer(name) or id(parameter) in seen or (nested and not recurse):
            continue
        seen.add(id(parameter))
        pairs.append((name, parameter))
    return pairs


def module_parameters(cell, recurse=True):
    """torch's ``Module.parameters``: all parameters, frozen ones too, without running statistics."""
    return [parameter for _, parameter in named_parameters(cell, "", recurse)]


def named_buffers(cell, prefix="", recurse=True):
    """torch's ``Module.named_buffers``: running statistics and registered buffers under torch's names; without
    ``recurse`` only the cell's own."""
    head = f"{prefix}." if prefix else ""
    found = [(name, value) for name, value, _, kind in state_entries(cell) if kind != "parameter"]
    return [(head + name, value) for name, value in found if recurse or "." not in name]


def state_entries(cell, prefix="", path=""):
    """Yields (torch's name, value, MindSpore's name, "parameter" | "buffer" | "unsaved" | "counter") for a cell and all
    below it, in torch's order: a layer's parameters, its buffers, then its children."""
    own = [(torch_name(cell, name), p, name) for name, p in cell._params.items() if p is not None]
    for name, parameter, here in own:
        if not is_buffer(name):
            yield prefix + name, parameter, path + here, "parameter"
    for name, parameter, here in own:
        if is_buffer(name):
            yield prefix + name, parameter, path + here, "buffer"
    for name, persistent in cell.__dict__.get("buffer_names", {}).items():
        if getattr(cell, name, None) is not None:
            yield prefix + name, getattr(cell, name), path + name, "buffer" if persistent else "unsaved"
    for name, value in cell.__dict__.items():
        if isinstance(value, Tensor) and getattr(value, "kept_as_buffer", None) is not None:
            yield prefix + name, value, path + name, "buffer" if value.kept_as_buffer else "unsaved"
    if any(name == "running_mean" for name, *_ in own):
        count = Tensor(int(getattr(cell, "num_batches_tracked", 0)), ms.int64)
        yield f"{prefix}num_batches_tracked", count, f"{path}num_batches_tracked", "counter"
    for name, child in cell._cells.items():
        if child is not None:
            yield from state_entries(child, f"{prefix}{name}.", f"{path}{name}.")


def registered_buffers(cell):
    """(dotted name, owner, attribute, persistent) of every buffer that :func:`register_buffer` made."""
    found = []
    for path, owner in cell.cells_and_names():
        for name, persistent in owner.__dict__.get("buffer_names", {}).items():
            if getattr(owner, name, None) is not None:
                found.append((f"{path}.{name}" if path else name, owner, name, persistent))
    return found


def module_buffers(cell, recurse=True):
    """torch's ``Module.buffers``."""
    return [buffer for _, buffer in named_buffers(cell, "", recurse)]


def modules(cell):
    """torch's ``Module.modules``: the cell itself and every cell below it."""
    return [found for _, found in cell.cells_and_names()]


def set_requires_grad(target, requires_grad=True):
    """torch's ``requires_grad_``, for a cell (all of its parameters) or a single parameter; gives back its argument."""
    for parameter in module_parameters(target) if hasattr(target, "cells_and_names") else [target]:
        parameter.requires_grad = requires_grad
    return target


FLOATING = (ms.float16, ms.float32, ms.float64, ms.bfloat16)


def cast_parameters(cell, dtype):
    """torch's ``Module.to(dtype)`` and ``Module.type(name)``: floating-point parameters and buffers get another dtype, in
    place."""
    dtype = dtype_named(getattr(dtype, "dtype", dtype))
    for _, parameter in own_parameters(cell):
        if parameter.dtype in FLOATING:
            parameter.set_dtype(dtype)
    for _, owner, name, _ in registered_buffers(cell):
        if getattr(owner, name).dtype in FLOATING:
            setattr(owner, name, getattr(owner, name).astype(dtype))
    return cell


def module_to(cell, *args, dtype=None):
    """torch's ``Module.to`` where only the running program knows what it is given: a dtype, or a tensor for its dtype,
    changes the parameters; a device changes nothing."""
    for given in (*args, dtype):
        if isinstance(given, Tensor):
            given = given.dtype
        if isinstance(given, ms.Type) and given in FLOATING:
            cast_parameters(cell, given)
    return cell


def register_buffer(cell, name, tensor, persistent=True):
    """torch's ``register_buffer``: a tensor that belongs to the cell, goes into checkpoints, and is not trained.

    It is a plain attribute, so that the code may assign it anew, which ``Cell.register_buffer`` does not allow.
    """
    names = cell.__dict__.setdefault("buffer_names", {})
    names[name] = persistent
    setattr(cell, name, Tensor(tensor) if isinstance(tensor, Parameter) else tensor)


def register_parameter(cell, name, param):
    """torch's ``register_parameter``; None only reserves the name."""
    if param is None:
        setattr(cell, name, None)
    else:
        cell.insert_param_to_cell(name, param)


def parameter_prefix(name):
    """What the names of a child's parameters begin with: MindSpore allows them only letters, digits, ``_``, ``-`` and
    dots, torch whatever a child is called."""
    return re.sub(r"[^0-9A-Za-z_.-]", "_", name) + "."


def add_module(cell, name, module):
    """torch's ``add_module``: makes ``module`` a child under ``name``, which its parameters' names then begin with."""
    if name.isdigit() or name not in dir(cell):
        if module is not None:
            module.update_parameters_name(parameter_prefix(name))
        cell.insert_child_to_cell(name, module)
    else:
        setattr(cell, name, module)
    follow_layers(cell)


def follow_layers(cell):
    """Has a SequentialCell run the layers that it holds now: it keeps a list of those that it was made with."""
    if isinstance(cell, nn.SequentialCell):
        cell.cell_list = list(cell._cells.values())
        cell._is_dynamic_name = [name.isdigit() for name in cell._cells]


def get_submodule(cell, target):
    """torch's ``get_submodule``: the cell at a dotted path."""
    for part in target.split(".") if target else []:
        cell = cell._cells[part] if part in cell._cells else getattr(cell, part)
    return cell


def get_parameter(cell, target):
    """torch's ``get_parameter``: the parameter at a dotted path of torch's names."""
    return dict(own_parameters(cell))[target]


def state_dict(cell, prefix=""):
    """torch's ``Module.state_dict``: parameters and buffers by torch's names, in torch's order. A batch normalization
    that does not count its batches says 0."""
    return OrderedDict((name, value) for name, value, _, kind in state_entries(cell, prefix) if kind != "unsaved")


class IncompatibleKeys(namedtuple("IncompatibleKeys", ["missing_keys", "unexpected_keys"])):
    """What torch's ``load_state_dict`` gives back, shown as torch shows it."""

    def __repr__(self):
        return super().__repr__() if any(self) else "<All keys matched successfully>"


def load_state_dict(cell, state, strict=True):
    """torch's ``Module.load_state_dict``: copies in the values that fit, and raises RuntimeError after that where shapes
    differ or ``strict`` names do.

    The names may be torch's or, as in MindSpore's own checkpoints, MindSpore's.
    """
    entries = [entry for entry in state_entries(cell) if entry[3] != "unsaved"]
    torch_names = {here: name for name, _, here, _ in entries}
    own = {name: (value, kind) for name, value, _, kind in entries}
    given = {name if name in own else torch_names.get(name, name): value for name, value in state.items()}
    # MindSpore's checkpoints have a tied parameter once.
    filled = {id(value) for name, (value, _) in own.items() if name in given}
    missing = [
        name
        for name, (value, kind) in own.items()
        if name not in given and kind != "counter" and id(value) not in filled
    ]
    unexpected = [name for name in given if name not in own and not name.endswith("num_batches_tracked")]
    wrong = [f"missing keys: {missing}, unexpected keys: {unexpected}"] if strict and (missing or unexpected) else []
    for name, (target, kind) in own.items():
        if name not in given:
            continue
        value = given[name] if isinstance(given[name], Tensor) else Tensor(given[name])
        if kind == "counter":
            owner = get_submodule(cell, name.rpartition(".")[0])
            if hasattr(owner, "num_batches_tracked"):
                owner.num_batches_tracked = int(value)
            continue
        if tuple(target.shape) != tuple(value.shape):
            wrong.append(
                f"size mismatch for {name}: {tuple(value.shape)} in the checkpoint, {tuple(target.shape)} in the model"
            )
        elif isinstance(target, Parameter):
            write_parameter(target, Tensor(value.asnumpy(), target.dtype))
        else:
            target.assign_value(Tensor(value.asnumpy(), target.dtype))
    if wrong:
        raise RuntimeError("; ".join(wrong))
    return IncompatibleKeys(missing, unexpected)


def get_buffer(cell, target):
    """torch's ``get_buffer``: the buffer at a dotted path of torch's names. Raises AttributeError where there is none."""
    found = dict(named_buffers(cell))
    if target not in found:
        raise AttributeError(f"`{target}` is not a buffer")
    return found[target]


def reset_running_stats(layer):
    """torch's ``reset_running_stats``: running mean 0, running variance 1, no batches counted."""
    for name, parameter in own_parameters(layer):
        if name == "running_mean":
            parameter.set_data(Tensor(np.zeros(parameter.shape), parameter.dtype))
        elif name == "running_var":
            parameter.set_data(Tensor(np.ones(parameter.shape), parameter.dtype))
    if hasattr(layer, "num_batches_tracked"):
        layer.num_batches_tracked = 0


def buffer(data=None, persistent=True):
    """torch's ``nn.Buffer``: a tensor that a module keeps as its buffer once it is assigned to an attribute."""
    made = Tensor(np.zeros(0, np.float32)) if data is None else Tensor(data)
    made.kept_as_buffer = persistent
    return made


def functional_call(module, parameter_and_buffer_dicts, args=None, kwargs=None, *, tie_weights=True, strict=False):
    """torch.func's ``functional_call``: the module called with other parameters and buffers, which it gives back after.

    Gradients reach the given tensors.
    """
    given = parameter_and_buffer_dicts
    values = given if isinstance(given, dict) else {name: value for part in given for name, value in part.items()}
    places = {name: here for name, _, here, _ in state_entries(module)}
    kept = []
    try:
        for name, value in values.items():
            owner_path, _, last = places.get(name, name).rpartition(".")
            owner = get_submodule(module, owner_path)
            if last in owner._params:
                kept.append((owner, last, owner._params.pop(last)))
                object.__setattr__(owner, last, value)
            else:
                kept.append((owner, last, getattr(owner, last)))
                setattr(owner, last, value)
        arguments = () if args is None else args if isinstance(args, tuple) else (args,)
        return module(*arguments, **(kwargs or {}))
    finally:
        for owner, last, old in kept:
            if isinstance(old, Parameter):
                object.__delattr__(owner, last)
                owner._params[last] = old
            else:
                setattr(owner, last, old)


def evaluation_mode(model):
    """``model.eval()`` where the model may also be an object with a method of its own of that name."""
    return model.set_train(False) if isinstance(model, ms.nn.Cell) else model.eval()


def identity(function=None, **options):
    """Stands for decorators that compile (``torch.jit.script``, ``torch.compile``): gives back what it decorates."""
    if function is None:
        return lambda decorated: decorated
    return function


def write_parameter(parameter, value):
    """Puts values of the same dtype into a parameter where it stands.

    After ``set_data``, ``parameter.data = value`` or ``ms.load_param_into_net`` an optimizer that has made a step before
    goes on with the memory that the parameter had, and its further steps are lost without a word (measured on MindSpore
    2.10.0 with all optimizers). Only another shape has to be set that way.
    """
    if tuple(parameter.shape) != tuple(value.shape):
        parameter.set_data(value, slice_shape=True)
        return
    recording = _pynative_executor.grad_flag()
    try:
        # Where computations are recorded (see ``record_gradients``), the recording would take it for a step of them.
        with ms._no_grad():
            ops.assign(parameter, value)
    except RuntimeError:
        # A parameter that was made of a view is no place for ``assign``, and what fails ends the recording.
        _pynative_executor.set_grad_flag(recording)
        parameter.set_data(value)


def replace_data(target, value):
    """``target.data = value``: a parameter gets the values where it stands, a tensor as it does."""
    if isinstance(target, Parameter):
        value = value if isinstance(value, Tensor) else Tensor(value)
        write_parameter(target, Tensor(value.asnumpy(), target.dtype))
    else:
        target.data = value


def assign_(target, value):
    """An in-place method's effect: ``target`` keeps its identity and gets the values. What it is a row, a part or
    another shape of gets them too, and gradients flow through a tensor and its rows, but not through another shape
    and not into a parameter. An array is written into as well; a number has nothing to write into."""
    if not isinstance(target, Tensor):
        if isinstance(target, np.ndarray):
            target[...] = value
        return target
    value = value if isinstance(value, Tensor) else Tensor(value)
    value = value.astype(target.dtype) if value.dtype != target.dtype else value
    if tuple(value.shape) != tuple(target.shape):
        value = value.broadcast_to(target.shape) if value.size != target.size else value.reshape(target.shape)
    if isinstance(target, Parameter):
        write_parameter(target, Tensor(value.asnumpy(), target.dtype))
    elif target.dtype == ms.bfloat16:
        target.assign_value(value)
    elif target.ndim:
        target[:] = value
    else:
        target[...] = value
    return target


def write_part(target, index, value):
    """``target[index] = value`` with a mask or with tensors as the index, where ``target`` is a row, a part or another
    shape of a tensor: MindSpore would change a copy."""
    changed = target.copy()
    changed[index] = value
    return assign_(target, changed)


def layer_parameter(cell, name):
    """A layer's parameter by torch's name (``weight``, ``bias``, ``running_mean``), whatever MindSpore calls it; None
    where the layer has it switched off. Raises AttributeError where the layer has no such parameter."""
    for own, parameter in cell._params.items():
        if torch_name(cell, own) == name:
            return parameter
    return getattr(cell, name)


def set_layer_parameter(cell, name, value):
    """``layer.weight = parameter`` in torch's words: the layer's parameter of that name is replaced, by one that is
    tied to another layer or by a new one, which takes over the name that the optimizer and checkpoints know it by."""
    for own, replaced in cell._params.items():
        if torch_name(cell, own) == name:
            if isinstance(value, Parameter) and value.name.startswith("Parameter") and replaced is not None:
                value.name = replaced.name
            setattr(cell, own, value)
            return
    setattr(cell, name, value)


SECOND_DERIVATIVES = {"asked": False}
"""Whether the program differentiates gradients, which some of the CPU's kernels cannot."""


def asked_once(own_getattr):
    """A model's own ``__getattr__``, made for a cell: MindSpore asks for attributes while the model is made, and a
    method that looks into an inner model, which is not there yet, would ask itself without end."""
    asking = set()

    def answer(self, name):
        question = (id(self), name)
        if question in asking or name in ("bprop", "_cell_init_args", "_func_graph_flags"):
            raise AttributeError(f"{type(self).__name__} has no attribute {name}")
        asking.add(question)
        try:
            return own_getattr(self, name)
        finally:
            asking.discard(question)

    return answer
