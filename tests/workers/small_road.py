"""A small engine for the tests of the workers: what its stages do is written in the project's plan.json.

{"baseline": "sleep"} and so on; a stage that is not in the plan writes a file, tells three events, and succeeds.
"""

from __future__ import annotations

import ctypes
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Event:
    kind: str
    stage: str
    message: str
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class StageResult:
    ok: bool
    summary: dict[str, Any]
    error: str


def run_stage(stage: str, work: Path, on_event: Callable[[Event], None]) -> StageResult:
    with (work / "begun.txt").open("a") as begun:
        begun.write(f"{stage} {os.getpid()}\n")
    on_event(Event("progress", stage, "", {"done": 1, "total": 2}))
    on_event(Event("log", stage, f"this is {stage}"))
    on_event(Event("point", stage, "", {"series": stage, "step": 1, "loss": float("nan")}))
    plan = work / "source" / "plan.json"
    what = json.loads(plan.read_text()).get(stage, "") if plan.exists() else ""
    if what == "sleep":
        while not (work / "go-on").exists():
            time.sleep(0.05)
    elif what == "spawn":
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
        (work / "child.pid").write_text(str(child.pid))
        time.sleep(600)
    elif what == "stubborn":
        import signal

        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        (work / "child.pid").write_text(str(os.getpid()))
        time.sleep(600)
    elif what == "raise":
        raise ValueError("a bug of ours")
    elif what == "crash":
        ctypes.string_at(0)
    elif what == "chatter":
        for line in range(8000):
            on_event(Event("log", stage, f"line {line}"))
    elif what == "environment":
        (work / "environment.json").write_text(json.dumps(dict(os.environ)))
    elif what == "fail":
        return StageResult(False, {"seconds": 1}, "the script crashed at train.py:3")
    if stage == "report":
        (work / "report.json").write_text(json.dumps({"verdict": "pass"}))
    return StageResult(True, {"stage": stage}, "")
