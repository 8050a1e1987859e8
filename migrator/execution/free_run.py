"""Run the translated project under MindSpore by itself: own weights, own data pipeline, own seeds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from migrator.events import OnEvent, ShouldStop
from migrator.execution.replay import PATIENCE
from migrator.execution.runs import Job, Run, run_job
from migrator.execution.settings import RunSettings
from migrator.execution.tuning import Runtime


def run_free(
    project: Path,
    folder: Path,
    settings: RunSettings,
    runtime: Runtime,
    on_event: OnEvent,
    should_stop: ShouldStop,
    total: int | None = None,
) -> Run:
    """Run the translated ``project`` as plain ``python`` would, noting losses only.

    Raises SandboxMissing and Cancelled.
    """
    job = Job(
        series="free_run",
        mode="observe",
        project=project,
        folder=folder,
        entry=settings.entry,
        arguments=settings.arguments,
        seed=settings.seed,
        limits=replace(settings.limits, wall_seconds=settings.limits.wall_seconds * PATIENCE),
        settings={"runtime": runtime.settings},
        bindings=(),
        environment=runtime.environment,
        total=total,
    )
    return run_job(job, settings.confinement(), on_event, should_stop)
