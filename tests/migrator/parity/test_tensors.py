"""Tensors compared: what counts as equal, and what cannot be."""

import numpy as np
import pytest

from migrator.execution.inside.tape import TapeWriter
from migrator.parity.tensors import Record, compare_gradients, compare_weights, compared


def record(folder, roots=("Net",), **kinds):
    folder.mkdir()
    tape = TapeWriter(folder, 1 << 20)
    for number, name in enumerate(roots):
        tape.line("roots", {"root": number, "class": name})
    for kind, arrays in kinds.items():
        for name, array in arrays.items():
            event = {
                "root": 0,
                "name": name,
                "step": 0,
                "phase": "initial" if kind == "start" else "after first step",
                "values": tape.put(np.float32(array)),
            }
            tape.line("weights" if kind == "start" else kind, event)
    tape.close()
    return Record(folder)


def test_differences_are_measured_against_the_largest_entry():
    item = compared("w", np.array([10.0, 0.0]), np.array([10.0, 0.005]), 1e-3, 0.0)
    assert item.verdict == "pass"
    assert item.max_rel_diff == pytest.approx(5e-4)


def test_another_shape_of_the_same_size_is_compared_all_the_same():
    assert compared("w", np.ones((2, 3)), np.ones((2, 1, 3)), 1e-3, 0.0).verdict == "pass"
    assert compared("w", np.ones((2, 3)), np.ones((2, 4)), 1e-3, 0.0).remark == "the translation's has shape (2, 4)"


def test_gaps_must_be_in_the_same_places():
    nan = float("nan")
    assert compared("w", np.array([1.0, nan]), np.array([1.0, nan]), 1e-3, 0.0).verdict == "pass"
    assert compared("w", np.array([1.0, nan]), np.array([1.0, 2.0]), 1e-3, 0.0).verdict == "fail"


def test_a_gradient_that_is_rounding_noise_is_no_difference(tmp_path):
    left = record(tmp_path / "left", gradients={"w": [1.0, 2.0], "bias": [1e-8]})
    right = record(tmp_path / "right", gradients={"w": [1.0, 2.0], "bias": [-3e-8]})
    assert compare_gradients(left, right, 1e-3).verdict == "pass"


def test_a_missing_gradient_counts_unless_it_is_zero(tmp_path):
    left = record(tmp_path / "left", gradients={"w": [1.0], "unused": [0.0]})
    right = record(tmp_path / "right", gradients={"w": [1.0]})
    assert compare_gradients(left, right, 1e-3).verdict == "pass"
    assert compare_gradients(right, record(tmp_path / "none"), 1e-3).missing == ("w",)


def test_a_small_gradient_that_differs_within_rounding_moves_its_weight_by_chance(tmp_path):
    """RMSprop and Adam bring it to the size of the others."""
    sides = []
    for name, noise, step in (("left", 3e-6, 0.1), ("right", 2.5e-6, 0.09)):
        weights = {"w": [0.5, 0.1], "bias": [step, 0.2]}
        sides.append(record(tmp_path / name, weights=weights, step_gradients={"w": [1.0, 1.0], "bias": [noise, 0.5]}))
    assert compare_weights(*sides, 1e-3).verdict == "pass"
    wrong = record(tmp_path / "wrong", weights=weights, step_gradients={"w": [1.0, 1.0], "bias": [6e-6, 0.5]})
    assert compare_weights(sides[0], wrong, 1e-3).verdict == "fail"


def test_a_weight_moved_by_noise_alone_is_left_out_and_said_so(tmp_path):
    """Adam makes a full step of any gradient, however small."""
    sides = []
    for name, sign in (("left", 1), ("right", -1)):
        weights = {"w": [0.5, 0.1], "bias": [sign * 0.01, 0.2]}
        gradients = {"w": [1.0, 1.0], "bias": [sign * 1e-9, 0.5]}
        sides.append(record(tmp_path / name, weights=weights, step_gradients=gradients))

    found = compare_weights(*sides, 1e-3)

    assert found.verdict == "pass"
    assert found.items[1].remark == "1 of 2 entries have no gradient beyond rounding and were left out"


def test_a_weight_without_gradient_must_stay(tmp_path):
    left = record(
        tmp_path / "left", weights={"w": [0.5], "frozen": [1.0]}, step_gradients={"w": [1.0], "frozen": [0.0]}
    )
    right = record(
        tmp_path / "right", weights={"w": [0.5], "frozen": [0.9]}, step_gradients={"w": [1.0], "frozen": [0.0]}
    )
    assert compare_weights(left, right, 1e-3).first_failure.name == "frozen"


def test_models_are_named_where_there_are_several(tmp_path):
    several = record(tmp_path / "left", roots=("Net", "Net", "Head"), gradients={"w": [1.0]})
    assert list(several.gradients()) == ["Net[0].w"]
    assert several.label(2, "w") == "Head.w"


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        ([1.0, 2.004], "pass"),
        ([1.0, 2.02], "fail"),  # further away than three times what the original's own runs are
    ],
)
def test_a_gradient_at_a_kink_may_differ_as_the_originals_own_runs_do(tmp_path, found, verdict):
    left = record(tmp_path / "left", gradients={"w": [1.0, 2.0]})
    right = record(tmp_path / "right", gradients={"w": found})
    still = record(tmp_path / "still", gradients={"w": [1.0, 2.0]})
    moved = record(tmp_path / "moved", gradients={"w": [1.0, 2.003]})

    assert compare_gradients(left, right, 1e-3).verdict == "fail"
    assert compare_gradients(left, right, 1e-3, [still]).verdict == "fail"
    compared_beside = compare_gradients(left, right, 1e-3, [still, moved])
    assert compared_beside.verdict == verdict
    assert compared_beside.shaken == (("w",) if verdict == "pass" else ())


def test_a_gradient_that_the_original_hardly_keeps_itself_may_differ_as_far(tmp_path):
    left = record(tmp_path / "left", gradients={"w": [1.0, 2.0], "bias": [0.01, -0.02]})
    right = record(tmp_path / "right", gradients={"w": [1.0, 2.0], "bias": [0.013, -0.02]})
    other = record(tmp_path / "other", gradients={"w": [1.0, 2.0], "bias": [0.01, -0.012]})
    assert compare_gradients(left, right, 1e-3, [other]).shaken == ("bias",)


def test_a_wrong_gradient_is_not_excused_by_runs_that_are_far_apart(tmp_path):
    left = record(tmp_path / "left", gradients={"w": [1.0, 2.0]})
    right = record(tmp_path / "right", gradients={"w": [0.5, 1.0]})
    wild = record(tmp_path / "wild", gradients={"w": [1.0, 2.5]})
    assert compare_gradients(left, right, 1e-3, [wild]).verdict == "fail"


@pytest.mark.parametrize(("bias", "verdict"), [([8e-5, -9e-5], "pass"), ([2e-3, 0.0], "fail")])
def test_what_rounding_leaves_of_a_zero_may_be_of_any_small_size(tmp_path, bias, verdict):
    left = record(tmp_path / "left", gradients={"w": [1.0, 2.0], "bias": [3e-5, -2e-5]})
    right = record(tmp_path / "right", gradients={"w": [1.0, 2.0], "bias": bias})
    other = record(tmp_path / "other", gradients={"w": [1.0, 2.0], "bias": [-1e-5, 2e-5]})
    assert compare_gradients(left, right, 1e-3, [other]).verdict == verdict


def first_step(folder, gradient, rate=0.1):
    gradients = np.array([1.0, gradient, 0.8, -0.7, 0.9, 0.6])
    return record(folder, start={"w": np.zeros(6)}, weights={"w": -rate * gradients}, step_gradients={"w": gradients})


@pytest.mark.parametrize("shaken", [(), ("w",)])
def test_the_first_step_of_a_gradient_at_a_kink_is_held_beside_the_originals_own_runs(tmp_path, shaken):
    left, right, other = (first_step(tmp_path / str(value), value) for value in (0.500, 0.504, 0.497))
    assert compare_weights(left, right, 1e-3).verdict == "fail"

    found = compare_weights(left, right, 1e-3, [other], shaken)

    assert found.verdict == "pass", found.items
    assert found.shaken == ("w",)
    assert not found.late


@pytest.mark.parametrize(("gradient", "rate"), [(0.504, 0.11), (0.504, 0.0), (0.52, 0.1)])
def test_a_wrong_first_step_is_not_excused_by_the_originals_own_runs(tmp_path, gradient, rate):
    left, other = (first_step(tmp_path / str(value), value) for value in (0.500, 0.497))
    assert compare_weights(left, first_step(tmp_path / "right", gradient, rate), 1e-3, [other]).verdict == "fail"
