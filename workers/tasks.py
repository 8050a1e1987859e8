"""The one task: claim the stage, run it in its own process, record what it tells, move the submission on."""

from __future__ import annotations

import time
from typing import Any

import structlog
from django.conf import settings
from django.db import OperationalError

from webapp.submissions import claims
from webapp.submissions.claims import Claim, ClaimLost
from webapp.submissions.events import Entry
from webapp.submissions.models import Event, Submission
from workers.celery import RUN_STAGE, app
from workers.presence import presence
from workers.stage_run import StageRun

log = structlog.get_logger(__name__)

_FLUSH_SECONDS = 0.5
# While the database is away the engine is made to wait rather than its events to pile up here.
_MOST_HELD = 5000
_TOLD_KINDS = {Event.Kind.PROGRESS, Event.Kind.LOG, Event.Kind.POINT, Event.Kind.NOTICE}


@app.task(name=RUN_STAGE)
def run_stage(submission_id: int, stage: str) -> None:
    """Run one stage of one submission, if it is queued: a message that came twice, or too late, does nothing."""
    if presence.stopping.is_set():
        return
    held = claims.claim(submission_id, stage, presence.name)
    if held is None:
        return
    with structlog.contextvars.bound_contextvars(submission=submission_id, stage=stage, run=held.run):
        log.info("stage begins")
        _carry_out(held)


def _carry_out(held: Claim) -> None:
    submission = Submission(pk=held.submission_id)
    run = StageRun(settings.STAGE_RUNNER, held.stage, submission.work, submission.folder / "logs" / f"{held.stage}.log")
    try:
        if not _follow(held, run):
            run.stop()
            claims.put_back(held)
            log.info("stage put back")
            return
        outcome = run.outcome()
        run.stop()
        claims.settle(held, outcome.ok, outcome.summary, outcome.error)
        log.info("stage ended", ok=outcome.ok, error=outcome.error)
    except ClaimLost:
        run.stop()
        claims.release(held)
        log.info("stage stopped: the job is no longer ours")
    finally:
        run.stop()


def _follow(held: Claim, run: StageRun) -> bool:
    """Write down what the stage tells until it ends. False where the worker is to stop before that."""
    buffer: list[Entry] = []
    beaten, ended = 0.0, False
    while not ended or buffer:
        if presence.stopping.is_set():
            return False
        if not ended and len(buffer) < _MOST_HELD:
            told, ended = run.events(_FLUSH_SECONDS)
            buffer += [_entry(record) for record in told if record["kind"] in _TOLD_KINDS]
        try:
            if buffer:
                claims.tell(held, _without_stale_progress(buffer))
                buffer = []
            if time.monotonic() - beaten >= settings.HEARTBEAT_SECONDS:
                claims.beat(held)
                beaten = time.monotonic()
        except OperationalError as error:
            # A database that is busy or away for a moment loses nothing; the heartbeat decides how long a moment is.
            log.warning("the database did not answer", error=str(error))
            time.sleep(1)
    return True


def _without_stale_progress(entries: list[Entry]) -> list[Entry]:
    """Of several progress events only the newest says anything."""
    last = max((i for i, entry in enumerate(entries) if entry.kind == Event.Kind.PROGRESS), default=-1)
    return [entry for i, entry in enumerate(entries) if entry.kind != Event.Kind.PROGRESS or i == last]


def _entry(record: dict[str, Any]) -> Entry:
    return Entry(record["kind"], message=record["message"], data=record["data"])
