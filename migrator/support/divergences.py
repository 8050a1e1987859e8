"""torch.distributions.kl_divergence, pair by pair."""

from __future__ import annotations

import itertools
import math

from mindspore import ops

from migrator.support.distributions import EULER, constant_like, x_log_y
from migrator.support.matrices import inv


def kl_infinite(p, q):
    """Where q gives no weight to something that p does."""
    return constant_like(p.entropy() if hasattr(p, "entropy") else p.mean, math.inf)


def kl_normal_normal(p, q):
    ratio = (p.scale / q.scale) ** 2
    gap = ((p.loc - q.loc) / q.scale) ** 2
    return 0.5 * (ratio + gap - 1 - ops.log(ratio))


def kl_lognormal_lognormal(p, q):
    return kl_normal_normal(p, q)


def kl_halfnormal_halfnormal(p, q):
    return kl_normal_normal(p.base_dist, q.base_dist)


def kl_bernoulli_bernoulli(p, q):
    found = p.probs * (p.logits - q.logits)
    softplus_p = ops.maximum(p.logits, 0) + ops.log1p(ops.exp(-ops.abs(p.logits)))
    softplus_q = ops.maximum(q.logits, 0) + ops.log1p(ops.exp(-ops.abs(q.logits)))
    return found - softplus_p + softplus_q


def kl_binomial_binomial(p, q):
    return p.total_count * (p.probs * (p.logits - q.logits) + ops.log1p(-p.probs) - ops.log1p(-q.probs))


def kl_categorical_categorical(p, q):
    found = p.probs * (p.logits - q.logits)
    found = ops.where(q.probs == 0, constant_like(found, math.inf), found)
    return ops.where(p.probs == 0, ops.zeros_like(found), found).sum(axis=-1)


def kl_onehotcategorical_onehotcategorical(p, q):
    return kl_categorical_categorical(p._categorical, q._categorical)


def kl_beta_beta(p, q):
    sum_p, sum_q = p.concentration1 + p.concentration0, q.concentration1 + q.concentration0
    first = ops.lgamma(q.concentration1) + ops.lgamma(q.concentration0) + ops.lgamma(sum_p)
    second = ops.lgamma(p.concentration1) + ops.lgamma(p.concentration0) + ops.lgamma(sum_q)
    return (
        first
        - second
        + (p.concentration1 - q.concentration1) * ops.digamma(p.concentration1)
        + (p.concentration0 - q.concentration0) * ops.digamma(p.concentration0)
        + (sum_q - sum_p) * ops.digamma(sum_p)
    )


def kl_dirichlet_dirichlet(p, q):
    total = p.concentration.sum(axis=-1)
    gap = p.concentration - q.concentration
    slope = ops.digamma(p.concentration) - ops.digamma(total).expand_dims(-1)
    return (
        ops.lgamma(total)
        - ops.lgamma(q.concentration.sum(axis=-1))
        - (ops.lgamma(p.concentration) - ops.lgamma(q.concentration)).sum(axis=-1)
        + (gap * slope).sum(axis=-1)
    )


def kl_exponential_exponential(p, q):
    ratio = q.rate / p.rate
    return -ops.log(ratio) + ratio - 1


def kl_gamma_gamma(p, q):
    return (
        q.concentration * ops.log(p.rate / q.rate)
        + ops.lgamma(q.concentration)
        - ops.lgamma(p.concentration)
        + (p.concentration - q.concentration) * ops.digamma(p.concentration)
        + (q.rate - p.rate) * (p.concentration / p.rate)
    )


def kl_geometric_geometric(p, q):
    return -p.entropy() - ops.log1p(-q.probs) / p.probs - q.logits


def kl_gumbel_gumbel(p, q):
    ratio = p.scale / q.scale
    left, right = q.loc / q.scale, p.loc / q.scale
    total = ops.log(q.scale) - ops.log(p.scale) - left + right
    return total + ratio * EULER + ops.exp(left + ops.lgamma(1 + ratio) - right) - (1 + EULER)


def kl_laplace_laplace(p, q):
    ratio = p.scale / q.scale
    gap = ops.abs(p.loc - q.loc)
    return -ops.log(ratio) + gap / q.scale + ratio * ops.exp(-gap / p.scale) - 1


def kl_cauchy_cauchy(p, q):
    return ops.log((p.scale + q.scale) ** 2 + (p.loc - q.loc) ** 2) - ops.log(4 * p.scale * q.scale)


def kl_pareto_pareto(p, q):
    ratio = p.scale / q.scale
    slope = q.alpha / p.alpha
    found = q.alpha * ops.log(ratio) - ops.log(slope) + slope - 1
    return ops.where(p.scale < q.scale, constant_like(found, math.inf), found)


def kl_poisson_poisson(p, q):
    return p.rate * (ops.log(p.rate) - ops.log(q.rate)) - (p.rate - q.rate)


def kl_uniform_uniform(p, q):
    found = ops.log((q.high - q.low) / (p.high - p.low))
    return ops.where((q.low > p.low).logical_or(q.high < p.high), constant_like(found, math.inf), found)


def kl_continuousbernoulli_continuousbernoulli(p, q):
    mean = p.mean * (p.logits - q.logits)
    return mean + p.log_constant() + ops.log1p(-p.probs) - q.log_constant() - ops.log1p(-q.probs)


def kl_continuousbernoulli_exponential(p, q):
    return -p.entropy() - ops.log(q.rate) + q.rate * p.mean


def kl_multivariatenormal_multivariatenormal(p, q):
    size = p.event_shape[0]
    inverse = inv(q.scale_tril)
    trace = (ops.matmul(inverse, p.scale_tril) ** 2).sum(axis=(-1, -2))
    gap = ops.matmul(inverse, (q.loc - p.loc).expand_dims(-1))
    distance = (gap * gap).sum(axis=(-1, -2))
    return q.half_log_det() - p.half_log_det() + 0.5 * (trace + distance - size)


def kl_independent_independent(p, q):
    return p.summed(kl_divergence(p.base_dist, q.base_dist))


def kl_transformeddistribution_transformeddistribution(p, q):
    return p.summed(kl_divergence(p.base_dist, q.base_dist), len(p.event_shape) - len(p.base_dist.event_shape))


def cross_normal(p, q):
    """The expectation of -log N(q) under p, from p's mean and variance."""
    spread = 2 * q.scale * q.scale
    return 0.5 * math.log(2 * math.pi) + ops.log(q.scale) + (p.variance + (p.mean - q.loc) ** 2) / spread


def kl_any_normal(p, q):
    return -p.entropy() + cross_normal(p, q)


def kl_any_exponential(p, q):
    return -p.entropy() - ops.log(q.rate) + q.rate * p.mean


def kl_beta_gamma(p, q):
    c = q.concentration
    return (
        -p.entropy()
        + ops.lgamma(c)
        - c * ops.log(q.rate)
        - (c - 1) * (ops.digamma(p.concentration1) - ops.digamma(p.concentration1 + p.concentration0))
        + q.rate * p.mean
    )


def kl_exponential_gamma(p, q):
    ratio = q.rate / p.rate
    c = q.concentration
    return -c * ops.log(ratio) + ratio + ops.lgamma(c) + c * EULER - (1 + EULER)


def kl_exponential_gumbel(p, q):
    product = p.rate * q.scale
    left, right = ops.log(product) - 1, ops.exp(q.loc / q.scale) * product / (product + 1)
    return left - q.loc / q.scale + right + 1 / product


def kl_exponential_normal(p, q):
    variance = q.scale * q.scale
    squared = p.rate * p.rate
    first = 0.5 * ops.log(squared * variance * 2 * math.pi)
    return first - 1 + (1 / squared - q.loc / p.rate + q.loc * q.loc / 2) / variance


def kl_gamma_gumbel(p, q):
    beta = p.rate * q.scale
    left = q.loc / q.scale
    first = (p.concentration - 1) * ops.digamma(p.concentration) - ops.lgamma(p.concentration) - p.concentration
    second = ops.log(beta) + p.concentration / beta
    return first + second + ops.exp(left) * (1 + 1 / beta) ** (-p.concentration) - left


def kl_laplace_normal(p, q):
    variance = q.scale * q.scale
    ratio = p.scale * p.scale / variance
    first = 0.5 * ops.log(2 * ratio / math.pi)
    return -first + ratio + (0.5 * p.loc * p.loc - p.loc * q.loc + 0.5 * q.loc * q.loc) / variance - 1


def kl_normal_gumbel(p, q):
    mean, variance = p.loc / q.scale, (p.scale / q.scale) ** 2
    left = q.loc / q.scale
    return (
        -ops.log(p.scale / q.scale)
        + mean
        - left
        + ops.exp(-mean + 0.5 * variance + left)
        - 0.5 * (1 + math.log(2 * math.pi))
    )


def kl_normal_laplace(p, q):
    gap = p.loc - q.loc
    ratio = p.scale / q.scale
    first = -ops.log(ratio)
    second = math.sqrt(2 / math.pi) * p.scale * ops.exp(-0.5 * (gap / p.scale) ** 2)
    third = gap * ops.erf(math.sqrt(0.5) * gap / p.scale)
    return first + (second + third) / q.scale - 0.5 * (1 + math.log(0.5 * math.pi))


def kl_pareto_exponential(p, q):
    product = p.scale * q.rate
    found = ops.log(p.alpha / product) - 1 / p.alpha - 1 + p.alpha * product / (p.alpha - 1)
    return ops.where(p.alpha <= 1, constant_like(found, math.inf), found)


def kl_pareto_normal(p, q):
    variance = 2 * q.scale * q.scale
    less = p.alpha - 1
    first = ops.log(math.sqrt(2 * math.pi) * q.scale * p.alpha / p.scale) - 1 / p.alpha - 1
    second = p.alpha * p.scale * p.scale / (p.alpha - 2) - 2 * q.loc * p.alpha * p.scale / less + q.loc * q.loc
    found = first + second / variance
    return ops.where(p.alpha <= 2, constant_like(found, math.inf), found)


def kl_uniform_beta(p, q):
    width = p.high - p.low
    total = ops.log(width)
    high = (q.concentration1 - 1) * (x_log_y(p.high, p.high) - x_log_y(p.low, p.low) - width) / width
    up, down = 1 - p.high, 1 - p.low
    low = (q.concentration0 - 1) * (x_log_y(up, up) - x_log_y(down, down) + width) / width
    beta = ops.lgamma(q.concentration1) + ops.lgamma(q.concentration0) - ops.lgamma(q.concentration1 + q.concentration0)
    found = low - high + beta - total
    return ops.where((p.high > 1).logical_or(p.low < 0), constant_like(found, math.inf), found)


def kl_uniform_exponential(p, q):
    found = q.rate * (p.high + p.low) / 2 - ops.log((p.high - p.low) * q.rate)
    return ops.where(p.low < 0, constant_like(found, math.inf), found)


def kl_uniform_gamma(p, q):
    width = p.high - p.low
    found = (
        -ops.log(width)
        + ops.lgamma(q.concentration)
        - q.concentration * ops.log(q.rate)
        + (1 - q.concentration) * (x_log_y(p.high, p.high) - x_log_y(p.low, p.low) - width) / width
        + q.rate * (p.high + p.low) / 2
    )
    return ops.where(p.low < 0, constant_like(found, math.inf), found)


def kl_uniform_gumbel(p, q):
    ratio = q.scale / (p.high - p.low)
    high, low = (p.high - q.loc) / q.scale, (p.low - q.loc) / q.scale
    return ops.log(ratio) + 0.5 * (high + low) - ratio * (ops.exp(-high) - ops.exp(-low))


def kl_uniform_normal(p, q):
    width = p.high - p.low
    middle = (p.high + p.low - 2 * q.loc) / 2
    first = ops.log(math.sqrt(math.pi * 2) * q.scale / width)
    return first + 0.5 * (width * width / 12 + middle * middle) / (q.scale * q.scale)


def kl_uniform_pareto(p, q):
    width = p.high - p.low
    first = ops.log(q.alpha * q.scale**q.alpha * width)
    second = (x_log_y(p.high, p.high) - x_log_y(p.low, p.low) - width) / width
    found = second * (q.alpha + 1) - first
    return ops.where(p.low < q.scale, constant_like(found, math.inf), found)


KL_OWN = {
    "Normal": kl_normal_normal,
    "LogNormal": kl_lognormal_lognormal,
    "HalfNormal": kl_halfnormal_halfnormal,
    "Bernoulli": kl_bernoulli_bernoulli,
    "Binomial": kl_binomial_binomial,
    "Categorical": kl_categorical_categorical,
    "OneHotCategorical": kl_onehotcategorical_onehotcategorical,
    "OneHotCategoricalStraightThrough": kl_onehotcategorical_onehotcategorical,
    "Beta": kl_beta_beta,
    "Dirichlet": kl_dirichlet_dirichlet,
    "Exponential": kl_exponential_exponential,
    "Gamma": kl_gamma_gamma,
    "Chi2": kl_gamma_gamma,
    "Geometric": kl_geometric_geometric,
    "Gumbel": kl_gumbel_gumbel,
    "Laplace": kl_laplace_laplace,
    "Cauchy": kl_cauchy_cauchy,
    "Pareto": kl_pareto_pareto,
    "Poisson": kl_poisson_poisson,
    "Uniform": kl_uniform_uniform,
    "ContinuousBernoulli": kl_continuousbernoulli_continuousbernoulli,
    "MultivariateNormal": kl_multivariatenormal_multivariatenormal,
    "LowRankMultivariateNormal": kl_multivariatenormal_multivariatenormal,
    "Independent": kl_independent_independent,
    "TransformedDistribution": kl_transformeddistribution_transformeddistribution,
}


def kl_beta_uniform(p, q):
    found = -p.entropy() + ops.log(q.high - q.low)
    return ops.where((q.low > 0).logical_or(q.high < 1), constant_like(found, math.inf), found)


def kl_continuousbernoulli_uniform(p, q):
    """Infinite in torch also where the uniform distribution begins at 0 or ends at 1."""
    found = -p.entropy() + ops.log(q.high - q.low)
    return ops.where((q.low >= 0).logical_or(q.high <= 1), constant_like(found, math.inf), found)


def kl_pareto_gamma(p, q):
    c = q.concentration
    common = ops.log(p.scale) + 1 / p.alpha
    found = ops.log(p.alpha) - c * common + ops.lgamma(c) - c * ops.log(q.rate)
    found = found + q.rate * p.alpha * p.scale / (p.alpha - 1) - 1
    return ops.where(p.alpha <= 1, constant_like(found, math.inf), found)


KL_MIXED = {
    ("Bernoulli", "Poisson"): lambda p, q: -p.entropy() - (p.probs * ops.log(q.rate) - q.rate),
    ("Beta", "ContinuousBernoulli"): lambda p, q: (
        -p.entropy() - p.mean * q.logits - ops.log1p(-q.probs) - q.log_constant()
    ),
    ("Beta", "Exponential"): kl_any_exponential,
    ("Beta", "Gamma"): kl_beta_gamma,
    ("Beta", "Normal"): kl_any_normal,
    ("Beta", "Uniform"): kl_beta_uniform,
    ("ContinuousBernoulli", "Exponential"): kl_continuousbernoulli_exponential,
    ("ContinuousBernoulli", "Normal"): kl_any_normal,
    ("ContinuousBernoulli", "Uniform"): kl_continuousbernoulli_uniform,
    ("Exponential", "Gamma"): kl_exponential_gamma,
    ("Exponential", "Gumbel"): kl_exponential_gumbel,
    ("Exponential", "Normal"): kl_exponential_normal,
    ("Gamma", "Exponential"): lambda p, q: -p.entropy() - ops.log(q.rate) + q.rate * p.concentration / p.rate,
    ("Gamma", "Gumbel"): kl_gamma_gumbel,
    ("Gamma", "Normal"): kl_any_normal,
    ("Gumbel", "Normal"): kl_any_normal,
    ("Laplace", "Normal"): kl_laplace_normal,
    ("LowRankMultivariateNormal", "MultivariateNormal"): kl_multivariatenormal_multivariatenormal,
    ("MultivariateNormal", "LowRankMultivariateNormal"): kl_multivariatenormal_multivariatenormal,
    ("Normal", "Gumbel"): kl_normal_gumbel,
    ("Normal", "Laplace"): kl_normal_laplace,
    ("Pareto", "Exponential"): kl_pareto_exponential,
    ("Pareto", "Gamma"): kl_pareto_gamma,
    ("Pareto", "Normal"): kl_pareto_normal,
    ("Uniform", "Beta"): kl_uniform_beta,
    ("Uniform", "ContinuousBernoulli"): lambda p, q: ops.where(
        (p.high > 1).logical_or(p.low < 0),
        constant_like(p.mean, math.inf),
        -p.entropy() - p.mean * q.logits - ops.log1p(-q.probs) - q.log_constant(),
    ),
    ("Uniform", "Exponential"): kl_uniform_exponential,
    ("Uniform", "Gamma"): kl_uniform_gamma,
    ("Uniform", "Gumbel"): kl_uniform_gumbel,
    ("Uniform", "Normal"): kl_uniform_normal,
    ("Uniform", "Pareto"): kl_uniform_pareto,
}

KL_SUPPORTS = {
    "unit": {"Beta", "ContinuousBernoulli"},
    "positive": {"Exponential", "Gamma", "Chi2"},
    "real": {"Normal", "Gumbel", "Laplace", "Cauchy"},
    "above": {"Pareto"},
    "between": {"Uniform"},
}
"""What a distribution covers; p that reaches beyond q has an infinite divergence."""

KL_BEYOND = {
    ("unit", "above"),
    ("positive", "unit"),
    ("positive", "above"),
    ("positive", "between"),
    ("real", "unit"),
    ("real", "positive"),
    ("real", "above"),
    ("real", "between"),
    ("above", "unit"),
    ("above", "between"),
}


KL_REGISTERED = {}
"""The program's own divergences, by the classes of the two distributions."""


def register_kl(type_p, type_q):
    """torch.distributions.kl.register_kl: the decorator of a divergence of one's own."""

    def registering(function):
        KL_REGISTERED[type_p, type_q] = function
        return function

    return registering


def kl_divergence(p, q):
    """torch.distributions.kl_divergence(p, q): the program's own, or that of the classes or of those that they derive
    from."""
    for kinds in itertools.product(type(p).__mro__, type(q).__mro__):
        if kinds in KL_REGISTERED:
            return KL_REGISTERED[kinds](p, q)
        names = tuple(kind.__name__ for kind in kinds)
        if names in KL_MIXED:
            return KL_MIXED[names](p, q)
        if names[0] == names[1] and names[0] in KL_OWN:
            return KL_OWN[names[0]](p, q)
    names = (type(p).__name__, type(q).__name__)
    supports = tuple(next((kind for kind, members in KL_SUPPORTS.items() if name in members), "") for name in names)
    if supports in KL_BEYOND or names == ("Poisson", "Bernoulli") or names == ("Poisson", "Binomial"):
        return kl_infinite(p, q)
    raise NotImplementedError(f"No KL(p || q) is implemented for p type {names[0]} and q type {names[1]}")
