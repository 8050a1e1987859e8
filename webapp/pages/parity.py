"""The parity part of a report as tables and curves: what was compared, how far apart it is, by which tolerance.

Each comparison of named things (gradients, weights, layers' outputs) becomes one `Comparison` with the same columns,
so that page and CSV are written once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from webapp.pages import series

Report = Mapping[str, Any]


@dataclass(frozen=True)
class Item:
    """One parameter or layer, compared."""

    name: str
    shape: str
    max_abs_diff: float | None
    max_rel_diff: float | None
    verdict: str
    remark: str = ""


@dataclass(frozen=True)
class Comparison:
    """All of one kind, compared."""

    key: str
    title: str
    meaning: str
    verdict: str
    tolerance: float | None
    measured: float | None
    items: tuple[Item, ...]
    # Names that only one of the two runs has.
    missing: tuple[str, ...]

    @property
    def open(self) -> bool:
        """Whether there is something to look at, so that the page shows the table unfolded."""
        return self.verdict == "fail"


COMPARISONS = (
    ("gradients", "Gradients", "Of the first loss, for every parameter."),
    ("weights", "Weights", "After the optimizer's first step, for every parameter."),
    ("outputs", "Layers' outputs", "In the first forward pass, layer by layer."),
)


def comparisons(report: Report) -> list[Comparison]:
    parity = report.get("parity") or {}
    found = []
    for key, title, meaning in COMPARISONS:
        part = parity.get(key)
        if part and (part.get("items") or part.get("missing")):
            found.append(_comparison(key, title, meaning, part))
    return found


def _comparison(key: str, title: str, meaning: str, part: Mapping[str, Any]) -> Comparison:
    rows: Sequence[Mapping[str, Any]] = part.get("items") or []
    items = tuple(
        Item(
            name=str(row.get("name", "")),
            shape=" × ".join(str(size) for size in row.get("shape") or []),
            max_abs_diff=row.get("max_abs_diff"),
            max_rel_diff=row.get("max_rel_diff"),
            verdict=row.get("verdict", ""),
            remark=row.get("remark", ""),
        )
        for row in rows
    )
    return Comparison(
        key,
        title,
        meaning,
        part.get("verdict", ""),
        part.get("tolerance"),
        part.get("max_rel_diff"),
        items,
        tuple(part.get("missing") or ()),
    )


def curve(pairs: Sequence[series.Pair], tolerance: float | None) -> dict[str, Any]:
    """The loss chart's data: columns rather than rows, for they are smaller."""
    drawn = series.thinned(pairs)
    return {
        "steps": [pair.step for pair in drawn],
        "baseline": [series.drawable(pair.baseline) for pair in drawn],
        "replay": [series.drawable(pair.replay) for pair in drawn],
        "difference": [series.drawable(pair.difference) for pair in drawn],
        "tolerance": tolerance,
        "thinned": len(drawn) < len(pairs),
    }


def accuracy(report: Report) -> list[tuple[int, float | None, float | None]]:
    """(number, baseline, free run) of each time that the programs printed their accuracy; empty where they did not."""
    part = (report.get("parity") or {}).get("accuracy") or {}
    left, right = part.get("baseline") or [], part.get("free_run") or []
    return [
        (
            index + 1,
            left[index] if index < len(left) else None,
            right[index] if index < len(right) else None,
        )
        for index in range(max(len(left), len(right)))
    ]


def metrics(report: Report) -> list[Mapping[str, Any]]:
    return (report.get("parity") or {}).get("metrics") or []


def free_curve(baseline: Sequence[tuple[int, float]], free: Sequence[tuple[int, float]]) -> dict[str, Any]:
    """The losses of the original and of the translation on its own: alike, not equal, for the seeds differ."""
    drawn = series.thinned(series.joined(baseline, free))
    return {
        "steps": [pair.step for pair in drawn],
        "baseline": [series.drawable(pair.baseline) for pair in drawn],
        "free": [series.drawable(pair.replay) for pair in drawn],
    }
