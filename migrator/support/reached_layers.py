"""The layers that a function uses, and what they keep."""

import contextlib
import functools
from types import FunctionType

from mindspore import nn


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


@contextlib.contextmanager
def statistics_kept(function):
    """Around what was computed before and is computed again: running statistics behind a function count it once."""
    norms = normalising_layers(function)
    before = [(layer.moving_mean.copy(), layer.moving_variance.copy()) for layer in norms]
    counts = [getattr(layer, "num_batches_tracked", None) for layer in norms]
    try:
        yield
    finally:
        for layer, (mean, variance), count in zip(norms, before, counts):
            layer.moving_mean.set_data(mean)
            layer.moving_variance.set_data(variance)
            if count is not None:
                layer.num_batches_tracked = count
