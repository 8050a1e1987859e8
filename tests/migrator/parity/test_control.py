"""A program that amplifies rounding is told from a translation that is wrong."""

import math

import pytest

from migrator.parity.control import disturbance_for, judge_by_control
from migrator.parity.judge import needs_control
from tests.migrator.parity.logistic_map import mindspore_map, parity_of, torch_map


def growing(start, factor, steps=60, sign=1, most=0.3):
    return [(step, 2.0 + sign * min(start * factor**step, most)) for step in range(steps)]


FLAT = [(step, 2.0) for step in range(60)]


def test_a_replay_that_grows_as_the_original_does_passes():
    found = judge_by_control(FLAT, growing(1e-7, 1.8, sign=-1), [growing(2e-7, 1.7)], 1e-3, 1e-6)
    assert found.verdict == "pass"
    assert found.first_outside is not None and found.worst_ratio <= 1


def test_a_replay_that_parts_while_the_original_does_not_fails():
    assert judge_by_control(FLAT, growing(1e-7, 1.8), [FLAT], 1e-3, 1e-6).verdict == "fail"


def test_it_is_enough_that_one_of_the_controls_grows_as_far():
    found = judge_by_control(FLAT, growing(1e-7, 1.8), [FLAT, growing(2e-7, 1.7)], 1e-3, 1e-6)
    assert (found.verdict, found.runs) == ("pass", 2)


def test_a_replay_that_parts_much_earlier_or_farther_fails():
    late = growing(1e-12, 1.7)
    assert judge_by_control(FLAT, growing(1e-6, 2.5), [late], 1e-3, 1e-6).verdict == "fail"
    assert (
        judge_by_control(FLAT, growing(1e-7, 1.8, most=1.5), [growing(1e-7, 1.8, most=0.1)], 1e-3, 1e-6).verdict
        == "fail"
    )


def test_a_control_that_is_over_earlier_says_that_the_program_ends_by_its_losses():
    twin = growing(2e-7, 1.7)
    assert not judge_by_control(FLAT, growing(1e-7, 1.8, steps=55), [twin], 1e-3, 1e-6).ends_elsewhere
    assert judge_by_control(FLAT, growing(1e-7, 1.8, steps=55), [twin[:50]], 1e-3, 1e-6).ends_elsewhere


def test_the_first_steps_are_held_to_the_tolerance_whatever_the_control_does():
    wild = [(step, 2.0 + 0.5 * step) for step in range(60)]
    assert judge_by_control(FLAT, [(0, 2.01), *FLAT[1:]], [wild], 1e-3, 1e-6).verdict == "fail"


def test_a_replay_that_is_not_finite_where_the_original_is_fails():
    broken = [*growing(1e-7, 1.8)[:40], *((step, math.nan) for step in range(40, 60))]
    assert judge_by_control(FLAT, broken, [growing(1e-7, 1.8)], 1e-3, 1e-6).verdict == "fail"


def test_a_control_is_disturbed_as_the_gradients_differ_within_bounds():
    assert disturbance_for(None) == disturbance_for(1e-12) == 1e-7
    assert disturbance_for(1.2e-5) == 1.2e-5
    assert disturbance_for(0.3) == 1e-4


def test_no_control_is_wanted_where_the_losses_are_equal_or_a_cause_is_known(road):
    road.pair("numpy_batches")
    assert needs_control(road.work) is None
    road.pair("attention", ("(step + 1) / 5", "(step + 1.0 * (step < 9)) / 5"))
    assert needs_control(road.work) is None


@pytest.mark.parametrize("wrong", [False, True])
def test_chaos_is_found_by_running_the_original_against_itself(road, wrong):
    translated = mindspore_map(60)
    if wrong:
        translated = translated.replace("stop_gradient(loss)", "stop_gradient(loss) * (1.0 if step < 8 else 0.98)")
    parity = parity_of(road, torch_map(60), translated)

    rung = next(rung for rung in parity.ladder if rung.rung == "loss after N steps")
    assert parity.trajectory.verdict == "fail"
    assert any("running the original once more" in event.message for event in road.events)
    assert parity.control.first_outside is not None
    assert rung.state == ("fail" if wrong else "pass"), rung.detail
    if not wrong:
        assert "This program amplifies rounding" in rung.detail
