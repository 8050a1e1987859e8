"""How the road looks on a terminal: one line a stage, drawn over while it is under way."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Mapping
from typing import Any, TextIO

from migrator.events import Event

TITLES = {
    "analyze": "Analyze",
    "baseline": "Baseline",
    "translate": "Translate",
    "replay": "Replay",
    "free_run": "Free run",
    "report": "Report",
}
MARKS = {"pass": "+", "fail": "x", "not reached": "-"}
REDRAW_SECONDS = 0.2


class Display:
    """Draws over its line where the output is a terminal; elsewhere it prints a line when a stage ends."""

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = out or sys.stdout
        self._live = self._out.isatty()
        self._started = 0.0
        self._drawn = 0.0
        self._last_loss = ""
        self._done = ""
        self._stage = ""

    def begin(self, stage: str) -> None:
        self._stage, self._started, self._last_loss, self._done = stage, time.monotonic(), "", ""
        self._draw("...", force=True)

    def event(self, event: Event) -> None:
        if event.kind == "notice":
            self._line(f"  note: {event.message}")
        elif event.kind == "progress":
            total = event.data.get("total")
            done = event.data.get("done")
            self._done = f"{event.message}{f' of {total}' if total and done else ''}"
        elif event.kind == "point" and event.data["points"]:
            loss = event.data["points"][-1]["loss"]
            self._last_loss = f"loss {loss:.4f}" if loss is not None else "loss not finite"
        self._draw(f"{self._done}  {self._last_loss}")

    def end(self, stage: str, ok: bool, summary: Mapping[str, Any], error: str) -> None:
        seconds = time.monotonic() - self._started
        self._line(f"{TITLES[stage]:<10} {seconds:7.1f} s  {said(stage, summary)}{'' if ok else f'{error}'}")

    def skipped(self, stage: str) -> None:
        self._line(f"{TITLES[stage]:<10}           left out, since a stage before it failed")

    def verdict(self, report: Mapping[str, Any], path: str, output: str) -> None:
        self._line("")
        for rung in report["parity"]["ladder"]:
            measured = (
                "" if rung["measured"] is None else f"  [{rung['measured']:.3g}, tolerance {rung['tolerance']:g}]"
            )
            self._line(f"  {MARKS[rung['state']]} {rung['title']:<22} {rung['detail']}{measured}")
        self._line("")
        self._line(f"Verdict: {report['verdict']}. {report['parity']['explanation']}")
        self._line(f"The report is in {path}, the translated project in {output}.")

    def _draw(self, text: str, force: bool = False) -> None:
        now = time.monotonic()
        if not self._live or (now - self._drawn < REDRAW_SECONDS and not force):
            return
        self._drawn = now
        width = shutil.get_terminal_size().columns - 1
        line = f"{TITLES[self._stage]:<10} {now - self._started:7.1f} s  {text}"
        self._out.write(f"\r\x1b[K{line[:width]}")
        self._out.flush()

    def _line(self, text: str) -> None:
        self._out.write(f"\r\x1b[K{text}\n" if self._live else f"{text}\n")
        self._out.flush()


def said(stage: str, summary: Mapping[str, Any]) -> str:
    """A stage's result in a few words."""
    if stage == "analyze" and summary.get("share_reusable") is not None:
        return f"{summary['share_reusable']:.0%} of the code stays. "
    if stage == "translate" and "translated" in summary:
        counts = f"{summary['translated']} files translated, {summary['unchanged']} unchanged"
        return f"{counts}, {summary['findings']} findings. "
    if stage in ("baseline", "replay", "free_run") and "steps" in summary:
        rate = f", {summary['steps_per_second']:g} steps/s" if summary.get("steps_per_second") else ""
        return f"{summary['steps']} losses{rate}. "
    return ""
