"""Compare named arrays of two records: gradients, weights, layers' outputs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from migrator.execution.inside.tape import TapeReader
from migrator.execution.runs import read_lines
from migrator.parity.control import LEAST_STEPS, MULTIPLE
from migrator.parity.first_steps import VISIBLE_SHARE, FirstStep, judge_first_step
from migrator.parity.tolerances import FLOOR, REMNANT, ROUNDING, UNSTABLE

Array = np.ndarray[Any, Any]

AFTER_FIRST_STEP = "after first step"


@dataclass(frozen=True)
class Item:
    """One tensor compared. ``max_rel_diff`` is the largest difference over the baseline's largest entry."""

    name: str
    shape: tuple[int, ...]
    max_abs_diff: float | None
    max_rel_diff: float | None
    verdict: str
    remark: str = ""


@dataclass(frozen=True)
class Comparison:
    """All tensors of one kind. ``verdict`` is pass, fail or "not reached"; ``missing`` are names in one run only.

    ``late`` are weights first changed so late that they were held beside disturbed runs of the original, ``shaken``
    gradients, and weights first changed by them, that were held so because they change with the last bit.
    """

    verdict: str
    tolerance: float
    max_abs_diff: float | None
    max_rel_diff: float | None
    items: tuple[Item, ...]
    missing: tuple[str, ...]
    late: tuple[str, ...] = ()
    shaken: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def first_failure(self) -> Item | None:
        return next((item for item in self.items if item.verdict == "fail"), None)

    @property
    def worst(self) -> Item | None:
        judged = [item for item in self.items if item.max_rel_diff is not None]
        return max(judged, key=lambda item: item.max_rel_diff or 0.0, default=None)


class Record:
    """The arrays of one run's record, by kind and name. Names carry the model's class where there are several."""

    def __init__(self, record: Any, classes: Mapping[int, str] | None = None) -> None:
        self._folder = record
        self._tape = TapeReader(record)
        self.roots = read_lines(record, "roots", 1000)
        self.classes = classes or {int(root["root"]): str(root["class"]) for root in self.roots if "root" in root}

    def lines(self, kind: str) -> list[dict[str, Any]]:
        return [line for line in read_lines(self._folder, kind) if "root" in line]

    def array(self, reference: Mapping[str, Any]) -> Array:
        return self._tape.get(dict(reference))

    def label(self, root: int, name: str) -> str:
        """How a report calls a tensor: by its name alone, unless there are several models."""
        if len(self.classes) <= 1:
            return name
        kind = self.classes.get(root, "model")
        same = sorted(number for number, other in self.classes.items() if other == kind)
        return f"{kind}{f'[{same.index(root)}]' if len(same) > 1 and root in same else ''}.{name}"

    def gradients(self) -> dict[str, tuple[int, Array]]:
        """Name → (step of the loss, gradient)."""
        return dict(self._each("gradients", lambda line: (self._name(line), (int(line["step"]), self._array(line)))))

    def step_gradients(self) -> dict[str, Array]:
        """What each optimizer's first step was made from."""
        return dict(self._each("step_gradients", lambda line: (self._name(line), self._array(line))))

    def weights(self, phase: str) -> dict[str, Array]:
        lines = self._each("weights", lambda line: (line["phase"], self._name(line), self._array(line)))
        return {name: array for found, name, array in lines if found == phase}

    def first_steps(self) -> dict[str, int]:
        """How many losses there were before each weight's first change by an optimizer."""
        lines = self._each("weights", lambda line: (line["phase"], self._name(line), int(line.get("step", 0))))
        return {name: step for phase, name, step in lines if phase == AFTER_FIRST_STEP}

    def outputs(self) -> dict[str, tuple[str, list[Array]]]:
        """Name of the module and number of the call → (kind of layer, its tensors), in the order of execution."""
        return dict(self._each("outputs", self._output))

    def _output(self, line: dict[str, Any]) -> tuple[str, tuple[str, list[Array]]]:
        call = f" (call {int(line['call']) + 1})" if line["call"] else ""
        name = self._name({**line, "name": line["module"]}) if line["module"] else self.classes[line["root"]]
        return f"{name}{call}", (str(line["layer"]), [self.array(reference) for reference in line["values"]])

    def _name(self, line: dict[str, Any]) -> str:
        return self.label(int(line["root"]), str(line["name"]))

    def _array(self, line: dict[str, Any]) -> Array:
        return self.array(line["values"])

    def _each(self, kind: str, read: Callable[[dict[str, Any]], Any]) -> Iterator[Any]:
        """What ``read`` makes of each line; lines that are none of ours are left out, for the program may write too."""
        for line in self.lines(kind):
            try:
                yield read(line)
            except (KeyError, TypeError, ValueError, AttributeError):
                continue


def compare_gradients(
    baseline: Record, replay: Record, tolerance: float, controls: Sequence[Record] = ()
) -> Comparison:
    """Gradients of the same loss, parameter by parameter; a missing gradient counts as zeros, as MindSpore has it.

    Where a network has kinks (ReLU, max pooling), an entry within rounding of one falls on either side, and what rounding
    leaves of a gradient that cancels out is of any size. ``controls`` are disturbed runs of the original: a gradient that
    differs beyond the tolerance may differ by ``MULTIPLE`` times what they do, as long as a wrong one would be seen.
    """
    left, right = baseline.gradients(), replay.gradients()
    twins = [control.gradients() for control in controls]
    largest = _largest(array for _, array in left.values())
    items, missing, shaken = [], [], []
    for name, (step, expected) in left.items():
        if name not in right:
            if np.abs(expected).max(initial=0.0) > ROUNDING * largest:
                missing.append(name)
            continue
        other_step, found = right[name]
        remark = "" if step == other_step else f"of loss {step + 1} in the original, of loss {other_step + 1} here"
        if remark:
            items.append(Item(name, expected.shape, None, None, "", remark))
            continue
        item = compared(name, expected, found, tolerance, FLOOR * largest)
        others = [twin[name][1] for twin in twins if name in twin and twin[name][0] == step]
        if item.verdict == "fail" and others and item.max_abs_diff is not None:
            item = _beside(item, expected, found, others, largest)
            if item.verdict == "pass":
                shaken.append(name)
        items.append(item)
    return replace(gathered(items, missing, tolerance), shaken=tuple(shaken))


def _beside(item: Item, expected: Array, found: Array, others: Sequence[Array], largest: float) -> Item:
    """A gradient that differs, beside those of disturbed runs of the original; ``largest`` is that of all gradients."""
    size = max(_largest([expected]), FLOOR * largest, 1e-12)
    own = _largest(other.astype(np.float64) - expected for other in others)
    passes = (item.max_abs_diff or 0.0) <= min(MULTIPLE * own, VISIBLE_SHARE * size)
    if own >= UNSTABLE * _largest([expected]):
        # Little but rounding is left in the original itself; how much that is, is each framework's own.
        passes = passes or _largest([found]) <= REMNANT * largest
    remark = f"held beside {len(others)} disturbed runs of the original, which differ by up to {own / size:.2g}"
    return replace(item, verdict="pass" if passes else "fail", remark=remark)


def compare_weights(
    baseline: Record,
    replay: Record,
    tolerance: float,
    controls: Sequence[Record] = (),
    shaken: Collection[str] = (),
) -> Comparison:
    """Weights after the first optimizer step; ``controls`` are disturbed runs of the original, where there are any.

    Entries without a gradient beyond rounding are left out: optimizers that scale (Adam) turn the noise into a step.
    Weights that differ are judged beside the controls: ``shaken`` are those whose gradients were too, but an optimizer
    that scales makes much of a gradient that differs within tolerance as well.
    """
    left, right = baseline.weights(AFTER_FIRST_STEP), replay.weights(AFTER_FIRST_STEP)
    gradients, others = baseline.step_gradients(), replay.step_gradients()
    largest = _largest(gradients.values())
    beside = _FirstSteps(baseline, replay, controls, shaken) if controls else None
    steps = baseline.first_steps()
    items = []
    for name, expected in left.items():
        if name in right:
            determined = None
            if name in gradients and name in others and gradients[name].size == expected.size == others[name].size:
                sizes = np.maximum(np.abs(gradients[name]), np.abs(others[name].reshape(gradients[name].shape)))
                # An exact zero in both is no noise: such a weight must stay where it was.
                apart = np.abs(gradients[name] - others[name].reshape(gradients[name].shape))
                noise = (apart <= ROUNDING * largest) & (apart > tolerance * sizes) & (steps.get(name, 0) < LEAST_STEPS)
                determined = (((sizes >= ROUNDING * largest) & ~noise) | (sizes == 0)).reshape(expected.shape)
            item = compared(name, expected, right[name], tolerance, 0.0, determined)
            if item.verdict == "fail" and beside is not None:
                item = beside.judged(item, tolerance)
            items.append(item)
    missing = [name for name in left if name not in right]
    found = gathered(items, missing, tolerance)
    held = beside.names if beside is not None else ()
    late = tuple(name for name in held if name not in shaken and steps.get(name, 0) >= LEAST_STEPS)
    return replace(found, late=late, shaken=tuple(name for name in held if name not in late))


def late_failures(baseline: Record, weights: Comparison) -> bool:
    """Whether weights differ, and only such whose first step came late: disturbed runs may explain it."""
    steps = baseline.first_steps()
    failed = [item.name for item in weights.items if item.verdict == "fail"]
    return bool(failed) and not weights.missing and all(steps.get(name, 0) >= LEAST_STEPS for name in failed)


class _FirstSteps:
    """Judges single weights beside the controls; ``names`` are those that it judged."""

    def __init__(
        self, baseline: Record, replay: Record, controls: Sequence[Record], shaken: Collection[str] = ()
    ) -> None:
        self.names: list[str] = []
        self._shaken = shaken
        self._before = {**baseline.weights("initial"), **baseline.weights("before first step")}
        self._runs = [
            (record.step_gradients(), record.weights(AFTER_FIRST_STEP)) for record in (baseline, replay, *controls)
        ]

    def judged(self, item: Item, tolerance: float) -> Item:
        name, before = item.name, self._before.get(item.name)
        if before is None or item.max_abs_diff is None:
            return item
        if not all(name in gradients and name in after for gradients, after in self._runs):
            return item
        runs = [
            FirstStep(*(_like(array, before) for array in (gradients[name], after[name])))
            for gradients, after in self._runs
        ]
        baseline, replay, *controls = runs
        scale = max(_largest([baseline.after]), 1e-12)
        found = judge_first_step(before.astype(np.float64), baseline, replay, controls, scale, tolerance)
        if name in self._shaken and not found.clear:
            # Whether the optimizer does the same is told by the weights whose gradients are clear.
            return replace(item, verdict="", remark=found.remark)
        self.names.append(name)
        verdict = "pass" if found.passes else "fail"
        return Item(name, item.shape, found.difference, found.difference / scale, verdict, found.remark)


def _like(array: Array, other: Array) -> Array:
    return array.astype(np.float64).reshape(other.shape)


def compare_outputs(baseline: Record, replay: Record, tolerance: float) -> Comparison:
    """Layers' outputs in the first training step, in the order in which the original computed them."""
    left, right = baseline.outputs(), replay.outputs()
    items = []
    for name, (layer, expected) in left.items():
        if name not in right:
            continue
        found = right[name][1]
        pairs = [(a, b) for a, b in zip(expected, found, strict=False)]
        worst = [compared(name, a, b, tolerance, 0.0) for a, b in pairs]
        if not worst:
            continue
        shown = max(worst, key=lambda item: (item.verdict == "fail", item.max_rel_diff or 0.0))
        items.append(
            Item(name, shown.shape, shown.max_abs_diff, shown.max_rel_diff, shown.verdict, shown.remark or layer)
        )
    # A layer may be a function in the translation; that its output was not seen is no difference.
    return gathered(items, [], tolerance)


def compared(
    name: str, expected: Array, found: Array, tolerance: float, floor: float, mask: Array | None = None
) -> Item:
    """One pair of arrays; ``floor`` is the least scale that differences are measured against."""
    shape = tuple(expected.shape)
    if tuple(found.shape) != shape:
        if found.size != expected.size:
            return Item(name, shape, None, None, "fail", f"the translation's has shape {tuple(found.shape)}")
        found = found.reshape(shape)
    a, b = expected.astype(np.float64), found.astype(np.float64)
    remark = ""
    if mask is not None and not mask.all():
        left_out = int(mask.size - mask.sum())
        remark = f"{left_out} of {mask.size} entries have no gradient beyond rounding and were left out"
        a, b = a[mask], b[mask]
    if not a.size:
        return Item(name, shape, 0.0, 0.0, "pass", remark)
    same_gaps = np.isfinite(a) == np.isfinite(b)
    if not same_gaps.all():
        return Item(name, shape, None, None, "fail", "one of the two has entries that are not finite")
    finite = np.isfinite(a)
    difference = float(np.abs(a[finite] - b[finite]).max(initial=0.0))
    scale = max(float(np.abs(a[finite]).max(initial=0.0)), floor, 1e-12)
    relative = difference / scale
    return Item(name, shape, difference, relative, "pass" if relative <= tolerance else "fail", remark)


def gathered(items: Sequence[Item], missing: Sequence[str], tolerance: float) -> Comparison:
    judged = [item for item in items if item.verdict]
    if not judged:
        verdict = "fail" if missing else "not reached"
    else:
        verdict = "fail" if missing or any(item.verdict == "fail" for item in judged) else "pass"
    return Comparison(
        verdict=verdict,
        tolerance=tolerance,
        max_abs_diff=max((item.max_abs_diff for item in judged if item.max_abs_diff is not None), default=None),
        max_rel_diff=max((item.max_rel_diff for item in judged if item.max_rel_diff is not None), default=None),
        items=tuple(items),
        missing=tuple(missing),
    )


def _largest(arrays: Any) -> float:
    return max((float(np.abs(array).max(initial=0.0)) for array in arrays), default=0.0)
