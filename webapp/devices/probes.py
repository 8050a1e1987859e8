"""Measuring a device: which ones lack evidence, who asks for it, and how a worker holds the probe that does it.

The table of probes is the truth about what runs; a message on the `device` queue only rings the bell. A claim has its
own key, as that of a submission's job has.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from migrator.catalog import measurements
from webapp.devices.models import Probe, Worker
from webapp.refusals import Refusal
from webapp.teams.policy import Actor, may_measure_devices

log = structlog.get_logger(__name__)

ATTEMPTS = 2
# What `migrator.probing.stage` leaves in its working folder.
EVIDENCE = "evidence.json"
# What devices.discover and MindSpore's own releases name; both become part of a file's name.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+_-]{0,39}")


class ClaimLost(Exception):
    """The probe was deleted, or given to another worker."""


@dataclass(frozen=True)
class Claim:
    """A probe in this worker's hands."""

    probe_id: int
    key: str
    folder: Path
    evidence: Path


@dataclass(frozen=True)
class Standing:
    """A device and MindSpore version that workers bring: whether it was measured, and the newest probe of it.

    `missing` counts rows that were measured on some device but not on this one; `lacks` names the library without which
    it cannot be measured.
    """

    device: str
    mindspore_version: str
    detail: str
    workers: tuple[str, ...]
    evidence: measurements.Evidence | None
    missing: int
    probe: Probe | None
    lacks: str

    @property
    def unknown(self) -> bool:
        return self.evidence is None

    @property
    def news(self) -> bool:
        """Whether it was measured here so lately that people may be waiting to hear of it."""
        ended = self.probe.finished if self.probe is not None and self.probe.state == Probe.State.DONE else None
        return ended is not None and timezone.now() - ended < timedelta(days=1)

    @property
    def running(self) -> bool:
        return self.probe is not None and self.probe.open


def standings(workers: Iterable[Worker]) -> list[Standing]:
    """What the workers that are online bring, in order of device and version."""
    brought: dict[tuple[str, str], list[Worker]] = {}
    for worker in workers:
        if worker.state == "online" and worker.device and worker.mindspore_version:
            brought.setdefault((worker.device, worker.mindspore_version), []).append(worker)
    known = {(one.device, one.mindspore): one for one in measurements.evidence()}
    measured = {name for one in known.values() for name in one.rows}
    newest: dict[tuple[str, str], Probe] = {}
    for probe in Probe.objects.order_by("id"):
        newest[probe.device, probe.mindspore_version] = probe
    return [
        Standing(
            device=pair[0],
            mindspore_version=pair[1],
            detail=found[0].device_detail,
            workers=tuple(worker.name for worker in found),
            evidence=known.get(pair),
            missing=len(measured - known[pair].rows.keys()) if pair in known else len(measured),
            probe=newest.get(pair),
            lacks="" if any(worker.torch_version for worker in found) else "PyTorch",
        )
        for pair, found in sorted(brought.items())
    ]


def ask(actor: Actor, device: str, mindspore_version: str, only: str = "*") -> Probe:
    """Queue a probe of a device that a worker brings now. Raises PermissionDenied or Refusal."""
    if not may_measure_devices(actor):
        raise PermissionDenied("To measure a device you need to be a maintainer of a team, or of this server's staff.")
    found = next(
        (
            one
            for one in standings(Worker.objects.all())
            if (one.device, one.mindspore_version) == (device, mindspore_version)
        ),
        None,
    )
    if found is None or not (_NAME.fullmatch(device) and _NAME.fullmatch(mindspore_version)):
        raise Refusal(
            "no_such_device", "No worker that is online brings this device with this version of MindSpore.",
            "See /workers/ for those that do.", status=409,
        )  # fmt: skip
    if found.lacks:
        raise Refusal(
            "no_torch", f"{found.lacks} is not installed where this device is, and the probe compares with it.",
            "Install torch beside the worker and start the worker again.", status=409,
        )  # fmt: skip
    try:
        with transaction.atomic():
            probe = Probe.objects.create(
                device=device, mindspore_version=mindspore_version, only=only, started_by_id=actor.user.pk
            )
            transaction.on_commit(lambda: ring(probe.pk))
    except IntegrityError:
        raise Refusal("busy", "This device is being measured already.", "Wait until that has ended.", 409) from None
    log.info("probe asked for", probe=probe.pk, device=device, mindspore=mindspore_version)
    return probe


def ring(probe_id: int) -> None:
    """Tell the device workers. Failing to is no error: their sweep finds the probe."""
    from workers.celery import send_probe

    try:
        send_probe(probe_id)
    except Exception as error:  # whatever the broker's client raises, the probe is safe in the database
        log.warning("the broker could not be told", probe=probe_id, error=str(error))


def claim(probe_id: int, worker: str, device: str, mindspore_version: str) -> Claim | None:
    """Take the queued probe for a worker with this device, or None where it is not to be had."""
    key = uuid.uuid4().hex
    now = timezone.now()
    mine = Probe.objects.filter(
        pk=probe_id, state=Probe.State.QUEUED, device=device, mindspore_version=mindspore_version
    )
    if not mine.update(
        state=Probe.State.RUNNING, claim=key, worker=worker[:120], heartbeat=now, started=now, finished=None,
        done=0, total=None, error="",
    ):  # fmt: skip
        return None
    probe = Probe.objects.get(pk=probe_id)
    folder = unfinished_folder(probe)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    asked = {"device": probe.device, "only": probe.only, "memory_mb": settings.RUN_LIMITS["memory_mb"]}
    (folder / "settings.json").write_text(json.dumps(asked) + "\n")
    held = Claim(probe_id, key, folder, settings.EVIDENCE_DIR / _file_name(probe))
    if held.evidence.exists() and not (folder / EVIDENCE).exists():
        # Measured here before: only what the catalog has gained since is measured now.
        shutil.copyfile(held.evidence, folder / EVIDENCE)
    return held


def unfinished_folder(probe: Probe) -> Path:
    """Where a probe works. It outlives a probe that failed, so that the next one goes on there."""
    found: Path = settings.EVIDENCE_DIR / "unfinished" / _file_name(probe).removesuffix(".json")
    return found


def beat(held: Claim, done: int | None = None, total: int | None = None) -> None:
    """Say that the probe is alive, and how far it is where that is news. Raises ClaimLost."""
    news = {} if done is None else {"done": done, "total": total}
    if not _held(held).update(heartbeat=timezone.now(), **news):
        raise ClaimLost


def settle(held: Claim, error: str) -> None:
    """Record how it ended; without an error its evidence takes its place. Raises ClaimLost."""
    beat(held)
    if not error:
        # By one rename: readers see the old evidence or the new one, never half of it.
        os.replace(held.folder / EVIDENCE, held.evidence)
        shutil.rmtree(held.folder, ignore_errors=True)
    state = Probe.State.FAILED if error else Probe.State.DONE
    _held(held).update(claim="", finished=timezone.now(), state=state, error=error[:4000])


def put_back(held: Claim) -> None:
    """The worker is being stopped: the probe waits for another one, which goes on where this one was."""
    if _held(held).update(state=Probe.State.QUEUED, claim="", queued=timezone.now()):
        ring(held.probe_id)


def recover() -> int:
    """Take up the probes whose workers have fallen silent: once again, and fail them the second time."""
    stale = timezone.now() - timedelta(seconds=settings.HEARTBEAT_STALE_SECONDS)
    silent = Probe.objects.filter(state=Probe.State.RUNNING, heartbeat__lt=stale)
    taken = 0
    for probe in silent.filter(attempt__lt=ATTEMPTS):
        again = silent.filter(pk=probe.pk, attempt=probe.attempt).update(
            state=Probe.State.QUEUED, claim="", attempt=F("attempt") + 1, queued=timezone.now()
        )
        if again:
            taken += 1
            ring(probe.pk)
    return taken + silent.filter(attempt__gte=ATTEMPTS).update(
        state=Probe.State.FAILED, claim="", finished=timezone.now(),
        error="Its worker was lost for the second time while it measured: look at the worker's log and memory.",
    )  # fmt: skip


def hasten(worker: str, heartbeat: datetime) -> None:
    """A worker of this name begins anew: what its predecessor held need not wait for the full silence."""
    held = Probe.objects.filter(state=Probe.State.RUNNING, worker=worker, heartbeat__gt=heartbeat)
    held.update(heartbeat=heartbeat)


def waiting(device: str, mindspore_version: str, older_than: timedelta) -> list[int]:
    """Queued probes of this device that nobody has taken for so long."""
    since = timezone.now() - older_than
    found = Probe.objects.filter(
        state=Probe.State.QUEUED, device=device, mindspore_version=mindspore_version, queued__lt=since
    )
    return list(found.values_list("pk", flat=True))


def _held(held: Claim) -> QuerySet[Probe]:
    return Probe.objects.filter(pk=held.probe_id, claim=held.key, state=Probe.State.RUNNING)


def _file_name(probe: Probe) -> str:
    return measurements.file_name(probe.device, probe.mindspore_version)
