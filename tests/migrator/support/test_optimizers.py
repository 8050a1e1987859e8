"""Optimizers with torch's arguments."""

import numpy as np
import pytest
import torch
from mindspore import Parameter, Tensor
from mindspore.experimental import optim

from migrator.support.kernel_optimizers import SGD, Adam, AdamW
from migrator.support.optimizers import load_optimizer_state, optimizer_state, parameter_states

PAIRS = [(SGD, torch.optim.SGD), (Adam, torch.optim.Adam), (AdamW, torch.optim.AdamW)]


@pytest.mark.parametrize(("ours", "theirs"), PAIRS)
@pytest.mark.parametrize("options", [{}, {"lr": 0.1, "fused": None, "foreach": False, "weight_decay": 0.1}])
def test_options_that_choose_an_implementation_change_nothing(ours, theirs, options):
    start, gradient = np.array([1.0, -2.0], np.float32), np.array([0.5, 0.25], np.float32)
    weight = torch.nn.Parameter(torch.from_numpy(start.copy()))
    weight.grad = torch.from_numpy(gradient)
    theirs([weight], **options).step()
    parameter = Parameter(Tensor(start), name="w")
    ours([parameter], **options)((Tensor(gradient),))
    np.testing.assert_allclose(parameter.asnumpy(), weight.detach().numpy(), rtol=1e-6)


STATES = [
    (optim.SGD, torch.optim.SGD, {"lr": 0.1, "momentum": 0.9}),
    (Adam, torch.optim.Adam, {"lr": 0.1, "amsgrad": True}),
    (optim.AdamW, torch.optim.AdamW, {"lr": 0.1}),
    (optim.RMSprop, torch.optim.RMSprop, {"lr": 0.1, "momentum": 0.5, "centered": True}),
    (optim.Adagrad, torch.optim.Adagrad, {"lr": 0.1}),
    (optim.Adadelta, torch.optim.Adadelta, {"lr": 0.1}),
    (optim.Adamax, torch.optim.Adamax, {"lr": 0.1}),
]


def trained(ours, theirs, options, steps):
    start, gradient = np.array([1.0, -2.0], np.float32), np.array([0.5, 0.25], np.float32)
    weight, parameter = torch.nn.Parameter(torch.from_numpy(start.copy())), Parameter(Tensor(start), name="w")
    mine, reference = ours([parameter], **options), theirs([weight], **options)
    for turn in range(steps):
        weight.grad = torch.from_numpy(gradient * (turn + 1))
        reference.step()
        mine((Tensor(gradient * (turn + 1)),))
    return mine, parameter, reference, weight


@pytest.mark.parametrize(("ours", "theirs", "options"), STATES)
def test_what_an_optimizer_keeps_is_read_by_torchs_names(ours, theirs, options):
    mine, parameter, reference, weight = trained(ours, theirs, options, 2)
    own, expected = parameter_states(mine)[parameter], reference.state[weight]
    for name, value in expected.items():
        if name != "step":
            np.testing.assert_allclose(own[name].asnumpy(), value.detach().numpy(), rtol=1e-4, atol=1e-6, err_msg=name)
    assert set(expected) - {"step"} == set(own) - {"step"}
    assert set(optimizer_state(mine)["state"]) == set(reference.state_dict()["state"])


@pytest.mark.parametrize(("ours", "theirs", "options"), STATES)
def test_a_new_optimizer_goes_on_from_a_saved_state(ours, theirs, options):
    mine, parameter, reference, weight = trained(ours, theirs, options, 2)
    other = ours([parameter], **options)
    load_optimizer_state(other, optimizer_state(mine))
    weight.grad = torch.tensor([1.0, -1.0])
    reference.step()
    other((Tensor(np.array([1.0, -1.0], np.float32)),))
    np.testing.assert_allclose(parameter.asnumpy(), weight.detach().numpy(), rtol=2e-4, atol=1e-5)


def test_before_the_first_step_there_is_no_state():
    parameter = Parameter(Tensor(np.ones(2, np.float32)), name="w")
    assert len(parameter_states(optim.SGD([parameter], 0.1, momentum=0.9))) == 0
    assert optimizer_state(Adam([parameter], 0.1))["state"] == {}
