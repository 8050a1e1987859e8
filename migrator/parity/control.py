"""Tell a wrong translation from a program that amplifies rounding.

Where a network has kinks (ReLU, max pooling) a difference in the last bit can flip an entry from one side to the other,
and training may amplify that step by step until two runs of the *same* program in the *same* framework, started one bit
apart, have losses that differ visibly. No replay can then follow step by step beyond a certain point. A control run
measures that point: the original again, with weights and gradients changed by as little as the two frameworks' first
gradients differ. When an entry flips is a matter of chance, so that up to three such runs are made. Up to where they
come away the replay is held to the tolerance; beyond, it must stay within a stated multiple of what the original does
to itself.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

Curve = Sequence[tuple[int, float]]

# Two runs of a chaotic program differ from a third by amounts that are alike, not equal.
MULTIPLE = 3.0
# Nor do they come away at the same step.
EARLIER, AHEAD = 1.25, 3
# A translation whose losses part at once has a reason other than growth.
LEAST_STEPS = 3
# How often the original is run again at most, each time disturbed in another way.
MOST_RUNS = 3
SMALLEST, LARGEST = 1e-7, 1e-4


@dataclass(frozen=True)
class Control:
    """``disturbance`` is relative; ``first_outside`` is where a control itself leaves the tolerance, None if none does.

    ``runs`` says how many controls there were; ``max_rel_diff`` is their largest distance from the baseline,
    ``worst_ratio`` the replay's largest distance in terms of what they allow (at most 1 where the verdict is pass).
    ``ends_elsewhere`` says that a control took fewer steps than baseline and replay: the program ends by its own losses.
    """

    disturbance: float
    runs: int
    steps: int
    first_outside: int | None
    max_rel_diff: float
    worst_ratio: float
    multiple: float
    verdict: str
    ends_elsewhere: bool = False


def disturbance_for(gradients_max_rel_diff: float | None) -> float:
    """As much as the two frameworks' gradients differ, kept within what can be called rounding."""
    return min(max(gradients_max_rel_diff or SMALLEST, SMALLEST), LARGEST)


def judge_by_control(
    baseline: Curve,
    replay: Curve,
    controls: Sequence[Curve],
    tolerance: float,
    disturbance: float,
    least_steps: int = LEAST_STEPS,
) -> Control:
    """Hold the replay to the tolerance or ``MULTIPLE`` times the controls' own distance so far, whichever is more; its
    first ``least_steps`` losses to the tolerance alone."""
    expected, other, twins = dict(baseline), dict(replay), [dict(control) for control in controls]
    steps = [step for step, _ in baseline if step in other and all(step in twin for twin in twins)]
    own = [max(_distance(expected[step], twin[step]) for twin in twins) for step in steps]
    envelope: list[float] = []
    for distance in own:
        envelope.append(max(distance, envelope[-1] if envelope else 0.0))
    worst = 0.0
    for index, step in enumerate(steps):
        ahead = envelope[min(len(envelope) - 1, int(EARLIER * index) + AHEAD)]
        allowed = max(tolerance, MULTIPLE * ahead) if index >= least_steps else tolerance
        worst = max(worst, _distance(expected[step], other[step]) / allowed)
    outside = next((step for step, distance in zip(steps, own, strict=True) if distance > tolerance), None)
    passes = bool(steps) and worst <= 1.0 and outside is not None
    return Control(
        disturbance=disturbance,
        runs=len(controls),
        steps=len(steps),
        first_outside=outside,
        max_rel_diff=envelope[-1] if envelope else 0.0,
        worst_ratio=worst,
        multiple=MULTIPLE,
        verdict="pass" if passes else "fail",
        ends_elsewhere=any(len(control) < min(len(baseline), len(replay)) for control in controls),
    )


def _distance(expected: float, found: float) -> float:
    if not (math.isfinite(expected) and math.isfinite(found)):
        return 0.0 if (math.isnan(expected) and math.isnan(found)) or expected == found else math.inf
    return abs(expected - found) / max(1.0, abs(expected))
