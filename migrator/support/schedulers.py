"""Learning rate schedulers that MindSpore lacks, and what its own lack: state, rates as numbers."""

import bisect
import math
import types

import mindspore as ms
import numpy as np
from mindspore import Parameter, Tensor, ops
from mindspore.experimental.optim import lr_scheduler


def set_learning_rate(group, value):
    """``group["lr"] = value`` of torch: MindSpore keeps the rate in a Parameter, which is given the new value."""
    value = float(value)
    if isinstance(group["lr"], Parameter):
        ops.assign(group["lr"], Tensor(value, ms.float32))
        group["lr"].exact_rate = value
    else:
        group["lr"] = value


def plain_rate(rate):
    """A learning rate as the Python float that it was set to. MindSpore keeps it with float32's precision, which turns
    0.1 into 0.10000000149: the shortest number with the same float32 stands for one that is not known exactly."""
    exact = getattr(rate, "exact_rate", None)
    number = float(rate)
    short = np.float32(number)
    if exact is not None and np.float32(exact) == short:
        return exact
    return float(str(short)) if float(short) == number else number


def learning_rate(group, key="lr"):
    """``group["lr"]`` of torch, as a Python float."""
    return plain_rate(group[key])


def last_learning_rates(scheduler):
    """torch's ``get_last_lr()``: a list of Python floats, one for each parameter group."""
    return [plain_rate(rate) for rate in scheduler.get_last_lr()]


def computed_learning_rates(scheduler):
    """torch's ``get_lr()``: what the scheduler computes now, which may be a step further than the rates that are set."""
    return [plain_rate(rate) for rate in scheduler.get_lr()]


def scheduler_state(scheduler):
    """torch's ``scheduler.state_dict()``: plain numbers and lists, without the optimizer and without functions."""
    if hasattr(scheduler, "state_dict"):
        return scheduler.state_dict()
    state = {}
    for name, value in vars(scheduler).items():
        if name == "optimizer" or callable(value):
            continue
        if isinstance(value, Tensor):
            state[name] = int(value) if name == "last_epoch" else value.asnumpy().tolist()
        elif name in ("_last_lr", "base_lrs"):
            state[name] = [float(rate) for rate in value]
        elif isinstance(value, (int, float, str, bool, type(None))):
            state[name] = value
    return state


def load_scheduler_state(scheduler, state):
    """torch's ``scheduler.load_state_dict(state)`` for what ``scheduler_state`` gave; sets the rates as well."""
    if hasattr(scheduler, "load_state_dict"):
        scheduler.load_state_dict(state)
        return
    for name, value in state.items():
        own = getattr(scheduler, name, None)
        if name == "base_lrs":
            continue
        if name == "_last_lr":
            for group, rate in zip(scheduler.optimizer.param_groups, value):
                set_learning_rate(group, rate)
        elif isinstance(own, Parameter):
            ops.assign(own, Tensor(value, own.dtype))
        elif not isinstance(own, Tensor):
            setattr(scheduler, name, value)


class Scheduler:
    """The base of torch's schedulers: ``get_lr()`` of a subclass gives the rates of step ``last_epoch``.

    ``base_lrs`` are the groups' first rates as floats; ``step()`` counts ``last_epoch`` up from 0 and sets the rates.
    """

    def __init__(self, optimizer, last_epoch=-1, verbose=False):
        self.optimizer = optimizer
        for group in optimizer.param_groups:
            if last_epoch == -1 or "initial_lr" not in group:
                group["initial_lr"] = float(group.get("initial_lr", group["lr"]))
        self.base_lrs = [plain_rate(group["initial_lr"]) for group in optimizer.param_groups]
        self.last_epoch = last_epoch
        self._last_lr = [plain_rate(group["lr"]) for group in optimizer.param_groups]
        self.step()

    def get_lr(self):
        raise NotImplementedError

    def get_last_lr(self):
        return self._last_lr

    def step(self, epoch=None):
        self.last_epoch = self.last_epoch + 1 if epoch is None else epoch
        if epoch is not None and hasattr(self, "_get_closed_form_lr"):
            rates = self._get_closed_form_lr()
        else:
            rates = self.get_lr()
        for group, rate in zip(self.optimizer.param_groups, rates):
            set_learning_rate(group, rate)
        self._last_lr = [plain_rate(group["lr"]) for group in self.optimizer.param_groups]

    def state_dict(self):
        return {
            name: value for name, value in vars(self).items() if name != "optimizer" and not _holds_a_function(value)
        }

    def load_state_dict(self, state):
        vars(self).update(state)
        for group, rate in zip(self.optimizer.param_groups, self._last_lr):
            set_learning_rate(group, rate)


def _holds_a_function(value):
    if isinstance(value, (list, tuple)):
        return any(_holds_a_function(item) for item in value)
    return callable(value)


class LambdaLR(Scheduler):
    """torch's LambdaLR: the first rate times ``lr_lambda(step)``, whose argument is a Python int."""

    def __init__(self, optimizer, lr_lambda, last_epoch=-1):
        groups = len(optimizer.param_groups)
        self.lr_lambdas = list(lr_lambda) if isinstance(lr_lambda, (list, tuple)) else [lr_lambda] * groups
        super().__init__(optimizer, last_epoch)

    def get_lr(self):
        return [base * float(factor(self.last_epoch)) for base, factor in zip(self.base_lrs, self.lr_lambdas)]


class MultiplicativeLR(Scheduler):
    """torch's MultiplicativeLR: each step multiplies the rate by ``lr_lambda(step)``."""

    def __init__(self, optimizer, lr_lambda, last_epoch=-1):
        groups = len(optimizer.param_groups)
        self.lr_lambdas = list(lr_lambda) if isinstance(lr_lambda, (list, tuple)) else [lr_lambda] * groups
        super().__init__(optimizer, last_epoch)

    def get_lr(self):
        if self.last_epoch <= 0:
            return [plain_rate(group["lr"]) for group in self.optimizer.param_groups]
        rates = [plain_rate(group["lr"]) for group in self.optimizer.param_groups]
        return [rate * float(factor(self.last_epoch)) for rate, factor in zip(rates, self.lr_lambdas)]


class OneCycleLR(Scheduler):
    """torch's OneCycleLR, cosine or linear, two or three phases, momentum cycled where the optimizer has it."""

    def __init__(
        self, optimizer, max_lr, total_steps=None, epochs=None, steps_per_epoch=None, pct_start=0.3,
        anneal_strategy="cos", cycle_momentum=True, base_momentum=0.85, max_momentum=0.95, div_factor=25.0,
        final_div_factor=1e4, three_phase=False, last_epoch=-1,
    ):  # fmt: skip
        if total_steps is None and (epochs is None or steps_per_epoch is None):
            raise ValueError("OneCycleLR needs total_steps, or epochs and steps_per_epoch.")
        self.total_steps = int(total_steps if total_steps is not None else epochs * steps_per_epoch)
        start = float(pct_start * self.total_steps) - 1
        if three_phase:
            self.phases = [
                (start, "initial", "max", "max", "base"),
                (2 * pct_start * self.total_steps - 2, "max", "initial", "base", "max"),
                (self.total_steps - 1, "initial", "min", "max", "max"),
            ]
        else:
            self.phases = [
                (start, "initial", "max", "max", "base"),
                (self.total_steps - 1, "max", "min", "base", "max"),
            ]
        self.linear = anneal_strategy == "linear"
        groups = optimizer.param_groups
        peaks = [float(rate) for rate in max_lr] if isinstance(max_lr, (list, tuple)) else [float(max_lr)] * len(groups)
        self.rates = [
            {"initial": peak / div_factor, "max": peak, "min": peak / div_factor / final_div_factor} for peak in peaks
        ]
        self.momenta = {"base": base_momentum, "max": max_momentum}
        self.cycle_momentum = cycle_momentum
        for group, rates in zip(groups, self.rates):
            group["initial_lr"] = rates["initial"]
            set_learning_rate(group, rates["initial"])
        super().__init__(optimizer, last_epoch)

    def _between(self, start, end, share):
        if self.linear:
            return start + (end - start) * share
        return end + (start - end) / 2.0 * (math.cos(math.pi * share) + 1)

    def get_lr(self):
        step = self.last_epoch
        if step > self.total_steps:
            raise ValueError(f"Tried to step {step} times. The total number of steps is {self.total_steps}.")
        began = 0.0
        for index, (end, *names) in enumerate(self.phases):
            if step <= end or index == len(self.phases) - 1:
                share = (step - began) / (end - began)
                break
            began = end
        if self.cycle_momentum:
            momentum = self._between(self.momenta[names[2]], self.momenta[names[3]], share)
            for group in self.optimizer.param_groups:
                _set_momentum(self.optimizer, group, momentum)
        return [self._between(rates[names[0]], rates[names[1]], share) for rates in self.rates]


def step_without_compiling(optimizer):
    """Lets an optimizer's step run as it stands: MindSpore compiles it with the momentum as a constant in it, anew at
    every step (for about a second) where the momentum changes."""
    plain = getattr(getattr(type(optimizer), "implementation", None), "__wrapped__", None)
    if plain is None or "implementation" in vars(optimizer):
        return
    optimizer.implementation = types.MethodType(plain, optimizer)
    for name, part in list(plain.__globals__.items()):
        if name == "prepare_func" and hasattr(part, "__wrapped__"):
            plain.__globals__[name] = part.__wrapped__


def _set_momentum(optimizer, group, momentum):
    step_without_compiling(optimizer)
    if "betas" in group:
        group["betas"] = (momentum, *group["betas"][1:])
    elif "momentum" in group:
        group["momentum"] = momentum


class CyclicLR(Scheduler):
    """torch's CyclicLR: triangular, triangular2, exp_range or a ``scale_fn``, momentum cycled the other way round."""

    def __init__(
        self, optimizer, base_lr, max_lr, step_size_up=2000, step_size_down=None, mode="triangular", gamma=1.0,
        scale_fn=None, scale_mode="cycle", cycle_momentum=True, base_momentum=0.8, max_momentum=0.9, last_epoch=-1,
    ):  # fmt: skip
        groups = optimizer.param_groups
        lows = list(base_lr) if isinstance(base_lr, (list, tuple)) else [base_lr] * len(groups)
        self.max_lrs = list(max_lr) if isinstance(max_lr, (list, tuple)) else [max_lr] * len(groups)
        if last_epoch == -1:
            for group, low in zip(groups, lows):
                set_learning_rate(group, low)
                group["initial_lr"] = float(low)
        up = float(step_size_up)
        self.total_size = up + (float(step_size_down) if step_size_down is not None else up)
        self.step_ratio = up / self.total_size
        self.mode, self.gamma, self.scale_fn, self.scale_mode = mode, gamma, scale_fn, scale_mode
        if scale_fn is None:
            self.scale_mode = "iterations" if mode == "exp_range" else "cycle"
        self.cycle_momentum = cycle_momentum
        self.momenta = (base_momentum, max_momentum)
        super().__init__(optimizer, last_epoch)

    def _scale(self, x):
        if self.scale_fn is not None:
            return self.scale_fn(x)
        return {"triangular": 1.0, "triangular2": 1 / (2.0 ** (x - 1)), "exp_range": self.gamma**x}[self.mode]

    def get_lr(self):
        cycle = math.floor(1 + self.last_epoch / self.total_size)
        x = 1.0 + self.last_epoch / self.total_size - cycle
        share = x / self.step_ratio if x <= self.step_ratio else (x - 1) / (self.step_ratio - 1)
        scale = self._scale(cycle if self.scale_mode == "cycle" else self.last_epoch)
        if self.cycle_momentum:
            low, high = self.momenta
            for group in self.optimizer.param_groups:
                _set_momentum(self.optimizer, group, high - (high - low) * share * scale)
        return [base + (top - base) * share * scale for base, top in zip(self.base_lrs, self.max_lrs)]


class ReduceLROnPlateau:
    """torch's ReduceLROnPlateau; ``step(metric)`` takes a number or a tensor of one element."""

    def __init__(
        self, optimizer, mode="min", factor=0.1, patience=10, threshold=1e-4, threshold_mode="rel", cooldown=0,
        min_lr=0, eps=1e-8,
    ):  # fmt: skip
        self.optimizer = optimizer
        self.mode, self.factor, self.patience = mode, factor, patience
        self.threshold, self.threshold_mode = threshold, threshold_mode
        self.cooldown, self.cooldown_counter, self.eps = cooldown, 0, eps
        groups = optimizer.param_groups
        self.min_lrs = list(min_lr) if isinstance(min_lr, (list, tuple)) else [min_lr] * len(groups)
        self.best = math.inf if mode == "min" else -math.inf
        self.num_bad_epochs = 0
        self.last_epoch = 0
        self._last_lr = [plain_rate(group["lr"]) for group in groups]

    def get_last_lr(self):
        return self._last_lr

    def is_better(self, a, best):
        if self.threshold_mode == "rel":
            change = self.threshold if self.mode == "max" else -self.threshold
            limit = best * (1.0 + change)
        else:
            limit = best + (self.threshold if self.mode == "max" else -self.threshold)
        return a > limit if self.mode == "max" else a < limit

    def step(self, metrics, epoch=None):
        current = float(metrics)
        self.last_epoch = self.last_epoch + 1 if epoch is None else epoch
        if self.is_better(current, self.best):
            self.best, self.num_bad_epochs = current, 0
        else:
            self.num_bad_epochs += 1
        if self.cooldown_counter > 0:
            self.cooldown_counter -= 1
            self.num_bad_epochs = 0
        if self.num_bad_epochs > self.patience:
            for group, least in zip(self.optimizer.param_groups, self.min_lrs):
                old = plain_rate(group["lr"])
                new = max(old * self.factor, least)
                if old - new > self.eps:
                    set_learning_rate(group, new)
            self.cooldown_counter, self.num_bad_epochs = self.cooldown, 0
        self._last_lr = [plain_rate(group["lr"]) for group in self.optimizer.param_groups]

    def state_dict(self):
        return {name: value for name, value in vars(self).items() if name != "optimizer"}

    def load_state_dict(self, state):
        vars(self).update(state)


def _set_epoch(scheduler, epoch):
    if isinstance(scheduler.last_epoch, Parameter):
        ops.assign(scheduler.last_epoch, Tensor(epoch, scheduler.last_epoch.dtype))
    else:
        scheduler.last_epoch = epoch


def step_to(scheduler, epoch):
    """torch's ``scheduler.step(epoch)`` of a MultiStepLR or of warm restarts: the rates of that epoch, or part of one.

    MindSpore's MultiStepLR stops there, for it asks StepLR's formula, and so do warm restarts with ``T_mult`` over 1
    (measured on MindSpore 2.10.0).
    """
    if isinstance(scheduler, lr_scheduler.MultiStepLR):
        passed = sum(times for milestone, times in scheduler.milestones.items() if milestone <= epoch)
        lowest, share = 0.0, scheduler.gamma**passed
    else:
        period, growth = float(scheduler.T_0), scheduler.T_mult
        restarts = int(epoch // period if growth == 1 else math.log(epoch / period * (growth - 1) + 1, growth))
        begun = period * (restarts if growth == 1 else (growth**restarts - 1) / (growth - 1))
        ops.assign(scheduler.T_i, Tensor(period * growth**restarts, ms.float32))
        ops.assign(scheduler.T_cur, Tensor(epoch - begun, ms.float32))
        lowest = float(scheduler.eta_min)
        share = (1 + math.cos(math.pi * (epoch - begun) / (period * growth**restarts))) / 2
    _set_epoch(scheduler, math.floor(epoch))
    for group, rate in zip(scheduler.optimizer.param_groups, scheduler.base_lrs):
        set_learning_rate(group, lowest + (plain_rate(rate) - lowest) * share)


class SequentialLR:
    """torch's SequentialLR: one scheduler after the other, each from its milestone on and from its own step 0."""

    def __init__(self, optimizer, schedulers, milestones, last_epoch=-1):
        self.optimizer, self._schedulers, self._milestones = optimizer, schedulers, list(milestones)
        self.last_epoch = last_epoch + 1
        for group in optimizer.param_groups:
            set_learning_rate(group, group["initial_lr"])
        for scheduler in schedulers:
            _set_epoch(scheduler, int(scheduler.last_epoch) - 1)
        schedulers[0].step()

    def step(self):
        self.last_epoch += 1
        index = bisect.bisect_right(self._milestones, self.last_epoch)
        if index > 0 and self._milestones[index - 1] == self.last_epoch:
            self._schedulers[index].step(0)
        else:
            self._schedulers[index].step()

    def get_last_lr(self):
        return [plain_rate(group["lr"]) for group in self.optimizer.param_groups]

    def state_dict(self):
        return {"last_epoch": self.last_epoch, "schedulers": [scheduler_state(item) for item in self._schedulers]}

    def load_state_dict(self, state):
        self.last_epoch = state["last_epoch"]
        for scheduler, own in zip(self._schedulers, state["schedulers"]):
            load_scheduler_state(scheduler, own)


class ChainedScheduler:
    """torch's ChainedScheduler: all schedulers step together."""

    def __init__(self, schedulers):
        self._schedulers = list(schedulers)
        self.optimizer = self._schedulers[0].optimizer

    def step(self):
        for scheduler in self._schedulers:
            scheduler.step()

    def get_last_lr(self):
        return [plain_rate(group["lr"]) for group in self.optimizer.param_groups]

    def state_dict(self):
        return {"schedulers": [scheduler_state(item) for item in self._schedulers]}

    def load_state_dict(self, state):
        for scheduler, own in zip(self._schedulers, state["schedulers"]):
            load_scheduler_state(scheduler, own)
