"""torch.nn.functional's activations where MindSpore has none, or one with another value or gradient on CPU."""

from __future__ import annotations

import math

import mindspore as ms
from mindspore import Parameter, Tensor, nn, ops

from migrator.support.cells import assign_
from migrator.support.likeness import SameKind


def implicit_softmax_axis(input):
    """The axis that torch's softmax family takes when ``dim`` is None: 0 for 0, 1 or 3 dimensions, else 1."""
    return 0 if input.ndim in (0, 1, 3) else 1


def softmax(input, dim=None, _stacklevel=3, dtype=None):
    """torch.nn.functional.softmax, with its choice of an axis where ``dim`` is None; ``dtype`` is cast to first.

    Measured on MindSpore 2.10 on CPU: its own leaves all rows after one of nothing but minus infinity without a value,
    and a first gradient over a single element would break the gradients of every later softmax."""
    input = input if dtype is None else input.astype(dtype)
    axis = implicit_softmax_axis(input) if dim is None else dim
    if not input.ndim or not input.size or input.shape[axis] == 1:
        return ops.exp(input - input)
    greatest = ops.stop_gradient(input).max(axis=axis, keepdims=True)
    if (greatest == -math.inf).any():
        scaled = ops.exp(input - greatest)
        return scaled / scaled.sum(axis=axis, keepdims=True)
    return ops.softmax(input, axis=axis)


def log_softmax(input, dim=None, _stacklevel=3, dtype=None):
    """torch.nn.functional.log_softmax, with its choice of an axis where ``dim`` is None; ``dtype`` is cast to first."""
    input = input if dtype is None else input.astype(dtype)
    if not input.ndim:
        return input - input
    axis = implicit_softmax_axis(input) if dim is None else dim
    if input.dtype == ms.float64:
        shifted = input - ops.stop_gradient(input.max(axis=axis, keepdims=True))
        return shifted - ops.log(ops.exp(shifted).sum(axis=axis, keepdims=True))
    return ops.log_softmax(input, axis=axis)


def softmin(input, dim=None, _stacklevel=3, dtype=None):
    """torch.nn.functional.softmin: the softmax of ``-input``."""
    return softmax(-input, dim, dtype=dtype)


def softplus(input, beta=1.0, threshold=20.0):
    """torch.nn.functional.softplus: linear where ``input * beta`` is above ``threshold``."""
    scaled = input * beta
    most = min(threshold, 80.0)
    soft = ops.log1p(ops.exp(ops.where(scaled > most, most, scaled))) / beta
    return ops.where(scaled > threshold, input, soft)


def logsigmoid(input):
    """torch.nn.functional.logsigmoid, right in value and gradient for large inputs of both signs."""
    return -softplus(-input)


def elu(input, alpha=1.0, inplace=False):
    """torch.nn.functional.elu with any ``alpha`` (MindSpore's CPU kernel takes 1 only)."""
    return ops.where(input > 0, input, alpha * ops.expm1(ops.where(input > 0, 0.0, input)))


def celu(input, alpha=1.0, inplace=False):
    """torch.nn.functional.celu."""
    return ops.where(input > 0, input, alpha * ops.expm1(ops.where(input > 0, 0.0, input) / alpha))


def selu(input, inplace=False):
    """torch.nn.functional.selu; MindSpore's own has a wrong gradient on CPU."""
    return 1.0507009873554805 * elu(input, 1.6732632423543772)


def hardtanh(input, min_val=-1.0, max_val=1.0, inplace=False):
    """torch.nn.functional.hardtanh for any bounds and dtype: NaN stays, and a bound itself has no gradient."""
    bounded = ops.where(input <= min_val, ops.full_like(input, min_val), input)
    return ops.where(bounded >= max_val, ops.full_like(input, max_val), bounded)


def hardsigmoid(input, inplace=False):
    """torch.nn.functional.hardsigmoid: relu6(x + 3) / 6."""
    return hardtanh(input + 3.0, 0.0, 6.0) / 6.0


def hardswish(input, inplace=False):
    """torch.nn.functional.hardswish: x * relu6(x + 3) / 6."""
    return input * hardtanh(input + 3.0, 0.0, 6.0) / 6.0


def hardshrink(input, lambd=0.5):
    """torch.nn.functional.hardshrink: zero between -lambd and lambd, the bounds included."""
    return ops.where((input <= lambd).logical_and(input >= -lambd), ops.zeros_like(input), input)


def softshrink(input, lambd=0.5):
    """torch.nn.functional.softshrink."""
    shrunk = ops.where(input > lambd, input - lambd, ops.where(input != input, input, ops.zeros_like(input)))
    return ops.where(input < -lambd, input + lambd, shrunk)


def threshold(input, threshold, value, inplace=False):
    """torch.nn.functional.threshold: ``value`` where the input is not above ``threshold``."""
    return ops.where(input <= threshold, ops.zeros_like(input) + value, input)


def exact_tanh(input):
    """torch.tanh for results whose distance from 1 counts: 2e-7 off at most and never above 1, its gradient too.

    MindSpore's own on a CPU is up to 1e-4 off between 3 and 7; at half the argument it is right.
    """
    input = input if input.is_floating_point() else input.astype(ms.float32)
    half = ops.tanh(0.5 * input)
    return 2.0 * half / (1.0 + half * half)


def tanhshrink(input):
    """torch.nn.functional.tanhshrink: x - tanh(x)."""
    input = input if input.is_floating_point() else input.float()
    return input - ops.tanh(input)


def softsign(input):
    """torch.nn.functional.softsign: x / (1 + |x|)."""
    return input / (1 + ops.abs(input))


def leaky_slope(layer):
    """The ``negative_slope`` that a LeakyReLU was made with."""
    return float(layer.alpha)


def leaky_relu(input, negative_slope=0.01, inplace=False):
    """torch.nn.functional.leaky_relu. MindSpore's own has another slope by default (0.2), at 0 a gradient between the two
    sides' where torch's is the slope, and on CPU a gradient that takes three times as long."""
    return input * negative_slope + (1 - negative_slope) * ops.relu(input)


def mish(input, inplace=False):
    """torch.nn.functional.mish: x * tanh(softplus(x))."""
    return input * ops.tanh(softplus(input))


def glu(input, dim=-1):
    """torch.nn.functional.glu: the first half of ``dim`` times the sigmoid of the second."""
    first, second = ops.chunk(input, 2, axis=dim)
    return first * ops.sigmoid(second)


def prelu(input, weight):
    """torch.nn.functional.prelu: one weight, or one for each channel (axis 1)."""
    if weight.size > 1 and input.ndim > 1:
        weight = weight.reshape((1, -1) + (1,) * (input.ndim - 2))
    return ops.where(input > 0, input, weight * input)


def rrelu(input, lower=1.0 / 8, upper=1.0 / 3, training=False, inplace=False):
    """torch.nn.functional.rrelu: the slope is drawn from U(lower, upper) in training, else it is their mean."""
    if training:
        slope = lower + (upper - lower) * ops.rand(*input.shape)
    else:
        slope = (lower + upper) / 2
    return ops.where(input >= 0, input, input * slope)


def gelu(input, approximate="none"):
    """torch.nn.functional.gelu: exact by default, the tanh formula with ``approximate="tanh"``."""
    if approximate == "tanh":
        return 0.5 * input * (1 + ops.tanh(0.7978845608028654 * (input + 0.044715 * input * input * input)))
    return input * 0.5 * (1 + ops.erf(input * 0.7071067811865476))


def gumbel_softmax(logits, tau=1.0, hard=False, eps=1e-10, dim=-1):
    """torch.nn.functional.gumbel_softmax; with ``hard`` one-hot forward and the soft sample's gradient."""
    noise = -ops.log(-ops.log(ops.clamp(ops.rand(*logits.shape), min=1e-20)))
    soft = softmax((logits + noise) / tau, dim)
    if not hard:
        return soft
    index = soft.argmax(axis=dim)
    axis = dim % soft.ndim
    classes = ms.numpy.arange(soft.shape[axis]).reshape((-1,) + (1,) * (soft.ndim - 1 - axis))
    one_hot = (index.expand_dims(axis) == classes).astype(soft.dtype)
    return one_hot - ops.stop_gradient(soft) + soft


class Activation(nn.Cell):
    """Base of the cells below: keeps the arguments and hands them to the function when called."""

    def __init__(self, **options):
        super().__init__()
        for name, value in options.items():
            setattr(self, name, value)


class ReLU(nn.ReLU, metaclass=SameKind):
    """torch.nn.ReLU for code that calls the class by another name, with ``inplace`` or without."""

    stands_for = nn.ReLU

    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace


class ReLU6(nn.ReLU6, metaclass=SameKind):
    """torch.nn.ReLU6 for code that calls the class by another name."""

    stands_for = nn.ReLU6

    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace


class SiLU(nn.SiLU, metaclass=SameKind):
    """torch.nn.SiLU for code that calls the class by another name."""

    stands_for = nn.SiLU

    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace


class LeakyReLU(nn.LeakyReLU, metaclass=SameKind):
    """torch.nn.LeakyReLU: the default slope is 0.01, and the gradient at 0 is the slope."""

    stands_for = nn.LeakyReLU

    def __init__(self, negative_slope=0.01, inplace=False):
        super().__init__(alpha=negative_slope)
        self.inplace = inplace
        self.negative_slope = negative_slope

    def construct(self, input):
        return leaky_relu(input, self.negative_slope)


class Softmax(nn.Softmax, metaclass=SameKind):
    """torch.nn.Softmax with ``dim=None`` or a ``dim`` that is set later."""

    stands_for = nn.Softmax

    def __init__(self, dim=None):
        nn.Cell.__init__(self)
        self.dim = dim

    def construct(self, input):
        return softmax(input, self.dim)


class LogSoftmax(nn.LogSoftmax, metaclass=SameKind):
    """torch.nn.LogSoftmax with ``dim=None`` or a ``dim`` that is set later."""

    stands_for = nn.LogSoftmax

    def __init__(self, dim=None):
        nn.Cell.__init__(self)
        self.dim = dim

    def construct(self, input):
        return log_softmax(input, self.dim)


class Softmin(Activation):
    """torch.nn.Softmin."""

    def __init__(self, dim=None):
        super().__init__(dim=dim)

    def construct(self, input):
        return softmin(input, self.dim)


class Softmax2d(Activation):
    """torch.nn.Softmax2d: softmax over the channels of (N, C, H, W) or (C, H, W)."""

    def construct(self, input):
        return softmax(input, -3)


class Softplus(Activation):
    """torch.nn.Softplus."""

    def __init__(self, beta=1.0, threshold=20.0):
        super().__init__(beta=beta, threshold=threshold)

    def construct(self, input):
        return softplus(input, self.beta, self.threshold)


class LogSigmoid(Activation):
    """torch.nn.LogSigmoid."""

    def construct(self, input):
        return logsigmoid(input)


class ELU(Activation):
    """torch.nn.ELU with any alpha."""

    def __init__(self, alpha=1.0, inplace=False):
        super().__init__(alpha=alpha)
        self.inplace = inplace

    def construct(self, input):
        return elu(input, self.alpha)


class CELU(Activation):
    """torch.nn.CELU."""

    def __init__(self, alpha=1.0, inplace=False):
        super().__init__(alpha=alpha)
        self.inplace = inplace

    def construct(self, input):
        return celu(input, self.alpha)


class SELU(Activation):
    """torch.nn.SELU; MindSpore's own has a wrong gradient on CPU."""

    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def construct(self, input):
        return selu(input)


class Hardtanh(Activation):
    """torch.nn.Hardtanh."""

    def __init__(self, min_val=-1.0, max_val=1.0, inplace=False, min_value=None, max_value=None):
        super().__init__(
            min_val=min_val if min_value is None else min_value, max_val=max_val if max_value is None else max_value
        )
        self.inplace = inplace

    def construct(self, input):
        return hardtanh(input, self.min_val, self.max_val)


class Hardsigmoid(Activation):
    """torch.nn.Hardsigmoid."""

    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def construct(self, input):
        return hardsigmoid(input)


class Hardswish(Activation):
    """torch.nn.Hardswish."""

    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def construct(self, input):
        return hardswish(input)


class Hardshrink(Activation):
    """torch.nn.Hardshrink."""

    def __init__(self, lambd=0.5):
        super().__init__(lambd=lambd)

    def construct(self, input):
        return hardshrink(input, self.lambd)


class Softshrink(Activation):
    """torch.nn.Softshrink."""

    def __init__(self, lambd=0.5):
        super().__init__(lambd=lambd)

    def construct(self, input):
        return softshrink(input, self.lambd)


class ExactTanh(nn.Tanh):
    """torch.nn.Tanh, by :func:`exact_tanh`."""

    def construct(self, input):
        return exact_tanh(input)


class Tanhshrink(Activation):
    """torch.nn.Tanhshrink: x - tanh(x)."""

    def construct(self, input):
        return input - ops.tanh(input)


class Softsign(Activation):
    """torch.nn.Softsign: x / (1 + |x|)."""

    def construct(self, input):
        return input / (1 + ops.abs(input))


class Threshold(Activation):
    """torch.nn.Threshold."""

    def __init__(self, threshold, value, inplace=False):
        super().__init__(threshold=threshold, value=value)
        self.inplace = inplace

    def construct(self, input):
        return threshold(input, self.threshold, self.value)


class Mish(Activation):
    """torch.nn.Mish."""

    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace

    def construct(self, input):
        return mish(input)


class GLU(Activation):
    """torch.nn.GLU."""

    def __init__(self, dim=-1):
        super().__init__(dim=dim)

    def construct(self, input):
        return glu(input, self.dim)


class RReLU(Activation):
    """torch.nn.RReLU."""

    def __init__(self, lower=1.0 / 8, upper=1.0 / 3, inplace=False):
        super().__init__(lower=lower, upper=upper)
        self.inplace = inplace

    def construct(self, input):
        return rrelu(input, self.lower, self.upper, self.training)


class GELU(nn.GELU, metaclass=SameKind):
    """torch.nn.GELU where ``approximate`` is decided at run time; exact by default."""

    stands_for = nn.GELU

    def __init__(self, approximate="none"):
        super().__init__(approximate=approximate == "tanh")
        self.approximate = approximate

    def construct(self, input):
        return gelu(input, self.approximate)


class PReLU(nn.Cell):
    """torch.nn.PReLU; the parameter is called ``weight``."""

    def __init__(self, num_parameters=1, init=0.25, device=None, dtype=None):
        super().__init__()
        self.num_parameters = num_parameters
        self.init = init
        self.weight = Parameter(Tensor([init] * num_parameters, ms.float32), name="weight")

    def construct(self, input):
        return prelu(input, self.weight)


def celu_(input, alpha=1.0):
    """torch.nn.functional.celu_: the input's own values become those of celu."""
    return assign_(input, celu(input, alpha))


def selu_(input):
    """torch.nn.functional.selu_: the input's own values become those of selu."""
    return assign_(input, selu(input))


def rrelu_(input, lower=1.0 / 8, upper=1.0 / 3, training=False):
    """torch.nn.functional.rrelu_: the input's own values become those of rrelu."""
    return assign_(input, rrelu(input, lower, upper, training))
