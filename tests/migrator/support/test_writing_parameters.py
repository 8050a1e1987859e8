"""Parameters that are written into between an optimizer's steps are still what it steps on."""

import numpy as np
import pytest
from mindspore import Parameter, Tensor, nn, ops, value_and_grad
from mindspore.experimental import optim

from migrator.support.cells import assign_, load_state_dict, replace_data, state_dict, write_parameter
from migrator.support.initialisation import init_constant_


def load(parameter, value):
    cell = nn.Dense(2, 1, has_bias=False)
    cell.weight = parameter
    load_state_dict(cell, {"weight": value})


@pytest.mark.parametrize(
    "write", [assign_, replace_data, load, lambda parameter, value: init_constant_(parameter, float(value.mean()))]
)
def test_an_optimizer_goes_on_with_the_parameter(write):
    net = nn.Dense(2, 1, has_bias=False)
    step = optim.SGD(net.trainable_params(), lr=0.1, momentum=0.9)
    gradient = value_and_grad(lambda: net(ops.ones((1, 2))).sum(), None, net.trainable_params())
    for _ in range(3):
        write(net.weight, Tensor(np.full((1, 2), 4, np.float32)))
        _, grads = gradient()
        step(grads)
        assert (net.weight.asnumpy() < 3.95).all()


def test_a_parameter_that_was_made_of_a_view_is_written_into():
    parameter = Parameter(ops.ones((6,)).view(3, 2), name="weight")
    step = optim.SGD([parameter], lr=0.1)
    for _ in range(3):
        write_parameter(parameter, Tensor(np.full((3, 2), 4, np.float32)))
        assert (parameter.asnumpy() == 4).all()
        step((ops.ones((3, 2)),))
        assert np.allclose(parameter.asnumpy(), 3.9)


def test_another_shape_is_taken_on():
    parameter = Parameter(ops.ones((4, 2)), name="weight")
    write_parameter(parameter, ops.zeros((2, 2)))
    assert parameter.shape == (2, 2)
    assert list(state_dict(nn.Dense(2, 1))) == ["weight", "bias"]
