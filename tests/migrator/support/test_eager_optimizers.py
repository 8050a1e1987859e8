"""Optimizers written out step as torch's do."""

import mindspore as ms
import numpy as np
import pytest
import torch
from mindspore import Parameter, Tensor

from migrator.support import eager_optimizers, optimizers
from migrator.support.gradients import apply_gradients, step_with
from migrator.support.kernel_optimizers import Adam

START = np.array([[1.0, -2.0, 0.5], [0.3, 4.0, -1.0]], np.float32)
SLOPES = [np.cos(START + turn).astype(np.float32) for turn in range(6)]


def after_steps(made, value, is_torch):
    for slope in SLOPES:
        value.grad = torch.tensor(slope) if is_torch else Tensor(slope)
        made.step() if is_torch else apply_gradients(made)
    return value.detach().numpy() if is_torch else value.asnumpy()


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("NAdam", {}),
        ("NAdam", {"lr": 0.1, "weight_decay": 0.1, "decoupled_weight_decay": True}),
        ("RAdam", {"lr": 0.1, "betas": (0.8, 0.9)}),
        ("RAdam", {"lr": 0.1, "weight_decay": 0.1}),
        ("Adafactor", {"lr": 0.1, "weight_decay": 0.1}),
        ("Adafactor", {"beta2_decay": -0.5, "d": 2.0, "maximize": True}),
    ],
)
def test_they_give_torchs_weights(name, options):
    theirs = torch.nn.Parameter(torch.tensor(START))
    expected = after_steps(getattr(torch.optim, name)([theirs], **options), theirs, True)
    ours = Parameter(Tensor(START), name="w")
    found = after_steps(getattr(eager_optimizers, name)([ours], **options), ours, False)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


def test_a_parameter_without_gradient_stays():
    one, other = Parameter(Tensor([1.0]), name="one"), Parameter(Tensor([2.0]), name="other")
    for made in (eager_optimizers.RAdam([one, other], lr=0.1), Adam([one, other], lr=0.1, weight_decay=0.5)):
        one.grad, other.grad = Tensor([1.0]), None
        apply_gradients(made)
    assert float(one.asnumpy()[0]) < 1.0
    assert float(other.asnumpy()[0]) == 2.0


def test_groups_may_be_added_after_steps():
    from mindspore.experimental import optim

    theirs = [torch.nn.Parameter(torch.tensor([1.0, -2.0])), torch.nn.Parameter(torch.tensor([3.0]))]
    ours = [Parameter(Tensor([1.0, -2.0]), name="one"), Parameter(Tensor([3.0]), name="two")]
    stepper = torch.optim.SGD([theirs[0]], lr=0.1, momentum=0.9)
    made = optim.SGD([ours[0]], lr=0.1, momentum=0.9)
    for turn in range(3):
        if turn == 1:
            stepper.add_param_group({"params": [theirs[1]], "lr": 0.5})
            optimizers.add_group(made, {"params": [ours[1]], "lr": 0.5})
        for mine, other in zip(ours, theirs, strict=True):
            mine.grad, other.grad = Tensor(np.ones(mine.shape, np.float32)), torch.ones_like(other)
        stepper.step()
        apply_gradients(made)
    for mine, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(mine.asnumpy(), other.detach().numpy(), rtol=1e-6)


def test_a_closure_is_called_before_the_step():
    weight = Parameter(Tensor([2.0], ms.float32), name="w")

    def closure():
        weight.grad = weight * 2
        return (weight * weight).sum()

    from mindspore.experimental import optim

    loss = step_with(optim.SGD([weight], lr=0.25), closure)
    assert float(loss) == 4.0
    assert weight.asnumpy().tolist() == [1.0]


def test_moments_travel_with_the_state():
    first, second = (Parameter(Tensor(START), name=name) for name in ("a", "b"))
    made = eager_optimizers.NAdam([first], lr=0.1)
    after_steps(made, first, False)
    other = eager_optimizers.NAdam([second], lr=0.2)
    second.set_data(Tensor(first.asnumpy()))
    optimizers.load_optimizer_state(other, optimizers.optimizer_state(made))
    after_steps(made, first, False)
    after_steps(other, second, False)
    np.testing.assert_allclose(second.asnumpy(), first.asnumpy(), rtol=1e-6)
