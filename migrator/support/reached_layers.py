"""The layers that a function uses, and what they keep."""

import contextlib
import functools
from types import FunctionType

import numpy as np
from mindspore import Parameter, Tensor, nn


def layers_behind(function, *arguments):
    """The cells that a function uses: itself, what it is bound to, has around it, finds in its module or is given."""
    found, seen, waiting = {}, set(), [function, *arguments]
    while waiting:
        thing = waiting.pop()
        if id(thing) in seen:
            continue
        seen.add(id(thing))
        if isinstance(thing, nn.Cell):
            found.update((id(cell), cell) for _, cell in thing.cells_and_names())
        elif isinstance(thing, (list, tuple)):
            waiting.extend(thing)
        elif isinstance(thing, functools.partial):
            waiting.extend([thing.func, *thing.args, *thing.keywords.values()])
        elif isinstance(thing, FunctionType):
            if not (thing.__module__ or "").startswith("mindspore"):
                named = [thing.__globals__.get(name) for name in thing.__code__.co_names]
                waiting.extend(item for item in named if isinstance(item, (nn.Cell, FunctionType)))
            waiting.extend(cell.cell_contents for cell in thing.__closure__ or ())
        elif hasattr(thing, "__self__"):
            waiting.append(thing.__self__)
        elif hasattr(thing, "__dict__") and not isinstance(thing, type):
            waiting.extend(item for item in vars(thing).values() if isinstance(item, nn.Cell))
    return list(found.values())


def normalising_layers(function, *arguments):
    """The layers behind a function that update running statistics now."""
    return [layer for layer in layers_behind(function, *arguments) if layer.training and hasattr(layer, "moving_mean")]


def kept_beside_weights(layers):
    """What layers keep beside their weights: (layer, name, value, copy) of each number and tensor, and of each vector that
    is no longer trained. Larger parameters that are not trained are frozen weights."""
    found = []
    for layer in layers:
        for name, value in vars(layer).items():
            if isinstance(value, Tensor) or (isinstance(value, (bool, int, float)) and not name.startswith("_")):
                found.append((layer, name, value, value.copy() if isinstance(value, Tensor) else value))
        for name, value in layer._params.items():
            if value is not None and not value.requires_grad and value.ndim <= 1:
                found.append((layer, name, value, value.copy()))
    return found


def is_as_kept(kept):
    """Whether layers still hold what they did, with the same values."""
    for layer, name, value, copy in kept:
        now = getattr(layer, name, None)
        if isinstance(value, Tensor):
            if now is not value or not np.array_equal(value.asnumpy(), copy.asnumpy()):
                return False
        elif now != value:
            return False
    return True


@contextlib.contextmanager
def kept_once(function):
    """Around what is computed once more than in torch: what the layers behind a function keep (running statistics, power
    iterations, counters) comes back. Gives it, as :func:`kept_beside_weights` does."""
    kept = kept_beside_weights(layers_behind(function))
    try:
        yield kept
    finally:
        for layer, name, value, copy in kept:
            if is_as_kept([(layer, name, value, copy)]):
                continue
            if isinstance(value, Parameter):
                value.set_data(copy)
                continue
            if isinstance(value, Tensor):
                value.assign_value(copy)
            setattr(layer, name, value)
