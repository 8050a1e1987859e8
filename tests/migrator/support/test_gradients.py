"""Losses that are recorded as they run, beside gradient functions that MindSpore stops recording after."""

import mindspore as ms
import numpy as np
import pytest
from mindspore import Parameter, Tensor

from migrator.support.gradients import (
    apply_gradients,
    backward,
    clear_gradients,
    gradient_of,
    gradients_by,
    record_gradients,
)


@pytest.fixture
def weight() -> Parameter:
    record_gradients()
    return Parameter(Tensor([2.0, 3.0], ms.float32))


def test_recording_goes_on_after_a_gradient_function(weight: Parameter) -> None:
    ms.value_and_grad(lambda: (weight * weight).sum(), None, [weight])()
    backward((weight * 4).sum())

    np.testing.assert_allclose(weight.grad.asnumpy(), [4.0, 4.0])


def test_losses_that_share_a_computation_add_up(weight: Parameter) -> None:
    shared = weight * weight
    backward(shared.sum(), retain_graph=True)
    backward((shared * 2).sum())

    np.testing.assert_allclose(weight.grad.asnumpy(), [12.0, 18.0])


def test_a_retained_loss_is_differentiated_when_its_gradient_is_asked_for(weight: Parameter) -> None:
    backward((weight * 5).sum(), [weight], retain_graph=True)

    np.testing.assert_allclose(gradient_of(weight).asnumpy(), [5.0, 5.0])


def test_what_a_loss_does_not_depend_on_has_no_gradient(weight: Parameter) -> None:
    other = Parameter(Tensor([1.0], ms.float32))
    backward(weight.sum(), [weight, other])

    assert gradient_of(other) is None
    clear_gradients([weight])
    assert gradient_of(weight) is None


def test_a_step_takes_what_was_retained(weight: Parameter) -> None:
    from mindspore.experimental import optim

    optimizer = optim.SGD([weight], lr=1.0)
    backward(weight.sum(), optimizer.parameters, retain_graph=True)
    apply_gradients(optimizer)

    np.testing.assert_allclose(weight.asnumpy(), [1.0, 2.0])


def test_rows_are_read_by_number_within_a_gradient_of_a_gradient(weight: Parameter) -> None:
    rows = Tensor(np.arange(6.0).reshape(3, 2), ms.float32)

    def total(rows: Tensor) -> Tensor:
        (slope,) = gradients_by(lambda: (rows[1] * weight).sum() ** 2, [weight])
        return (rows[2] * (weight - 0.1 * slope)).sum()

    value = ms.value_and_grad(total, None, [weight])(rows)[0]
    np.testing.assert_allclose(float(value), 4 * (2 - 0.1 * 2 * 13 * 2) + 5 * (3 - 0.1 * 2 * 13 * 3), rtol=1e-5)
