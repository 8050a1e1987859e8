"""Optimizers as torch has them, where MindSpore's lack something: state, a base class to derive from, LBFGS."""

import collections
import collections.abc
import contextlib

import mindspore as ms
import numpy as np
from mindspore import Parameter, ParameterTuple, Tensor, ops
from mindspore.common.api import _pynative_executor
from mindspore.experimental import optim

from migrator.support.gradients import apply_gradients


def distinct_parameters(params):
    """Parameters (or groups of them) for one optimizer: MindSpore wants their names to differ, torch does not care.

    A parameter whose name was met before, as in two networks of one class, is renamed; a generator becomes a list.
    """
    groups = list(params) if not isinstance(params, Parameter) else [params]
    members = []
    for group in groups:
        if isinstance(group, dict):
            listed = group["params"]
            group["params"] = [listed] if isinstance(listed, Parameter) else list(listed)
            members.extend(group["params"])
        elif isinstance(group, tuple):
            members.append(group[1])
        else:
            members.append(group)
    seen = {}
    for parameter in members:
        if seen.setdefault(parameter.name, parameter) is not parameter:
            number = 2
            while f"{parameter.name}_{number}" in seen:
                number += 1
            parameter.name = f"{parameter.name}_{number}"
            seen[parameter.name] = parameter
    return groups


STATE_SLOTS = {
    "SGD": {"momentum_buffer": "accum"},
    "Adam": {
        "step": "state_step",
        "exp_avg": "exp_avg",
        "exp_avg_sq": "exp_avg_sq",
        "max_exp_avg_sq": "max_exp_avg_sq",
    },
    "AdamW": {
        "step": "state_step",
        "exp_avg": "exp_avg",
        "exp_avg_sq": "exp_avg_sq",
        "max_exp_avg_sq": "max_exp_avg_sq",
    },
    "RMSprop": {"square_avg": "mean_square", "momentum_buffer": "moment", "grad_avg": "mean_grad"},
    "Adagrad": {"step": "step_t", "sum": "accum"},
    "Adadelta": {"square_avg": "accum", "acc_delta": "accum_update"},
    "Adamax": {"step": "step_t", "exp_avg": "exp_avg", "exp_inf": "exp_inf"},
    "Rprop": {"step": "step_t", "prev": "prev", "step_size": "step_size"},
    "ASGD": {"step": "step_t", "eta": "eta", "mu": "mu", "ax": "ax"},
}
"""What torch's optimizers keep for each parameter, by class, and the attribute in which MindSpore's keep it."""

SLOT_OPTIONS = {"momentum_buffer": "momentum", "max_exp_avg_sq": "amsgrad", "grad_avg": "centered"}
"""Slots that torch has only where an option of the group asks for them."""


class ParameterState(collections.abc.MutableMapping):
    """torch's ``optimizer.state[parameter]`` of a MindSpore optimizer: its moments under torch's names, the very
    Parameters that the optimizer goes on with."""

    def __init__(self, optimizer, place, group):
        self.optimizer, self.place = optimizer, place
        slots = next(STATE_SLOTS[kind.__name__] for kind in type(optimizer).__mro__ if kind.__name__ in STATE_SLOTS)
        self.slots = {
            name: own for name, own in slots.items() if name not in SLOT_OPTIONS or group.get(SLOT_OPTIONS[name])
        }
        self.added = optimizer.__dict__.setdefault("added_state", {}).setdefault(place, {})

    def stepped(self):
        """Whether the optimizer took a step: before that torch's has no state."""
        if "step" in self.slots:
            return "sum" in self.slots or self.steps() > 0
        if hasattr(self.optimizer, "stat"):
            return not bool(self.optimizer.stat[self.place].asnumpy().any())
        return any(bool(getattr(self.optimizer, own)[self.place].asnumpy().any()) for own in self.slots.values())

    def steps(self):
        """How many steps the parameter took: the optimizer's, without those in which it had no gradient."""
        taken = int(getattr(self.optimizer, self.slots["step"]))
        return taken - self.optimizer.__dict__.get("missed_steps", {}).get(self.place, 0)

    def set_steps(self, number):
        """Sets how many steps the parameter took; those of the others stay."""
        counter = getattr(self.optimizer, self.slots["step"])
        missed, before = self.optimizer.__dict__.setdefault("missed_steps", {}), int(counter)
        taken = max(before, number)
        if taken > before:
            ops.assign(counter, Tensor(taken, counter.dtype))
            for place in range(len(self.optimizer.parameters)):
                missed[place] = missed.get(place, 0) + taken - before
        missed[self.place] = taken - number

    def __getitem__(self, name):
        if name in self.added:
            return self.added[name]
        if name not in self.slots or not self.stepped():
            raise KeyError(name)
        if name == "step":
            return Tensor(float(self.steps()), ms.float32)
        return getattr(self.optimizer, self.slots[name])[self.place]

    def __setitem__(self, name, value):
        if name not in self.slots:
            self.added[name] = value
            return
        if name == "step":
            self.set_steps(int(value))
            return
        held = getattr(self.optimizer, self.slots[name])[self.place]
        array = value.asnumpy() if isinstance(value, Tensor) else np.asarray(value)
        ops.assign(held, Tensor(array, held.dtype).reshape(held.shape))
        if hasattr(self.optimizer, "stat"):
            ops.assign(self.optimizer.stat[self.place], ops.zeros_like(self.optimizer.stat[self.place]))

    def __delitem__(self, name):
        del self.added[name]

    def __iter__(self):
        return iter([*(self.slots if self.stepped() else ()), *self.added])

    def __len__(self):
        return len(list(iter(self)))


class OptimizerState(collections.abc.MutableMapping):
    """torch's ``optimizer.state`` of a MindSpore optimizer, by parameter."""

    def __init__(self, optimizer):
        groups = [group for group in optimizer.param_groups for _ in group["params"]]
        self.parameters = list(optimizer.parameters)
        moments = getattr(optimizer, "moments", None)
        self.states = [
            ParameterState(optimizer, place, group)
            if moments is None
            else moments.setdefault(id(parameter), {"step": 0})
            for place, (parameter, group) in enumerate(zip(self.parameters, groups))
        ]

    def place(self, parameter):
        return next((place for place, own in enumerate(self.parameters) if own is parameter), -1)

    def __contains__(self, parameter):
        place = self.place(parameter)
        return place >= 0 and self.has_state(place)

    def has_state(self, place):
        state = self.states[place]
        return bool(state["step"]) if isinstance(state, dict) else len(state) > 0

    def __getitem__(self, parameter):
        place = self.place(parameter)
        if place < 0:
            raise KeyError(parameter)
        return self.states[place]

    def __setitem__(self, parameter, values):
        self[parameter].update(values)

    def __delitem__(self, parameter):
        raise TypeError("a MindSpore optimizer keeps its moments")

    def __iter__(self):
        return (parameter for place, parameter in enumerate(self.parameters) if self.has_state(place))

    def __len__(self):
        return sum(self.has_state(place) for place in range(len(self.parameters)))


def parameter_states(optimizer):
    """torch's ``optimizer.state``: what the optimizer keeps for each parameter, by parameter."""
    return OptimizerState(optimizer) if isinstance(optimizer, optim.Optimizer) else optimizer.state


def optimizer_state(optimizer):
    """torch's ``optimizer.state_dict()``: the moments by the parameter's number, and each group's options."""
    if not isinstance(optimizer, optim.Optimizer) or hasattr(optimizer, "moments"):
        return optimizer.state_dict()
    states = OptimizerState(optimizer).states
    state = {
        place: {name: value.copy() if isinstance(value, Tensor) else value for name, value in own.items()}
        for place, own in enumerate(states)
        if len(own)
    }
    groups, start = [], 0
    for group in optimizer.param_groups:
        plain = {k: float(v) if k in ("lr", "initial_lr") else v for k, v in group.items() if k in _PLAIN}
        plain["params"] = list(range(start, start + len(group["params"])))
        start += len(group["params"])
        groups.append(plain)
    return {"state": state, "param_groups": groups}


_PLAIN = frozenset(
    "lr initial_lr betas eps weight_decay momentum dampening nesterov maximize amsgrad rho alpha centered "
    "lr_decay momentum_decay lambd t0 etas step_sizes decoupled_weight_decay".split()
)


def _optimizer_parameters(optimizer):
    found = {}
    for name, parameter in optimizer.parameters_and_names():
        found.setdefault(name, parameter)
    for name in ("mu", "eta"):
        for index, item in enumerate(getattr(optimizer, name, ())):
            found.setdefault(f"{name}.{index}", item)
    for group_id, group in enumerate(optimizer.param_groups):
        for key, value in group.items():
            if key == "params" or key == "lr":
                continue
            for index, item in enumerate(value if isinstance(value, (list, tuple)) else [value]):
                if isinstance(item, Parameter):
                    found.setdefault(f"{group_id}.{key}.{index}", item)
    return found


def load_optimizer_state(optimizer, state):
    """torch's ``optimizer.load_state_dict(state)``: moments by the parameter's number, or under MindSpore's names as
    converted checkpoints have them."""
    if not isinstance(optimizer, optim.Optimizer) or hasattr(optimizer, "moments"):
        optimizer.load_state_dict(state)
        return
    own = _optimizer_parameters(optimizer)
    numbered = [index for group in state["param_groups"] for index in group.get("params", ())]
    states = OptimizerState(optimizer).states
    forget_steps(optimizer)
    for name, value in state["state"].items():
        if isinstance(name, int):
            given = states[numbered.index(name) if name in numbered else name]
            for slot, number in value.items():
                if number is not None:
                    given[slot] = number
        elif name in own:
            ops.assign(own[name], Tensor(np.asarray(value), own[name].dtype).reshape(own[name].shape))
    for group, saved in zip(optimizer.param_groups, state["param_groups"]):
        for key, value in saved.items():
            if key == "lr" and isinstance(group["lr"], Parameter):
                ops.assign(group["lr"], Tensor(float(value), ms.float32))
            elif key != "params":
                group[key] = value


def step_counter(optimizer):
    """The Parameter in which an optimizer of MindSpore counts its steps; None where it does not."""
    return getattr(optimizer, "state_step", getattr(optimizer, "step_t", None))


def forget_steps(optimizer):
    """Starts an optimizer's count of steps again."""
    counter = step_counter(optimizer)
    optimizer.__dict__.pop("missed_steps", None)
    if counter is not None:
        ops.assign(counter, ops.zeros_like(counter))


def optimizer_defaults(optimizer):
    """torch's ``optimizer.defaults``: without what only MindSpore's optimizers have."""
    return {name: value for name, value in optimizer.defaults.items() if name != "grad_centralization"}


def add_group(optimizer, group):
    """torch's ``optimizer.add_param_group(group)``, also once steps were taken: moments are made for the new ones."""
    if not isinstance(optimizer, optim.Optimizer):
        optimizer.add_param_group(group)
        return
    before = len(optimizer.parameters)
    given = group["params"]
    given = [given] if isinstance(given, Parameter) else list(given)
    distinct_parameters([*optimizer.parameters, *given])
    optimizer.add_param_group({**group, "params": given})
    last = optimizer.param_groups[-1]
    if "dampening" in last:
        last["dampening"] = float(last["dampening"])
    added = ParameterTuple(last["params"])
    counter = step_counter(optimizer)
    if counter is not None:
        missed = optimizer.__dict__.setdefault("missed_steps", {})
        missed.update((before + place, int(counter)) for place in range(len(added)))
    optimizer.parameters = ParameterTuple(optimizer.parameters)
    for name in _MOMENTS:
        moments = getattr(optimizer, name, None)
        if isinstance(moments, (tuple, list)) and len(moments) == before:
            if isinstance(moments, list):
                start = 0.0 if name == "eta" else 1.0
                more = [Parameter(Tensor(start), f"{name}_{parameter.name}") for parameter in added]
            else:
                first = 1.0 if name == "stat" else optimizer.defaults.get("initial_accumulator_value", 0.0)
                more = added.clone(prefix=name, init=first)
            joined = [*moments, *more]
            setattr(optimizer, name, joined if isinstance(moments, list) else ParameterTuple(joined))


_MOMENTS = tuple(
    "accum stat exp_avg exp_avg_sq max_exp_avg_sq exp_inf accum_update mean_grad mean_square moment prev step_size mu "
    "eta ax".split()
)


class TorchOptimizer:
    """The base of torch's optimizers, for classes of the project: ``param_groups``, ``state``, ``defaults``.

    A subclass's ``step()`` reads each parameter's ``grad``.
    """

    def __init__(self, params, defaults):
        self.defaults = defaults
        self.state = collections.defaultdict(dict)
        self.param_groups = []
        groups = [params] if isinstance(params, Parameter) else list(params)
        if groups and not isinstance(groups[0], dict):
            groups = [{"params": groups}]
        for group in groups:
            self.add_param_group(group)

    @property
    def parameters(self):
        return [parameter for group in self.param_groups for parameter in group["params"]]

    def add_param_group(self, group):
        listed = group["params"]
        group["params"] = [listed] if isinstance(listed, Parameter) else list(listed)
        for name, value in self.defaults.items():
            group.setdefault(name, value)
        for parameter in group["params"]:
            if not hasattr(parameter, "grad"):
                parameter.grad = None
        self.param_groups.append(group)

    def zero_grad(self, set_to_none=True):
        for parameter in self.parameters:
            parameter.grad = None

    def step(self, closure=None):
        raise NotImplementedError

    def state_dict(self):
        places = {id(parameter): index for index, parameter in enumerate(self.parameters)}
        groups = [{key: value for key, value in group.items() if key != "params"} for group in self.param_groups]
        state = {
            places[id(parameter)]: {
                key: value.asnumpy().copy() if isinstance(value, Tensor) else value for key, value in own.items()
            }
            for parameter, own in self.state.items()
            if id(parameter) in places
        }
        return {"state": state, "param_groups": groups}

    def load_state_dict(self, state):
        for index, parameter in enumerate(self.parameters):
            for key, value in state["state"].get(index, {}).items():
                self.state[parameter][key] = Tensor(value) if isinstance(value, np.ndarray) else value
        for group, saved in zip(self.param_groups, state["param_groups"]):
            group.update(saved)


class LBFGS(TorchOptimizer):
    """torch's LBFGS, with or without the strong Wolfe line search; ``step(closure)`` gives back the first loss."""

    def __init__(
        self, params, lr=1, max_iter=20, max_eval=None, tolerance_grad=1e-7, tolerance_change=1e-9, history_size=100,
        line_search_fn=None,
    ):  # fmt: skip
        super().__init__(params, {"lr": lr})
        self.max_iter, self.max_eval = max_iter, max_eval if max_eval is not None else max_iter * 5 // 4
        self.tolerance_grad, self.tolerance_change = tolerance_grad, tolerance_change
        self.history_size, self.line_search_fn = history_size, line_search_fn
        self._memory = {"iterations": 0}

    def _flat_gradient(self):
        parts = [ops.zeros_like(p).reshape(-1) if p.grad is None else p.grad.reshape(-1) for p in self.parameters]
        return ops.cat(parts).asnumpy().astype(np.float32)

    def _flat(self):
        return np.concatenate([p.asnumpy().reshape(-1) for p in self.parameters])

    def _set_flat(self, values):
        offset = 0
        for parameter in self.parameters:
            size = int(np.prod(parameter.shape, dtype=np.int64))
            part = values[offset : offset + size].reshape(parameter.shape)
            ops.assign(parameter, Tensor(part.astype(np.float32), parameter.dtype))
            offset += size

    def _evaluate(self, closure, start, t, direction):
        self._set_flat(start + np.float32(t) * direction)
        loss = float(closure())
        gradient = self._flat_gradient()
        self._set_flat(start)
        return loss, gradient

    def step(self, closure):
        lr, memory = float(self.param_groups[0]["lr"]), self._memory
        first_loss = closure()
        loss, evaluations = float(first_loss), 1
        gradient = self._flat_gradient()
        if np.abs(gradient).max() <= self.tolerance_grad:
            return first_loss
        iterations = 0
        while iterations < self.max_iter:
            iterations += 1
            memory["iterations"] += 1
            if memory["iterations"] == 1:
                direction, scale = -gradient, np.float32(1)
                old_dirs, old_steps = [], []
            else:
                direction, old_dirs, old_steps, scale = (
                    memory["d"], memory["old_dirs"], memory["old_steps"], memory["H"],
                )  # fmt: skip
                y, s = gradient - memory["previous_gradient"], memory["d"] * np.float32(memory["t"])
                ys = y @ s
                if ys > 1e-10:
                    if len(old_dirs) == self.history_size:
                        old_dirs.pop(0)
                        old_steps.pop(0)
                    old_dirs.append(y)
                    old_steps.append(s)
                    scale = ys / (y @ y)
                q, alphas = -gradient, [np.float32(0)] * len(old_dirs)
                for i in range(len(old_dirs) - 1, -1, -1):
                    alphas[i] = (old_steps[i] @ q) / (old_dirs[i] @ old_steps[i])
                    q = q - alphas[i] * old_dirs[i]
                direction = q * scale
                for i in range(len(old_dirs)):
                    beta = (old_dirs[i] @ direction) / (old_dirs[i] @ old_steps[i])
                    direction = direction + old_steps[i] * (alphas[i] - beta)
            previous_gradient, previous_loss = gradient.copy(), loss
            t = min(1.0, 1.0 / float(np.abs(gradient).sum())) * lr if memory["iterations"] == 1 else lr
            slope = float(gradient @ direction)
            memory.update(
                d=direction, old_dirs=old_dirs, old_steps=old_steps, H=scale, previous_gradient=previous_gradient
            )
            if slope > -self.tolerance_change:
                memory["t"] = t
                break
            used = 0
            start = self._flat()
            if self.line_search_fn == "strong_wolfe":
                loss, gradient, t, used = _strong_wolfe(
                    lambda step, way, start=start: self._evaluate(closure, start, step, way),
                    t,
                    direction,
                    loss,
                    gradient,
                    slope,
                )
                self._set_flat(start + np.float32(t) * direction)
            else:
                self._set_flat(start + np.float32(t) * direction)
                if iterations != self.max_iter:
                    loss = float(closure())
                    gradient = self._flat_gradient()
                    used = 1
            memory["t"] = t
            evaluations += used
            if iterations == self.max_iter or evaluations >= self.max_eval:
                break
            if np.abs(gradient).max() <= self.tolerance_grad:
                break
            if (
                np.abs(direction * t).max() <= self.tolerance_change
                or abs(loss - previous_loss) < self.tolerance_change
            ):
                break
        return first_loss


def _cubic(x1, f1, g1, x2, f2, g2, low=None, high=None):
    if low is None:
        low, high = (x1, x2) if x1 <= x2 else (x2, x1)
    d1 = g1 + g2 - 3 * (f1 - f2) / (x1 - x2)
    square = d1**2 - g1 * g2
    if square < 0:
        return (low + high) / 2.0
    d2 = square**0.5
    if x1 <= x2:
        position = x2 - (x2 - x1) * ((g2 + d2 - d1) / (g2 - g1 + 2 * d2))
    else:
        position = x1 - (x1 - x2) * ((g1 + d2 - d1) / (g1 - g2 + 2 * d2))
    return min(max(position, low), high)


def _strong_wolfe(evaluate, t, d, f, g, gtd, c1=1e-4, c2=0.9, tolerance_change=1e-9, max_ls=25):
    """torch's line search: (loss, gradient, step length, number of evaluations)."""
    longest = float(np.abs(d).max())
    f_new, g_new = evaluate(t, d)
    count, gtd_new = 1, float(g_new @ d)
    t_prev, f_prev, g_prev, gtd_prev = 0, f, g, gtd
    done, iteration = False, 0
    while iteration < max_ls:
        if f_new > f + c1 * t * gtd or (iteration > 1 and f_new >= f_prev):
            bracket = [t_prev, t]
            losses, gradients, slopes = [f_prev, f_new], [g_prev, g_new.copy()], [gtd_prev, gtd_new]
            break
        if abs(gtd_new) <= -c2 * gtd:
            bracket, losses, gradients, slopes, done = [t], [f_new], [g_new], [gtd_new], True
            break
        if gtd_new >= 0:
            bracket = [t_prev, t]
            losses, gradients, slopes = [f_prev, f_new], [g_prev, g_new.copy()], [gtd_prev, gtd_new]
            break
        least, most, old = t + 0.01 * (t - t_prev), t * 10, t
        t = _cubic(t_prev, f_prev, gtd_prev, t, f_new, gtd_new, least, most)
        t_prev, f_prev, g_prev, gtd_prev = old, f_new, g_new.copy(), gtd_new
        f_new, g_new = evaluate(t, d)
        count, gtd_new, iteration = count + 1, float(g_new @ d), iteration + 1
    if iteration == max_ls:
        bracket, losses, gradients, slopes = [0, t], [f, f_new], [g, g_new], [gtd, gtd_new]
    insufficient = False
    low, high = (0, 1) if losses[0] <= losses[-1] else (1, 0)
    while not done and iteration < max_ls:
        if abs(bracket[1] - bracket[0]) * longest < tolerance_change:
            break
        t = _cubic(bracket[0], losses[0], slopes[0], bracket[1], losses[1], slopes[1])
        margin = 0.1 * (max(bracket) - min(bracket))
        if min(max(bracket) - t, t - min(bracket)) < margin:
            if insufficient or t >= max(bracket) or t <= min(bracket):
                nearer = abs(t - max(bracket)) < abs(t - min(bracket))
                t = max(bracket) - margin if nearer else min(bracket) + margin
                insufficient = False
            else:
                insufficient = True
        else:
            insufficient = False
        f_new, g_new = evaluate(t, d)
        count, gtd_new, iteration = count + 1, float(g_new @ d), iteration + 1
        if f_new > f + c1 * t * gtd or f_new >= losses[low]:
            bracket[high], losses[high], gradients[high], slopes[high] = t, f_new, g_new.copy(), gtd_new
            low, high = (0, 1) if losses[0] <= losses[1] else (1, 0)
        else:
            if abs(gtd_new) <= -c2 * gtd:
                done = True
            elif gtd_new * (bracket[high] - bracket[low]) >= 0:
                bracket[high], losses[high] = bracket[low], losses[low]
                gradients[high], slopes[high] = gradients[low], slopes[low]
            bracket[low], losses[low], gradients[low], slopes[low] = t, f_new, g_new.copy(), gtd_new
    low = low if len(bracket) > 1 else 0
    return losses[low], gradients[low], bracket[low], count


class GradScaler:
    """torch's GradScaler where nothing needs to be scaled: the loss stays as it is, and so do the gradients. Its numbers
    are torch's: a scaler for a GPU is switched off where there is none, one for the CPU counts its steps and grows."""

    def __init__(
        self,
        device="cuda",
        init_scale=65536.0,
        growth_factor=2.0,
        backoff_factor=0.5,
        growth_interval=2000,
        enabled=True,
    ):
        self.enabled = enabled and str(device).startswith("cpu")
        self.factor, self.growth_factor, self.backoff_factor = init_scale, growth_factor, backoff_factor
        self.growth_interval, self.steps = growth_interval, 0

    def scale(self, outputs):
        return outputs

    def unscale_(self, optimizer):
        return None

    def step(self, optimizer):
        apply_gradients(optimizer)

    def update(self, new_scale=None):
        if not self.enabled:
            return
        if new_scale is not None:
            self.factor = float(new_scale)
            return
        self.steps += 1
        if self.steps == self.growth_interval:
            self.factor, self.steps = self.factor * self.growth_factor, 0

    def get_scale(self):
        return float(self.factor) if self.enabled else 1.0

    def get_growth_factor(self):
        return self.growth_factor

    def get_backoff_factor(self):
        return self.backoff_factor

    def get_growth_interval(self):
        return self.growth_interval

    def is_enabled(self):
        return self.enabled

    def state_dict(self):
        if not self.enabled:
            return {}
        return {
            "scale": self.get_scale(),
            "growth_factor": self.growth_factor,
            "backoff_factor": self.backoff_factor,
            "growth_interval": self.growth_interval,
            "_growth_tracker": self.steps,
        }

    def load_state_dict(self, state):
        if self.enabled:
            self.factor, self.growth_factor = state["scale"], state["growth_factor"]
            self.backoff_factor, self.growth_interval = state["backoff_factor"], state["growth_interval"]
            self.steps = state["_growth_tracker"]


class GradMode(contextlib.ContextDecorator):
    """Switches the recording of gradients on or off for a block or a function, as torch's modes do."""

    def __init__(self, mode):
        self.mode = bool(mode)
        self.before = []

    def __enter__(self):
        self.before.append(_pynative_executor.enable_grad())
        _pynative_executor.set_enable_grad(self.mode)

    def __exit__(self, *error):
        _pynative_executor.set_enable_grad(self.before.pop())
        return False


def set_grad_enabled(mode):
    """torch's ``set_grad_enabled(mode)`` as a context manager or decorator."""
    return GradMode(mode)


def is_grad_enabled():
    """torch's ``is_grad_enabled()``."""
    return _pynative_executor.enable_grad()
