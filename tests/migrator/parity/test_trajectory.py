"""Two loss curves, step by step."""

import math

import pytest

from migrator.parity.trajectory import compare_losses


def curve(*losses):
    return list(enumerate(losses))


def test_equal_curves_pass_with_nothing_measured_between_them():
    found = compare_losses(curve(3.0, 2.0), curve(3.0, 2.0), 2, 1e-3)
    assert (found.verdict, found.steps, found.max_abs_diff, found.first_outside) == ("pass", 2, 0.0, None)


def test_the_tolerance_grows_with_losses_above_one_only():
    assert compare_losses(curve(100.0), curve(100.09), 1, 1e-3).verdict == "pass"
    assert compare_losses(curve(0.01), curve(0.0109), 1, 1e-3).verdict == "pass"
    assert compare_losses(curve(0.01), curve(0.0111), 1, 1e-3).verdict == "fail"


def test_the_first_step_outside_is_named():
    found = compare_losses(curve(1.0, 1.0, 1.0), curve(1.0, 1.1, 1.2), 3, 1e-3)
    assert (found.verdict, found.first_outside) == ("fail", 1)
    assert found.max_abs_diff == pytest.approx(0.2)


@pytest.mark.parametrize("other", [curve(1.0, 1.0), curve(1.0, 1.0, 1.0, 1.0)])
def test_another_number_of_losses_fails(other):
    assert compare_losses(curve(1.0, 1.0, 1.0), other, 3, 1e-3).verdict == "fail"


def test_steps_beyond_the_recording_are_not_asked_for():
    assert compare_losses(curve(1.0, 1.0, 1.0), curve(1.0, 1.0), 2, 1e-3).verdict == "pass"


def test_losses_that_are_not_finite_must_be_so_in_both():
    nan, inf = math.nan, math.inf
    assert compare_losses(curve(1.0, nan, inf), curve(1.0, nan, inf), 3, 1e-3).verdict == "pass"
    assert compare_losses(curve(1.0, nan), curve(1.0, 1.0), 2, 1e-3).verdict == "fail"
    assert compare_losses(curve(1.0, inf), curve(1.0, -inf), 2, 1e-3).verdict == "fail"


def test_nothing_to_compare_is_not_reached():
    assert compare_losses(curve(1.0), [], 1, 1e-3).verdict == "not reached"
