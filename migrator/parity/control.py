"""Tell a wrong translation from a program that amplifies rounding.

Where a network has kinks (ReLU, max pooling) a difference in the last bit can flip an entry from one side to the other,
and training may amplify that step by step until two runs of the *same* program in the *same* framework, started one bit
apart, have losses that differ visibly. No replay can then follow step by step beyond a certain point. A control run
measures that point: the original again, from weights changed by as little as the two frameworks' first gradients
differ. Up to there the replay is held to the tolerance; beyond, it must stay within a stated multiple of what the
original does to itself.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

Curve = Sequence[tuple[int, float]]

# Two runs of a chaotic program differ from a third by amounts that are alike, not equal.
MULTIPLE = 3.0
# Rounding enters a replay at every step, the control's disturbance once: the replay may come away earlier.
EARLIER, AHEAD = 1.25, 3
# A translation whose losses part at once has a reason other than growth.
LEAST_STEPS = 5
SMALLEST, LARGEST = 1e-7, 1e-4


@dataclass(frozen=True)
class Control:
    """``disturbance`` is relative; ``first_outside`` is where the control itself leaves the tolerance, None if nowhere.

    ``max_rel_diff`` is the control's largest distance from the baseline, ``worst_ratio`` the replay's largest distance
    in terms of what the control allows (at most 1 where the verdict is pass).
    """

    disturbance: float
    steps: int
    first_outside: int | None
    max_rel_diff: float
    worst_ratio: float
    multiple: float
    verdict: str


def disturbance_for(gradients_max_rel_diff: float | None) -> float:
    """As much as the two frameworks' gradients differ, kept within what can be called rounding."""
    return min(max(gradients_max_rel_diff or SMALLEST, SMALLEST), LARGEST)


def judge_by_control(baseline: Curve, replay: Curve, control: Curve, tolerance: float, disturbance: float) -> Control:
    """Hold the replay to the tolerance or ``MULTIPLE`` times the control's own distance so far, whichever is more."""
    expected, other, twin = dict(baseline), dict(replay), dict(control)
    steps = [step for step, _ in baseline if step in other and step in twin]
    own = [_distance(expected[step], twin[step]) for step in steps]
    envelope: list[float] = []
    for distance in own:
        envelope.append(max(distance, envelope[-1] if envelope else 0.0))
    worst = 0.0
    for index, step in enumerate(steps):
        ahead = envelope[min(len(envelope) - 1, int(EARLIER * index) + AHEAD)]
        allowed = max(tolerance, MULTIPLE * ahead) if index >= LEAST_STEPS else tolerance
        worst = max(worst, _distance(expected[step], other[step]) / allowed)
    outside = next((step for step, distance in zip(steps, own, strict=True) if distance > tolerance), None)
    passes = bool(steps) and worst <= 1.0 and outside is not None
    return Control(
        disturbance=disturbance,
        steps=len(steps),
        first_outside=outside,
        max_rel_diff=envelope[-1] if envelope else 0.0,
        worst_ratio=worst,
        multiple=MULTIPLE,
        verdict="pass" if passes else "fail",
    )


def _distance(expected: float, found: float) -> float:
    if not (math.isfinite(expected) and math.isfinite(found)):
        return 0.0 if (math.isnan(expected) and math.isnan(found)) or expected == found else math.inf
    return abs(expected - found) / max(1.0, abs(expected))
