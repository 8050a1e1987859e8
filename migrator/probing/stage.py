"""The probe as a job: it reads and writes files of one working folder only, as the stages of the road do.

``work/`` holds ``settings.json`` (``device``, ``only``, ``memory_mb``: the most of any one process) at the start and
``evidence.json`` in the end. One that is found there from an earlier attempt is continued.
"""

from __future__ import annotations

import importlib.util
import json
import resource
from pathlib import Path

from migrator.events import Event, OnEvent
from migrator.probing.probe import probe
from migrator.road import StageResult

EVIDENCE = "evidence.json"
MIB = 1 << 20


def run_stage(stage: str, work: Path, on_event: OnEvent) -> StageResult:
    """Measure what the settings ask for. What this machine lacks is a result; only faults of the engine raise."""
    for library in ("torch", "mindspore"):
        if importlib.util.find_spec(library) is None:
            return StageResult(
                False, {}, f"The probe compares MindSpore with PyTorch; {library} is not installed here."
            )
    asked = json.loads((work / "settings.json").read_text(encoding="utf-8"))
    limit = asked["memory_mb"] * MIB
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    evidence = work / EVIDENCE
    if evidence.exists() and not _is_whole(evidence):
        evidence.unlink()

    def progress(done: int, total: int) -> None:
        on_event(Event("progress", stage, "measuring", {"done": done, "total": total}))

    rows = probe(asked["only"], evidence, progress=progress, device=asked["device"])
    if not rows:
        return StageResult(False, {}, f"No row of the catalog that matches {asked['only']} could be measured.")
    return StageResult(True, {"rows": len(rows)})


def _is_whole(evidence: Path) -> bool:
    try:
        return isinstance(json.loads(evidence.read_text(encoding="utf-8"))["rows"], dict)
    except (ValueError, KeyError, TypeError):
        return False
