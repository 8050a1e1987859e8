"""Numbers that a program printed, and the words that named them.

``epoch 3 train loss 0.41 test accuracy 97.5%`` holds three: *epoch*, *train loss* and *test accuracy*. Two runs print
the same lines with other numbers, so a number is known by its line with all numbers taken out, its *template*, and its
place in it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d+\.\d*|\.\d+|\d+)(?:[eE][-+]?\d+)?(?![\w]*[A-Za-z_]\d)|\b(?:nan|inf)\b")
_TIMING = re.compile(
    r"\b(time|times|took|elapsed|eta|duration|seconds?|secs?|minutes?|mins?|ms|it/s|s/it|speed|throughput|memory|"
    r"mem|mib|gib|mb|gb|ips|fps|date|pid)\b",
    re.IGNORECASE,
)
_TIME_UNIT = re.compile(
    r"^\s*(s|sec|secs|seconds?|ms|us|µs|min|mins|minutes?|h|hours?|it/s|s/it|/s|mb|gb|mib|gib)\b", re.IGNORECASE
)
_ACCURACY = re.compile(
    r"\b(acc|accuracy|accuracies|top-?[15]|acc@?[15]|correct|precision|recall|f1|auc|iou|miou|dice)\b", re.IGNORECASE
)
_LOSS = re.compile(
    r"loss|\b(nll|perplexity|ppl|bpc|mse|mae|rmse|elbo|kld?|bce|error|err|reward|return|score|bleu|psnr|ssim|cost|objective)\b",
    re.IGNORECASE,
)
_COUNTER = re.compile(
    r"\b(epochs?|steps?|iter|iters|iterations?|batch|batches|episodes?|parameters?|params|samples?|images?|seed)\b",
    re.IGNORECASE,
)
_WARNING = re.compile(r"Warning\b|^\s|^Traceback|\.py:\d+")


@dataclass(frozen=True)
class Number:
    """One printed number. ``kind`` is accuracy, loss, time, counter or other; accuracies count 1 as all."""

    template: str
    place: int
    name: str
    kind: str
    value: float
    step: int

    @property
    def key(self) -> tuple[str, int]:
        return self.template, self.place


@dataclass(frozen=True)
class Metric:
    """All values that were printed at one place of one line, in order."""

    template: str
    place: int
    name: str
    kind: str
    values: tuple[float, ...]
    steps: tuple[int, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "text": self.template,
            "place": self.place,
            "kind": self.kind,
            "values": [value if math.isfinite(value) else None for value in self.values],
            "steps": list(self.steps),
        }


def numbers_of(line: str, step: int) -> list[Number]:
    """The numbers of one printed line, left to right."""
    found = list(NUMBER.finditer(line))
    template = " ".join(NUMBER.sub("#", line).split())
    numbers: list[Number] = []
    name, end = "", 0
    for place, match in enumerate(found):
        words = _words(line[end : match.start()])
        name = words or name
        after = line[match.end() : found[place + 1].start() if place + 1 < len(found) else len(line)]
        value = float(match.group())
        kind = _kind(name, after)
        percent = after.lstrip().startswith("%")
        # "98.1" and "98.1%" are both said of an accuracy of 0.981; nobody prints one above 1 as a fraction.
        if kind == "accuracy" and (percent or 1.0 < value <= 100.0):
            value /= 100.0
        if percent and place >= 2 and line[found[place - 2].end() : found[place - 1].start()].strip() == "/":
            # "9840/10000 (98%)": the fraction says more exactly what the rounded percentage says.
            part, whole = numbers[-2].value, numbers[-1].value
            if whole and abs(part / whole - value) < 0.011:
                value = part / whole
        if kind == "accuracy" and not percent and not _is_fraction(match.group(), value):
            kind = "counter"
        numbers.append(Number(template, place, name, kind, value, step))
        end = match.end()
    return numbers


def metrics_of(lines: Iterable[dict[str, Any]]) -> list[Metric]:
    """The metrics in a record's printed lines, in the order in which they first came.

    Of standard error, where logging goes, but warnings and tracebacks too, only accuracies and losses count.
    """
    grouped: dict[tuple[str, int], list[Number]] = {}
    for line in lines:
        text, error = str(line.get("text", "")), line.get("stream") == "err"
        if error and _WARNING.search(text):
            continue
        for number in numbers_of(text, int(line.get("step", 0))):
            if error and number.kind not in ("accuracy", "loss"):
                continue
            grouped.setdefault(number.key, []).append(number)
    metrics = []
    for (template, place), numbers in grouped.items():
        values = tuple(number.value for number in numbers)
        steps = tuple(number.step for number in numbers)
        metrics.append(Metric(template, place, numbers[0].name, numbers[0].kind, values, steps))
    return metrics


def _words(text: str) -> str:
    """The words that name the number after them: what stands after the last bracket or separator that closed."""
    text = re.split(r"[|;]", text)[-1]
    return " ".join(re.sub(r"[^\w@+\-. ]+", " ", text).strip(" -_.=:").split())[-60:].strip()


def _kind(name: str, after: str) -> str:
    if not name:
        return "counter"
    if _TIMING.search(name) or _TIME_UNIT.match(after):
        return "time"
    if _ACCURACY.search(name.replace("_", " ")):
        return "accuracy"
    if _LOSS.search(name.replace("_", " ")):
        return "loss"
    return "counter" if _COUNTER.search(name.replace("_", " ")) else "other"


def _is_fraction(text: str, value: float) -> bool:
    return "." in text or "e" in text.lower() or text in ("0", "1")
