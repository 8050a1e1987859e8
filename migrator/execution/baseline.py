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
    number: int,
    should_stop: ShouldStop,
) -> Run:
    """Run the original for ``steps`` losses with weights and gradients changed by ``disturbance`` of themselves, leaving
    losses and what the first step of each optimizer did. Each ``number`` is changed in another way and has a folder of its own.

    How far it comes away from the baseline tells how much the program itself amplifies differences as small as those
    between two frameworks' rounding. Raises SandboxMissing and Cancelled.
    """
    job = Job(
        series="control",
        mode="record",
        project=project,
        folder=folder / str(number),
        entry=settings.entry,
        arguments=settings.arguments,
        seed=settings.seed,
        limits=settings.limits,
        settings={"record_steps": steps, "threads": runtime.threads, "disturbance": disturbance, "control": number},
        bindings=(),
        environment={"OMP_NUM_THREADS": str(runtime.threads), **ENVIRONMENT},
    )
    return run_job(job, settings.confinement(), lambda _: None, should_stop)


def run_with_other_seed(
    project: Path, folder: Path, settings: RunSettings, runtime: Runtime, shift: int, should_stop: ShouldStop
) -> Run:
    """Run the original with PyTorch's seeds moved on by ``shift``, leaving what it printed and its losses.

    What several such runs reach tells how far two runs of one program may be apart. Raises SandboxMissing and Cancelled.
    """
    job = Job(
        series="other seed",
        mode="record",
        project=project,
        folder=folder,
        entry=settings.entry,
        arguments=settings.arguments,
        seed=settings.seed,
        limits=settings.limits,
        settings={"record_steps": 0, "threads": runtime.threads, "seed_shift": shift},
        bindings=(),
        environment={"OMP_NUM_THREADS": str(runtime.threads), **ENVIRONMENT},
    )
    return run_job(job, settings.confinement(), lambda _: None, should_stop)
