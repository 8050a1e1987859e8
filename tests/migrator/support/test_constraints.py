"""Constraints allow what torch's allow."""

import numpy as np
import pytest
import torch
from mindspore import Tensor
from torch.distributions import constraints as theirs

from migrator.support import constraints as ours

NUMBERS = np.array([-1.0, 0.0, 0.5, 1.0, 2.0], np.float32)
MATRICES = np.stack([np.eye(3), np.ones((3, 3)), np.tril(np.ones((3, 3))), -np.eye(3)]).astype(np.float32)
SYMMETRIC = np.stack([np.eye(3), np.eye(3) + 0.5, -np.eye(3), np.diag([1.0, 0.0, 2.0])]).astype(np.float32)
NAMES = (
    "boolean nonnegative_integer positive_integer nonnegative positive real unit_interval simplex one_hot real_vector"
).split()
OF_MATRICES = (
    "square symmetric lower_triangular lower_cholesky corr_cholesky positive_semidefinite positive_definite".split()
)


def same(found, expected):
    assert found.asnumpy().tolist() == expected.tolist()


@pytest.mark.parametrize("name", NAMES)
def test_numbers_and_vectors(name):
    one, other = getattr(ours, f"constraint_{name}"), getattr(theirs, name)
    same(one.check(Tensor(NUMBERS)), other.check(torch.tensor(NUMBERS)))
    assert (one.event_dim, one.is_discrete) == (other.event_dim, other.is_discrete)


@pytest.mark.parametrize("name", OF_MATRICES)
def test_matrices(name):
    one, other = getattr(ours, f"constraint_{name}"), getattr(theirs, name)
    for matrices in (MATRICES, SYMMETRIC):
        same(one.check(Tensor(matrices)), other.check(torch.tensor(matrices)))
    assert one.event_dim == other.event_dim


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (ours.greater_than(0.5), theirs.greater_than(0.5)),
        (ours.less_than(0.5), theirs.less_than(0.5)),
        (ours.Interval(0.0, 1.0), theirs.interval(0.0, 1.0)),
        (ours.half_open_interval(0.0, 1.0), theirs.half_open_interval(0.0, 1.0)),
        (ours.IntegerInterval(0, 1), theirs.integer_interval(0, 1)),
        (ours.MultinomialConstraint(3), theirs.multinomial(3)),
        (ours.IndependentConstraint(ours.constraint_real, 1), theirs.independent(theirs.real, 1)),
        (ours.cat_constraint([ours.constraint_positive] * 5), theirs.cat([theirs.positive] * 5)),
    ],
)
def test_bounds(one, other):
    same(one.check(Tensor(NUMBERS)), other.check(torch.tensor(NUMBERS)))
