"""Run the original under PyTorch and record it."""

from __future__ import annotations

from pathlib import Path

from migrator.events import OnEvent, ShouldStop
from migrator.execution.runs import Job, Run, run_job
from migrator.execution.settings import RunSettings
from migrator.execution.tuning import Runtime

# Compiled code hides its random draws and layers from the recorder, and pays off in longer runs only.
ENVIRONMENT = {"TORCHDYNAMO_DISABLE": "1"}


def record_baseline(
    project: Path, folder: Path, settings: RunSettings, runtime: Runtime, on_event: OnEvent, should_stop: ShouldStop
) -> Run:
    """Run ``project`` as its settings say, leaving the run in ``folder``. Raises SandboxMissing and Cancelled."""
    job = Job(
        series="baseline",
        mode="record",
        project=project,
        folder=folder,
        entry=settings.entry,
        arguments=settings.arguments,
        seed=settings.seed,
        limits=settings.limits,
        settings={"record_steps": settings.steps, "threads": runtime.threads},
        bindings=(),
        environment={"OMP_NUM_THREADS": str(runtime.threads), **ENVIRONMENT},
    )
    return run_job(job, settings.confinement(), on_event, should_stop)


def run_control(
    project: Path,
    folder: Path,
    settings: RunSettings,
    runtime: Runtime,
    disturbance: float,
    steps: int,
    should_stop: ShouldStop,
) -> Run:
    """Run the original for ``steps`` losses from weights changed by ``disturbance`` of themselves, leaving only losses.

    How far it comes away from the baseline tells how much the program itself amplifies differences as small as those
    between two frameworks' rounding. Raises SandboxMissing and Cancelled.
    """
    job = Job(
        series="control",
        mode="record",
        project=project,
        folder=folder,
        entry=settings.entry,
        arguments=settings.arguments,
        seed=settings.seed,
        limits=settings.limits,
        settings={"record_steps": steps, "threads": runtime.threads, "disturbance": disturbance},
        bindings=(),
        environment={"OMP_NUM_THREADS": str(runtime.threads), **ENVIRONMENT},
    )
    return run_job(job, settings.confinement(), lambda _: None, should_stop)
