"""Series as charts and tables need them: two loss curves joined by step, thinned for drawing, whole for CSV."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

# More points than a wide screen has pixels draw the same picture, slower.
MAX_DRAWN_POINTS = 2000


@dataclass(frozen=True)
class Pair:
    """The losses of both runs at one step; None where a run has none."""

    step: int
    baseline: float | None
    replay: float | None

    @property
    def difference(self) -> float | None:
        if self.baseline is None or self.replay is None:
            return None
        return abs(self.baseline - self.replay)


def joined(baseline: Sequence[tuple[int, float]], replay: Sequence[tuple[int, float]]) -> list[Pair]:
    """Both curves by step, every step that either of them has."""
    left, right = dict(baseline), dict(replay)
    return [Pair(step, left.get(step), right.get(step)) for step in sorted(left.keys() | right.keys())]


def thinned(pairs: Sequence[Pair], limit: int = MAX_DRAWN_POINTS) -> list[Pair]:
    """At most about ``limit`` pairs: of each stretch the first, and the one with the largest difference."""
    if len(pairs) <= limit:
        return list(pairs)
    stretch = math.ceil(2 * len(pairs) / limit)
    kept: list[Pair] = []
    for start in range(0, len(pairs), stretch):
        part = pairs[start : start + stretch]
        worst = max(part, key=lambda pair: pair.difference or 0.0)
        kept.extend(sorted({part[0].step: part[0], worst.step: worst}.values(), key=lambda pair: pair.step))
    if kept[-1].step != pairs[-1].step:
        kept.append(pairs[-1])
    return kept


def drawable(value: float | None) -> float | None:
    """A number that JSON and charts can carry: None for a gap, NaN or infinity."""
    return value if value is not None and math.isfinite(value) else None


def as_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow(["" if value is None else _inert(value) for value in row])
    return out.getvalue()


def _inert(value: object) -> object:
    """Text that a spreadsheet would run as a formula is made plain text: names come from submitted code."""
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return f"'{value}"
    return value
