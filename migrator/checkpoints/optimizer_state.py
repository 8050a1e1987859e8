"""An optimizer's state: torch numbers the parameters, MindSpore's optimizers name theirs after them.

MindSpore's form is arrays under ``slot.parameter`` and the plain numbers of each group. Translated programs save torch's
numbers and slots, with arrays of MindSpore's shapes, and load either (``optimizer_state`` in the support file).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from migrator.checkpoints.arrays import Array


@dataclass(frozen=True)
class Kind:
    """One family of optimizers: torch's slot → MindSpore's, and what MindSpore calls the count of steps.

    The first slot is the one by which the family is known.
    """

    slots: Mapping[str, str]
    steps: str = ""


_KINDS = (
    Kind({"exp_avg_sq": "exp_avg_sq", "exp_avg": "exp_avg", "max_exp_avg_sq": "max_exp_avg_sq"}, "state_step"),
    Kind({"exp_inf": "exp_inf", "exp_avg": "exp_avg"}, "step_t"),
    Kind({"sum": "accum"}, "step_t"),
    Kind({"square_avg": "mean_square", "grad_avg": "mean_grad", "momentum_buffer": "moment"}),
    Kind({"momentum_buffer": "accum"}),
)
#: MindSpore's SGD keeps, beside the momentum, a mark that is one until the first step was taken.
_FIRST_STEP = "stat"
#: torch counts the steps of RMSprop too; MindSpore has no place for it and passes over the word.
_STEPS_OF_TORCH = "steps_of_torch"


@dataclass(frozen=True)
class Parameter:
    """A trained parameter: MindSpore's name, and how an array of torch's shape becomes MindSpore's and back."""

    name: str
    shape: tuple[int, ...]
    torch_shape: tuple[int, ...]


def is_torch_state(value: object) -> bool:
    return isinstance(value, Mapping) and "param_groups" in value and isinstance(value.get("state"), Mapping)


def to_mindspore(state: Mapping[str, Any], parameters: Sequence[Parameter]) -> dict[str, Any] | None:
    """torch's ``optimizer.state_dict()`` in MindSpore's form; None where it does not fit the parameters."""
    order = [index for group in state["param_groups"] for index in group.get("params", ())]
    places = dict(zip(order, parameters, strict=False))
    held = {index: slots for index, slots in state["state"].items() if slots}
    groups = [
        {key: _number(value) for key, value in group.items() if key != "params"} for group in state["param_groups"]
    ]
    if len(order) != len(parameters):
        return None
    used = {slot for slots in held.values() for slot, value in slots.items() if value is not None and slot != "step"}
    kind = next((kind for kind in _KINDS if next(iter(kind.slots)) in used and used <= set(kind.slots)), None)
    if kind is None:
        # Before its first step an optimizer has no state, and SGD without momentum never has any.
        return None if used else {"state": {}, "param_groups": groups}
    arrays: dict[str, Any] = {}
    for index, slots in held.items():
        parameter = places.get(index)
        if parameter is None:
            return None
        for slot, value in slots.items():
            if slot == "step":
                count = int(value.widened().item()) if isinstance(value, Array) else int(value)
                arrays[kind.steps or _STEPS_OF_TORCH] = Array("int32", np.array(count, "<i4"))
                continue
            if value is None:
                continue
            if not isinstance(value, Array) or value.shape != parameter.torch_shape:
                return None
            arrays[f"{kind.slots[slot]}.{parameter.name}"] = value.reshaped(parameter.shape)
            if slot == "momentum_buffer" and kind.slots[slot] == "accum":
                arrays[f"{_FIRST_STEP}.{parameter.name}"] = Array("float32", np.zeros(parameter.shape, "<f4"))
    return {"state": arrays, "param_groups": groups}


def _number(value: Any) -> Any:
    """MindSpore's optimizers refuse whole numbers where they expect fractions; torch writes `dampening=0`."""
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def to_torch(state: Mapping[str, Any], parameters: Sequence[Parameter]) -> dict[str, Any] | None:
    """The way back; None where the arrays fit no optimizer that torch has under the same slots."""
    arrays: Mapping[str, Any] = state["state"]
    if arrays and all(isinstance(number, int) for number in arrays):
        return _numbered(state, parameters)
    names = {parameter.name: index for index, parameter in enumerate(parameters)}
    slots: dict[str, set[str]] = {}
    for name in arrays:
        slot, _, parameter = name.partition(".")
        slots.setdefault(slot, set()).add(parameter)
    steps = next((name for name in ("state_step", "step_t", _STEPS_OF_TORCH) if name in slots), "")
    used = set(slots) - {steps, _FIRST_STEP}
    counted = steps if steps != _STEPS_OF_TORCH else ""
    fitting = (kind for kind in _KINDS if kind.steps == counted and next(iter(kind.slots.values())) in used)
    kind = next((kind for kind in fitting if used <= set(kind.slots.values())), None)
    if kind is None and used:
        return None
    back = {new: old for old, new in kind.slots.items()} if kind else {}
    found: dict[int, dict[str, Any]] = {}
    for name, value in arrays.items():
        slot, _, parameter = name.partition(".")
        if slot not in back or parameter not in names:
            continue
        index = names[parameter]
        own = found.setdefault(index, {"step": Array("float32", _count(arrays, steps))} if steps else {})
        own[back[slot]] = value.reshaped(parameters[index].torch_shape)
    groups = [dict(group) for group in state["param_groups"]]
    if len(groups) == 1:
        groups[0]["params"] = list(range(len(parameters)))
    elif groups:
        return None
    return {"state": dict(sorted(found.items())), "param_groups": groups}


def _numbered(state: Mapping[str, Any], parameters: Sequence[Parameter]) -> dict[str, Any] | None:
    """What a translated program saved: only the arrays' shapes may be MindSpore's."""
    found: dict[int, dict[str, Any]] = {}
    for number, slots in state["state"].items():
        if number >= len(parameters):
            return None
        own = parameters[number]
        fits = {slot: isinstance(value, Array) and value.shape == own.shape for slot, value in slots.items()}
        found[number] = {
            slot: value.reshaped(own.torch_shape) if fits[slot] else value for slot, value in slots.items()
        }
    return {"state": found, "param_groups": [dict(group) for group in state["param_groups"]]}


def _count(arrays: Mapping[str, Any], steps: str) -> Any:
    return np.array(float(arrays[steps].widened().reshape(-1)[0]), "<f4")
