"""The task that measures a device: claim the probe, run it in its own process, record how far it is, keep its evidence."""

from __future__ import annotations

import time

import structlog
from django.conf import settings
from django.db import OperationalError

from webapp.devices import probes
from webapp.devices.probes import Claim, ClaimLost
from workers import devices
from workers.celery import RUN_PROBE, app
from workers.presence import presence
from workers.stage_run import StageRun

log = structlog.get_logger(__name__)

RUNNER = "migrator.probing.stage:run_stage"
_LISTEN_SECONDS = 0.5


@app.task(name=RUN_PROBE)
def run_probe(probe_id: int) -> None:
    """Measure, if the probe is queued and this machine has what it is about; another worker's sweep finds it else."""
    if presence.stopping.is_set():
        return
    found = devices.discover()
    held = probes.claim(probe_id, presence.name, found.kind, found.mindspore_version)
    if held is None:
        return
    with structlog.contextvars.bound_contextvars(probe=probe_id):
        log.info("probe begins", device=found.kind, mindspore=found.mindspore_version)
        _carry_out(held)


def _carry_out(held: Claim) -> None:
    run = StageRun(RUNNER, "probe", held.folder, held.folder / "probe.log")
    try:
        ended = _follow(held, run)
        error = _error(run) if ended else ""
        run.stop()
        if presence.stopping.is_set() and (error or not ended):
            probes.put_back(held)
            log.info("probe put back")
            return
        if not ended:
            error = f"It took longer than {settings.PROBE_SECONDS} seconds (MINDFERRY_PROBE_SECONDS)."
        probes.settle(held, error)
        log.info("probe ended", error=error)
    except ClaimLost:
        log.info("probe stopped: it is no longer ours")
    finally:
        run.stop()


def _follow(held: Claim, run: StageRun) -> bool:
    """Write down how far it is until it ends. False where the worker is to stop, or the time is over, before that."""
    until = time.monotonic() + settings.PROBE_SECONDS
    beaten, ended = 0.0, False
    news: tuple[int, int] | None = None
    while not ended or news:
        if presence.stopping.is_set() or time.monotonic() > until:
            return False
        if not ended:
            told, ended = run.events(_LISTEN_SECONDS)
            for record in told:
                if record["kind"] == "progress":
                    news = record["data"]["done"], record["data"]["total"]
        try:
            if news or time.monotonic() - beaten >= settings.HEARTBEAT_SECONDS:
                probes.beat(held, *(news or ()))
                news, beaten = None, time.monotonic()
        except OperationalError as error:
            log.warning("the database did not answer", error=str(error))
            time.sleep(1)
    return True


def _error(run: StageRun) -> str:
    outcome = run.outcome()
    return "" if outcome.ok else outcome.error or "It ended without a result."
