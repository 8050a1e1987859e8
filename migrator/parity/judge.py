"""Judge a submission: the ladder, the verdict, and in plain words the first place where the two runs part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from migrator.execution.printed import Metric
from migrator.execution.runs import Run, load_run, read_lines, read_losses
from migrator.parity.control import LEAST_STEPS, MOST_RUNS, MULTIPLE, Control, disturbance_for, judge_by_control
from migrator.parity.metrics import LIKELY, Accuracy, MetricRow, judge_among_seeds, judge_result, paired
from migrator.parity.statics import Problem, Statics, look_at
from migrator.parity.tensors import (
    Comparison,
    Record,
    compare_gradients,
    compare_outputs,
    compare_weights,
    gathered,
    late_failures,
)
from migrator.parity.tolerances import Tolerances
from migrator.parity.trajectory import Trajectory, compare_losses

PASS, FAIL, NOT_REACHED = "pass", "fail", "not reached"
# An exception of one of these kinds before the first loss says that the translated files do not fit together.
_IMPORT_ERRORS = frozenset({"ImportError", "ModuleNotFoundError", "SyntaxError", "IndentationError"})


@dataclass(frozen=True)
class Rung:
    """``state`` is pass, fail or "not reached"; ``measured`` and ``tolerance`` are None where no number applies."""

    rung: str
    title: str
    state: str
    detail: str
    measured: float | None = None
    tolerance: float | None = None


@dataclass(frozen=True)
class Parity:
    """``explanation`` says where the runs first part, or that they do not; ``notes`` what the replay met on its way."""

    verdict: str
    explanation: str
    ladder: tuple[Rung, ...]
    trajectory: Trajectory
    outputs: Comparison
    gradients: Comparison
    weights: Comparison
    accuracy: Accuracy
    metrics: tuple[MetricRow, ...]
    tolerances: Tolerances
    notes: tuple[str, ...]
    control: Control | None = None

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def judge(
    work: Path, baseline: Run | None, replay: Run | None, free: Run | None, tolerances: Tolerances | None = None
) -> Parity:
    """Compare what lies in the working folder. Runs are None where they did not take place."""
    tolerances = tolerances or Tolerances()
    records = {name: work / name / "record" for name in ("baseline", "replay", "free_run")}
    trajectory = _trajectory(records, baseline, tolerances)
    nothing = gathered((), (), 0.0)
    outputs = gradients = weights = nothing
    if baseline is not None and replay is not None and trajectory.steps:
        left = Record(records["baseline"])
        right = Record(records["replay"], left.classes)
        outputs = compare_outputs(left, right, tolerances.outputs)
        controls = _controls(work, left)
        gradients = compare_gradients(left, right, tolerances.gradients, controls)
        weights = compare_weights(left, right, tolerances.weights, controls, gradients.shaken)
    control = controlled(work, tolerances, gradients, weights) if trajectory.first_outside is not None else None
    accuracy = judge_result(
        baseline.metrics if baseline else (),
        free.metrics if free else (),
        _curve(records["baseline"]) if baseline else (),
        _curve(records["free_run"]) if free else (),
        tolerances.accuracy,
        tolerances.final_loss,
    )
    if not (baseline and free and baseline.ended_well and free.ended_well):
        accuracy = _unjudged(accuracy)
    else:
        accuracy = judge_among_seeds(accuracy, baseline.metrics, _other_seeds(work))
    metrics = paired(*((run.metrics if run else ()) for run in (baseline, replay, free)))
    statics = look_at(work / "translated", work / "source") if (work / "translated").is_dir() else None
    ladder = (
        _parses(statics),
        _names_resolve(statics, replay or free),
        _imports(replay),
        _first_loss(trajectory, replay, tolerances),
        _gradients(gradients),
        _weights(weights),
        _all_losses(trajectory, replay, control),
        _accuracy(accuracy, baseline, free),
    )
    verdict = _verdict(ladder, baseline, replay, free)
    notes = tuple(str(note["text"]) for note in (replay.notes if replay else ()))
    explanation = _explain(ladder, trajectory, outputs, gradients, weights, replay, free, baseline, records)
    return Parity(
        verdict,
        explanation,
        ladder,
        trajectory,
        outputs,
        gradients,
        weights,
        accuracy,
        tuple(metrics),
        tolerances,
        notes,
        control,
    )


def _other_seeds(work: Path) -> list[tuple[Sequence[Metric], list[tuple[int, float]]]]:
    """What the original printed, and its losses, in each run with another seed."""
    found: list[tuple[Sequence[Metric], list[tuple[int, float]]]] = []
    for folder in sorted((work / "free_run" / "seeds").glob("*")):
        run = load_run(folder)
        if run is not None and run.ended_well:
            found.append((run.metrics, _curve(folder / "record")))
    return found


def needs_other_seeds(work: Path, tolerances: Tolerances | None = None) -> bool:
    """Whether both programs ran to the end and the results are apart, which other draws may explain."""
    tolerances = tolerances or Tolerances()
    baseline, free = load_run(work / "baseline"), load_run(work / "free_run")
    if baseline is None or free is None or not (baseline.ended_well and free.ended_well):
        return False
    curves = [_curve(work / name / "record") for name in ("baseline", "free_run")]
    found = judge_result(
        baseline.metrics, free.metrics, curves[0], curves[1], tolerances.accuracy, tolerances.final_loss
    )
    return found.verdict == FAIL


def _curve(record: Path) -> list[tuple[int, float]]:
    return [(step, loss) for step, loss, _ in read_losses(record)]


def _trajectory(records: dict[str, Path], baseline: Run | None, tolerances: Tolerances) -> Trajectory:
    left = _curve(records["baseline"])
    cut = next((int(line["step"]) for line in read_lines(records["baseline"], "cut") if "step" in line), None)
    expected = len(left) if cut is None else min(cut, len(left))
    return compare_losses(left, _curve(records["replay"]), expected, tolerances.loss)


def _unjudged(accuracy: Accuracy) -> Accuracy:
    return Accuracy(**{**asdict(accuracy), "verdict": NOT_REACHED})


def _parses(statics: Statics | None) -> Rung:
    title = "Parses"
    if statics is None:
        return Rung("parses", title, NOT_REACHED, "There is no translated project.")
    before = f" {_listed(statics.broken_before)} did not parse in the original either." if statics.broken_before else ""
    if statics.broken:
        return Rung(
            "parses", title, FAIL, f"Not valid Python: {_listed(statics.broken)}.{before}", len(statics.broken), 0
        )
    return Rung("parses", title, PASS, f"All {statics.files} Python files were read.{before}", 0, 0)


def _names_resolve(statics: Statics | None, run: Run | None) -> Rung:
    rung, title = "names resolve", "Names resolve"
    if statics is None:
        return Rung(rung, title, NOT_REACHED, "There is no translated project.")
    used = set(run.imported) if run is not None else set()
    in_use = [problem for problem in statics.unresolved if not used or problem.path in used]
    aside = [problem for problem in statics.unresolved if problem not in in_use]
    more = f" In files that this run does not load, {len(aside)} are left: {_listed(aside)}." if aside else ""
    if in_use:
        return Rung(rung, title, FAIL, f"Open names: {_listed(in_use)}.{more}", len(in_use), 0)
    return Rung(rung, title, PASS, f"Every name in the program's files is defined or imported.{more}", 0, 0)


def _imports(replay: Run | None) -> Rung:
    rung, title = "imports", "Imports"
    if replay is None:
        return Rung(rung, title, NOT_REACHED, "The translated program was not started.")
    if replay.traceback is not None and replay.traceback.type in _IMPORT_ERRORS and not replay.steps:
        return Rung(rung, title, FAIL, replay.how_it_ended)
    if not replay.steps and not replay.ended_well and replay.traceback is None:
        return Rung(rung, title, FAIL, replay.how_it_ended)
    return Rung(rung, title, PASS, f"{len(replay.imported)} files were loaded with PyTorch out of reach.")


def _first_loss(trajectory: Trajectory, replay: Run | None, tolerances: Tolerances) -> Rung:
    rung, title = "first-step loss", "First-step loss"
    if replay is None:
        return Rung(rung, title, NOT_REACHED, "The translated program was not started.")
    if trajectory.steps == 0:
        if trajectory.expected_steps == 0:
            return Rung(rung, title, NOT_REACHED, "The original never called backward, so there is no loss to compare.")
        detail = "The translated program computed no loss."
        return Rung(rung, title, FAIL, detail if replay.ended_well else f"{detail} {replay.how_it_ended}")
    measured, tolerance = trajectory.first_rel_diff, tolerances.first_loss
    if measured is None or measured > tolerance:
        return Rung(rung, title, FAIL, "The first loss differs.", measured, tolerance)
    detail = "From the same weights and batch, both computed the same first loss."
    return Rung(rung, title, PASS, detail, measured, tolerance)


def _compared(rung: str, title: str, comparison: Comparison, word: str) -> Rung:
    if comparison.verdict == NOT_REACHED:
        return Rung(rung, title, NOT_REACHED, f"No {word} of both runs could be compared.")
    judged = [item for item in comparison.items if item.verdict]
    if comparison.verdict == PASS:
        detail = f"All {len(judged)} {word}s are equal within tolerance."
    else:
        failed = [item.name for item in judged if item.verdict == "fail"]
        parts = []
        if failed:
            parts.append(f"{len(failed)} of {len(judged)} {word}s differ: {_listed(failed)}.")
        if comparison.missing:
            parts.append(f"The translation has no {word} for {_listed(comparison.missing)}.")
        detail = " ".join(parts)
    return Rung(rung, title, comparison.verdict, detail, comparison.max_rel_diff, comparison.tolerance)


def _gradients(gradients: Comparison) -> Rung:
    return _beside_shaken(_compared("gradients", "Gradients", gradients, "gradient"), gradients)


def _beside_shaken(rung: Rung, comparison: Comparison) -> Rung:
    """What a rung says of tensors that were held beside disturbed runs; measured are the others."""
    if comparison.verdict != PASS or not comparison.shaken:
        return rung
    others = [item.max_rel_diff for item in comparison.items if item.verdict and item.name not in comparison.shaken]
    detail = (
        f"{rung.detail} {len(comparison.shaken)} of them change with the last bit of the original's weights: "
        f"{_listed(comparison.shaken)}. They are held to {MULTIPLE:g} times what that does to the original."
    )
    return replace(rung, detail=detail, measured=max((diff for diff in others if diff is not None), default=None))


def _weights(weights: Comparison) -> Rung:
    rung = _compared("weights after one step", "Weights after one step", weights, "weight")
    rung = _beside_shaken(rung, weights)
    if weights.verdict != PASS or not weights.late:
        return rung
    detail = (
        f"{rung.detail} {len(weights.late)} of them are first changed late, when the original itself comes away from a "
        f"run with weights and gradients changed by rounding: {_listed(weights.late)}. They are held to {MULTIPLE:g} "
        "times that."
    )
    return replace(rung, detail=detail)


def needs_control(work: Path, tolerances: Tolerances | None = None) -> tuple[float, int] | None:
    """Whether the replay follows at first and comes away later, which rounding that grows may explain: in its losses, or
    in the first step of an optimizer that comes late. Or whether its first gradients, or the first steps made of them,
    differ although the layers' outputs are equal, which kinks may explain.

    Returns by how much a control run should be disturbed, and for how many steps it should run; else None.
    """
    tolerances = tolerances or Tolerances()
    records = {name: work / name / "record" for name in ("baseline", "replay")}
    cut = next((int(line["step"]) for line in read_lines(records["baseline"], "cut") if "step" in line), None)
    left = _curve(records["baseline"])
    found = compare_losses(left, _curve(records["replay"]), len(left) if cut is None else cut, tolerances.loss)
    if _settings(records) or _rates(records) or read_lines(records["replay"], "notes", 1):
        return None
    original, replay = Record(records["baseline"]), Record(records["replay"])
    gradients = compare_gradients(original, replay, tolerances.gradients)
    weights = compare_weights(original, replay, tolerances.weights)
    late = late_failures(original, weights)
    if FAIL in (gradients.verdict, weights.verdict) and not late:
        outputs = compare_outputs(original, replay, tolerances.outputs)
        starts_alike = found.first_rel_diff is not None and found.first_rel_diff <= tolerances.first_loss
        if gradients.missing or weights.missing or outputs.verdict == FAIL or not starts_alike:
            return None
        return disturbance_for(_usual_difference(outputs)), found.steps
    if found.first_outside is not None and found.first_outside < LEAST_STEPS:
        return None
    if found.first_outside is None and not late:
        return None
    return (disturbance_for(gradients.max_rel_diff), found.steps) if gradients.verdict == PASS else None


def _usual_difference(outputs: Comparison) -> float | None:
    """By how much the frameworks' outputs of a layer differ, in the middle of all layers."""
    found = [item.max_rel_diff for item in outputs.items if item.max_rel_diff is not None]
    return float(np.median(found)) if found else None


def explained_by_controls(work: Path, tolerances: Tolerances | None = None) -> bool:
    """Whether the control runs so far explain all that is apart, so that no further one is needed."""
    tolerances = tolerances or Tolerances()
    records = {name: work / name / "record" for name in ("baseline", "replay")}
    original, replay = Record(records["baseline"]), Record(records["replay"])
    controls = _controls(work, original)
    gradients = compare_gradients(original, replay, tolerances.gradients, controls)
    if gradients.verdict == FAIL:
        return False
    weights = compare_weights(original, replay, tolerances.weights, controls, gradients.shaken)
    if _trajectory(records, None, tolerances).first_outside is not None:
        found = controlled(work, tolerances, gradients, weights)
        if found is None or found.verdict != PASS:
            return False
    return weights.verdict != FAIL


def _controls(work: Path, baseline: Record) -> list[Record]:
    folders = (work / "replay" / "control" / str(number) / "record" for number in range(MOST_RUNS))
    return [Record(folder, baseline.classes) for folder in folders if folder.is_dir()]


def controlled(work: Path, tolerances: Tolerances, gradients: Comparison, weights: Comparison) -> Control | None:
    """What the control runs so far say of the replay; None where there are none. Where they had to explain the first
    gradients, or steps, losses may come away from the first step on."""
    folder = work / "replay" / "control"
    controls = [curve for number in range(MOST_RUNS) if (curve := _curve(folder / str(number) / "record"))]
    if not controls:
        return None
    settings = read_lines(folder, "control", 1)
    disturbance = float(settings[0]["disturbance"]) if settings else 0.0
    baseline, replay = (_curve(work / name / "record") for name in ("baseline", "replay"))
    least_steps = 1 if gradients.shaken or weights.shaken else LEAST_STEPS
    return judge_by_control(baseline, replay, controls, tolerances.loss, disturbance, least_steps)


def _all_losses(trajectory: Trajectory, replay: Run | None, control: Control | None) -> Rung:
    rung, title = "loss after N steps", "Loss after N steps"
    if replay is None or trajectory.steps == 0:
        return Rung(rung, title, NOT_REACHED, "No losses of both runs could be compared.")
    if trajectory.verdict == PASS:
        detail = f"All {trajectory.steps} losses are equal within tolerance."
    elif control is not None and control.verdict == PASS and _as_long(trajectory, replay, control):
        ends = " The program ends by its own losses, after another number of steps each time."
        detail = (
            f"All {trajectory.first_outside} losses up to step {trajectory.first_outside} are equal within "
            f"{trajectory.tolerance:g}. {_amplifies(control)} The replay stays within {control.multiple:g} times that; "
            f"measured is its share of what that allows.{ends * (trajectory.steps != trajectory.expected_steps)}"
        )
        return Rung(rung, title, PASS, detail, control.worst_ratio, 1.0)
    elif trajectory.first_outside is not None:
        detail = f"The losses part at step {trajectory.first_outside + 1} of {trajectory.expected_steps}."
    elif trajectory.steps < trajectory.expected_steps:
        detail = f"The replay came to {trajectory.steps} of {trajectory.expected_steps} losses. {replay.how_it_ended}"
    else:
        detail = f"The translated program computed {replay.steps} losses, the original {trajectory.expected_steps}."
    return Rung(rung, title, trajectory.verdict, detail, trajectory.max_rel_diff, trajectory.tolerance)


def _as_long(trajectory: Trajectory, replay: Run, control: Control) -> bool:
    """Whether the replay took as many steps as the original, or ended where a program ends by its own losses."""
    return trajectory.steps == trajectory.expected_steps or (control.ends_elsewhere and replay.ended_well)


def _amplifies(control: Control) -> str:
    return (
        f"This program amplifies rounding: with weights and gradients changed by {control.disturbance:.1g} of "
        f"themselves, the original comes away from itself at step {(control.first_outside or 0) + 1}, by up to "
        f"{_figure(control.max_rel_diff)} (the farthest of {control.runs} such run{'s' * (control.runs > 1)})."
    )


def _accuracy(accuracy: Accuracy, baseline: Run | None, free: Run | None) -> Rung:
    rung, title = "accuracy", "Accuracy"
    if baseline is None or free is None:
        return Rung(rung, title, NOT_REACHED, "The translated program did not train by itself.")
    for run, name in ((baseline, "The original"), (free, "The translated program, by itself,")):
        if not run.ended_well:
            state = FAIL if run is free and run.steps else NOT_REACHED
            return Rung(rung, title, state, f"{name} did not end well. {run.how_it_ended}")
    if accuracy.basis == "none":
        return Rung(rung, title, NOT_REACHED, "The programs printed no accuracy and computed no loss.")
    if accuracy.basis == "accuracy":
        detail = f"{accuracy.name}: {_percent(accuracy.baseline_final)} and {_percent(accuracy.free_run_final)}."
    else:
        detail = (
            f"No accuracy is printed, so this rung goes by the loss ({accuracy.name}): "
            f"{_figure(accuracy.baseline_final)} and {_figure(accuracy.free_run_final)}."
        )
    if accuracy.other_seeds:
        shown = _percent if accuracy.basis == "accuracy" else _figure
        ends = [shown(end) for end in (min(accuracy.other_seeds), max(accuracy.other_seeds))]
        within = "within" if accuracy.verdict == PASS else "outside"
        detail += (
            f" With {len(accuracy.other_seeds)} other seeds the original itself reaches {ends[0]} to {ends[1]}; the "
            f"translation lies {within} what one more run would reach with a probability of {LIKELY:.1%}."
        )
    return Rung(rung, title, accuracy.verdict, detail, accuracy.difference, accuracy.tolerance)


def _verdict(ladder: Sequence[Rung], baseline: Run | None, replay: Run | None, free: Run | None) -> str:
    """Fail where something that was measured is wrong; pass only where everything was measured and is right."""
    if baseline is not None and baseline.ended_well and any(rung.state == FAIL for rung in ladder):
        return "fail"
    complete = all(rung.state == PASS for rung in ladder)
    runs = all(run is not None and run.ended_well for run in (baseline, replay, free))
    return "pass" if complete and runs else "incomplete"


def _explain(
    ladder: Sequence[Rung],
    trajectory: Trajectory,
    outputs: Comparison,
    gradients: Comparison,
    weights: Comparison,
    replay: Run | None,
    free: Run | None,
    baseline: Run | None,
    records: dict[str, Path],
) -> str:
    """The first thing that went another way, in the order in which a training step computes."""
    if baseline is None:
        return "The original was not run."
    if not baseline.ended_well:
        return f"The original did not end well under PyTorch. {baseline.how_it_ended}"
    if replay is None:
        return "The translated program was not started."
    failed = next((rung for rung in ladder if rung.state == FAIL), None)
    if failed is None:
        if not replay.ended_well:
            return f"All that was compared is equal, but the replay did not end well. {replay.how_it_ended}"
        if trajectory.verdict == FAIL:
            return next(rung.detail for rung in ladder if rung.rung == "loss after N steps")
        return "The two runs do not part: everything that was compared is equal within tolerance."
    if failed.rung in ("parses", "names resolve", "imports"):
        return failed.detail
    if trajectory.steps == 0 and trajectory.expected_steps:
        return f"The translated program computed no loss. {replay.how_it_ended}"
    weight_notes = [str(note["text"]) for note in replay.notes if note["kind"] in ("weight", "model")]
    modes = " ".join(str(note["text"]) for note in replay.notes if note["kind"] == "mode")
    if failed.rung == "first-step loss":
        return f"{modes} {_explain_forward(outputs, weight_notes, replay)}".strip()
    if failed.rung == "gradients":
        item = gradients.first_failure
        which = f"{item.name} by {_figure(item.max_rel_diff)}" if item else _listed(gradients.missing)
        return f"{modes} The first loss is equal, but gradients differ, first that of {which} (relative).".strip()
    if failed.rung == "weights after one step":
        item = weights.first_failure
        which = f"{item.name} by {_figure(item.max_rel_diff)}" if item else _listed(weights.missing)
        return (
            f"Loss and gradients are equal, but the optimizer's first step differs, first at {which}. "
            f"{_settings(records)}{_rates(records)}"
        )
    if failed.rung == "loss after N steps":
        return _explain_trajectory(trajectory, outputs, replay, records, failed)
    if free is not None and not free.ended_well:
        return f"The replay is equal, but the translated program by itself did not end well. {free.how_it_ended}"
    return f"The replay is equal, but trained by itself the translation ends elsewhere. {failed.detail}"


def _explain_forward(outputs: Comparison, weight_notes: Sequence[str], replay: Run) -> str:
    if weight_notes:
        return f"The first loss differs because weights do: {weight_notes[0]}"
    item = outputs.first_failure
    if item is not None:
        before = [other.name for other in outputs.items if other.verdict == "pass"]
        equal = f"Outputs are equal up to layer {before[-1]}; " if before and outputs.items[0].verdict == "pass" else ""
        return f"{equal}layer {item.name} ({item.remark}) differs by {_figure(item.max_rel_diff)} (relative)."
    told = next((str(note["text"]) for note in replay.notes), "")
    if outputs.items:
        equal = f"All {len(outputs.items)} layers put out the same, so the difference is made after them:"
        return f"{equal} see how the loss is computed. {told}".strip()
    return f"The first loss differs, and no layer's output of both runs could be compared. {told}".strip()


def _explain_trajectory(
    trajectory: Trajectory, outputs: Comparison, replay: Run, records: dict[str, Path], failed: Rung
) -> str:
    if trajectory.first_outside is None:
        return failed.detail
    step = trajectory.first_outside
    known = _settings(records) or _rates(records)
    if known:
        return f"The losses part at step {step + 1}. {known}"
    told = [str(note["text"]) for note in replay.notes if note["kind"] not in ("length",) and int(note["step"]) <= step]
    if told:
        return f"The losses part at step {step + 1}. Before that: {told[0]}"
    losses = dict(_curve(records["baseline"]))
    other = dict(_curve(records["replay"]))
    earlier = [abs(losses[s] - other[s]) for s in range(max(0, step - 10), step) if s in losses and s in other]
    at = abs(losses.get(step, 0.0) - other.get(step, 0.0))
    if earlier and at < 20 * max(max(earlier), 1e-12):
        return (
            f"The losses part slowly and pass the tolerance at step {step + 1}: rounding differences that training "
            "amplifies look like this."
        )
    return f"The losses are equal up to step {step} and part at step {step + 1}, by {_figure(at)}."


def _settings(records: dict[str, Path]) -> str:
    """Which setting of an optimizer differs, in a sentence; empty where none does, or none is known of both."""
    both = [
        {line["optimizer"]: line["groups"] for line in read_lines(records[name], "optimizers") if "groups" in line}
        for name in ("baseline", "replay")
    ]
    for number in both[0].keys() & both[1].keys():
        for ours, theirs in zip(both[0][number], both[1][number], strict=False):
            for name in sorted(ours.keys() & theirs.keys()):
                same = len(ours[name]) == len(theirs[name])
                if not (same and np.allclose(ours[name], theirs[name], rtol=1e-5, atol=1e-12)):
                    shown = [", ".join(_figure(value) for value in group[name]) for group in (ours, theirs)]
                    return f"The optimizers' {name} differs: {shown[0]} and {shown[1]}. "
    return ""


def _rates(records: dict[str, Path]) -> str:
    """Where the learning rates first differ, in a sentence; empty where they do not. Where the recording was cut short
    the replay ended too, and has no later rates."""
    both = []
    end = next((int(line["step"]) for line in read_lines(records["baseline"], "cut") if "step" in line), None)
    for name in ("baseline", "replay"):
        rates: dict[int, dict[int, list[float]]] = {}
        for line in read_lines(records[name], "rates"):
            rates.setdefault(int(line["optimizer"]), {})[int(line["step"])] = [float(rate) for rate in line["rates"]]
        both.append(rates)
    for optimizer, expected in both[0].items():
        found = both[1].get(optimizer)
        if found is None:
            continue
        for step in sorted(at for at in {*expected, *found} if end is None or at < end):
            left, right = _rate_at(expected, step), _rate_at(found, step)
            if left is None or right is None:
                continue
            if any(abs(a - b) > 1e-5 * max(abs(a), 1e-12) for a, b in zip(left, right, strict=False)):
                return f"The learning rates differ from step {step} on: {_figure(left[0])} and {_figure(right[0])}."
    return ""


def _rate_at(rates: dict[int, list[float]], step: int) -> list[float] | None:
    known = [at for at in rates if at <= step]
    return rates[max(known)] if known else None


def _listed(things: Sequence[str | Problem], most: int = 4) -> str:
    shown = ", ".join(str(thing) for thing in things[:most])
    return shown if len(things) <= most else f"{shown} and {len(things) - most} more"


def _figure(value: float | None) -> str:
    return "nothing" if value is None else f"{value:.4g}"


def _percent(value: float | None) -> str:
    return "nothing" if value is None else f"{100 * value:.2f}%"
