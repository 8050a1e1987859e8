"""torch.utils.checkpoint: parts of a model whose inner values torch computes again when it differentiates."""

import functools

from mindspore import nn

from migrator.support.optimizers import is_grad_enabled


def layers_behind(function, *arguments):
    """The cells that a function uses: itself, what it is bound to, has around it or is given."""
    found, waiting = {}, [function, *arguments]
    while waiting:
        thing = waiting.pop()
        if isinstance(thing, nn.Cell):
            found.update((id(cell), cell) for _, cell in thing.cells_and_names())
        elif isinstance(thing, (list, tuple)):
            waiting.extend(thing)
        elif isinstance(thing, functools.partial):
            waiting.extend([thing.func, *thing.args, *thing.keywords.values()])
        elif hasattr(thing, "__self__"):
            waiting.append(thing.__self__)
        elif hasattr(thing, "__closure__"):
            waiting.extend(cell.cell_contents for cell in thing.__closure__ or ())
    return list(found.values())


def checkpoint(
    function,
    *args,
    use_reentrant=None,
    preserve_rng_state=True,
    context_fn=None,
    determinism_check="default",
    debug=False,
    early_stop=True,
    **kwargs,
):
    """torch.utils.checkpoint.checkpoint: what ``function`` gives. Its inner values are kept here, so that no memory is
    saved; running statistics are updated twice, as torch does, which computes the part a second time."""
    norms = [layer for layer in layers_behind(function, args) if layer.training and hasattr(layer, "moving_mean")]
    before = [(layer.moving_mean.copy(), layer.moving_variance.copy()) for layer in norms]
    result = function(*args, **kwargs)
    if is_grad_enabled():
        for layer, kept in zip(norms, before):
            for statistic, old in zip((layer.moving_mean, layer.moving_variance), kept):
                statistic.set_data(statistic + (1 - layer.momentum) * (statistic - old))
    return result


def checkpoint_sequential(functions, segments, input, use_reentrant=None, **kwargs):
    """torch.utils.checkpoint.checkpoint_sequential: the last of the segments is not computed again."""
    layers = list(functions.cells()) if isinstance(functions, nn.SequentialCell) else list(functions)
    size = len(layers) // segments
    for place, layer in enumerate(layers):
        input = checkpoint(layer, input) if place < size * (segments - 1) else layer(input)
    return input
