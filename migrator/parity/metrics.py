"""Pair what the programs printed, and judge how well the translation trains by itself."""

from __future__ import annotations

import math
import re
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from migrator.execution.printed import Metric

_HELD_OUT = re.compile(r"\b(test|val|valid|validation|dev|eval|holdout)\b", re.IGNORECASE)
_DERIVED = re.compile(r"\b(best|max|train|training)\b", re.IGNORECASE)
MOST_ROWS = 2000


@dataclass(frozen=True)
class MetricRow:
    """One printed number of the baseline with what the other runs printed in its place; None where they did not."""

    name: str
    kind: str
    baseline: float | None
    replay: float | None
    free_run: float | None
    difference: float | None


@dataclass(frozen=True)
class Accuracy:
    """How the free run's result compares. ``basis`` says by what: a printed accuracy, a printed loss, or the losses.

    ``other_seeds`` are the original's own results with other seeds, where these were asked for.
    """

    basis: str
    name: str
    baseline: tuple[float, ...]
    free_run: tuple[float, ...]
    baseline_final: float | None
    free_run_final: float | None
    difference: float | None
    tolerance: float
    verdict: str
    other_seeds: tuple[float, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def paired(baseline: Sequence[Metric], replay: Sequence[Metric], free: Sequence[Metric]) -> list[MetricRow]:
    """Every metric of the baseline, value by value; times and counters are not compared."""
    rows: list[MetricRow] = []
    others = [{(m.template, m.place): m for m in metrics} for metrics in (replay, free)]
    for metric in baseline:
        if metric.kind in ("time", "counter"):
            continue
        found = [other.get((metric.template, metric.place)) for other in others]
        many = len(metric.values) > 1
        for index, value in enumerate(metric.values):
            replayed, alone = (m.values[index] if m is not None and index < len(m.values) else None for m in found)
            difference = abs(value - replayed) if replayed is not None else None
            name = f"{metric.name or metric.template} #{index + 1}" if many else metric.name or metric.template
            rows.append(
                MetricRow(name, metric.kind, _finite(value), _finite(replayed), _finite(alone), _finite(difference))
            )
            if len(rows) >= MOST_ROWS:
                return rows
    return rows


def judge_result(
    baseline: Sequence[Metric],
    free: Sequence[Metric],
    losses: Sequence[tuple[int, float]],
    free_losses: Sequence[tuple[int, float]],
    accuracy_tolerance: float,
    loss_tolerance: float,
) -> Accuracy:
    """The printed accuracy where there is one; else a printed loss; else the end of the loss curve.

    Losses are compared relative to the larger of the two, but to no less than a tenth of the first loss: of a loss that
    has nearly vanished the last digits say nothing.
    """
    for kind in ("accuracy", "loss"):
        metric = _main(baseline, kind)
        other = _counterpart(metric, free) if metric is not None else None
        if metric is None or other is None:
            continue
        ends = metric.values[-1], other.values[-1]
        if kind == "accuracy":
            return _judged(
                "accuracy", metric.name, metric.values, other.values, ends, abs(ends[0] - ends[1]), accuracy_tolerance
            )
        start = abs(metric.values[0]) if metric.values else 0.0
        return _judged("loss", metric.name, (), (), ends, _relative(*ends, start), loss_tolerance)
    if losses and free_losses:
        ends = _end_of(losses), _end_of(free_losses)
        distance = _relative(*ends, abs(losses[0][1]))
        return _judged("loss", "mean loss at the end", (), (), ends, distance, loss_tolerance)
    return Accuracy("none", "", (), (), None, None, None, accuracy_tolerance, "not reached")


# By so many estimated standard deviations one more run may lie off the mean of the others: Student's t for 99.73 %, which
# is three standard deviations where these are known, by the number of runs less one. From few runs they are known badly.
STUDENT = {2: 19.21, 3: 9.22, 4: 6.62, 5: 5.51, 6: 4.90, 7: 4.53, 8: 4.28, 9: 4.09}
LIKELY = 0.997


def judge_among_seeds(
    accuracy: Accuracy,
    baseline: Sequence[Metric],
    others: Sequence[tuple[Sequence[Metric], Sequence[tuple[int, float]]]],
) -> Accuracy:
    """Judge a result that is off the baseline's by what the original itself reaches with other seeds.

    ``others`` has (metrics, losses) of each such run. One run of a small program is one draw from a wide distribution:
    the free run's, with its own initial weights and draws, passes if it lies where one more run of the original would lie
    with a probability of ``LIKELY``, as far as so few runs tell (a prediction interval).
    """
    if accuracy.verdict != "fail" or accuracy.baseline_final is None or accuracy.free_run_final is None:
        return accuracy
    found = [_final(accuracy, baseline, metrics, losses) for metrics, losses in others]
    finals = tuple(final for final in found if final is not None and math.isfinite(final))
    if len(finals) < 2:
        return accuracy
    every = (accuracy.baseline_final, *finals)
    distance = abs(accuracy.free_run_final - statistics.fmean(every))
    factor = STUDENT[min(len(every) - 1, max(STUDENT))] * math.sqrt(1 + 1 / len(every))
    passes = distance <= factor * statistics.stdev(every)
    return replace(accuracy, verdict="pass" if passes else "fail", other_seeds=finals)


def _final(
    accuracy: Accuracy, baseline: Sequence[Metric], metrics: Sequence[Metric], losses: Sequence[tuple[int, float]]
) -> float | None:
    metric = _main(baseline, accuracy.basis)
    if metric is None or metric.name != accuracy.name:
        return _end_of(losses) if losses else None
    other = _counterpart(metric, metrics)
    return other.values[-1] if other is not None and other.values else None


def _judged(
    basis: str,
    name: str,
    left: tuple[float, ...],
    right: tuple[float, ...],
    ends: tuple[float, float],
    difference: float,
    tolerance: float,
) -> Accuracy:
    # Percentages printed with a digit or two must not fail by the last bit of their difference.
    verdict = "pass" if difference <= tolerance + 1e-9 else "fail"
    final = [_finite(end) for end in ends]
    return Accuracy(basis, name, left, right, final[0], final[1], _finite(difference), tolerance, verdict)


def _main(metrics: Sequence[Metric], kind: str) -> Metric | None:
    """The metric that a person would look at: on held-out data rather than on training data, often rather than once."""
    found = [metric for metric in metrics if metric.kind == kind]

    def rank(metric: Metric) -> tuple[int, int, int]:
        said = f"{metric.template} {metric.name}"
        held_out = 2 if _HELD_OUT.search(metric.name) else int(bool(_HELD_OUT.search(said)))
        return -held_out, int(bool(_DERIVED.search(metric.name))), -len(metric.values)

    return min(found, key=rank, default=None)


def _counterpart(metric: Metric, others: Sequence[Metric]) -> Metric | None:
    same = [m for m in others if (m.template, m.place) == (metric.template, metric.place)]
    alike = [m for m in others if m.kind == metric.kind and m.name == metric.name]
    return next(iter([*same, *alike]), None)


def _end_of(losses: Sequence[tuple[int, float]]) -> float:
    """The mean of the last twentieth, of ten losses at least: single batches scatter."""
    last = [loss for _, loss in losses[-max(10, len(losses) // 20) :]]
    return statistics.fmean(last)


def _relative(left: float, right: float, start: float) -> float:
    if not (math.isfinite(left) and math.isfinite(right)):
        return math.inf
    return abs(left - right) / max(abs(left), abs(right), 0.1 * start if math.isfinite(start) else 0.0, 1e-12)


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
