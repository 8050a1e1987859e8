"""How an optimizer is set, in the words that torch and ``mindspore.experimental.optim`` share.

The rate is followed step by step elsewhere; a translation may rescale ``eps``, whose place in the formula differs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SETTINGS = (
    "alpha",
    "amsgrad",
    "betas",
    "centered",
    "dampening",
    "etas",
    "lambd",
    "lr_decay",
    "maximize",
    "momentum",
    "momentum_decay",
    "nesterov",
    "rho",
    "weight_decay",
)


def numbers_of(group: Mapping[str, Any]) -> dict[str, list[float]]:
    """Each setting of a parameter group as a list of numbers; what is no number is left out."""
    found: dict[str, list[float]] = {}
    for name in SETTINGS:
        value = group.get(name)
        try:
            found[name] = [float(part) for part in (value if isinstance(value, (tuple, list)) else (value,))]
        except (TypeError, ValueError):
            continue
    return found
