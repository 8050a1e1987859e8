"""Optimizers of torch that MindSpore lacks, or whose own do not run on this device, computed with plain operations."""

import mindspore as ms
import numpy as np
from mindspore import Tensor, ops
from mindspore.experimental import optim

from migrator.support.kernel_optimizers import groups_with_gradients


class EagerOptimizer(optim.Optimizer):
    """The base of torch's optimizers written out: ``update`` of a subclass gives a parameter's new value.

    ``update(parameter, gradient, state, group, rate)`` gets the parameter's own ``state`` (a dictionary with its
    ``step``, counted from 1) and the group's rate as a float. A parameter without a gradient stays as it is.
    """

    takes_missing = True

    def __init__(self, params, defaults):
        super().__init__(params, defaults)
        self.moments = {}

    def update(self, parameter, gradient, state, group, rate):
        raise NotImplementedError

    def construct(self, gradients):
        for group, rate, members in groups_with_gradients(self, gradients):
            for _, parameter, gradient in members:
                state = self.moments.setdefault(id(parameter), {"step": 0})
                state["step"] += 1
                value = self.update(parameter, gradient, state, group, rate)
                ops.assign(parameter, value.astype(parameter.dtype))
        return True

    def state_dict(self):
        state = {
            index: {name: value.copy() if isinstance(value, Tensor) else value for name, value in own.items()}
            for index, own in ((i, self.moments.get(id(p))) for i, p in enumerate(self.parameters))
            if own is not None
        }
        groups, start = [], 0
        for group in self.param_groups:
            plain = {name: value for name, value in group.items() if name != "params"}
            plain["lr"] = float(plain["lr"])
            plain["params"] = list(range(start, start + len(group["params"])))
            start += len(group["params"])
            groups.append(plain)
        return {"state": state, "param_groups": groups}

    def load_state_dict(self, state):
        for index, parameter in enumerate(self.parameters):
            own = state["state"].get(index)
            if own is not None:
                self.moments[id(parameter)] = dict(own)
        for group, saved in zip(self.param_groups, state["param_groups"]):
            for name, value in saved.items():
                if name == "lr":
                    ops.assign(group["lr"], Tensor(float(value), ms.float32))
                elif name != "params":
                    group[name] = value


def _decayed(parameter, gradient, group, rate):
    """(value, gradient) after weight decay: taken off the value where it is decoupled, else added to the gradient."""
    decay = float(group.get("weight_decay", 0.0))
    if decay == 0:
        return parameter * 1.0, gradient
    if group.get("decoupled_weight_decay"):
        return parameter * (1 - rate * decay), gradient
    return parameter * 1.0, gradient + parameter * decay


def _two_moments(gradient, state, betas):
    """The running averages of the gradient and of its square."""
    for name, beta, new in (("exp_avg", betas[0], gradient), ("exp_avg_sq", betas[1], gradient * gradient)):
        old = state.get(name)
        state[name] = new * (1 - beta) if old is None else old * beta + new * (1 - beta)
    return state["exp_avg"], state["exp_avg_sq"]


class NAdam(EagerOptimizer):
    """torch's NAdam: Adam with Nesterov momentum whose strength follows ``momentum_decay``."""

    def __init__(
        self, params, lr=2e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0, momentum_decay=4e-3,
        decoupled_weight_decay=False, maximize=False,
    ):  # fmt: skip
        defaults = {
            "lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay, "momentum_decay": momentum_decay,
            "decoupled_weight_decay": decoupled_weight_decay, "maximize": maximize,
        }  # fmt: skip
        super().__init__(params, defaults)

    def update(self, parameter, gradient, state, group, rate):
        step, (beta, beta2), decay = state["step"], group["betas"], group["momentum_decay"]
        value, gradient = _decayed(parameter, gradient, group, rate)
        mu = beta * (1.0 - 0.5 * 0.96 ** (step * decay))
        following = beta * (1.0 - 0.5 * 0.96 ** ((step + 1) * decay))
        product = state["mu_product"] = state.get("mu_product", 1.0) * mu
        mean, square = _two_moments(gradient, state, group["betas"])
        below = ops.sqrt(square / (1 - beta2**step)) + group["eps"]
        value = value - gradient / below * (rate * (1.0 - mu) / (1.0 - product))
        return value - mean / below * (rate * following / (1.0 - product * following))


class RAdam(EagerOptimizer):
    """torch's RAdam: Adam that rectifies the variance of its rate once enough steps were taken."""

    def __init__(
        self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0, decoupled_weight_decay=False,
        maximize=False,
    ):  # fmt: skip
        defaults = {
            "lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay,
            "decoupled_weight_decay": decoupled_weight_decay, "maximize": maximize,
        }  # fmt: skip
        super().__init__(params, defaults)

    def update(self, parameter, gradient, state, group, rate):
        step, (beta1, beta2) = state["step"], group["betas"]
        value, gradient = _decayed(parameter, gradient, group, rate)
        mean, square = _two_moments(gradient, state, group["betas"])
        mean, correction = mean / (1 - beta1**step), 1 - beta2**step
        longest = 2 / (1 - beta2) - 1
        length = longest - 2 * step * beta2**step / correction
        if length <= 5.0:
            return value - mean * rate
        rectified = ((length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length)) ** 0.5
        return value - mean * (rate * rectified * correction**0.5) / (ops.sqrt(square) + group["eps"])


class Adafactor(EagerOptimizer):
    """torch's Adafactor: second moments factored along the last two dimensions, updates clipped by their size."""

    def __init__(self, params, lr=1e-2, beta2_decay=-0.8, eps=(None, 1e-3), d=1.0, weight_decay=0.0, maximize=False):
        defaults = {
            "lr": lr, "beta2_decay": beta2_decay, "eps": eps, "d": d, "weight_decay": weight_decay,
            "maximize": maximize,
        }  # fmt: skip
        super().__init__(params, defaults)

    def update(self, parameter, gradient, state, group, rate):
        step, (tiny, least) = state["step"], group["eps"]
        tiny = float(np.finfo(ms.dtype_to_nptype(parameter.dtype)).eps) if tiny is None else tiny
        fresh = step ** group["beta2_decay"]
        size = max(int(parameter.size), 1)
        scale = max(least, float(ops.sqrt((parameter * parameter).sum())) / size**0.5) * min(rate, step**-0.5)
        value = parameter * (1 - rate * group["weight_decay"])
        square = gradient * gradient
        if gradient.ndim > 1:
            rows = _moved(state, "row_var", square.mean(axis=-1, keep_dims=True), fresh)
            columns = _moved(state, "col_var", square.mean(axis=-2, keep_dims=True), fresh)
            mean = ops.maximum(rows.mean(axis=-2, keep_dims=True), Tensor(tiny, rows.dtype))
            variance = ops.matmul(rows, columns) / mean
        else:
            variance = _moved(state, "variance", square, fresh)
        change = gradient * ops.rsqrt(ops.maximum(variance, Tensor(tiny * tiny, variance.dtype)))
        length = float(ops.sqrt((change * change).sum()))
        return value - change * (scale / max(1.0, length / (size**0.5 * group["d"])))


def _moved(state, name, new, share):
    """A running value moved towards a new one, from zeros."""
    old = state.get(name)
    state[name] = new * share if old is None else old + (new - old) * share
    return state[name]


class SparseAdam(EagerOptimizer):
    """torch's SparseAdam where the gradients are dense: rows whose gradient is zero throughout keep value and moments."""

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, maximize=False):
        super().__init__(params, {"lr": lr, "betas": betas, "eps": eps, "maximize": maximize})

    def update(self, parameter, gradient, state, group, rate):
        step, (beta1, beta2) = state["step"], group["betas"]
        wanted = (gradient != 0).reshape(gradient.shape[0], -1).any(axis=1)
        wanted = wanted.reshape((-1,) + (1,) * (gradient.ndim - 1)).astype(gradient.dtype)
        zeros = ops.zeros_like(gradient)
        mean, square = state.get("exp_avg", zeros), state.get("exp_avg_sq", zeros)
        mean = state["exp_avg"] = mean + (gradient - mean) * (1 - beta1) * wanted
        square = state["exp_avg_sq"] = square + (gradient * gradient - square) * (1 - beta2) * wanted
        size = rate * (1 - beta2**step) ** 0.5 / (1 - beta1**step)
        return parameter - mean / (ops.sqrt(square) + group["eps"]) * size * wanted


class Muon(EagerOptimizer):
    """torch's Muon: momentum made orthogonal by Newton-Schulz steps (in float32 here, in bfloat16 there)."""

    def __init__(
        self, params, lr=1e-3, weight_decay=0.1, momentum=0.95, nesterov=True,
        ns_coefficients=(3.4445, -4.775, 2.0315), eps=1e-7, ns_steps=5, adjust_lr_fn=None,
    ):  # fmt: skip
        defaults = {
            "lr": lr, "weight_decay": weight_decay, "momentum": momentum, "nesterov": nesterov,
            "ns_coefficients": ns_coefficients, "eps": eps, "ns_steps": ns_steps, "adjust_lr_fn": adjust_lr_fn,
        }  # fmt: skip
        super().__init__(params, defaults)
        if any(parameter.ndim != 2 for parameter in self.parameters):
            raise ValueError("Muon only supports parameters of two dimensions.")

    def update(self, parameter, gradient, state, group, rate):
        momentum = group["momentum"]
        kept = _moved(state, "momentum_buffer", gradient, 1 - momentum)
        change = gradient + (kept - gradient) * momentum if group["nesterov"] else kept
        height, width = parameter.shape
        turned = change.T if height > width else change
        turned = turned / max(float(ops.sqrt((turned * turned).sum())), group["eps"])
        a, b, c = group["ns_coefficients"]
        for _ in range(group["ns_steps"]):
            product = ops.matmul(turned, turned.T)
            turned = turned * a + ops.matmul(product * b + ops.matmul(product, product) * c, turned)
        turned = turned.T if height > width else turned
        ratios = {
            None: max(1, height / width) ** 0.5,
            "original": max(1, height / width) ** 0.5,
            "match_rms_adamw": 0.2 * max(height, width) ** 0.5,
            "spectral_unclamped": (height / width) ** 0.5,
        }
        return parameter * (1 - rate * group["weight_decay"]) - turned * (rate * ratios[group["adjust_lr_fn"]])
