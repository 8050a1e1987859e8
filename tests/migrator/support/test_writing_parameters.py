"""Parameters that are written into between an optimizer's steps are still what it steps on."""

import numpy as np
import pytest
import torch
from mindspore import Parameter, Tensor, nn, ops, value_and_grad
from mindspore.common.api import _pynative_executor
from mindspore.experimental import optim

from migrator.support.cells import assign_, load_state_dict, replace_data, state_dict, write_parameter
from migrator.support.gradients import backward, record_gradients
from migrator.support.initialisation import init_constant_
from migrator.support.layers import embedding
from migrator.support.parametrization import vector_to_parameters


def load(parameter, value):
    cell = nn.Dense(2, 1, has_bias=False)
    cell.weight = parameter
    load_state_dict(cell, {"weight": value})


@pytest.mark.parametrize(
    "write",
    [
        assign_,
        replace_data,
        load,
        lambda parameter, value: init_constant_(parameter, float(value.mean())),
        lambda parameter, value: vector_to_parameters(value.reshape((-1,)), [parameter]),
    ],
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


def test_an_optimizer_goes_on_where_computations_are_recorded():
    net = nn.Dense(2, 1, has_bias=False)
    step = optim.SGD(net.trainable_params(), lr=0.1)
    recorded, differentiate = _pynative_executor.__dict__.copy(), _pynative_executor.grad
    record_gradients()
    try:
        for _ in range(3):
            write_parameter(net.weight, Tensor(np.full((1, 2), 4, np.float32)))
            loss = net(ops.ones((1, 2))).sum()
            net.weight.grad = None
            backward(loss)
            step((net.weight.grad,))
            assert np.allclose(net.weight.asnumpy(), 3.9)
    finally:
        _pynative_executor.__dict__.clear()
        _pynative_executor.__dict__.update(recorded)
        _pynative_executor.set_grad_flag(False)
        assert _pynative_executor.grad == differentiate


def test_an_embedding_that_keeps_its_rows_short_learns_on():
    """torch scales rows in place whenever they are looked up."""
    start = np.float32([[3.0, 4.0], [0.3, 0.4]])
    theirs = torch.nn.Parameter(torch.tensor(start))
    ours = Parameter(Tensor(start), name="weight")
    rows = np.array([0, 1, 0])
    optimizer, step = torch.optim.SGD([theirs], lr=0.1), optim.SGD([ours], lr=0.1)
    gradient = value_and_grad(lambda: (embedding(Tensor(rows), ours, max_norm=1.0) ** 2).sum(), None, [ours])
    for _ in range(3):
        optimizer.zero_grad()
        (torch.nn.functional.embedding(torch.tensor(rows), theirs, max_norm=1.0) ** 2).sum().backward()
        optimizer.step()
        _, grads = gradient()
        step(grads)
        np.testing.assert_allclose(ours.asnumpy(), theirs.detach().numpy(), rtol=1e-5)


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
