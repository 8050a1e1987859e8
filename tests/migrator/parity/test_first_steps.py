"""An optimizer's first step is judged beside the original's own disturbed runs, and no less strictly."""

import numpy as np
import pytest

from migrator.parity.first_steps import FirstStep, judge_first_step
from tests.migrator.parity.logistic_map import mindspore_map, parity_of, torch_map

RATE = 0.01
BEFORE = np.random.default_rng(0).normal(0, 0.1, 400)
GRADIENT = np.random.default_rng(1).normal(0, 1, 400) ** 3


def scaled_step(seed, rate=RATE, decay=0.0, noise=1e-2, shift=0.0):
    """What Adam's first step makes of a gradient that is off by some noise."""
    gradient = GRADIENT + noise * np.random.default_rng(seed).normal(0, 1, 400) + shift + decay * BEFORE
    return FirstStep(gradient - decay * BEFORE, BEFORE - rate * np.sign(gradient) - rate * decay * BEFORE)


BASELINE, CONTROLS = scaled_step(2), [scaled_step(3), scaled_step(4)]


def judged(replay, controls=CONTROLS, baseline=BASELINE):
    return judge_first_step(BEFORE, baseline, replay, controls, np.abs(baseline.after).max(), 1e-3)


def test_a_step_whose_uncertain_entries_went_the_other_way_passes():
    replay = scaled_step(5)
    assert np.abs(replay.after - BASELINE.after).max() == pytest.approx(2 * RATE)
    found = judged(replay)
    assert found.passes
    assert found.difference < 1e-12
    assert "have no clear gradient in them and were left out" in found.remark


@pytest.mark.parametrize("wrong", [{"rate": 1.05 * RATE}, {"rate": 0.5 * RATE}, {"rate": -RATE}, {"decay": 0.5}])
def test_a_step_of_an_optimizer_that_is_set_otherwise_fails(wrong):
    assert not judged(scaled_step(5, **wrong)).passes


def test_a_gradient_that_is_farther_off_than_the_originals_own_fails():
    assert judged(scaled_step(5, shift=1.0)).remark.startswith("its gradient differs too")


def test_runs_that_have_nothing_in_common_any_more_excuse_nothing():
    found = judged(scaled_step(5), [scaled_step(3, noise=3.0), scaled_step(4, noise=3.0)])
    assert not found.passes
    assert found.remark == "the original's own runs differ too much to judge this step"


def plain_step(seed, rate=RATE, noise=1e-3):
    gradient = GRADIENT * (1 + noise * np.random.default_rng(seed).normal(0, 1, 400))
    return FirstStep(gradient, BEFORE - rate * gradient)


@pytest.mark.parametrize(("rate", "passes"), [(RATE, True), (1.1 * RATE, False), (0.0, False)])
def test_a_step_in_proportion_to_the_gradient_is_held_to_the_originals_own_spread(rate, passes):
    controls = [plain_step(3), plain_step(4)]
    assert judged(plain_step(5, rate), controls, plain_step(2)).passes == passes


def adadelta_step(seed, rate=1.0, noise=1e-5):
    """torch's Adadelta, whose first step grows fastest with the gradient where that is small."""
    gradient = GRADIENT * (1 + noise * np.random.default_rng(seed).normal(0, 1, 400))
    return FirstStep(gradient, BEFORE - rate * gradient * np.sqrt(1e-6 / (0.1 * gradient**2 + 1e-6)))


@pytest.mark.parametrize(("rate", "passes"), [(1.0, True), (1.2, False), (0.5, False), (0.0, False)])
def test_a_step_follows_its_gradient_as_it_does_in_the_originals_own_runs(rate, passes):
    """One small gradient came out otherwise, by a hundredth of the largest, and its weight went along."""
    replay = adadelta_step(5, rate)
    place = np.argmin(np.abs(np.abs(GRADIENT) - 0.01))
    replay.gradient[place] *= 1.5
    step = replay.gradient[place] * np.sqrt(1e-6 / (0.1 * replay.gradient[place] ** 2 + 1e-6))
    replay.after[place] = BEFORE[place] - rate * step
    controls = [adadelta_step(3), adadelta_step(4)]
    assert judged(replay, controls, adadelta_step(2)).passes == passes


TORCH_STUDENT = """
class Student(nn.Module):
    def __init__(self):
        super().__init__()
        self.w = nn.Parameter(torch.linspace(0.05, 0.1, 400))
    def forward(self, x):
        return (self.w * (x - torch.linspace(0.0, 1.0, 400))).mean()
student = Student()
optimizer = torch.optim.Adamax(student.parameters(), lr=0.01, betas=(0.9, 0.999))
for step in range(5):
    loss = student(x)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
"""
MINDSPORE_STUDENT = """
class Student(nn.Cell):
    def __init__(self):
        super().__init__()
        self.w = Parameter(ops.linspace(Tensor(0.05), Tensor(0.1), 400))
    def construct(self, x):
        return (self.w * (x - ops.linspace(Tensor(0.0), Tensor(1.0), 400))).mean()
student = Student()
student.set_train()
optimizer = optim.Adamax(student.trainable_params(), lr=0.01, betas=(0.9, 0.999))
for step in range(5):
    def student_loss():
        return student(x)
    loss, grads = ms.value_and_grad(student_loss, None, optimizer.parameters)()
    optimizer(grads)
"""


@pytest.mark.parametrize(
    ("right", "wrong", "state", "said"),
    [
        ("", "", "pass", "1 of them are first changed late"),
        ("lr=0.01", "lr=0.012", "fail", "The learning rates differ from step 23 on"),
        (
            "betas=(0.9, 0.999)",
            "betas=(0.5, 0.999)",
            "fail",
            "The optimizers' betas differs: 0.9, 0.999 and 0.5, 0.999.",
        ),
    ],
)
def test_a_second_optimizer_is_judged_when_the_run_has_come_away_from_itself(road, right, wrong, state, said):
    """The gradients of the student depend on where the map ends."""
    translated = mindspore_map(22) + MINDSPORE_STUDENT.replace(right, wrong)
    parity = parity_of(road, torch_map(22) + TORCH_STUDENT, translated)

    rung = next(rung for rung in parity.ladder if rung.rung == "weights after one step")
    assert parity.weights.late == (("Student.w",) if state == "pass" else ())
    assert rung.state == state
    assert said in rung.detail + parity.explanation
