"""torch.distributions: densities, moments, entropies and samples under torch's names.

Samples that torch differentiates (``rsample``) have gradients here too; those of Gamma, Beta, Dirichlet and their
relatives are drawn by NumPy (which ``mindspore.set_seed`` seeds), with implicit gradients.
"""

from __future__ import annotations

import math

import mindspore as ms
import numpy as np
import scipy.special
from mindspore import Tensor, ops

from migrator.support.activations import exact_tanh, logsigmoid, softmax, softplus
from migrator.support.matrices import cholesky, inv
from migrator.support.special_functions import multigammaln

EULER = 0.57721566490153286060
TINY = 1.1920928955078125e-07
SMALLEST = 1.1754943508222875e-38


def distribution_parameters(*values):
    """Numbers and tensors as tensors of one dtype and one broadcast shape."""
    tensors = [value for value in values if isinstance(value, Tensor)]
    dtype = next((t.dtype for t in tensors if t.dtype in (ms.float16, ms.float32, ms.float64)), ms.float32)
    made = [value.astype(dtype) if isinstance(value, Tensor) else Tensor(float(value), dtype) for value in values]
    shape = np.broadcast_shapes(*(tuple(value.shape) for value in made))
    return tuple(value if tuple(value.shape) == shape else value.broadcast_to(shape) for value in made)


def value_like(value, parameter):
    """An argument of ``log_prob`` and its like as a floating tensor."""
    if not isinstance(value, Tensor):
        return Tensor(float(value), parameter.dtype)
    return value if value.dtype in (ms.float16, ms.float32, ms.float64) else value.astype(parameter.dtype)


def constant_like(tensor, number):
    """A tensor of a tensor's shape filled with one number."""
    return Tensor(np.full(tensor.shape, number), tensor.dtype)


def draw_normal(shape):
    """Standard normal draws."""
    return ops.standard_normal(tuple(shape))


def draw_uniform(shape):
    """Draws from U(0, 1), never 0."""
    shape = tuple(shape)
    drawn = ops.rand(*shape) if shape else ops.rand(1).reshape(())
    return ops.clamp(drawn, min=TINY)


def draw_gamma(concentration, shape):
    """Standard gamma draws of a shape, with torch's implicit gradient by the concentration: what keeps the draw at the
    same place of the distribution function. It is computed by NumPy and SciPy, and enters as a constant slope."""
    at = np.broadcast_to(concentration.asnumpy().astype(np.float64), shape)
    drawn = np.maximum(np.random.standard_gamma(at), SMALLEST)
    step = 1e-4 * np.minimum(at, 1.0)

    def below(place):
        return np.where(drawn < at, scipy.special.gammainc(place, drawn), -scipy.special.gammaincc(place, drawn))

    density = np.exp((at - 1) * np.log(drawn) - drawn - scipy.special.gammaln(at))
    slope = -(below(at + step) - below(at - step)) / (2 * step) / density
    kind = concentration.dtype
    return Tensor(drawn, kind) + Tensor(slope, kind) * (concentration - ops.stop_gradient(concentration))


def x_log_y(x, y):
    """x * log(y), 0 where x and y are 0; with torch's gradients there."""
    nothing = (x == 0).logical_and(y <= 0)
    return x * ops.log(ops.where(nothing, ops.ones_like(x * y), y))


def probs_to_logits(probs, binary=False):
    """Log odds (``binary``) or log probabilities, clamped as torch clamps them."""
    probs = ops.clamp(probs, TINY, 1 - TINY)
    return ops.log(probs) - ops.log1p(-probs) if binary else ops.log(probs)


def log_normalized(logits):
    """Logits less their log-sum-exp over the last axis."""
    top = ops.stop_gradient(logits.max(axis=-1, keepdims=True))
    return logits - top - ops.log(ops.exp(logits - top).sum(axis=-1, keepdims=True))


def binary_entropy(logits, probs):
    """The entropy of a coin."""
    return ops.maximum(logits, 0) - logits * probs + ops.log1p(ops.exp(-ops.abs(logits)))


class Distribution:
    """torch.distributions.Distribution. ``arguments`` are the constructor's parameters that follow the batch shape."""

    arguments = ()
    has_rsample = False
    has_enumerate_support = False

    def __init__(self, batch_shape=(), event_shape=(), validate_args=None):
        self.batch_shape, self.event_shape = tuple(batch_shape), tuple(event_shape)

    def shape_of(self, sample_shape=()):
        return tuple(sample_shape) + self.batch_shape + self.event_shape

    def expand(self, batch_shape, _instance=None):
        """The same distribution with a larger batch shape."""
        batch_shape = tuple(batch_shape)
        options = {}
        for name in self.arguments:
            value = getattr(self, name)
            if isinstance(value, Tensor):
                value = value.broadcast_to(batch_shape + tuple(value.shape[len(self.batch_shape) :]))
            options[name] = value
        return type(self)(**options)

    def sample(self, sample_shape=()):
        """Draws without a gradient."""
        return ops.stop_gradient(self.rsample(sample_shape))

    def rsample(self, sample_shape=()):
        raise NotImplementedError(f"{type(self).__name__} has no reparametrized samples")

    def sample_n(self, n):
        return self.sample((n,))

    @property
    def stddev(self):
        return ops.sqrt(self.variance)

    def perplexity(self):
        return ops.exp(self.entropy())

    def __repr__(self):
        return f"{type(self).__name__}({', '.join(f'{name}: {getattr(self, name)}' for name in self.arguments)})"


class Normal(Distribution):
    """torch.distributions.Normal."""

    arguments = ("loc", "scale")
    has_rsample = True

    def __init__(self, loc, scale, validate_args=None):
        self.loc, self.scale = distribution_parameters(loc, scale)
        super().__init__(self.loc.shape)

    mean = mode = property(lambda self: self.loc)
    stddev = property(lambda self: self.scale)
    variance = property(lambda self: self.scale * self.scale)

    def rsample(self, sample_shape=()):
        return self.loc + draw_normal(self.shape_of(sample_shape)).astype(self.loc.dtype) * self.scale

    def log_prob(self, value):
        z = (value_like(value, self.loc) - self.loc) / self.scale
        return -0.5 * z * z - ops.log(self.scale) - 0.5 * math.log(2 * math.pi)

    def cdf(self, value):
        return 0.5 * (1 + ops.erf((value_like(value, self.loc) - self.loc) / (self.scale * math.sqrt(2))))

    def icdf(self, value):
        return self.loc + self.scale * ops.erfinv(2 * value_like(value, self.loc) - 1) * math.sqrt(2)

    def entropy(self):
        return 0.5 + 0.5 * math.log(2 * math.pi) + ops.log(self.scale)


class LogNormal(Distribution):
    """torch.distributions.LogNormal."""

    arguments = ("loc", "scale")
    has_rsample = True

    def __init__(self, loc, scale, validate_args=None):
        self.base_dist = Normal(loc, scale)
        self.loc, self.scale = self.base_dist.loc, self.base_dist.scale
        super().__init__(self.loc.shape)

    mean = property(lambda self: ops.exp(self.loc + self.scale * self.scale / 2))
    mode = property(lambda self: ops.exp(self.loc - self.scale * self.scale))

    @property
    def variance(self):
        squared = self.scale * self.scale
        return ops.expm1(squared) * ops.exp(2 * self.loc + squared)

    def rsample(self, sample_shape=()):
        return ops.exp(self.base_dist.rsample(sample_shape))

    def log_prob(self, value):
        logarithm = ops.log(value_like(value, self.loc))
        return self.base_dist.log_prob(logarithm) - logarithm

    def cdf(self, value):
        return self.base_dist.cdf(ops.log(value_like(value, self.loc)))

    def icdf(self, value):
        return ops.exp(self.base_dist.icdf(value))

    def entropy(self):
        return self.base_dist.entropy() + self.loc


class HalfNormal(Distribution):
    """torch.distributions.HalfNormal."""

    arguments = ("scale",)
    has_rsample = True

    def __init__(self, scale, validate_args=None):
        self.base_dist = Normal(0.0, scale)
        self.scale = self.base_dist.scale
        super().__init__(self.scale.shape)

    mean = property(lambda self: self.scale * math.sqrt(2 / math.pi))
    mode = property(lambda self: ops.zeros_like(self.scale))
    variance = property(lambda self: self.scale * self.scale * (1 - 2 / math.pi))

    def rsample(self, sample_shape=()):
        return ops.abs(self.base_dist.rsample(sample_shape))

    def log_prob(self, value):
        value = value_like(value, self.scale)
        found = self.base_dist.log_prob(value) + math.log(2)
        return ops.where(value >= 0, found, constant_like(found, -math.inf))

    def cdf(self, value):
        return 2 * self.base_dist.cdf(value) - 1

    def icdf(self, value):
        return self.base_dist.icdf((value_like(value, self.scale) + 1) / 2)

    def entropy(self):
        return self.base_dist.entropy() - math.log(2)


class Cauchy(Distribution):
    """torch.distributions.Cauchy."""

    arguments = ("loc", "scale")
    has_rsample = True

    def __init__(self, loc, scale, validate_args=None):
        self.loc, self.scale = distribution_parameters(loc, scale)
        super().__init__(self.loc.shape)

    mean = property(lambda self: constant_like(self.loc, math.nan))
    mode = property(lambda self: self.loc)
    variance = property(lambda self: constant_like(self.loc, math.inf))

    def rsample(self, sample_shape=()):
        return self.icdf(draw_uniform(self.shape_of(sample_shape)).astype(self.loc.dtype))

    def log_prob(self, value):
        z = (value_like(value, self.loc) - self.loc) / self.scale
        return -math.log(math.pi) - ops.log(self.scale) - ops.log1p(z * z)

    def cdf(self, value):
        return ops.atan((value_like(value, self.loc) - self.loc) / self.scale) / math.pi + 0.5

    def icdf(self, value):
        return ops.tan(math.pi * (value_like(value, self.loc) - 0.5)) * self.scale + self.loc

    def entropy(self):
        return math.log(4 * math.pi) + ops.log(self.scale)


class HalfCauchy(Distribution):
    """torch.distributions.HalfCauchy."""

    arguments = ("scale",)
    has_rsample = True

    def __init__(self, scale, validate_args=None):
        self.base_dist = Cauchy(0.0, scale)
        self.scale = self.base_dist.scale
        super().__init__(self.scale.shape)

    mean = property(lambda self: constant_like(self.scale, math.inf))
    mode = property(lambda self: ops.zeros_like(self.scale))
    variance = property(lambda self: constant_like(self.scale, math.inf))

    def rsample(self, sample_shape=()):
        return ops.abs(self.base_dist.rsample(sample_shape))

    def log_prob(self, value):
        value = value_like(value, self.scale)
        found = self.base_dist.log_prob(value) + math.log(2)
        return ops.where(value >= 0, found, constant_like(found, -math.inf))

    def cdf(self, value):
        return 2 * self.base_dist.cdf(value) - 1

    def icdf(self, value):
        return self.base_dist.icdf((value_like(value, self.scale) + 1) / 2)

    def entropy(self):
        return self.base_dist.entropy() - math.log(2)


class Laplace(Distribution):
    """torch.distributions.Laplace."""

    arguments = ("loc", "scale")
    has_rsample = True

    def __init__(self, loc, scale, validate_args=None):
        self.loc, self.scale = distribution_parameters(loc, scale)
        super().__init__(self.loc.shape)

    mean = mode = property(lambda self: self.loc)
    variance = property(lambda self: 2 * self.scale * self.scale)
    stddev = property(lambda self: math.sqrt(2) * self.scale)

    def rsample(self, sample_shape=()):
        return self.icdf(draw_uniform(self.shape_of(sample_shape)).astype(self.loc.dtype))

    def log_prob(self, value):
        return -ops.log(2 * self.scale) - ops.abs(value_like(value, self.loc) - self.loc) / self.scale

    def cdf(self, value):
        centred = value_like(value, self.loc) - self.loc
        return 0.5 - 0.5 * ops.sign(centred) * ops.expm1(-ops.abs(centred) / self.scale)

    def icdf(self, value):
        term = value_like(value, self.loc) - 0.5
        return self.loc - self.scale * ops.sign(term) * ops.log1p(-2 * ops.abs(term))

    def entropy(self):
        return 1 + ops.log(2 * self.scale)


class Gumbel(Distribution):
    """torch.distributions.Gumbel."""

    arguments = ("loc", "scale")
    has_rsample = True

    def __init__(self, loc, scale, validate_args=None):
        self.loc, self.scale = distribution_parameters(loc, scale)
        super().__init__(self.loc.shape)

    mean = property(lambda self: self.loc + self.scale * EULER)
    mode = property(lambda self: self.loc)
    stddev = property(lambda self: math.pi / math.sqrt(6) * self.scale)
    variance = property(lambda self: self.stddev * self.stddev)

    def rsample(self, sample_shape=()):
        return self.icdf(draw_uniform(self.shape_of(sample_shape)).astype(self.loc.dtype))

    def log_prob(self, value):
        y = (self.loc - value_like(value, self.loc)) / self.scale
        return y - ops.exp(y) - ops.log(self.scale)

    def cdf(self, value):
        return ops.exp(-ops.exp((self.loc - value_like(value, self.loc)) / self.scale))

    def icdf(self, value):
        return self.loc - self.scale * ops.log(-ops.log(value_like(value, self.loc)))

    def entropy(self):
        return ops.log(self.scale) + (1 + EULER)


class Uniform(Distribution):
    """torch.distributions.Uniform."""

    arguments = ("low", "high")
    has_rsample = True

    def __init__(self, low, high, validate_args=None):
        self.low, self.high = distribution_parameters(low, high)
        super().__init__(self.low.shape)

    mean = property(lambda self: (self.high + self.low) / 2)
    mode = property(lambda self: self.high * math.nan)
    stddev = property(lambda self: (self.high - self.low) / math.sqrt(12))
    variance = property(lambda self: (self.high - self.low) ** 2 / 12)

    def rsample(self, sample_shape=()):
        return self.low + ops.rand(*self.shape_of(sample_shape)).reshape(self.shape_of(sample_shape)) * (
            self.high - self.low
        )

    def log_prob(self, value):
        value = value_like(value, self.low)
        inside = (self.low <= value).logical_and(self.high > value)
        density = ops.zeros_like(value + self.low) - ops.log(self.high - self.low)
        return ops.where(inside, density, constant_like(density, -math.inf))

    def cdf(self, value):
        return ops.clamp((value_like(value, self.low) - self.low) / (self.high - self.low), 0.0, 1.0)

    def icdf(self, value):
        return value_like(value, self.low) * (self.high - self.low) + self.low

    def entropy(self):
        return ops.log(self.high - self.low)


class Exponential(Distribution):
    """torch.distributions.Exponential."""

    arguments = ("rate",)
    has_rsample = True

    def __init__(self, rate, validate_args=None):
        (self.rate,) = distribution_parameters(rate)
        super().__init__(self.rate.shape)

    mean = stddev = property(lambda self: 1 / self.rate)
    mode = property(lambda self: ops.zeros_like(self.rate))
    variance = property(lambda self: 1 / (self.rate * self.rate))

    def rsample(self, sample_shape=()):
        return -ops.log(draw_uniform(self.shape_of(sample_shape)).astype(self.rate.dtype)) / self.rate

    def log_prob(self, value):
        return ops.log(self.rate) - self.rate * value_like(value, self.rate)

    def cdf(self, value):
        return 1 - ops.exp(-self.rate * value_like(value, self.rate))

    def icdf(self, value):
        return -ops.log1p(-value_like(value, self.rate)) / self.rate

    def entropy(self):
        return 1.0 - ops.log(self.rate)


class Gamma(Distribution):
    """torch.distributions.Gamma."""

    arguments = ("concentration", "rate")

    def __init__(self, concentration, rate, validate_args=None):
        self.concentration, self.rate = distribution_parameters(concentration, rate)
        super().__init__(self.concentration.shape)

    has_rsample = True
    mean = property(lambda self: self.concentration / self.rate)
    mode = property(lambda self: ops.relu((self.concentration - 1) / self.rate))
    variance = property(lambda self: self.concentration / (self.rate * self.rate))

    def rsample(self, sample_shape=()):
        return draw_gamma(self.concentration, self.shape_of(sample_shape)) / self.rate

    def log_prob(self, value):
        value = value_like(value, self.rate)
        return (
            x_log_y(self.concentration, self.rate)
            + x_log_y(self.concentration - 1, value)
            - self.rate * value
            - ops.lgamma(self.concentration)
        )

    def cdf(self, value):
        scaled = self.rate * value_like(value, self.rate)
        return ops.igamma(self.concentration.broadcast_to(scaled.shape), scaled)

    def entropy(self):
        c = self.concentration
        return c - ops.log(self.rate) + ops.lgamma(c) + (1.0 - c) * ops.digamma(c)


class Chi2(Gamma):
    """torch.distributions.Chi2."""

    arguments = ("df",)

    def __init__(self, df, validate_args=None):
        (df,) = distribution_parameters(df)
        super().__init__(0.5 * df, 0.5)

    df = property(lambda self: self.concentration * 2)


class InverseGamma(Distribution):
    """torch.distributions.InverseGamma."""

    arguments = ("concentration", "rate")
    has_rsample = True

    def __init__(self, concentration, rate, validate_args=None):
        self.base_dist = Gamma(concentration, rate)
        self.concentration, self.rate = self.base_dist.concentration, self.base_dist.rate
        super().__init__(self.rate.shape)

    mode = property(lambda self: self.rate / (self.concentration + 1))

    @property
    def mean(self):
        finite = self.rate / (self.concentration - 1)
        return ops.where(self.concentration > 1, finite, constant_like(finite, math.inf))

    @property
    def variance(self):
        c = self.concentration
        finite = self.rate**2 / ((c - 1) ** 2 * (c - 2))
        return ops.where(c > 2, finite, constant_like(finite, math.inf))

    def rsample(self, sample_shape=()):
        return 1 / self.base_dist.rsample(sample_shape)

    def log_prob(self, value):
        value = value_like(value, self.rate)
        return self.base_dist.log_prob(1 / value) - 2 * ops.log(value)

    def cdf(self, value):
        return 1 - self.base_dist.cdf(1 / value_like(value, self.rate))

    def entropy(self):
        c = self.concentration
        return c + ops.log(self.rate) + ops.lgamma(c) - (1.0 + c) * ops.digamma(c)


class Dirichlet(Distribution):
    """torch.distributions.Dirichlet."""

    arguments = ("concentration",)
    has_rsample = True

    def __init__(self, concentration, validate_args=None):
        self.concentration = concentration
        super().__init__(concentration.shape[:-1], concentration.shape[-1:])

    mean = property(lambda self: self.concentration / self.concentration.sum(axis=-1, keepdims=True))

    @property
    def mode(self):
        less = ops.relu(self.concentration - 1)
        mode = less / less.sum(axis=-1, keepdims=True)
        corner = one_hot_of(mode.asnumpy(), self.concentration.dtype)
        flat = (self.concentration < 1).asnumpy().all(axis=-1, keepdims=True)
        return ops.where(Tensor(flat), corner, mode)

    @property
    def variance(self):
        total = self.concentration.sum(axis=-1, keepdims=True)
        return self.concentration * (total - self.concentration) / (total * total * (total + 1))

    def rsample(self, sample_shape=()):
        drawn = draw_gamma(self.concentration, self.shape_of(sample_shape))
        return drawn / drawn.sum(axis=-1, keepdims=True)

    def log_prob(self, value):
        c = self.concentration
        kernel = x_log_y(c - 1.0, value_like(value, c)).sum(axis=-1)
        return kernel + ops.lgamma(c.sum(axis=-1)) - ops.lgamma(c).sum(axis=-1)

    def entropy(self):
        c = self.concentration
        total = c.sum(axis=-1)
        return (
            ops.lgamma(c).sum(axis=-1)
            - ops.lgamma(total)
            - (c.shape[-1] - total) * ops.digamma(total)
            - ((c - 1.0) * ops.digamma(c)).sum(axis=-1)
        )


class Beta(Distribution):
    """torch.distributions.Beta."""

    arguments = ("concentration1", "concentration0")
    has_rsample = True

    def __init__(self, concentration1, concentration0, validate_args=None):
        self.concentration1, self.concentration0 = distribution_parameters(concentration1, concentration0)
        self.both = Dirichlet(ops.stack([self.concentration1, self.concentration0], -1))
        super().__init__(self.concentration1.shape)

    mean = property(lambda self: self.concentration1 / (self.concentration1 + self.concentration0))
    mode = property(lambda self: self.both.mode[..., 0])

    @property
    def variance(self):
        total = self.concentration1 + self.concentration0
        return self.concentration1 * self.concentration0 / (total * total * (total + 1))

    def rsample(self, sample_shape=()):
        return self.both.rsample(sample_shape)[..., 0]

    def log_prob(self, value):
        value = value_like(value, self.concentration1)
        return self.both.log_prob(ops.stack([value, 1.0 - value], -1))

    def entropy(self):
        return self.both.entropy()


class StudentT(Distribution):
    """torch.distributions.StudentT."""

    arguments = ("df", "loc", "scale")
    has_rsample = True

    def __init__(self, df, loc=0.0, scale=1.0, validate_args=None):
        self.df, self.loc, self.scale = distribution_parameters(df, loc, scale)
        super().__init__(self.df.shape)

    mode = property(lambda self: self.loc)
    mean = property(lambda self: ops.where(self.df > 1, self.loc, constant_like(self.loc, math.nan)))

    @property
    def variance(self):
        finite = self.scale**2 * self.df / (self.df - 2)
        found = ops.where(self.df > 2, finite, constant_like(finite, math.inf))
        return ops.where(self.df > 1, found, constant_like(finite, math.nan))

    def rsample(self, sample_shape=()):
        shape = self.shape_of(sample_shape)
        chi = 2 * draw_gamma(self.df / 2, shape)
        return self.loc + self.scale * draw_normal(shape) / ops.sqrt(chi / self.df)

    def log_prob(self, value):
        y = (value_like(value, self.loc) - self.loc) / self.scale
        z = (
            ops.log(self.scale)
            + 0.5 * ops.log(self.df)
            + 0.5 * math.log(math.pi)
            + ops.lgamma(0.5 * self.df)
            - ops.lgamma(0.5 * (self.df + 1.0))
        )
        return -0.5 * (self.df + 1.0) * ops.log1p(y * y / self.df) - z

    def entropy(self):
        half, more = 0.5 * self.df, 0.5 * (self.df + 1)
        beta = ops.lgamma(half) + math.lgamma(0.5) - ops.lgamma(more)
        return ops.log(self.scale) + more * (ops.digamma(more) - ops.digamma(half)) + 0.5 * ops.log(self.df) + beta


class FisherSnedecor(Distribution):
    """torch.distributions.FisherSnedecor."""

    arguments = ("df1", "df2")
    has_rsample = True

    def __init__(self, df1, df2, validate_args=None):
        self.df1, self.df2 = distribution_parameters(df1, df2)
        super().__init__(self.df1.shape)

    @property
    def mean(self):
        return ops.where(self.df2 > 2, self.df2 / (self.df2 - 2), constant_like(self.df2, math.nan))

    @property
    def mode(self):
        found = (self.df1 - 2) / self.df1 * self.df2 / (self.df2 + 2)
        return ops.where(self.df1 > 2, found, constant_like(found, math.nan))

    @property
    def variance(self):
        one, two = self.df1, self.df2
        found = 2 * two**2 * (one + two - 2) / (one * (two - 2) ** 2 * (two - 4))
        return ops.where(two > 4, found, constant_like(found, math.nan))

    def rsample(self, sample_shape=()):
        shape = self.shape_of(sample_shape)
        above, below = draw_gamma(self.df1 / 2, shape) / self.df1, draw_gamma(self.df2 / 2, shape) / self.df2
        return above / below

    def log_prob(self, value):
        value = value_like(value, self.df1)
        one, two, ratio = self.df1 * 0.5, self.df2 * 0.5, self.df1 / self.df2
        return (
            ops.lgamma(one + two)
            - ops.lgamma(one)
            - ops.lgamma(two)
            + one * ops.log(ratio)
            + (one - 1) * ops.log(value)
            - (one + two) * ops.log1p(ratio * value)
        )


class Kumaraswamy(Distribution):
    """torch.distributions.Kumaraswamy."""

    arguments = ("concentration1", "concentration0")
    has_rsample = True

    def __init__(self, concentration1, concentration0, validate_args=None):
        self.concentration1, self.concentration0 = distribution_parameters(concentration1, concentration0)
        super().__init__(self.concentration1.shape)

    def moment(self, n):
        a, b = self.concentration1, self.concentration0
        return b * ops.exp(ops.lgamma(1 + n / a) + ops.lgamma(b) - ops.lgamma(1 + n / a + b))

    mean = property(lambda self: self.moment(1))
    variance = property(lambda self: self.moment(2) - self.moment(1) ** 2)

    @property
    def mode(self):
        a, b = self.concentration1, self.concentration0
        found = ops.exp(ops.log1p(-b) / b - ops.log1p(-b * a))
        return ops.where((b < 1).logical_or(a < 1), constant_like(found, math.nan), found)

    def rsample(self, sample_shape=()):
        u = draw_uniform(self.shape_of(sample_shape)).astype(self.concentration1.dtype)
        return (1 - u ** (1 / self.concentration0)) ** (1 / self.concentration1)

    def log_prob(self, value):
        a, b = self.concentration1, self.concentration0
        value = value_like(value, a)
        return ops.log(a) + ops.log(b) + x_log_y(a - 1, value) + (b - 1) * ops.log1p(-(value**a))

    def cdf(self, value):
        return 1 - (1 - value_like(value, self.concentration1) ** self.concentration1) ** self.concentration0

    def icdf(self, value):
        u = value_like(value, self.concentration1)
        return (1 - (1 - u) ** (1 / self.concentration0)) ** (1 / self.concentration1)

    def entropy(self):
        a, b = self.concentration1, self.concentration0
        harmonic = ops.digamma(b + 1) + EULER
        return (1 - 1 / b) + (1 - 1 / a) * harmonic - ops.log(a) - ops.log(b)


class Pareto(Distribution):
    """torch.distributions.Pareto."""

    arguments = ("scale", "alpha")
    has_rsample = True

    def __init__(self, scale, alpha, validate_args=None):
        self.scale, self.alpha = distribution_parameters(scale, alpha)
        super().__init__(self.scale.shape)

    mode = property(lambda self: self.scale)

    @property
    def mean(self):
        a = ops.clamp(self.alpha, min=1.0)
        return a * self.scale / (a - 1)

    @property
    def variance(self):
        a = ops.clamp(self.alpha, min=2.0)
        return self.scale**2 * a / ((a - 1) ** 2 * (a - 2))

    def rsample(self, sample_shape=()):
        u = draw_uniform(self.shape_of(sample_shape)).astype(self.scale.dtype)
        return self.scale * ops.exp(-ops.log(u) / self.alpha)

    def log_prob(self, value):
        value = value_like(value, self.scale)
        return ops.log(self.alpha) + self.alpha * ops.log(self.scale) - (self.alpha + 1) * ops.log(value)

    def cdf(self, value):
        return 1 - (self.scale / value_like(value, self.scale)) ** self.alpha

    def icdf(self, value):
        return self.scale * (1 - value_like(value, self.scale)) ** (-1 / self.alpha)

    def entropy(self):
        return ops.log(self.scale / self.alpha) + (1 + 1 / self.alpha)


class GeneralizedPareto(Distribution):
    """torch.distributions.GeneralizedPareto."""

    arguments = ("loc", "scale", "concentration")
    has_rsample = True

    def __init__(self, loc, scale, concentration, validate_args=None):
        self.loc, self.scale, self.concentration = distribution_parameters(loc, scale, concentration)
        super().__init__(self.loc.shape)

    mode = property(lambda self: self.loc)

    @property
    def mean(self):
        finite = self.loc + self.scale / (1 - self.concentration)
        return ops.where(self.concentration < 1, finite, constant_like(finite, math.inf))

    @property
    def variance(self):
        k = self.concentration
        finite = self.scale**2 / ((1 - k) ** 2 * (1 - 2 * k))
        return ops.where(k < 0.5, finite, constant_like(finite, math.inf))

    def rsample(self, sample_shape=()):
        return self.icdf(draw_uniform(self.shape_of(sample_shape)).astype(self.loc.dtype))

    def split(self, value):
        k = self.concentration
        flat = ops.abs(k) < 1e-6
        return (value_like(value, self.loc) - self.loc) / self.scale, flat, ops.where(flat, ops.ones_like(k), k)

    def log_prob(self, value):
        z, flat, k = self.split(value)
        found = ops.where(flat, -z, -(1 + 1 / k) * ops.log1p(k * z)) - ops.log(self.scale)
        return ops.where(z >= 0, found, constant_like(found, -math.inf))

    def cdf(self, value):
        z, flat, k = self.split(value)
        return 1 - ops.where(flat, ops.exp(-z), (1 + k * z) ** (-1 / k))

    def icdf(self, value):
        value = value_like(value, self.loc)
        _, flat, k = self.split(value)
        step = ops.where(flat, -ops.log1p(-value), ((1 - value) ** (-k) - 1) / k)
        return self.loc + self.scale * step

    def entropy(self):
        return ops.log(self.scale) + self.concentration + 1


class Weibull(Distribution):
    """torch.distributions.Weibull."""

    arguments = ("scale", "concentration")
    has_rsample = True

    def __init__(self, scale, concentration, validate_args=None):
        self.scale, self.concentration = distribution_parameters(scale, concentration)
        super().__init__(self.scale.shape)

    mean = property(lambda self: self.scale * ops.exp(ops.lgamma(1 + 1 / self.concentration)))

    @property
    def mode(self):
        return self.scale * ((self.concentration - 1) / self.concentration) ** (1 / self.concentration)

    @property
    def variance(self):
        inverse = 1 / self.concentration
        return self.scale**2 * (ops.exp(ops.lgamma(1 + 2 * inverse)) - ops.exp(2 * ops.lgamma(1 + inverse)))

    def rsample(self, sample_shape=()):
        u = draw_uniform(self.shape_of(sample_shape)).astype(self.scale.dtype)
        return self.scale * (-ops.log(u)) ** (1 / self.concentration)

    def log_prob(self, value):
        ratio = value_like(value, self.scale) / self.scale
        k = self.concentration
        return ops.log(k / self.scale) + (k - 1) * ops.log(ratio) - ratio**k

    def cdf(self, value):
        return 1 - ops.exp(-((value_like(value, self.scale) / self.scale) ** self.concentration))

    def icdf(self, value):
        return self.scale * (-ops.log1p(-value_like(value, self.scale))) ** (1 / self.concentration)

    def entropy(self):
        return EULER * (1 - 1 / self.concentration) + ops.log(self.scale / self.concentration) + 1


class VonMises(Distribution):
    """torch.distributions.VonMises."""

    arguments = ("loc", "concentration")

    def __init__(self, loc, concentration, validate_args=None):
        self.loc, self.concentration = distribution_parameters(loc, concentration)
        super().__init__(self.loc.shape)

    mean = mode = property(lambda self: self.loc)
    variance = property(lambda self: 1 - ops.bessel_i1(self.concentration) / ops.bessel_i0(self.concentration))

    def sample(self, sample_shape=()):
        drawn = np.random.vonmises(self.loc.asnumpy(), self.concentration.asnumpy(), self.shape_of(sample_shape))
        return Tensor(drawn, self.loc.dtype)

    def log_prob(self, value):
        angle = value_like(value, self.loc) - self.loc
        k = self.concentration
        return k * ops.cos(angle) - math.log(2 * math.pi) - ops.log(ops.bessel_i0(k))


class OddsDistribution(Distribution):
    """Base of distributions given by ``probs`` or ``logits`` of a coin; one is computed from the other."""

    arguments = ("probs",)
    has_logits = False

    def set_odds(self, probs, logits, *others):
        if (probs is None) == (logits is None):
            raise ValueError("Either `probs` or `logits` must be specified, but not both.")
        self.has_logits = logits is not None
        given, *rest = distribution_parameters(logits if self.has_logits else probs, *others)
        self.probs = ops.sigmoid(given) if self.has_logits else given
        self.logits = given if self.has_logits else probs_to_logits(given, binary=True)
        self.arguments = (
            *(name for name in self.arguments if name != "probs"),
            "logits" if self.has_logits else "probs",
        )
        return rest

    param_shape = property(lambda self: self.probs.shape)


class Bernoulli(OddsDistribution):
    """torch.distributions.Bernoulli."""

    has_enumerate_support = True

    def __init__(self, probs=None, logits=None, validate_args=None):
        self.set_odds(probs, logits)
        super().__init__(self.probs.shape)

    mean = property(lambda self: self.probs)
    variance = property(lambda self: self.probs * (1 - self.probs))

    @property
    def mode(self):
        mode = (self.probs >= 0.5).astype(self.probs.dtype)
        return ops.where(self.probs == 0.5, constant_like(mode, math.nan), mode)

    def sample(self, sample_shape=()):
        shape = self.shape_of(sample_shape)
        return (ops.rand(*shape).reshape(shape) < self.probs).astype(self.probs.dtype)

    def log_prob(self, value):
        value = value_like(value, self.logits)
        return value * self.logits - ops.maximum(self.logits, 0) - ops.log1p(ops.exp(-ops.abs(self.logits)))

    def entropy(self):
        return binary_entropy(self.logits, self.probs)

    def enumerate_support(self, expand=True):
        values = Tensor([0.0, 1.0], self.probs.dtype).reshape((2,) + (1,) * len(self.batch_shape))
        return values.broadcast_to((2, *self.batch_shape)) if expand else values


class Geometric(OddsDistribution):
    """torch.distributions.Geometric: failures before the first success."""

    def __init__(self, probs=None, logits=None, validate_args=None):
        self.set_odds(probs, logits)
        super().__init__(self.probs.shape)

    mean = property(lambda self: 1.0 / self.probs - 1.0)
    mode = property(lambda self: ops.zeros_like(self.probs))
    variance = property(lambda self: (1.0 / self.probs - 1.0) / self.probs)

    def sample(self, sample_shape=()):
        u = draw_uniform(self.shape_of(sample_shape)).astype(self.probs.dtype)
        return ops.floor(ops.log(u) / ops.log1p(-self.probs))

    def log_prob(self, value):
        value = value_like(value, self.probs)
        safe = ops.where((self.probs == 1).logical_and(value == 0), ops.zeros_like(self.probs), self.probs)
        return value * ops.log1p(-safe) + ops.log(self.probs)

    def entropy(self):
        return binary_entropy(self.logits, self.probs) / self.probs


class ContinuousBernoulli(OddsDistribution):
    """torch.distributions.ContinuousBernoulli; near probs 0.5 torch's Taylor series are used."""

    has_rsample = True

    def __init__(self, probs=None, logits=None, lims=(0.499, 0.501), validate_args=None):
        self.set_odds(probs, logits)
        self.lims = lims
        if not self.has_logits:
            self.probs = ops.clamp(self.probs, TINY, 1 - TINY)
        super().__init__(self.probs.shape)

    def safe(self):
        """(whether the probability is away from 0.5, a probability that is)."""
        away = (self.probs <= self.lims[0]).logical_or(self.probs > self.lims[1])
        return away, ops.where(away, self.probs, constant_like(self.probs, self.lims[0]))

    def log_constant(self):
        away, p = self.safe()
        low = ops.where(p <= 0.5, p, ops.zeros_like(p))
        high = ops.where(p >= 0.5, p, ops.ones_like(p))
        norm = ops.log(ops.abs(ops.log1p(-p) - ops.log(p))) - ops.where(
            p < 0.5, ops.log1p(-2.0 * low), ops.log(2.0 * high - 1.0)
        )
        x = (self.probs - 0.5) ** 2
        return ops.where(away, norm, math.log(2.0) + (4.0 / 3.0 + 104.0 / 45.0 * x) * x)

    @property
    def mean(self):
        away, p = self.safe()
        found = p / (2.0 * p - 1.0) + 1.0 / (ops.log1p(-p) - ops.log(p))
        x = self.probs - 0.5
        return ops.where(away, found, 0.5 + (1.0 / 3.0 + 16.0 / 45.0 * x * x) * x)

    @property
    def variance(self):
        away, p = self.safe()
        found = p * (p - 1.0) / (1.0 - 2.0 * p) ** 2 + 1.0 / (ops.log1p(-p) - ops.log(p)) ** 2
        x = (self.probs - 0.5) ** 2
        return ops.where(away, found, 1.0 / 12.0 - (1.0 / 15.0 - 128.0 / 945.0 * x) * x)

    def rsample(self, sample_shape=()):
        return self.icdf(draw_uniform(self.shape_of(sample_shape)).astype(self.probs.dtype))

    def log_prob(self, value):
        value = value_like(value, self.probs)
        coin = value * self.logits - ops.maximum(self.logits, 0) - ops.log1p(ops.exp(-ops.abs(self.logits)))
        return coin + self.log_constant()

    def cdf(self, value):
        value = value_like(value, self.probs)
        away, p = self.safe()
        found = (p**value * (1.0 - p) ** (1.0 - value) + p - 1.0) / (2.0 * p - 1.0)
        found = ops.where(away, found, value)
        return ops.where(value <= 0, ops.zeros_like(found), ops.where(value >= 1, ops.ones_like(found), found))

    def icdf(self, value):
        value = value_like(value, self.probs)
        away, p = self.safe()
        found = (ops.log1p(-p + value * (2.0 * p - 1.0)) - ops.log1p(-p)) / (ops.log(p) - ops.log1p(-p))
        return ops.where(away, found, value)

    def entropy(self):
        none = ops.log1p(-self.probs)
        return self.mean * (none - ops.log(self.probs)) - self.log_constant() - none


class Binomial(OddsDistribution):
    """torch.distributions.Binomial."""

    arguments = ("total_count", "probs")
    has_enumerate_support = True

    def __init__(self, total_count=1, probs=None, logits=None, validate_args=None):
        (self.total_count,) = self.set_odds(probs, logits, total_count)
        super().__init__(self.probs.shape)

    mean = property(lambda self: self.total_count * self.probs)
    variance = property(lambda self: self.total_count * self.probs * (1 - self.probs))

    @property
    def mode(self):
        return ops.minimum(ops.floor((self.total_count + 1) * self.probs), self.total_count)

    def sample(self, sample_shape=()):
        counts = self.total_count.asnumpy().astype(np.int64)
        drawn = np.random.binomial(counts, self.probs.asnumpy().astype(np.float64), self.shape_of(sample_shape))
        return Tensor(drawn, self.probs.dtype)

    def log_prob(self, value):
        value = value_like(value, self.probs)
        n = self.total_count
        ways = ops.lgamma(n + 1) - ops.lgamma(value + 1) - ops.lgamma(n - value + 1)
        return (
            ways + value * self.logits - n * (ops.maximum(self.logits, 0) + ops.log1p(ops.exp(-ops.abs(self.logits))))
        )

    def enumerate_support(self, expand=True):
        count = int(self.total_count.asnumpy().max())
        values = Tensor(np.arange(count + 1), self.probs.dtype).reshape((-1,) + (1,) * len(self.batch_shape))
        return values.broadcast_to((count + 1, *self.batch_shape)) if expand else values

    def entropy(self):
        found = self.log_prob(self.enumerate_support(False))
        return -(ops.exp(found) * found).sum(axis=0)


class NegativeBinomial(OddsDistribution):
    """torch.distributions.NegativeBinomial."""

    arguments = ("total_count", "probs")

    def __init__(self, total_count, probs=None, logits=None, validate_args=None):
        (self.total_count,) = self.set_odds(probs, logits, total_count)
        super().__init__(self.probs.shape)

    mean = property(lambda self: self.total_count * ops.exp(self.logits))
    mode = property(lambda self: ops.clamp(ops.floor((self.total_count - 1) * ops.exp(self.logits)), min=0.0))
    variance = property(lambda self: self.mean / ops.sigmoid(-self.logits))

    def sample(self, sample_shape=()):
        shape = self.shape_of(sample_shape)
        rate = np.random.standard_gamma(self.total_count.asnumpy(), shape) * ops.exp(self.logits).asnumpy()
        return Tensor(np.random.poisson(rate), self.probs.dtype)

    def log_prob(self, value):
        value = value_like(value, self.probs)
        n = self.total_count
        chance = n * logsigmoid(-self.logits) + value * logsigmoid(self.logits)
        return chance + ops.lgamma(n + value) - ops.lgamma(1.0 + value) - ops.lgamma(n)


class Poisson(Distribution):
    """torch.distributions.Poisson."""

    arguments = ("rate",)

    def __init__(self, rate, validate_args=None):
        (self.rate,) = distribution_parameters(rate)
        super().__init__(self.rate.shape)

    mean = variance = property(lambda self: self.rate)
    mode = property(lambda self: ops.floor(self.rate))

    def sample(self, sample_shape=()):
        return Tensor(np.random.poisson(self.rate.asnumpy(), self.shape_of(sample_shape)), self.rate.dtype)

    def log_prob(self, value):
        value = value_like(value, self.rate)
        return x_log_y(value, self.rate) - self.rate - ops.lgamma(value + 1)


def one_hot_of(scores, dtype):
    """One-hot rows at the largest of an array's last axis; no gradient."""
    return Tensor(np.eye(scores.shape[-1])[np.argmax(scores, axis=-1)], dtype)


class Categorical(Distribution):
    """torch.distributions.Categorical."""

    arguments = ("probs",)
    has_enumerate_support = True

    def __init__(self, probs=None, logits=None, validate_args=None):
        if (probs is None) == (logits is None):
            raise ValueError("Either `probs` or `logits` must be specified, but not both.")
        self.arguments = ("probs",) if logits is None else ("logits",)
        if logits is None:
            self.probs = probs / probs.sum(axis=-1, keepdims=True)
            self.logits = probs_to_logits(self.probs)
        else:
            self.logits = log_normalized(logits)
            self.probs = softmax(self.logits, -1)
        self._num_events = self.probs.shape[-1]
        super().__init__(self.probs.shape[:-1])

    param_shape = property(lambda self: self.probs.shape)
    mode = property(lambda self: self.probs.argmax(axis=-1))
    mean = variance = property(lambda self: Tensor(np.full(self.batch_shape, math.nan), self.probs.dtype))

    def sample(self, sample_shape=()):
        count = math.prod(sample_shape)
        rows = self.probs.reshape((-1, self._num_events))
        drawn = ops.multinomial(rows, count, True).astype(ms.int64)
        return drawn.swapaxes(0, 1).reshape(self.shape_of(sample_shape))

    def log_prob(self, value):
        value = value.astype(ms.int64) if isinstance(value, Tensor) else Tensor(value, ms.int64)
        shape = np.broadcast_shapes(tuple(value.shape), self.batch_shape)
        logits = self.logits.broadcast_to((*shape, self._num_events)).reshape((-1, self._num_events))
        index = value.broadcast_to(shape).reshape((-1, 1))
        return ops.gather_elements(logits, 1, index).reshape(shape)

    def entropy(self):
        return -(ops.clamp(self.logits, min=-3.4028234663852886e38) * self.probs).sum(axis=-1)

    def enumerate_support(self, expand=True):
        values = Tensor(np.arange(self._num_events), ms.int64).reshape((-1,) + (1,) * len(self.batch_shape))
        return values.broadcast_to((self._num_events, *self.batch_shape)) if expand else values


class OneHotCategorical(Distribution):
    """torch.distributions.OneHotCategorical."""

    has_enumerate_support = True

    def __init__(self, probs=None, logits=None, validate_args=None):
        self._categorical = Categorical(probs, logits)
        self.arguments = self._categorical.arguments
        self.probs, self.logits = self._categorical.probs, self._categorical.logits
        super().__init__(self.probs.shape[:-1], self.probs.shape[-1:])

    param_shape = property(lambda self: self.probs.shape)
    mean = property(lambda self: self.probs)
    mode = property(lambda self: one_hot_of(self.probs.asnumpy(), self.probs.dtype))
    variance = property(lambda self: self.probs * (1 - self.probs))

    def sample(self, sample_shape=()):
        drawn = self._categorical.sample(sample_shape).asnumpy()
        return Tensor(np.eye(self.event_shape[0])[drawn], self.probs.dtype)

    def log_prob(self, value):
        return self._categorical.log_prob(value.argmax(axis=-1))

    def entropy(self):
        return self._categorical.entropy()

    def enumerate_support(self, expand=True):
        n = self.event_shape[0]
        values = Tensor(np.eye(n), self.probs.dtype).reshape((n,) + (1,) * len(self.batch_shape) + (n,))
        return values.broadcast_to((n, *self.batch_shape, n)) if expand else values


class OneHotCategoricalStraightThrough(OneHotCategorical):
    """torch.distributions.OneHotCategoricalStraightThrough: one-hot samples with the probabilities' gradient."""

    has_rsample = True

    def rsample(self, sample_shape=()):
        return self.sample(sample_shape) + (self.probs - ops.stop_gradient(self.probs))


class Multinomial(Distribution):
    """torch.distributions.Multinomial."""

    def __init__(self, total_count=1, probs=None, logits=None, validate_args=None):
        self.total_count = total_count
        self._categorical = Categorical(probs, logits)
        self.arguments = ("total_count", *self._categorical.arguments)
        self.probs, self.logits = self._categorical.probs, self._categorical.logits
        super().__init__(self.probs.shape[:-1], self.probs.shape[-1:])

    param_shape = property(lambda self: self.probs.shape)
    mean = property(lambda self: self.probs * self.total_count)
    variance = property(lambda self: self.total_count * self.probs * (1 - self.probs))

    def sample(self, sample_shape=()):
        drawn = self._categorical.sample((self.total_count, *sample_shape)).asnumpy()
        return Tensor(np.eye(self.event_shape[0])[drawn].sum(axis=0), self.probs.dtype)

    def log_prob(self, value):
        value = value_like(value, self.probs)
        ways = ops.lgamma(value.sum(axis=-1) + 1) - ops.lgamma(value + 1).sum(axis=-1)
        return ways + (ops.where(value == 0, ops.zeros_like(value), self.logits) * value).sum(axis=-1)

    def entropy(self):
        n = float(self.total_count)
        counts = Binomial(self.total_count, probs=self.probs)
        support = counts.enumerate_support(False)[1:]
        weighted = (ops.exp(counts.log_prob(support)) * ops.lgamma(support + 1)).sum(axis=(0, -1))
        return n * self._categorical.entropy() - math.lgamma(n + 1) + weighted


class RelaxedBernoulli(OddsDistribution):
    """torch.distributions.RelaxedBernoulli."""

    arguments = ("temperature", "probs")
    has_rsample = True

    def __init__(self, temperature, probs=None, logits=None, validate_args=None):
        self.set_odds(probs, logits)
        self.temperature = temperature
        super().__init__(self.probs.shape)

    def rsample(self, sample_shape=()):
        u = ops.clamp(draw_uniform(self.shape_of(sample_shape)), max=1 - TINY)
        noise = ops.log(u) - ops.log1p(-u)
        return ops.sigmoid((noise + self.logits) / self.temperature)

    def log_prob(self, value):
        value = value_like(value, self.probs)
        safe = ops.clamp(value, TINY, 1 - TINY)
        gap = self.logits - (ops.log(safe) - ops.log1p(-safe)) * self.temperature
        density = ops.log(value_like(self.temperature, self.probs)) + gap - 2 * ops.log1p(ops.exp(gap))
        return density - ops.log(safe) - ops.log1p(-safe)


class RelaxedOneHotCategorical(Distribution):
    """torch.distributions.RelaxedOneHotCategorical."""

    has_rsample = True

    def __init__(self, temperature, probs=None, logits=None, validate_args=None):
        self._categorical = Categorical(probs, logits)
        self.arguments = ("temperature", *self._categorical.arguments)
        self.temperature = temperature
        self.probs, self.logits = self._categorical.probs, self._categorical.logits
        super().__init__(self.probs.shape[:-1], self.probs.shape[-1:])

    def rsample(self, sample_shape=()):
        noise = -ops.log(-ops.log(draw_uniform(self.shape_of(sample_shape))))
        return softmax((self.logits + noise) / self.temperature, -1)

    def log_prob(self, value):
        k = self.event_shape[0]
        temperature = value_like(self.temperature, self.probs)
        logarithm = ops.log(value_like(value, self.probs))
        score = log_normalized(self.logits - logarithm * temperature).sum(axis=-1)
        return score + math.lgamma(k) + (k - 1) * ops.log(temperature) - logarithm.sum(axis=-1)


def covariance_of(distribution):
    """The covariance matrix that a distribution was given, or that of its factor."""
    given, factor = distribution.given, distribution.scale_tril
    return ops.matmul(factor, factor.swapaxes(-1, -2)) if given is None else given.broadcast_to(factor.shape)


class MultivariateNormal(Distribution):
    """torch.distributions.MultivariateNormal."""

    arguments = ("loc", "scale_tril")
    has_rsample = True

    def __init__(self, loc, covariance_matrix=None, precision_matrix=None, scale_tril=None, validate_args=None):
        if scale_tril is None:
            scale_tril = cholesky(inv(precision_matrix) if covariance_matrix is None else covariance_matrix)
        size = scale_tril.shape[-1]
        batch = np.broadcast_shapes(tuple(loc.shape[:-1]), tuple(scale_tril.shape[:-2]))
        self.given = covariance_matrix
        self.loc = loc.broadcast_to((*batch, size))
        self.scale_tril = scale_tril.broadcast_to((*batch, size, size))
        super().__init__(batch, (size,))

    mean = mode = property(lambda self: self.loc)
    covariance_matrix = property(lambda self: covariance_of(self))
    precision_matrix = property(lambda self: inv(self.covariance_matrix))
    variance = property(lambda self: (self.scale_tril * self.scale_tril).sum(axis=-1))

    def rsample(self, sample_shape=()):
        drawn = draw_normal(self.shape_of(sample_shape)).expand_dims(-1)
        return self.loc + ops.matmul(self.scale_tril, drawn).squeeze(-1)

    def half_log_det(self):
        size = self.event_shape[0]
        return ops.log((self.scale_tril * Tensor(np.eye(size), self.loc.dtype)).sum(axis=-1)).sum(axis=-1)

    def log_prob(self, value):
        gap = (value_like(value, self.loc) - self.loc).expand_dims(-1)
        inverse = inv(self.scale_tril * Tensor(np.tril(np.ones(self.event_shape * 2)), self.loc.dtype))
        distance = (ops.matmul(inverse, gap) ** 2).sum(axis=(-1, -2))
        return -0.5 * (self.event_shape[0] * math.log(2 * math.pi) + distance) - self.half_log_det()

    def entropy(self):
        return 0.5 * self.event_shape[0] * (1.0 + math.log(2 * math.pi)) + self.half_log_det()


class LowRankMultivariateNormal(MultivariateNormal):
    """torch.distributions.LowRankMultivariateNormal: covariance = W W^T + diag(D)."""

    arguments = ("loc", "cov_factor", "cov_diag")

    def __init__(self, loc, cov_factor, cov_diag, validate_args=None):
        self.cov_factor, self.cov_diag = cov_factor, cov_diag
        diagonal = cov_diag.expand_dims(-1) * Tensor(np.eye(cov_diag.shape[-1]), cov_diag.dtype)
        super().__init__(loc, ops.matmul(cov_factor, cov_factor.swapaxes(-1, -2)) + diagonal)


class LogisticNormal(Distribution):
    """torch.distributions.LogisticNormal: a normal vector through the stick-breaking transform."""

    arguments = ("loc", "scale")
    has_rsample = True

    def __init__(self, loc, scale, validate_args=None):
        self.base_dist = Normal(loc, scale)
        self.loc, self.scale = self.base_dist.loc, self.base_dist.scale
        super().__init__(self.loc.shape[:-1], (self.loc.shape[-1] + 1,))

    def rsample(self, sample_shape=()):
        return StickBreakingTransform()(self.base_dist.rsample(sample_shape))

    def log_prob(self, value):
        transform = StickBreakingTransform()
        x = transform.inverse(value)
        return self.base_dist.log_prob(x).sum(axis=-1) - transform.log_abs_det_jacobian(x, value)


class Wishart(Distribution):
    """torch.distributions.Wishart."""

    arguments = ("df", "scale_tril")
    has_rsample = True

    def __init__(self, df, covariance_matrix=None, precision_matrix=None, scale_tril=None, validate_args=None):
        if scale_tril is None:
            scale_tril = cholesky(inv(precision_matrix) if covariance_matrix is None else covariance_matrix)
        df = df if isinstance(df, Tensor) else Tensor(float(df), scale_tril.dtype)
        batch = np.broadcast_shapes(tuple(df.shape), tuple(scale_tril.shape[:-2]))
        size = scale_tril.shape[-1]
        self.given = covariance_matrix
        self.df = df.broadcast_to(batch)
        self.scale_tril = scale_tril.broadcast_to((*batch, size, size))
        super().__init__(batch, (size, size))

    covariance_matrix = property(lambda self: covariance_of(self))
    precision_matrix = property(lambda self: inv(self.covariance_matrix))
    mean = property(lambda self: self.df.reshape((*self.batch_shape, 1, 1)) * self.covariance_matrix)

    def diagonal(self, matrix):
        return (matrix * Tensor(np.eye(self.event_shape[0]), matrix.dtype)).sum(axis=-1)

    @property
    def mode(self):
        factor = self.df - self.event_shape[0] - 1
        factor = ops.where(factor <= 0, constant_like(factor, math.nan), factor)
        return factor.reshape((*self.batch_shape, 1, 1)) * self.covariance_matrix

    @property
    def variance(self):
        matrix = self.covariance_matrix
        spread = self.diagonal(matrix)
        outer = spread.expand_dims(-1) * spread.expand_dims(-2)
        return self.df.reshape((*self.batch_shape, 1, 1)) * (matrix * matrix + outer)

    def rsample(self, sample_shape=()):
        size = self.event_shape[0]
        shape = self.shape_of(sample_shape)
        kind = self.scale_tril.dtype
        freedom = self.df.expand_dims(-1) - Tensor(np.arange(size), kind)
        chi = ops.sqrt(2 * draw_gamma(freedom / 2, shape[:-1]))
        below = Tensor(np.tril(np.random.standard_normal(shape), -1), kind)
        factor = ops.matmul(self.scale_tril, below + chi.expand_dims(-1) * Tensor(np.eye(size), kind))
        return ops.matmul(factor, factor.swapaxes(-1, -2))

    def half_log_det(self):
        return ops.log(self.diagonal(self.scale_tril)).sum(axis=-1)

    def log_prob(self, value):
        p = self.event_shape[0]
        log_det = 2 * ops.log(self.diagonal(cholesky(value))).sum(axis=-1)
        trace = self.diagonal(ops.matmul(inv(self.covariance_matrix), value)).sum(axis=-1)
        return (
            -self.df * (p * math.log(2) / 2 + self.half_log_det())
            - multigammaln(self.df / 2, p)
            + (self.df - p - 1) / 2 * log_det
            - trace / 2
        )

    def entropy(self):
        p, df = self.event_shape[0], self.df
        digammas = sum(ops.digamma((df - i) / 2) for i in range(p))
        return (
            (p + 1) * (p * math.log(2) / 2 + self.half_log_det())
            + multigammaln(df / 2, p)
            - (df - p - 1) / 2 * digammas
            + df * p / 2
        )


class LKJCholesky(Distribution):
    """torch.distributions.LKJCholesky."""

    arguments = ("dim", "concentration")

    def __init__(self, dim, concentration=1.0, validate_args=None):
        self.dim = dim
        (self.concentration,) = distribution_parameters(concentration)
        super().__init__(self.concentration.shape, (dim, dim))

    def sample(self, sample_shape=()):
        size = self.dim
        shape = self.shape_of(sample_shape)[:-2]
        above = self.concentration.asnumpy()[..., None] + 0.5 * (size - 2)
        offset = np.concatenate([[0.0], np.arange(size - 1)])
        squared = np.random.beta(offset + 0.5, above + 0.5 - 0.5 * offset, (*shape, size))[..., None]
        normal = np.tril(np.random.standard_normal((*shape, size, size)), -1)
        norm = np.maximum(np.linalg.norm(normal, axis=-1, keepdims=True), SMALLEST)
        sphere = normal / norm
        sphere[..., 0, :] = 0.0
        factor = np.sqrt(squared) * sphere
        diagonal = np.sqrt(np.maximum(1 - (factor**2).sum(axis=-1), SMALLEST))
        return Tensor(factor + diagonal[..., None] * np.eye(size), self.concentration.dtype)

    def log_prob(self, value):
        size = self.dim
        diagonal = (value * Tensor(np.eye(size), value.dtype)).sum(axis=-1)[..., 1:]
        order = Tensor(np.arange(2, size + 1), value.dtype)
        order = 2 * (self.concentration - 1).expand_dims(-1) + size - order
        unnormalized = (order * ops.log(diagonal)).sum(axis=-1)
        alpha = self.concentration + 0.5 * (size - 1)
        denominator = ops.lgamma(alpha) * (size - 1)
        numerator = multigammaln(alpha - 0.5, size - 1)
        constant = 0.5 * (size - 1) * math.log(math.pi)
        return unnormalized - (constant + numerator - denominator)


class Independent(Distribution):
    """torch.distributions.Independent: the last batch axes become event axes."""

    def __init__(self, base_distribution, reinterpreted_batch_ndims, validate_args=None):
        self.base_dist, self.reinterpreted_batch_ndims = base_distribution, reinterpreted_batch_ndims
        split = len(base_distribution.batch_shape) - reinterpreted_batch_ndims
        shape = base_distribution.batch_shape + base_distribution.event_shape
        self.has_rsample = base_distribution.has_rsample
        super().__init__(shape[:split], shape[split:])

    mean = property(lambda self: self.base_dist.mean)
    mode = property(lambda self: self.base_dist.mode)
    variance = property(lambda self: self.base_dist.variance)

    def summed(self, values):
        count = self.reinterpreted_batch_ndims
        return values.sum(axis=tuple(range(-count, 0))) if count else values

    def expand(self, batch_shape, _instance=None):
        inner = self.base_dist.batch_shape[len(self.base_dist.batch_shape) - self.reinterpreted_batch_ndims :]
        return Independent(self.base_dist.expand(tuple(batch_shape) + inner), self.reinterpreted_batch_ndims)

    def sample(self, sample_shape=()):
        return self.base_dist.sample(sample_shape)

    def rsample(self, sample_shape=()):
        return self.base_dist.rsample(sample_shape)

    def log_prob(self, value):
        return self.summed(self.base_dist.log_prob(value))

    def entropy(self):
        return self.summed(self.base_dist.entropy())


class MixtureSameFamily(Distribution):
    """torch.distributions.MixtureSameFamily."""

    def __init__(self, mixture_distribution, component_distribution, validate_args=None):
        self.mixture_distribution, self.component_distribution = mixture_distribution, component_distribution
        super().__init__(component_distribution.batch_shape[:-1], component_distribution.event_shape)

    def expand(self, batch_shape, _instance=None):
        batch_shape = tuple(batch_shape)
        inner = self.component_distribution.batch_shape[-1:]
        return MixtureSameFamily(
            self.mixture_distribution.expand(batch_shape), self.component_distribution.expand(batch_shape + inner)
        )

    def weights(self):
        probs = self.mixture_distribution.probs
        return probs.reshape((*probs.shape, *(1,) * len(self.event_shape)))

    @property
    def mean(self):
        return (self.weights() * self.component_distribution.mean).sum(axis=-1 - len(self.event_shape))

    @property
    def variance(self):
        axis = -1 - len(self.event_shape)
        within = (self.weights() * self.component_distribution.variance).sum(axis=axis)
        gap = self.component_distribution.mean - self.mean.expand_dims(axis)
        return within + (self.weights() * gap * gap).sum(axis=axis)

    def lifted(self, value):
        return value.expand_dims(-1 - len(self.event_shape)) if value.ndim or self.event_shape else value.reshape((1,))

    def cdf(self, value):
        return (self.component_distribution.cdf(self.lifted(value)) * self.mixture_distribution.probs).sum(axis=-1)

    def log_prob(self, value):
        found = self.component_distribution.log_prob(self.lifted(value)) + self.mixture_distribution.logits
        top = ops.stop_gradient(found.max(axis=-1, keepdims=True))
        return ops.log(ops.exp(found - top).sum(axis=-1)) + top.squeeze(-1)

    def sample(self, sample_shape=()):
        which = self.mixture_distribution.sample(sample_shape).asnumpy()
        drawn = self.component_distribution.sample(sample_shape).asnumpy()
        axis = drawn.ndim - 1 - len(self.event_shape)
        index = which.reshape((*which.shape, *(1,) * (drawn.ndim - which.ndim)))
        return Tensor(np.take_along_axis(drawn, index, axis).squeeze(axis))


class DistributionTransform:
    """torch.distributions.Transform: ``_call``, ``_inverse`` and ``log_abs_det_jacobian``; ``dims`` event axes."""

    bijective = True
    sign = 1
    event_dim = 0

    def __init__(self, cache_size=0):
        self.cache_size = cache_size

    def __call__(self, x):
        return self._call(x)

    def inverse(self, y):
        return self._inverse(y)

    @property
    def inv(self):
        return InverseTransform(self)

    def forward_shape(self, shape):
        return tuple(shape)

    def inverse_shape(self, shape):
        return tuple(shape)


class InverseTransform(DistributionTransform):
    """A transform run backwards."""

    def __init__(self, transform):
        super().__init__()
        self.transform = transform
        self.bijective, self.sign, self.event_dim = transform.bijective, transform.sign, transform.event_dim

    inv = property(lambda self: self.transform)

    def _call(self, y):
        return self.transform._inverse(y)

    def _inverse(self, x):
        return self.transform._call(x)

    def log_abs_det_jacobian(self, x, y):
        return -self.transform.log_abs_det_jacobian(y, x)

    def forward_shape(self, shape):
        return self.transform.inverse_shape(shape)

    def inverse_shape(self, shape):
        return self.transform.forward_shape(shape)


class ComposeTransform(DistributionTransform):
    """torch.distributions.ComposeTransform."""

    def __init__(self, parts, cache_size=0):
        super().__init__()
        self.parts = list(parts)
        self.bijective = all(part.bijective for part in self.parts)
        self.event_dim = max([part.event_dim for part in self.parts], default=0)

    inv = property(lambda self: ComposeTransform([part.inv for part in reversed(self.parts)]))

    @property
    def sign(self):
        return math.prod(part.sign if not isinstance(part.sign, Tensor) else 1 for part in self.parts)

    def _call(self, x):
        for part in self.parts:
            x = part(x)
        return x

    def _inverse(self, y):
        for part in reversed(self.parts):
            y = part.inverse(y)
        return y

    def log_abs_det_jacobian(self, x, y):
        total = None
        for place, part in enumerate(self.parts):
            after = part(x) if place + 1 < len(self.parts) else y
            term = part.log_abs_det_jacobian(x, after)
            extra = self.event_dim - part.event_dim
            term = term.sum(axis=tuple(range(-extra, 0))) if extra else term
            total, x = term if total is None else total + term, after
        return ops.zeros_like(x) if total is None else total

    def forward_shape(self, shape):
        for part in self.parts:
            shape = part.forward_shape(shape)
        return tuple(shape)


class ExpTransform(DistributionTransform):
    """torch.distributions.ExpTransform."""

    def _call(self, x):
        return ops.exp(x)

    def _inverse(self, y):
        return ops.log(y)

    def log_abs_det_jacobian(self, x, y):
        return x


class SigmoidTransform(DistributionTransform):
    """torch.distributions.SigmoidTransform."""

    def _call(self, x):
        return ops.clamp(ops.sigmoid(x), SMALLEST, 1 - TINY)

    def _inverse(self, y):
        y = ops.clamp(y, SMALLEST, 1 - TINY)
        return ops.log(y) - ops.log1p(-y)

    def log_abs_det_jacobian(self, x, y):
        return -softplus(-x) - softplus(x)


class TanhTransform(DistributionTransform):
    """torch.distributions.TanhTransform. MindSpore's tanh on a CPU is 1 from 5 on (measured, an error of 1e-4), where the
    inverse would be infinite."""

    def _call(self, x):
        return exact_tanh(x)

    def _inverse(self, y):
        return 0.5 * (ops.log1p(y) - ops.log1p(-y))

    def log_abs_det_jacobian(self, x, y):
        return 2.0 * (math.log(2.0) - x - softplus(-2.0 * x))


class SoftplusTransform(DistributionTransform):
    """torch.distributions.SoftplusTransform."""

    def _call(self, x):
        return softplus(x)

    def _inverse(self, y):
        return ops.log(-ops.expm1(-y)) + y

    def log_abs_det_jacobian(self, x, y):
        return -softplus(-x)


class AbsTransform(DistributionTransform):
    """torch.distributions.AbsTransform."""

    bijective = False

    def _call(self, x):
        return ops.abs(x)

    def _inverse(self, y):
        return y


class PowerTransform(DistributionTransform):
    """torch.distributions.PowerTransform."""

    def __init__(self, exponent, cache_size=0):
        super().__init__()
        (self.exponent,) = distribution_parameters(exponent)

    @property
    def sign(self):
        return ops.sign(self.exponent)

    def _call(self, x):
        return x**self.exponent

    def _inverse(self, y):
        return y ** (1 / self.exponent)

    def log_abs_det_jacobian(self, x, y):
        return ops.log(ops.abs(self.exponent * y / x))


class AffineTransform(DistributionTransform):
    """torch.distributions.AffineTransform."""

    def __init__(self, loc, scale, event_dim=0, cache_size=0):
        super().__init__()
        self.loc, self.scale, self.event_dim = loc, scale, event_dim

    @property
    def sign(self):
        if isinstance(self.scale, Tensor):
            return ops.sign(self.scale)
        return 1 if self.scale > 0 else -1 if self.scale < 0 else 0

    def _call(self, x):
        return self.loc + self.scale * x

    def _inverse(self, y):
        return (y - self.loc) / self.scale

    def log_abs_det_jacobian(self, x, y):
        if isinstance(self.scale, Tensor):
            found = ops.log(ops.abs(self.scale)).broadcast_to(np.broadcast_shapes(x.shape, self.scale.shape))
        else:
            found = constant_like(x, math.log(abs(self.scale)))
        return found.sum(axis=tuple(range(-self.event_dim, 0))) if self.event_dim else found


class SoftmaxTransform(DistributionTransform):
    """torch.distributions.SoftmaxTransform."""

    bijective = False
    event_dim = 1

    def _call(self, x):
        return softmax(x, -1)

    def _inverse(self, y):
        return ops.log(y)


class StickBreakingTransform(DistributionTransform):
    """torch.distributions.StickBreakingTransform: from k numbers to k + 1 that sum to one."""

    event_dim = 1

    def offset(self, size, dtype):
        return Tensor(np.log(np.arange(size, 0, -1)), dtype)

    def _call(self, x):
        z = ops.clamp(ops.sigmoid(x - self.offset(x.shape[-1], x.dtype)), SMALLEST, 1 - TINY)
        rest = ops.cumprod(1 - z, -1)
        one = ops.ones((*x.shape[:-1], 1), x.dtype)
        return ops.concat([z, one], -1) * ops.concat([one, rest], -1)

    def _inverse(self, y):
        crop = y[..., :-1]
        left = ops.clamp(1 - ops.cumsum(crop, -1), min=SMALLEST)
        return ops.log(crop) - ops.log(left) + self.offset(crop.shape[-1], y.dtype)

    def log_abs_det_jacobian(self, x, y):
        x = x - self.offset(x.shape[-1], x.dtype)
        return (-x + logsigmoid(x) + ops.log(y[..., :-1])).sum(axis=-1)

    def forward_shape(self, shape):
        return (*shape[:-1], shape[-1] + 1)

    def inverse_shape(self, shape):
        return (*shape[:-1], shape[-1] - 1)


class LowerCholeskyTransform(DistributionTransform):
    """torch.distributions.LowerCholeskyTransform: the lower triangle with a positive diagonal."""

    bijective = False
    event_dim = 2

    def split(self, x):
        size = x.shape[-1]
        eye = Tensor(np.eye(size), x.dtype)
        return x * Tensor(np.tril(np.ones((size, size)), -1), x.dtype), x * eye, eye

    def _call(self, x):
        below, diagonal, eye = self.split(x)
        return below + ops.exp(diagonal) * eye

    def _inverse(self, y):
        below, diagonal, eye = self.split(y)
        return below + ops.log(diagonal + (1 - eye)) * eye


class PositiveDefiniteTransform(DistributionTransform):
    """torch.distributions.PositiveDefiniteTransform."""

    bijective = False
    event_dim = 2

    def _call(self, x):
        lower = LowerCholeskyTransform()(x)
        return ops.matmul(lower, lower.swapaxes(-1, -2))

    def _inverse(self, y):
        return LowerCholeskyTransform().inverse(cholesky(y))


class CorrCholeskyTransform(DistributionTransform):
    """torch.distributions.CorrCholeskyTransform: a vector to the Cholesky factor of a correlation matrix."""

    event_dim = 1

    def size_of(self, length):
        return round((0.25 + 2 * length) ** 0.5 + 0.5)

    def placed(self, x):
        size = self.size_of(x.shape[-1])
        rows, columns = np.tril_indices(size, -1)
        place = np.zeros((x.shape[-1], size * size))
        place[np.arange(x.shape[-1]), rows * size + columns] = 1
        return ops.matmul(x, Tensor(place, x.dtype)).reshape((*x.shape[:-1], size, size))

    def _call(self, x):
        r = self.placed(ops.clamp(ops.tanh(x), -1 + TINY, 1 - TINY))
        size = r.shape[-1]
        rest = ops.cumprod(ops.sqrt(ops.clamp(1 - r * r, min=0.0)), -1)
        r = r + Tensor(np.eye(size), x.dtype)
        one = ops.ones((*r.shape[:-1], 1), x.dtype)
        return r * ops.concat([one, rest[..., :-1]], -1)

    def _inverse(self, y):
        size = y.shape[-1]
        rest = 1 - ops.cumsum(y * y, -1)
        one = ops.ones((*y.shape[:-1], 1), y.dtype)
        left = ops.concat([one, rest[..., :-1]], -1)
        rows, columns = np.tril_indices(size, -1)
        index = Tensor(rows * size + columns, ms.int32)
        flat = (*y.shape[:-2], size * size)
        value = ops.gather(y.reshape(flat), index, y.ndim - 2)
        scale = ops.sqrt(ops.gather(left.reshape(flat), index, y.ndim - 2))
        t = value / scale
        return 0.5 * (ops.log1p(t) - ops.log1p(-t))

    def log_abs_det_jacobian(self, x, y):
        size = y.shape[-1]
        rest = 1 - ops.cumsum(y * y, -1)
        rows, columns = np.tril_indices(size, -2)
        index = Tensor(rows * size + columns, ms.int32)
        picked = ops.gather(rest.reshape((*y.shape[:-2], size * size)), index, y.ndim - 2)
        stick = 0.5 * ops.log(picked).sum(axis=-1)
        return stick - 2 * (x + softplus(-2 * x) - math.log(2.0)).sum(axis=-1)

    def forward_shape(self, shape):
        size = self.size_of(shape[-1])
        return (*shape[:-1], size, size)


class ReshapeTransform(DistributionTransform):
    """torch.distributions.ReshapeTransform."""

    def __init__(self, in_shape, out_shape, cache_size=0):
        super().__init__()
        self.in_shape, self.out_shape = tuple(in_shape), tuple(out_shape)
        self.event_dim = len(self.in_shape)

    def _call(self, x):
        return x.reshape((*x.shape[: x.ndim - len(self.in_shape)], *self.out_shape))

    def _inverse(self, y):
        return y.reshape((*y.shape[: y.ndim - len(self.out_shape)], *self.in_shape))

    def log_abs_det_jacobian(self, x, y):
        return ops.zeros(x.shape[: x.ndim - len(self.in_shape)], x.dtype)

    def forward_shape(self, shape):
        return (*shape[: len(shape) - len(self.in_shape)], *self.out_shape)


class IndependentTransform(DistributionTransform):
    """torch.distributions.IndependentTransform."""

    def __init__(self, base_transform, reinterpreted_batch_ndims, cache_size=0):
        super().__init__()
        self.base_transform, self.reinterpreted_batch_ndims = base_transform, reinterpreted_batch_ndims
        self.bijective, self.sign = base_transform.bijective, base_transform.sign
        self.event_dim = base_transform.event_dim + reinterpreted_batch_ndims

    def _call(self, x):
        return self.base_transform(x)

    def _inverse(self, y):
        return self.base_transform.inverse(y)

    def log_abs_det_jacobian(self, x, y):
        found = self.base_transform.log_abs_det_jacobian(x, y)
        return found.sum(axis=tuple(range(-self.reinterpreted_batch_ndims, 0)))

    def forward_shape(self, shape):
        return self.base_transform.forward_shape(shape)


def summed_to(values, before, after):
    """Log determinants of a transform with ``before`` event axes, summed over the axes of ``after``."""
    return values if after == before else values.sum(axis=tuple(range(before - after, 0)))


class CatTransform(DistributionTransform):
    """torch.distributions.CatTransform: each transform on its piece of an axis."""

    def __init__(self, tseq, dim=0, lengths=None, cache_size=0):
        super().__init__()
        self.transforms, self.dim = list(tseq), dim
        self.lengths = [1] * len(self.transforms) if lengths is None else list(lengths)
        self.event_dim = max(one.event_dim for one in self.transforms)
        self.bijective = all(one.bijective for one in self.transforms)

    @property
    def length(self):
        return sum(self.lengths)

    def pieces(self, x):
        before = (slice(None),) * (self.dim % x.ndim)
        ends = np.cumsum(self.lengths)
        return [x[(*before, slice(int(end - length), int(end)))] for end, length in zip(ends, self.lengths)]

    def joined(self, parts, axis):
        return ops.concat(parts, axis)

    def _call(self, x):
        found = [one(piece) for one, piece in zip(self.transforms, self.pieces(x))]
        return self.joined(found, self.dim % x.ndim)

    def _inverse(self, y):
        found = [one.inverse(piece) for one, piece in zip(self.transforms, self.pieces(y))]
        return self.joined(found, self.dim % y.ndim)

    def log_abs_det_jacobian(self, x, y):
        found = [
            summed_to(one.log_abs_det_jacobian(a, b), one.event_dim, self.event_dim)
            for one, a, b in zip(self.transforms, self.pieces(x), self.pieces(y))
        ]
        axis = (self.dim - x.ndim if self.dim >= 0 else self.dim) + self.event_dim
        return self.joined(found, axis) if axis < 0 else sum(found)


class StackTransform(CatTransform):
    """torch.distributions.StackTransform: each transform on its slice of an axis."""

    def __init__(self, tseq, dim=0, cache_size=0):
        super().__init__(tseq, dim)
        self.event_dim = 0

    def pieces(self, x):
        before = (slice(None),) * (self.dim % x.ndim)
        return [x[(*before, place)] for place in range(len(self.transforms))]

    def joined(self, parts, axis):
        return ops.stack(parts, axis)

    def log_abs_det_jacobian(self, x, y):
        found = [one.log_abs_det_jacobian(a, b) for one, a, b in zip(self.transforms, self.pieces(x), self.pieces(y))]
        return ops.stack(found, self.dim % x.ndim)


class CumulativeDistributionTransform(DistributionTransform):
    """torch.distributions.CumulativeDistributionTransform."""

    def __init__(self, distribution, cache_size=0):
        super().__init__()
        self.distribution = distribution

    def _call(self, x):
        return self.distribution.cdf(x)

    def _inverse(self, y):
        return self.distribution.icdf(y)

    def log_abs_det_jacobian(self, x, y):
        return self.distribution.log_prob(x)


class TransformedDistribution(Distribution):
    """torch.distributions.TransformedDistribution."""

    def __init__(self, base_distribution, transforms, validate_args=None):
        self.base_dist = base_distribution
        self.transforms = list(transforms) if isinstance(transforms, list | tuple) else [transforms]
        self.has_rsample = base_distribution.has_rsample
        inner = base_distribution.batch_shape + base_distribution.event_shape
        shape = ComposeTransform(self.transforms).forward_shape(inner)
        dims = max([len(base_distribution.event_shape), *(part.event_dim for part in self.transforms)])
        cut = len(shape) - dims
        super().__init__(shape[:cut], shape[cut:])

    def sample(self, sample_shape=()):
        return ops.stop_gradient(self.through(self.base_dist.sample(sample_shape)))

    def rsample(self, sample_shape=()):
        return self.through(self.base_dist.rsample(sample_shape))

    def through(self, x):
        for transform in self.transforms:
            x = transform(x)
        return x

    def back(self, y):
        for transform in reversed(self.transforms):
            y = transform.inverse(y)
        return y

    def log_prob(self, value):
        dims = len(self.event_shape)
        total, y = 0.0, value
        for transform in reversed(self.transforms):
            x = transform.inverse(y)
            total = total - self.summed(transform.log_abs_det_jacobian(x, y), dims - transform.event_dim)
            y = x
        return total + self.summed(self.base_dist.log_prob(y), dims - len(self.base_dist.event_shape))

    def summed(self, values, dims):
        return values.sum(axis=tuple(range(-dims, 0))) if dims > 0 else values

    def monotone(self, value):
        sign = 1
        for transform in self.transforms:
            sign = sign * transform.sign
        return value if isinstance(sign, int) and sign == 1 else sign * (value - 0.5) + 0.5

    def cdf(self, value):
        return self.monotone(self.base_dist.cdf(self.back(value)))

    def icdf(self, value):
        return self.through(self.base_dist.icdf(self.monotone(value)))

    def expand(self, batch_shape, _instance=None):
        return TransformedDistribution(self.base_dist.expand(batch_shape), self.transforms)
