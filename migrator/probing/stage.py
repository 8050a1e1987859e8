"""The probe as a job: it reads and writes files of one working folder only, as the stages of the road do.

``work/`` holds ``settings.json`` (``device``, ``only``) at the start and ``evidence.json`` in the end. One that is found
there from an earlier attempt is continued.
"""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

from migrator.events import Event, OnEvent
from migrator.probing.probe import probe
from migrator.road import StageResult

EVIDENCE = "evidence.json"


def run_stage(stage: str, work: Path, on_event: OnEvent) -> StageResult:
    """Measure what the settings ask for. What this machine lacks is a result; only faults of the engine raise."""
    for library in ("torch", "mindspore"):
        if importlib.util.find_spec(library) is None:
            return StageResult(False, {}, f"The probe compares MindSpore with PyTorch; {library} is not installed here.")
    asked = json.loads((work / "settings.json").read_text(encoding="utf-8"))

    def progress(done: int, total: int) -> None:
        on_event(Event("progress", stage, "measuring", {"done": done, "total": total}))

    rows = probe(asked["only"], work / EVIDENCE, progress=progress, device=asked["device"])
    if not rows:
        return StageResult(False, {}, f"No row of the catalog that matches {asked['only']} could be measured.")
    return StageResult(True, {"rows": len(rows)})
