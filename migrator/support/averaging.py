"""torch.optim.swa_utils: averages of a model's weights over its training, and their learning rate."""

import copy
import math

import mindspore as ms
import numpy as np
from mindspore import Tensor, nn, ops

from migrator.support.cells import module_buffers, module_parameters, own_parameters, register_buffer
from migrator.support.schedulers import Scheduler


def swa_average(averaged, current, count):
    """torch's ``get_swa_avg_fn()``: the plain mean of all so far."""
    return averaged + (current - averaged) / (count + 1)


def get_swa_avg_fn():
    """torch's ``get_swa_avg_fn``."""
    return swa_average


def get_ema_avg_fn(decay=0.999):
    """torch's ``get_ema_avg_fn``: an exponential moving average."""
    if decay < 0.0 or decay > 1.0:
        raise ValueError(f"Invalid decay value {decay} provided. Please provide a value in [0,1] range.")
    return lambda averaged, current, count: decay * averaged + (1 - decay) * current


def _of_lists(one):
    def of_lists(averaged, current, count):
        for target, value in zip(averaged, current):
            ops.assign(target, one(target, value, count).astype(target.dtype))

    return of_lists


def get_ema_multi_avg_fn(decay=0.999):
    """torch's ``get_ema_multi_avg_fn``: the same over lists, in place."""
    return _of_lists(get_ema_avg_fn(decay))


def get_swa_multi_avg_fn():
    """torch's ``get_swa_multi_avg_fn``."""
    return _of_lists(swa_average)


class AveragedModel(nn.Cell):
    """torch's ``AveragedModel``: a copy of a model whose parameters are averages of what it is updated with."""

    def __init__(self, model, device=None, avg_fn=None, multi_avg_fn=None, use_buffers=False):
        super().__init__(auto_prefix=False)
        if avg_fn is not None and multi_avg_fn is not None:
            raise AssertionError("Only one of avg_fn and multi_avg_fn should be provided")
        self.module = copy.deepcopy(model)
        self.set_train(model.training)
        register_buffer(self, "n_averaged", Tensor(0, ms.int64))
        self.avg_fn, self.multi_avg_fn, self.use_buffers = avg_fn, multi_avg_fn, use_buffers

    def construct(self, *args, **kwargs):
        return self.module(*args, **kwargs)

    def update_parameters(self, model):
        own, given = module_parameters(self.module), module_parameters(model)
        buffers = list(zip(module_buffers(self.module), module_buffers(model)))
        if self.use_buffers:
            own, given = own + [pair[0] for pair in buffers], given + [pair[1] for pair in buffers]
        count = int(self.n_averaged)
        if count == 0:
            for target, value in zip(own, given):
                target.assign_value(Tensor(value.asnumpy()))
        elif self.multi_avg_fn is not None:
            self.multi_avg_fn(own, given, self.n_averaged)
        else:
            average = swa_average if self.avg_fn is None else self.avg_fn
            for target, value in zip(own, given):
                target.assign_value(Tensor(average(target, value, count).asnumpy()).astype(target.dtype))
        if not self.use_buffers:
            for target, value in buffers:
                target.assign_value(Tensor(value.asnumpy()))
        self.n_averaged = Tensor(count + 1, ms.int64)


class SWALR(Scheduler):
    """torch's ``SWALR``: moves every group's rate to ``swa_lr`` within ``anneal_epochs`` steps, and keeps it."""

    def __init__(self, optimizer, swa_lr, anneal_epochs=10, anneal_strategy="cos", last_epoch=-1):
        rates = list(swa_lr) if isinstance(swa_lr, (list, tuple)) else [swa_lr] * len(optimizer.param_groups)
        if anneal_strategy not in ("cos", "linear"):
            raise ValueError(f"anneal_strategy must by one of 'cos' or 'linear', instead got {anneal_strategy}")
        self.swa_rates, self.anneal_epochs, self.cosine = rates, anneal_epochs, anneal_strategy == "cos"
        self.steps = -1
        super().__init__(optimizer, last_epoch)

    def share(self, step):
        """How far the rates have moved, from 0 to 1."""
        t = max(0, min(1, step / max(1, self.anneal_epochs)))
        return (1 - math.cos(math.pi * t)) / 2 if self.cosine else t

    def get_lr(self):
        self.steps += 1
        step = max(1, self.steps) if self.anneal_epochs == 0 else self.steps
        before, now = self.share(step - 1), self.share(step)
        found = []
        for group, rate in zip(self.optimizer.param_groups, self.swa_rates):
            first = rate if before == 1 else (float(group["lr"]) - before * rate) / (1 - before)
            found.append(rate * now + first * (1 - now))
        return found


def update_bn(loader, model, device=None):
    """torch's ``update_bn``: the running statistics of batch normalization become the mean over a loader's batches."""
    layers = [cell for _, cell in model.cells_and_names() if any(n == "running_mean" for n, _ in own_parameters(cell))]
    layers = [layer for layer in layers if not layer._cells]
    if not layers:
        return
    was_training = model.training
    model.set_train(True)
    kept = [dict(own_parameters(layer)) for layer in layers]
    sums = [None] * len(layers)
    momentum = [getattr(layer, "momentum", 0.1) for layer in layers]
    count = 0
    for batch in loader:
        batch = batch[0] if isinstance(batch, (list, tuple)) else batch
        for values in kept:
            values["running_mean"].set_data(ops.zeros_like(values["running_mean"]))
            values["running_var"].set_data(ops.zeros_like(values["running_var"]))
        model(batch)
        count += 1
        for place, values in enumerate(kept):
            share = momentum[place] if momentum[place] is not None else 1.0
            new = [values[name].asnumpy() / share for name in ("running_mean", "running_var")]
            sums[place] = new if sums[place] is None else [a + b for a, b in zip(sums[place], new)]
    for values, total in zip(kept, sums):
        for name, number in zip(("running_mean", "running_var"), total or ()):
            values[name].set_data(Tensor((number / count).astype(np.float32)))
    model.set_train(was_training)
