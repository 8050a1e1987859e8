"""Initialisers write into what they are given, also where that is only a part of a parameter."""

import numpy as np
import pytest
from mindspore import Parameter, Tensor, ops

from migrator.support.initialisation import init_constant_, init_xavier_uniform_


@pytest.mark.parametrize(
    "part",
    [
        lambda weight: weight.view(4, -1),
        lambda weight: weight.reshape(4, -1),
        lambda weight: weight.swapaxes(0, 1),
    ],
)
def test_another_shape_of_a_parameter_is_initialised_with_it(part):
    weight = Parameter(ops.zeros((4, 3, 2)), name="weight")
    init_constant_(part(weight), 2.0)
    assert (weight.asnumpy() == 2.0).all()


def test_a_part_of_a_parameter_is_initialised_alone():
    weight = Parameter(ops.zeros((4, 3)), name="weight")
    init_constant_(weight[1:3], 1.0)
    init_constant_(weight[0], 5.0)
    assert weight.asnumpy()[:, 0].tolist() == [5.0, 1.0, 1.0, 0.0]


def test_the_shape_decides_how_wide_the_values_spread():
    weight = Parameter(ops.zeros((8, 4, 2, 2)), name="weight")
    init_xavier_uniform_(weight.view(8, -1))
    assert np.abs(weight.asnumpy()).max() <= (6 / (8 + 16)) ** 0.5
    assert np.abs(weight.asnumpy()).min() > 0


def test_a_single_number_is_initialised():
    number = Tensor(0.0)
    init_constant_(number, 3.0)
    assert float(number) == 3.0
