"""By how much two runs may differ. Every comparison in a report names the tolerance that it was judged by."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Tolerances:
    """The defaults hold for float32 on a CPU; a report always says which were used.

    ``loss``: each step's ``|difference| <= loss * max(1, |baseline loss|)``, and ``first_loss`` that of the first step
    alone, before training could amplify any rounding. ``outputs``, ``gradients`` and
    ``weights``: largest difference of a tensor over its own largest entry. ``accuracy``: difference of final accuracies
    (0.015 are one and a half points). ``final_loss``: relative difference of final losses where no accuracy is printed.
    """

    loss: float = 1e-3
    first_loss: float = 1e-4
    outputs: float = 1e-3
    gradients: float = 1e-3
    weights: float = 1e-3
    accuracy: float = 0.015
    final_loss: float = 0.05

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


# Below this share of the largest gradient of all, a gradient's entry is what rounding left of a zero (the bias of a
# convolution before BatchNorm, the bias of attention's keys): neither its sign nor its size means anything.
ROUNDING = 1e-6
# A tensor whose entries are all tiny beside the others' is measured against this share of the largest of all.
FLOOR = 1e-3
# A gradient that a disturbance by rounding changes by this share of itself is the remnant of a zero, a sum of large numbers
# that cancel out; in the translation it must stay below the second share, of the largest of all.
UNSTABLE, REMNANT = 0.1, 1e-4
