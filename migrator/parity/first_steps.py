"""Judge an optimizer's first step beside disturbed runs of the original.

Optimizers that scale (Adam, Adadelta) turn the sign of a tiny gradient into a full step, so that single weights may end
on the other side although the step is the same. How far gradients may differ depends on the program: a teacher that was
trained before its student starts differs by then as far as the program amplifies rounding, and where a network has
kinks (ReLU, max pooling), an entry within rounding of one falls on either side from the first step on. The original's
disturbed runs say which gradients are clear: only their weights are looked at, and those must agree within the tolerance
or within a stated multiple of how far the original's own runs are apart, and of what the same difference of a gradient
did to the same weight in them. Where that would hide an optimizer that is set wrong, the step is not excused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from migrator.parity.control import MULTIPLE

Array = np.ndarray[Any, Any]

# An entry that happened to be alike in the few disturbed runs is as uncertain as most others of its tensor.
MOST_ENTRIES = 0.9
# Of the entries with a gradient at least so many must be clear, and what is allowed must be less than this share of the
# largest step that was made: else an optimizer that does something else could hide behind the noise.
CLEAR_SHARE = 0.25
VISIBLE_SHARE = 1 / 3


@dataclass(frozen=True)
class FirstStep:
    """One tensor's gradient and its values after the first optimizer step, in one run."""

    gradient: Array
    after: Array


@dataclass(frozen=True)
class JudgedStep:
    """``difference`` is the largest one among clear entries; ``remark`` says what was left out, or why it fails.
    ``clear`` is False where the original's own runs leave nothing to judge."""

    passes: bool
    difference: float
    remark: str
    clear: bool = True


def judge_first_step(
    before: Array, baseline: FirstStep, replay: FirstStep, controls: Sequence[FirstStep], scale: float, tolerance: float
) -> JudgedStep:
    """Hold a weight's step to what the ``controls`` allow; arrays have one shape, ``scale`` is what the tolerance is of."""
    original = baseline.gradient
    spread = MULTIPLE * np.max([np.abs(control.gradient - original) for control in controls], axis=0)
    apart = _largest(replay.gradient - original)
    if not apart <= max(_largest(spread), tolerance * _largest(original)):
        return JudgedStep(False, _largest(replay.after - baseline.after), f"its gradient differs too, by {apart:.2g}")
    untouched = (original == 0) & (replay.gradient == 0)
    clear = (np.abs(original) > np.maximum(spread, np.quantile(spread, MOST_ENTRIES))) | untouched
    moved = clear & ~untouched
    if moved.sum() < CLEAR_SHARE * (~untouched).sum():
        remark = "the original's own runs differ too much to judge this step"
        return JudgedStep(False, _largest(replay.after - baseline.after), remark, clear=False)
    difference = _largest(_beyond_gradient(baseline, replay, controls)[clear])
    own = MULTIPLE * max(_largest((control.after - baseline.after)[clear]) for control in controls)
    visible = own <= VISIBLE_SHARE * _largest((baseline.after - before)[moved])
    allowed = max(own, tolerance * scale) if visible else tolerance * scale
    remark = f"held beside {len(controls)} disturbed runs of the original"
    if left_out := int(clear.size - clear.sum()):
        remark += f"; {left_out} of {clear.size} entries have no clear gradient in them and were left out"
    return JudgedStep(difference <= allowed, difference, remark)


def _beyond_gradient(baseline: FirstStep, replay: FirstStep, controls: Sequence[FirstStep]) -> Array:
    """How far each entry's step differs, less what its gradient's own difference makes of it: at most ``MULTIPLE`` times
    as much, for a difference of the same size, as in the ``controls``."""
    slope = np.zeros_like(baseline.after)
    for control in controls:
        moved, by = np.abs(control.after - baseline.after), np.abs(control.gradient - baseline.gradient)
        slope = np.maximum(slope, np.divide(moved, by, out=np.zeros_like(by), where=by > 0))
    due = MULTIPLE * slope * np.abs(replay.gradient - baseline.gradient)
    beyond: Array = np.maximum(np.abs(replay.after - baseline.after) - due, 0.0)
    return beyond


def _largest(array: Array) -> float:
    """The largest magnitude; what is not finite counts as infinitely far."""
    found = float(np.abs(array).max(initial=0.0))
    return found if np.isfinite(found) else float("inf")
