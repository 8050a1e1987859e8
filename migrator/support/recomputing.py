"""torch.utils.checkpoint: parts of a model whose inner values torch computes again when it differentiates."""

from mindspore import nn

from migrator.support.optimizers import is_grad_enabled
from migrator.support.reached_layers import normalising_layers


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
    norms = normalising_layers(function, args)
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
