"""Compare two loss curves step by step."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Trajectory:
    """``steps`` were compared. ``first_outside`` is the first step (from 0) whose difference exceeds the tolerance."""

    steps: int
    expected_steps: int
    max_abs_diff: float | None
    max_rel_diff: float | None
    tolerance: float
    verdict: str
    first_outside: int | None
    first_diff: float | None
    first_rel_diff: float | None
    series: str = "losses.csv"

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


Curve = Sequence[tuple[int, float]]


def compare_losses(baseline: Curve, replay: Curve, expected_steps: int, tolerance: float) -> Trajectory:
    """Each step's ``|difference| <= tolerance * max(1, |baseline|)``; all recorded steps must have been replayed."""
    right = dict(replay)
    pairs = [(step, loss, right[step]) for step, loss in baseline if step in right and step < expected_steps]
    largest = relative = 0.0
    first_outside: int | None = None
    for step, expected, found in pairs:
        if not (math.isfinite(expected) and math.isfinite(found)):
            outside = not (math.isnan(expected) and math.isnan(found)) and expected != found
        else:
            difference = abs(expected - found)
            largest = max(largest, difference)
            relative = max(relative, difference / max(1.0, abs(expected)))
            outside = difference > tolerance * max(1.0, abs(expected))
        if outside and first_outside is None:
            first_outside = step
    first = abs(pairs[0][1] - pairs[0][2]) if pairs else math.nan
    if not pairs:
        verdict = "not reached"
    elif first_outside is not None or len(pairs) < expected_steps or len(replay) > len(pairs):
        verdict = "fail"
    else:
        verdict = "pass"
    return Trajectory(
        steps=len(pairs),
        expected_steps=expected_steps,
        max_abs_diff=largest if pairs else None,
        max_rel_diff=relative if pairs else None,
        tolerance=tolerance,
        verdict=verdict,
        first_outside=first_outside,
        first_diff=first if math.isfinite(first) else None,
        first_rel_diff=first / max(1.0, abs(pairs[0][1])) if math.isfinite(first) else None,
    )
