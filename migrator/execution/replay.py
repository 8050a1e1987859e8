"""Run the translated project under MindSpore from the baseline's weights, batches and random draws."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import migrator.checkpoints.names
from migrator.events import OnEvent, ShouldStop
from migrator.execution.runs import Job, Run, run_job
from migrator.execution.sandbox import Binding
from migrator.execution.settings import RunSettings
from migrator.execution.tuning import Runtime

# The translated program has its own imports; this module is looked up by file so that the sandbox can show it alone.
NAMES = Path(migrator.checkpoints.names.__file__)
# MindSpore on a CPU may take several times as long as torch; beyond that something hangs.
PATIENCE = 3.0


def replay_baseline(
    project: Path,
    folder: Path,
    baseline: Path,
    settings: RunSettings,
    runtime: Runtime,
    on_event: OnEvent,
    should_stop: ShouldStop,
    total: int | None = None,
) -> Run:
    """Run the translated ``project`` against the record in ``baseline``. Raises SandboxMissing and Cancelled."""
    job = Job(
        series="replay",
        mode="replay",
        project=project,
        folder=folder,
        entry=settings.entry,
        arguments=settings.arguments,
        seed=settings.seed,
        limits=replace(settings.limits, wall_seconds=settings.limits.wall_seconds * PATIENCE),
        settings={"runtime": runtime.settings},
        bindings=(Binding("baseline", baseline / "record"), Binding("names.py", NAMES)),
        environment=runtime.environment,
        total=total,
    )
    return run_job(job, settings.confinement(), on_event, should_stop)
