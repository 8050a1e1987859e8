"""torch.distributions.constraints: which numbers are allowed, asked by ``check``."""

import numpy as np
from mindspore import Tensor, ops

from migrator.support.distributions import (
    AffineTransform,
    ComposeTransform,
    CorrCholeskyTransform,
    ExpTransform,
    IndependentTransform,
    LowerCholeskyTransform,
    PositiveDefiniteTransform,
    SigmoidTransform,
    SoftmaxTransform,
    StickBreakingTransform,
)


class ValueConstraint:
    """The base of torch's constraints: ``check(value)`` says for each event whether it is allowed."""

    is_discrete = False
    event_dim = 0

    def check(self, value):
        raise NotImplementedError

    def __repr__(self):
        return type(self).__name__.removeprefix("_") + "()"


class CheckedBy(ValueConstraint):
    """A constraint without parameters, by the function that checks it."""

    def __init__(self, function, is_discrete=False, event_dim=0):
        self.check, self.is_discrete, self.event_dim = function, is_discrete, event_dim


class IntegerInterval(ValueConstraint):
    """Integers from ``lower_bound`` to ``upper_bound``; without an upper bound from there on."""

    is_discrete = True

    def __init__(self, lower_bound=None, upper_bound=None):
        self.lower_bound, self.upper_bound = lower_bound, upper_bound

    def check(self, value):
        allowed = value % 1 == 0
        if self.lower_bound is not None:
            allowed = allowed & (value >= self.lower_bound)
        return allowed if self.upper_bound is None else allowed & (value <= self.upper_bound)


class Interval(ValueConstraint):
    """Numbers between bounds; ``open_low`` and ``open_high`` leave a bound itself out, None is no bound."""

    def __init__(self, lower_bound=None, upper_bound=None, open_low=False, open_high=False):
        self.lower_bound, self.upper_bound = lower_bound, upper_bound
        self.open_low, self.open_high = open_low, open_high

    def check(self, value):
        allowed = value == value
        if self.lower_bound is not None:
            allowed = allowed & ((value > self.lower_bound) if self.open_low else (value >= self.lower_bound))
        if self.upper_bound is not None:
            allowed = allowed & ((value < self.upper_bound) if self.open_high else (value <= self.upper_bound))
        return allowed


def greater_than(lower_bound):
    """torch's ``constraints.greater_than``."""
    return Interval(lower_bound, open_low=True)


def less_than(upper_bound):
    """torch's ``constraints.less_than``."""
    return Interval(upper_bound=upper_bound, open_high=True)


def half_open_interval(lower_bound, upper_bound):
    """torch's ``constraints.half_open_interval``."""
    return Interval(lower_bound, upper_bound, open_high=True)


class IndependentConstraint(ValueConstraint):
    """torch's ``constraints.independent``: the last axes of a constraint count as one event."""

    def __init__(self, base_constraint, reinterpreted_batch_ndims):
        self.base_constraint, self.reinterpreted_batch_ndims = base_constraint, reinterpreted_batch_ndims
        self.is_discrete = base_constraint.is_discrete
        self.event_dim = base_constraint.event_dim + reinterpreted_batch_ndims

    def check(self, value):
        result = self.base_constraint.check(value)
        if result.ndim < self.reinterpreted_batch_ndims:
            raise ValueError(f"Expected value.dim() >= {self.event_dim} but got {value.ndim}")
        if not self.reinterpreted_batch_ndims:
            return result
        return result.reshape((*result.shape[: result.ndim - self.reinterpreted_batch_ndims], -1)).all(axis=-1)


class MultinomialConstraint(ValueConstraint):
    """torch's ``constraints.multinomial``: counts that sum to at most ``upper_bound``."""

    is_discrete = True
    event_dim = 1

    def __init__(self, upper_bound):
        self.upper_bound = upper_bound

    def check(self, x):
        return (x >= 0).all(axis=-1) & (x.sum(axis=-1) <= self.upper_bound)


class PiecewiseConstraint(ValueConstraint):
    """torch's ``constraints.cat`` (pieces of ``lengths``) and ``constraints.stack`` (single slices)."""

    def __init__(self, cseq, dim=0, lengths=None):
        self.cseq, self.dim, self.lengths = list(cseq), dim, lengths
        self.is_discrete = any(constraint.is_discrete for constraint in self.cseq)
        self.event_dim = max(constraint.event_dim for constraint in self.cseq)

    def check(self, value):
        found, start = [], 0
        axis = self.dim % value.ndim
        if self.lengths is None:
            for place, constraint in enumerate(self.cseq):
                found.append(constraint.check(value[(slice(None),) * axis + (place,)]))
            return ops.stack(found, axis)
        for constraint, length in zip(self.cseq, self.lengths):
            found.append(constraint.check(value[(slice(None),) * axis + (slice(start, start + length),)]))
            start += length
        return ops.concat([part.astype("int32") for part in found], axis).astype("bool")


def cat_constraint(cseq, dim=0, lengths=None):
    """torch's ``constraints.cat``; without lengths every piece has one slice."""
    return PiecewiseConstraint(cseq, dim, [1] * len(cseq) if lengths is None else list(lengths))


def _is_square(value):
    return Tensor(np.full(value.shape[:-2], value.shape[-2] == value.shape[-1]))


def _is_symmetric(value):
    if value.shape[-2] != value.shape[-1]:
        return _is_square(value)
    return Tensor(np.isclose(value.asnumpy(), np.swapaxes(value.asnumpy(), -2, -1), atol=1e-6).all(axis=(-2, -1)))


def _is_lower_triangular(value):
    return Tensor((np.tril(value.asnumpy()) == value.asnumpy()).all(axis=(-2, -1)))


def _is_lower_cholesky(value):
    diagonal = np.diagonal(value.asnumpy(), axis1=-2, axis2=-1)
    return _is_lower_triangular(value) & Tensor((diagonal > 0).all(axis=-1))


def _is_corr_cholesky(value):
    tolerance = np.finfo(value.asnumpy().dtype).eps * value.shape[-1] * 10
    norms = np.linalg.norm(value.asnumpy(), axis=-1)
    return _is_lower_cholesky(value) & Tensor((np.abs(norms - 1) <= tolerance).all(axis=-1))


def _is_factored(matrix):
    try:
        np.linalg.cholesky(matrix)
    except np.linalg.LinAlgError:
        return False
    return True


def _is_positive(value, strictly):
    """As torch: where one matrix of a batch is not symmetric, the answer is which of them are."""
    symmetric = _is_symmetric(value)
    matrices = value.asnumpy()
    if not symmetric.asnumpy().all():
        return symmetric
    if not strictly:
        return Tensor((np.linalg.eigvalsh(matrices) >= 0).all(axis=-1))
    found = [_is_factored(matrix) for matrix in matrices.reshape(-1, *matrices.shape[-2:])]
    return Tensor(np.array(found).reshape(matrices.shape[:-2]))


def _is_one_hot(value):
    binary = (value == 0) | (value == 1)
    return binary.all(axis=-1) & (value.sum(axis=-1) == 1)


def _is_simplex(value):
    return (value >= 0).all(axis=-1) & (ops.abs(value.sum(axis=-1) - 1) < 1e-6)


constraint_boolean = CheckedBy(lambda value: (value == 0) | (value == 1), True)
constraint_nonnegative_integer = IntegerInterval(0)
constraint_positive_integer = IntegerInterval(1)
constraint_nonnegative = Interval(0.0)
constraint_positive = Interval(0.0, open_low=True)
constraint_real = CheckedBy(lambda value: value == value)
constraint_real_vector = IndependentConstraint(constraint_real, 1)
constraint_unit_interval = Interval(0.0, 1.0)
constraint_simplex = CheckedBy(_is_simplex, event_dim=1)
constraint_one_hot = CheckedBy(_is_one_hot, True, 1)
constraint_square = CheckedBy(_is_square, event_dim=2)
constraint_symmetric = CheckedBy(_is_symmetric, event_dim=2)
constraint_lower_triangular = CheckedBy(_is_lower_triangular, event_dim=2)
constraint_lower_cholesky = CheckedBy(_is_lower_cholesky, event_dim=2)
constraint_corr_cholesky = CheckedBy(_is_corr_cholesky, event_dim=2)
constraint_positive_semidefinite = CheckedBy(lambda value: _is_positive(value, False), event_dim=2)
constraint_positive_definite = CheckedBy(lambda value: _is_positive(value, True), event_dim=2)


ARGUMENT_CONSTRAINTS = {
    "Bernoulli ContinuousBernoulli Geometric RelaxedBernoulli": {
        "probs": constraint_unit_interval,
        "logits": constraint_real,
    },
    "Beta Kumaraswamy": {"concentration1": constraint_positive, "concentration0": constraint_positive},
    "Binomial": {
        "total_count": constraint_nonnegative_integer,
        "probs": constraint_unit_interval,
        "logits": constraint_real,
    },
    "Categorical Multinomial OneHotCategorical OneHotCategoricalStraightThrough RelaxedOneHotCategorical": {
        "probs": constraint_simplex,
        "logits": constraint_real_vector,
    },
    "Cauchy Gumbel Laplace LogNormal LogisticNormal Normal": {"loc": constraint_real, "scale": constraint_positive},
    "Chi2": {"df": constraint_positive},
    "Exponential": {"rate": constraint_positive},
    "FisherSnedecor": {"df1": constraint_positive, "df2": constraint_positive},
    "Gamma InverseGamma": {"concentration": constraint_positive, "rate": constraint_positive},
    "GeneralizedPareto": {"loc": constraint_real, "scale": constraint_positive, "concentration": constraint_real},
    "HalfCauchy HalfNormal": {"scale": constraint_positive},
    "LKJCholesky": {"concentration": constraint_positive},
    "MultivariateNormal": {
        "loc": constraint_real_vector,
        "covariance_matrix": constraint_positive_definite,
        "precision_matrix": constraint_positive_definite,
        "scale_tril": constraint_lower_cholesky,
    },
    "Pareto": {"alpha": constraint_positive, "scale": constraint_positive},
    "Poisson": {"rate": constraint_nonnegative},
    "StudentT": {"df": constraint_positive, "loc": constraint_real, "scale": constraint_positive},
    "VonMises": {"loc": constraint_real, "concentration": constraint_positive},
    "Weibull": {"scale": constraint_positive, "concentration": constraint_positive},
    "Dirichlet": {"concentration": IndependentConstraint(constraint_positive, 1)},
    "LowRankMultivariateNormal": {
        "loc": constraint_real_vector,
        "cov_factor": IndependentConstraint(constraint_real, 2),
        "cov_diag": IndependentConstraint(constraint_positive, 1),
    },
    "NegativeBinomial": {"total_count": Interval(0), "probs": half_open_interval(0.0, 1.0), "logits": constraint_real},
}
"""What torch asks of the parameters of each distribution; of those with these alone."""


def argument_constraints(distribution):
    """torch's ``distribution.arg_constraints``: by name, what each parameter must satisfy."""
    kind = type(distribution).__name__
    if kind == "Uniform":
        return {"low": Interval(None, distribution.high, open_high=True), "high": greater_than(distribution.low)}
    if kind == "Wishart":
        matrices = dict.fromkeys(("covariance_matrix", "precision_matrix"), constraint_positive_definite)
        low = greater_than(distribution.event_shape[-1] - 1)
        return {**matrices, "scale_tril": constraint_lower_cholesky, "df": low}
    return next((found for kinds, found in ARGUMENT_CONSTRAINTS.items() if kind in kinds.split()), {})


def transform_to(constraint):
    """torch.distributions.transform_to: from any real numbers to those that a constraint allows.

    Raises NotImplementedError for constraints that have no transform in torch either.
    """
    if constraint is constraint_simplex:
        return SoftmaxTransform()
    return biject_to(constraint)


def biject_to(constraint):
    """torch.distributions.biject_to: one number for each that a constraint allows. Raises NotImplementedError."""
    if isinstance(constraint, IndependentConstraint):
        return IndependentTransform(biject_to(constraint.base_constraint), constraint.reinterpreted_batch_ndims)
    if constraint is constraint_real:
        return ComposeTransform([])
    if isinstance(constraint, Interval):
        low, high = constraint.lower_bound, constraint.upper_bound
        if high is None:
            return ExpTransform() if type(low) in (int, float) and low == 0 else above_transform(low, 1)
        if low is None:
            return above_transform(high, -1)
        whole = (type(low), type(high)) in ((int, int), (float, float)) and (low, high) == (0, 1)
        return SigmoidTransform() if whole else ComposeTransform([SigmoidTransform(), AffineTransform(low, high - low)])
    if constraint is constraint_simplex:
        return StickBreakingTransform()
    if constraint is constraint_lower_cholesky:
        return LowerCholeskyTransform()
    if constraint is constraint_corr_cholesky:
        return CorrCholeskyTransform()
    if constraint in (constraint_positive_definite, constraint_positive_semidefinite):
        return PositiveDefiniteTransform()
    raise NotImplementedError(f"Cannot transform {type(constraint).__name__} constraints")


def above_transform(bound, sign):
    """The numbers on one side of a bound."""
    return ComposeTransform([ExpTransform(), AffineTransform(bound, sign)])
