"""What torch's Module offers over its parameters, buffers and submodules, for MindSpore cells."""

from __future__ import annotations

from collections import OrderedDict, namedtuple

import mindspore as ms
from mindspore import Parameter, Tensor

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


def own_parameters(cell, prefix=""):
    """Yields (torch's name, parameter) for a cell and all cells below it, layer by layer as torch lists them."""
    for name, parameter in cell._params.items():
        if parameter is not None:
            yield prefix + TORCH_PARAMETER_NAMES.get(name, name), parameter
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


def named_buffers(cell):
    """torch's ``Module.named_buffers``: running statistics and registered buffers under torch's names."""
    pairs = [(name, parameter) for name, parameter in own_parameters(cell) if is_buffer(name)]
    return pairs + [(name, getattr(owner, last)) for name, owner, last, _ in registered_buffers(cell)]


def registered_buffers(cell):
    """(dotted name, owner, attribute, persistent) of every buffer that :func:`register_buffer` made."""
    found = []
    for path, owner in cell.cells_and_names():
        for name, persistent in owner.__dict__.get("buffer_names", {}).items():
            if getattr(owner, name, None) is not None:
                found.append((f"{path}.{name}" if path else name, owner, name, persistent))
    return found


def module_buffers(cell):
    """torch's ``Module.buffers``."""
    return [buffer for _, buffer in named_buffers(cell)]


def modules(cell):
    """torch's ``Module.modules``: the cell itself and every cell below it."""
    return [found for _, found in cell.cells_and_names()]


def set_requires_grad(target, requires_grad=True):
    """torch's ``requires_grad_``, for a cell (all of its parameters) or a single parameter; gives back its argument."""
    for parameter in module_parameters(target) if hasattr(target, "cells_and_names") else [target]:
        parameter.requires_grad = requires_grad
    return target


def cast_parameters(cell, dtype):
    """torch's ``Module.to(dtype)``: floating-point parameters get another dtype, in place."""
    for _, parameter in own_parameters(cell):
        if parameter.dtype in (ms.float16, ms.float32, ms.float64, ms.bfloat16):
            parameter.set_dtype(dtype)
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


def add_module(cell, name, module):
    """torch's ``add_module``: makes ``module`` a child under ``name``."""
    cell.insert_child_to_cell(name, module) if name.isdigit() or name not in dir(cell) else setattr(cell, name, module)
    if hasattr(cell, "cell_list"):
        cell.cell_list = list(cell._cells.values())


def get_submodule(cell, target):
    """torch's ``get_submodule``: the cell at a dotted path."""
    for part in target.split(".") if target else []:
        cell = cell._cells[part] if part in cell._cells else getattr(cell, part)
    return cell


def get_parameter(cell, target):
    """torch's ``get_parameter``: the parameter at a dotted path of torch's names."""
    return dict(own_parameters(cell))[target]


def state_dict(cell):
    """torch's ``Module.state_dict``: parameters and buffers by MindSpore's names, as :func:`load_state_dict` takes them."""
    state = OrderedDict()
    for name, parameter in cell.parameters_and_names():
        state[name] = parameter
    for name, owner, last, persistent in registered_buffers(cell):
        if persistent:
            state[name] = getattr(owner, last)
    return state


IncompatibleKeys = namedtuple("IncompatibleKeys", ["missing_keys", "unexpected_keys"])


def load_state_dict(cell, state, strict=True):
    """torch's ``Module.load_state_dict``: copies the values in; raises RuntimeError where ``strict`` names differ."""
    own = state_dict(cell)
    missing = [name for name in own if name not in state]
    unexpected = [name for name in state if name not in own]
    if strict and (missing or unexpected):
        raise RuntimeError(f"missing keys: {missing}, unexpected keys: {unexpected}")
    for name, target in own.items():
        if name not in state:
            continue
        value = state[name] if isinstance(state[name], Tensor) else Tensor(state[name])
        if tuple(target.shape) != tuple(value.shape):
            raise RuntimeError(
                f"size mismatch for {name}: {tuple(value.shape)} in the checkpoint, {tuple(target.shape)}"
            )
        if isinstance(target, Parameter):
            target.set_data(Tensor(value.asnumpy(), target.dtype))
        else:
            target.assign_value(Tensor(value.asnumpy(), target.dtype))
    return IncompatibleKeys(missing, unexpected)


def identity(function=None, **options):
    """Stands for decorators that compile (``torch.jit.script``, ``torch.compile``): gives back what it decorates."""
    if function is None:
        return lambda decorated: decorated
    return function


def assign_(target, value):
    """An in-place method's effect outside of a gradient: ``target`` keeps its identity and gets the values."""
    value = value if isinstance(value, Tensor) else Tensor(value)
    value = value.astype(target.dtype) if value.dtype != target.dtype else value
    if tuple(value.shape) != tuple(target.shape):
        value = value.broadcast_to(target.shape) if value.size != target.size else value.reshape(target.shape)
    if isinstance(target, Parameter):
        target.set_data(Tensor(value.asnumpy(), target.dtype))
    else:
        target.assign_value(value)
    return target


def layer_parameter(cell, name):
    """A layer's parameter by torch's name (``weight``, ``bias``, ``running_mean``), whatever MindSpore calls it; None
    where the layer has it switched off. Raises AttributeError where the layer has no such parameter."""
    for own, parameter in cell._params.items():
        if TORCH_PARAMETER_NAMES.get(own, own) == name:
            return parameter
    return getattr(cell, name)
