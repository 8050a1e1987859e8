"""How a worker holds a job: it claims the row, beats while it works, and settles it. Nobody else may meanwhile.

Each claim has its own key. A worker that was thought lost, or whose job was cancelled, finds that its key no longer
fits, writes nothing more and stops.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from webapp.submissions import events, road
from webapp.submissions.events import Entry
from webapp.submissions.models import Event, Job, Submission
from webapp.submissions.stages import TITLES

ATTEMPTS = 2


class ClaimLost(Exception):
    """The job was cancelled, deleted, or given to another worker."""


@dataclass(frozen=True)
class Claim:
    """A job in this worker's hands."""

    job_id: int
    submission_id: int
    stage: str
    key: str
    run: int


def _stale() -> datetime:
    return timezone.now() - timedelta(seconds=settings.HEARTBEAT_STALE_SECONDS)


def claim(submission_id: int, stage: str, worker: str) -> Claim | None:
    """Take the queued job, or None where it is not to be had: run already, not yet its turn, or somebody else's."""
    key = uuid.uuid4().hex
    now = timezone.now()
    with transaction.atomic():
        submission = events.lock(submission_id)
        if submission is None:
            return None
        # The row may be queued while a cancelled run of it is still being killed: its claim is then not empty yet.
        free = Q(claim="") | Q(heartbeat__lt=_stale()) | Q(heartbeat__isnull=True)
        taken = Job.objects.filter(free, submission_id=submission_id, stage=stage, state=Job.State.QUEUED).update(
            state=Job.State.RUNNING, claim=key, claimed_by=worker[:120], heartbeat=now, started=now, finished=None,
            run=F("run") + 1, done_units=0, total_units=None, error="",
        )  # fmt: skip
        if not taken:
            return None
        job = Job.objects.get(submission_id=submission_id, stage=stage)
        submission.state = Submission.State.RUNNING
        submission.stage = stage
        submission.save(update_fields=["state", "stage"])
        # The stage starts afresh, so what an earlier run of it told is withdrawn: nothing appears twice.
        told = (Event.Kind.PROGRESS, Event.Kind.LOG, Event.Kind.POINT)
        Event.objects.filter(submission_id=submission_id, stage=stage, kind__in=told).delete()
        again = " again, because its first worker was lost" if job.attempt > 1 else ""
        message = f"{TITLES[stage]} begins{again}."
        facts = {"job_state": "running", "worker": worker, "attempt": job.attempt}
        events.write_locked(submission_id, [events.state(submission, message, stage, job.run, **facts)])
    return Claim(job.pk, submission_id, stage, key, job.run)


def beat(held: Claim) -> None:
    """Say that the job is alive. Raises ClaimLost."""
    mine = Job.objects.filter(pk=held.job_id, claim=held.key, state=Job.State.RUNNING)
    if not mine.update(heartbeat=timezone.now()):
        raise ClaimLost


def tell(held: Claim, entries: Sequence[Entry]) -> None:
    """Write the events of the running stage. Raises ClaimLost."""
    with transaction.atomic():
        _hold(held)
        events.write_locked(held.submission_id, [replace(entry, stage=held.stage, run=held.run) for entry in entries])
        for entry in reversed(entries):
            if entry.kind == Event.Kind.PROGRESS:
                done, total = _count(entry.data.get("done")), _count(entry.data.get("total"))
                Job.objects.filter(pk=held.job_id).update(done_units=done or 0, total_units=total)
                break


def settle(held: Claim, ok: bool, summary: dict[str, Any], error: str) -> None:
    """Record how the stage ended and move the submission on. Raises ClaimLost."""
    with transaction.atomic():
        submission = _hold(held)
        state = Job.State.DONE if ok else Job.State.FAILED
        Job.objects.filter(pk=held.job_id).update(
            state=state, claim="", finished=timezone.now(), summary=events.plain(summary), error=events.text(error)
        )
        message = f"{TITLES[held.stage]} is done." if ok else f"{TITLES[held.stage]} failed: {error}"
        facts = {"job_state": state.value}
        events.write_locked(held.submission_id, [events.state(submission, message, held.stage, held.run, **facts)])
        road.advance(submission)


def put_back(held: Claim) -> None:
    """The worker is being stopped: its job waits for another one, as if it had never begun."""
    with transaction.atomic():
        try:
            submission = _hold(held)
        except ClaimLost:
            return
        Job.objects.filter(pk=held.job_id).update(state=Job.State.QUEUED, claim="", started=None)
        message = f"{TITLES[held.stage]} was interrupted, because its worker stops; it waits for another worker."
        facts = {"job_state": "queued"}
        events.write_locked(held.submission_id, [events.state(submission, message, held.stage, held.run, **facts)])
        transaction.on_commit(lambda: road.ring(held.submission_id, held.stage))


def release(held: Claim) -> None:
    """Nothing of a lost claim's run is alive any more: the job may be claimed again."""
    released = Job.objects.filter(pk=held.job_id, claim=held.key).update(claim="")
    if released and Job.objects.filter(pk=held.job_id, state=Job.State.QUEUED).exists():
        road.ring(held.submission_id, held.stage)


def recover() -> int:
    """Take up the jobs whose workers have fallen silent: once again, and fail them the second time.

    Any number of workers may do so at the same time. Returns how many were taken up or failed.
    """
    silent = Job.objects.filter(state=Job.State.RUNNING, heartbeat__lt=_stale())
    return sum(_recover_one(job_id) for job_id in silent.values_list("pk", flat=True))


def _recover_one(job_id: int) -> bool:
    with transaction.atomic():
        job = Job.objects.filter(pk=job_id).first()
        submission = events.lock(job.submission_id) if job else None
        # Read again under the lock: the worker may have come back, or another sweep may have been faster.
        job = Job.objects.filter(pk=job_id, state=Job.State.RUNNING, heartbeat__lt=_stale()).first()
        if submission is None or job is None:
            return False
        lost = f"The worker {job.claimed_by} was lost while it ran {TITLES[job.stage]}."
        again = job.attempt < ATTEMPTS
        job.claim = ""
        if again:
            job.state = Job.State.QUEUED
            job.attempt += 1
            job.queued = timezone.now()
            message = f"{lost} It is taken up again."
        else:
            job.state = Job.State.FAILED
            job.finished = timezone.now()
            job.error = f"{lost} It was the second time, so it is not tried again: look at the worker's log and memory."
            message = job.error
        job.save()
        facts = {"job_state": job.state, "attempt": job.attempt}
        events.write_locked(submission.pk, [events.state(submission, message, job.stage, job.run, **facts)])
        if again:
            transaction.on_commit(lambda: road.ring(submission.pk, job.stage))
        else:
            road.advance(submission)
    return True


def waiting(stages: Sequence[str], older_than: timedelta) -> list[tuple[int, str]]:
    """Queued jobs of these stages that nobody has taken for so long: (submission id, stage), oldest first."""
    since = timezone.now() - older_than
    found = Job.objects.filter(state=Job.State.QUEUED, stage__in=stages, queued__lt=since).order_by("queued")
    return list(found.values_list("submission_id", "stage")[:200])


def _hold(held: Claim) -> Submission:
    submission = events.lock(held.submission_id)
    mine = Job.objects.filter(pk=held.job_id, claim=held.key, state=Job.State.RUNNING)
    if submission is None or not mine.exists():
        raise ClaimLost
    return submission


def _count(value: object) -> int | None:
    return int(value) if isinstance(value, int | float) and 0 <= value < 2**62 else None
