"""torch's optimizers on MindSpore's kernels, one parameter at a time.

The step of ``mindspore.experimental.optim`` is one compiled graph over all parameters, which suits few of them: SGD took
3 seconds to compile for 62, 10 for 160 and stopped with "call depth limit 1000" at 720 (MindSpore 2.10.0 on CPU), and it
is compiled anew whenever a momentum changes. It also wants a gradient for every parameter. For few parameters it stays
where the kernels are many and small: RMSprop's step over 10 took 3 ms compiled and 9 ms otherwise.
"""

import mindspore as ms
from mindspore import Parameter, Tensor, mint, ops
from mindspore.experimental import optim

from migrator.support.cells import write_parameter


def give_own_memory(parameter):
    """A parameter that was made of a view, ``Parameter(x.view(2, 3))``, gets memory of its own before its first step:
    kernels would write into a copy of it, without a word (measured on MindSpore 2.10.0)."""
    if not hasattr(parameter, "has_own_memory"):
        write_parameter(parameter, parameter.copy())
        parameter.has_own_memory = True


def groups_with_gradients(optimizer, gradients):
    """Each group of an optimizer, its rate as a number, and the (place, parameter, gradient) of its parameters that have
    a gradient: torch passes over the others. A gradient to be climbed is turned round."""
    place = 0
    for group in optimizer.param_groups:
        members = []
        for parameter in group["params"]:
            gradient = gradients[place]
            if gradient is not None:
                give_own_memory(parameter)
                members.append((place, parameter, -gradient if group.get("maximize") else gradient))
            place += 1
        yield group, float(group["lr"]), members


def steps_of(optimizer, counter, gradients):
    """The number of the step that each parameter takes, from 1: one without a gradient takes none."""
    ops.assign(counter, counter + 1)
    missed = optimizer.__dict__.setdefault("missed_steps", {})
    for place, gradient in enumerate(gradients):
        if gradient is None:
            missed[place] = missed.get(place, 0) + 1
    taken = int(counter)
    return [taken - missed.get(place, 0) for place in range(len(gradients))]


def suits_compiled(optimizer, gradients):
    """Whether the compiled step serves: few parameters in single precision, each with a gradient now and before."""
    single = all(gradient is not None and gradient.dtype == ms.float32 for gradient in gradients)
    return single and len(gradients) <= 32 and not optimizer.__dict__.get("missed_steps")


def move_towards(average, value, share):
    """Moves a running average by a share of the way to a new value."""
    ops.assign(average, mint.add(average * (1 - share), value, alpha=share))


def number_pairs(value):
    """A complex tensor as pairs of real numbers, which is how torch's Adam sees it."""
    return Tensor(value.asnumpy().reshape(-1, 1).view(value.asnumpy().real.dtype))


def from_pairs(pairs, value):
    """Pairs of real numbers as complex ones, in the shape and type of a tensor."""
    return Tensor(pairs.asnumpy().view(value.asnumpy().dtype).reshape(value.shape))


class SGD(optim.SGD):
    """torch's SGD. MindSpore's kernel does not take float64, which is written out."""

    takes_missing = True

    def __init__(
        self, params, lr=1e-3, momentum=0, dampening=0, weight_decay=0, nesterov=False, *, maximize=False,
        foreach=None, differentiable=False, fused=None,
    ):  # fmt: skip
        super().__init__(params, lr, momentum, dampening, weight_decay, nesterov, maximize=maximize)

    def construct(self, gradients):
        for group, rate, members in groups_with_gradients(self, gradients):
            momentum, dampening, decay = (float(group[name]) for name in ("momentum", "dampening", "weight_decay"))
            kernel = ops.SGD(dampening, decay, group["nesterov"])
            settings = Tensor(rate, ms.float32), Tensor(momentum, ms.float32)
            for place, parameter, gradient in members:
                buffer, first = self.accum[place], self.stat[place]
                if parameter.dtype != ms.float64:
                    kernel(parameter, gradient, settings[0], buffer, settings[1], first)
                    continue
                if decay:
                    gradient = mint.add(gradient, parameter, alpha=decay)
                if momentum:
                    if first.asnumpy().any():
                        ops.assign(buffer, gradient)
                        ops.assign(first, ops.zeros_like(first))
                    else:
                        ops.assign(buffer, mint.add(buffer * momentum, gradient, alpha=1 - dampening))
                    gradient = mint.add(gradient, buffer, alpha=momentum) if group["nesterov"] else buffer
                ops.assign(parameter, mint.add(parameter, gradient, alpha=-rate))
        return True


class Adam(optim.Adam):
    """torch's Adam for any ``eps``: MindSpore's kernel adds it before the bias correction, so it is rescaled at each
    step. The kernel takes neither float64 nor ``amsgrad``, which are written out, and complex numbers as pairs."""

    takes_missing = True

    def __init__(
        self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, amsgrad=False, *, foreach=None,
        maximize=False, capturable=False, differentiable=False, fused=None, decoupled_weight_decay=False,
    ):  # fmt: skip
        super().__init__(params, lr, betas, eps, weight_decay, amsgrad, maximize=maximize)
        self.defaults["decoupled_weight_decay"] = decoupled_weight_decay
        for group in self.param_groups:
            group.setdefault("decoupled_weight_decay", decoupled_weight_decay)

    def construct(self, gradients):
        steps = steps_of(self, self.state_step, gradients)
        for group, rate, members in groups_with_gradients(self, gradients):
            for place, parameter, gradient in members:
                moved = [parameter, self.exp_avg[place], self.exp_avg_sq[place], self.max_exp_avg_sq[place]]
                if not parameter.is_complex():
                    self.move(group, rate, steps[place], gradient, *moved)
                    continue
                pairs = [Parameter(number_pairs(part)) for part in moved]
                self.move(group, rate, steps[place], number_pairs(gradient), *pairs)
                for part, pair in zip(moved, pairs):
                    ops.assign(part, from_pairs(pair, part))
        return True

    def move(self, group, rate, step, gradient, parameter, first, second, largest):
        (beta1, beta2), decay = group["betas"], float(group["weight_decay"])
        if decay and group["decoupled_weight_decay"]:
            ops.ApplyGradientDescent()(parameter, rate * decay, parameter)
        elif decay:
            gradient = mint.add(gradient, parameter, alpha=decay)
        corrected = (1 - beta2**step) ** 0.5
        if not group["amsgrad"] and parameter.dtype != ms.float64:
            powers, eps = (beta1**step, beta2**step), group["eps"] * corrected
            self.adam_opt(parameter, first, second, *powers, rate, beta1, beta2, eps, gradient)
            return
        move_towards(first, gradient, 1 - beta1)
        move_towards(second, gradient * gradient, 1 - beta2)
        if group["amsgrad"]:
            ops.assign(largest, ops.maximum(largest, second))
            second = largest
        change = first / (ops.sqrt(second) / corrected + group["eps"])
        ops.assign(parameter, mint.add(parameter, change, alpha=-rate / (1 - beta1**step)))


class AdamW(Adam):
    """torch's AdamW: Adam whose weight decay is taken off the parameter."""

    def __init__(
        self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2, amsgrad=False, *, maximize=False,
        foreach=None, capturable=False, differentiable=False, fused=None,
    ):  # fmt: skip
        super().__init__(
            params, lr, betas, eps, weight_decay, amsgrad, maximize=maximize, decoupled_weight_decay=True
        )  # fmt: skip


class RMSprop(optim.RMSprop):
    """torch's RMSprop."""

    takes_missing = True

    def construct(self, gradients):
        if suits_compiled(self, gradients):
            return super().construct(gradients)
        for group, rate, members in groups_with_gradients(self, gradients):
            alpha, momentum, decay = group["alpha"], group["momentum"], float(group["weight_decay"])
            for place, parameter, gradient in members:
                if decay:
                    gradient = mint.add(gradient, parameter, alpha=decay)
                square = self.mean_square[place]
                move_towards(square, gradient * gradient, 1 - alpha)
                if group["centered"]:
                    mean = self.mean_grad[place]
                    move_towards(mean, gradient, 1 - alpha)
                    square = square - mean * mean
                change = gradient / (ops.sqrt(square) + group["eps"])
                if momentum > 0:
                    moment = self.moment[place]
                    ops.assign(moment, moment * momentum + change)
                    change = moment
                ops.assign(parameter, mint.add(parameter, change, alpha=-rate))
        return True


class Adagrad(optim.Adagrad):
    """torch's Adagrad."""

    takes_missing = True

    def construct(self, gradients):
        steps = steps_of(self, self.step_t, gradients)
        for group, rate, members in groups_with_gradients(self, gradients):
            decay, kernel = float(group["weight_decay"]), ops.ApplyAdagradV2(float(group["eps"]), update_slots=True)
            for place, parameter, gradient in members:
                if decay:
                    gradient = mint.add(gradient, parameter, alpha=decay)
                kernel(parameter, self.accum[place], rate / (1 + (steps[place] - 1) * group["lr_decay"]), gradient)
        return True


class Adadelta(optim.Adadelta):
    """torch's Adadelta."""

    takes_missing = True

    def __init__(self, params, lr=1.0, rho=0.9, eps=1e-6, weight_decay=0, *, maximize=False):
        super().__init__(params, lr, float(rho), eps, weight_decay, maximize=maximize)

    def construct(self, gradients):
        for group, rate, members in groups_with_gradients(self, gradients):
            rho, eps, decay = (float(group[name]) for name in ("rho", "eps", "weight_decay"))
            for place, parameter, gradient in members:
                if decay:
                    gradient = mint.add(gradient, parameter, alpha=decay)
                self.opt(parameter, self.accum[place], self.accum_update[place], rate, rho, eps, gradient)
        return True


class Adamax(optim.Adamax):
    """torch's Adamax."""

    takes_missing = True

    def construct(self, gradients):
        if suits_compiled(self, gradients):
            return super().construct(gradients)
        steps = steps_of(self, self.step_t, gradients)
        for group, rate, members in groups_with_gradients(self, gradients):
            (beta1, beta2), decay = group["betas"], float(group["weight_decay"])
            for place, parameter, gradient in members:
                if decay:
                    gradient = mint.add(gradient, parameter, alpha=decay)
                mean, largest = self.exp_avg[place], self.exp_inf[place]
                move_towards(mean, gradient, 1 - beta1)
                ops.assign(largest, ops.maximum(largest * beta2, ops.abs(gradient) + group["eps"]))
                ops.assign(parameter, mint.add(parameter, mean / largest, alpha=-rate / (1 - beta1 ** steps[place])))
        return True


class Rprop(optim.Rprop):
    """torch's Rprop."""

    takes_missing = True

    def construct(self, gradients):
        if suits_compiled(self, gradients):
            return super().construct(gradients)
        steps = steps_of(self, self.step_t, gradients)
        for group, rate, members in groups_with_gradients(self, gradients):
            (smaller, larger), (least, most) = group["etas"], group["step_sizes"]
            for place, parameter, gradient in members:
                before, size = self.prev[place], self.step_size[place]
                if steps[place] == 1:
                    ops.assign(size, ops.full_like(size, rate))
                agreed = gradient * before
                turned = agreed < 0
                factor = ops.where(turned, smaller, ops.where(agreed > 0, larger, 1.0))
                ops.assign(size, ops.clamp(size * factor.astype(size.dtype), least, most))
                gradient = ops.where(turned, ops.zeros_like(gradient), gradient)
                ops.assign(before, gradient)
                ops.assign(parameter, parameter - ops.sign(gradient) * size)
        return True


class ASGD(optim.ASGD):
    """torch's ASGD, with the average of the weights under ``ax``."""

    takes_missing = True

    def __init__(self, params, lr=1e-2, lambd=1e-4, alpha=0.75, t0=1e6, weight_decay=0, maximize=False):
        super().__init__(params, lr, float(lambd), alpha, float(t0), weight_decay, maximize)

    def construct(self, gradients):
        if suits_compiled(self, gradients):
            return super().construct(gradients)
        steps = steps_of(self, self.step_t, gradients)
        for group, rate, members in groups_with_gradients(self, gradients):
            lambd, decay = group["lambd"], float(group["weight_decay"])
            for place, parameter, gradient in members:
                step, share = steps[place], float(self.mu[place])
                fresh = rate if step == 1 else float(self.eta[place])
                if decay:
                    gradient = mint.add(gradient, parameter, alpha=decay)
                ops.assign(parameter, mint.add(parameter * (1 - lambd * fresh), gradient, alpha=-fresh))
                average = self.ax[place]
                ops.assign(average, parameter if share == 1 else average + (parameter - average) * share)
                ops.assign(self.eta[place], Tensor(rate / (1 + lambd * rate * step) ** group["alpha"], ms.float32))
                ops.assign(self.mu[place], Tensor(1 / max(1, step - group["t0"]), ms.float32))
        return True
