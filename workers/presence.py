"""A worker's presence: its row in the table of workers, its heartbeat, and the sweep that finds lost jobs.

There is no separate scheduler to start and to watch: every worker sweeps, and the database decides who was first.
"""

from __future__ import annotations

import os
import shutil
import socket
import threading
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

import psutil
import structlog
from django.conf import settings
from django.db import connections
from django.utils import timezone

from webapp.devices import probes
from webapp.devices.models import Worker
from webapp.submissions import claims, road
from webapp.submissions.models import Job, Submission
from webapp.submissions.stages import QUEUES
from workers import devices
from workers.celery import app

log = structlog.get_logger(__name__)

_LEFTOVER_SECONDS = 3600
# How long the processes of a killed worker may need to notice and to end.
_SECONDS_TO_CLEAN_UP = 4


def sweep_seconds() -> float:
    """How often to look for lost jobs: often enough that a silence is noticed soon after it counts as one."""
    return float(min(5, settings.HEARTBEAT_STALE_SECONDS / 4))


def unheard() -> timedelta:
    """A job that has been queued for so long while its queue is empty needs another message.

    The first one was lost, or a busy worker fetched it ahead of time; the second one goes to whoever is idle.
    """
    return timedelta(seconds=min(5, settings.HEARTBEAT_STALE_SECONDS / 3))


class Presence:
    """This process among the workers."""

    def __init__(self) -> None:
        self.name = f"{socket.gethostname()}:{os.getpid()}"
        self.queues: tuple[str, ...] = ()
        self.stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def begin(self, name: str, queues: Sequence[str]) -> None:
        """Register, take up what was lost while no worker ran, and keep beating."""
        self.queues = tuple(queues)
        self.name = self._take_name(name)
        self._register()
        self._thread = threading.Thread(target=self._beat, daemon=True, name="presence")
        self._thread.start()

    def end(self) -> None:
        """Say good-bye."""
        self.stopping.set()
        Worker.objects.filter(name=self.name, pid=os.getpid()).update(stopped=timezone.now())

    def _take_name(self, name: str) -> str:
        """The name, or a variant of it where a living worker of this host has it.

        A worker that was started again finds the jobs of its predecessor under its own name. Nobody else runs them,
        so they need not wait until the heartbeat is stale, only until what the predecessor had started is gone.
        """
        before = Worker.objects.filter(name=name, host=socket.gethostname()).first()
        if before is None or before.pid == os.getpid():
            return name
        if before.stopped is None and psutil.pid_exists(before.pid):
            return f"{name}-{os.getpid()}"
        nearly_stale = timezone.now() - timedelta(seconds=settings.HEARTBEAT_STALE_SECONDS - _SECONDS_TO_CLEAN_UP)
        Job.objects.filter(state=Job.State.RUNNING, claimed_by=name, heartbeat__gt=nearly_stale).update(
            heartbeat=nearly_stale
        )
        probes.hasten(name, nearly_stale)
        return name

    def _register(self) -> None:
        found = devices.discover()
        serves_device = "device" in self.queues
        now = timezone.now()
        Worker.objects.update_or_create(
            name=self.name,
            defaults={
                "host": socket.gethostname(), "pid": os.getpid(), "queues": list(self.queues),
                "device": found.kind if serves_device else "", "device_detail": found.detail,
                "mindspore_version": found.mindspore_version, "torch_version": found.torch_version,
                "sandbox": found.sandbox, "cores": found.cores, "memory_bytes": found.memory_bytes,
                "started": now, "heartbeat": now, "stopped": None,
            },
        )  # fmt: skip

    def _beat(self) -> None:
        swept = tidied = 0.0
        while not self.stopping.is_set():
            now = time.monotonic()
            self._attempt(self._say_alive)
            if not swept or now - swept >= sweep_seconds():
                self._attempt(self.sweep)
                swept = now
            if not tidied or now - tidied >= _LEFTOVER_SECONDS:
                self._attempt(remove_leftovers)
                tidied = now
            self.stopping.wait(min(settings.HEARTBEAT_SECONDS, sweep_seconds()))
        connections.close_all()

    def _attempt(self, action: Callable[[], object]) -> None:
        try:
            action()
        except Exception as error:  # database, broker or disk: the beat goes on, whatever is away for a while
            log.warning("could not do this now, trying again soon", action=action.__name__, error=str(error))
            connections.close_all()

    def _say_alive(self) -> None:
        if not Worker.objects.filter(name=self.name).update(heartbeat=timezone.now()):
            self._register()

    def sweep(self) -> None:
        """Take up the jobs and probes of silent workers, and ring again for queued ones whose message was lost."""
        if taken := claims.recover():
            log.info("jobs of lost workers were taken up", jobs=taken)
        for queue in self.queues:
            stages = [stage for stage, name in QUEUES.items() if name == queue]
            waiting = claims.waiting(stages, unheard())
            if waiting and _is_empty(queue):
                for submission_id, stage in waiting:
                    road.ring(submission_id, stage)
        self._sweep_probes()

    def _sweep_probes(self) -> None:
        if taken := probes.recover():
            log.info("probes of lost workers were taken up", probes=taken)
        if "device" not in self.queues:
            return
        found = devices.discover()
        waiting = probes.waiting(found.kind, found.mindspore_version, unheard())
        if waiting and _is_empty("device"):
            for probe_id in waiting:
                probes.ring(probe_id)


def _is_empty(queue: str) -> bool:
    with app.connection_for_read() as connection:
        return connection.default_channel.client.llen(queue) == 0


def remove_leftovers() -> None:
    """Remove the files of submissions that are gone, and uploads that were never finished."""
    known = set(Submission.objects.values_list("pk", flat=True))
    for folder in Path(settings.SUBMISSIONS_DIR).iterdir():
        if folder.name.isdigit() and int(folder.name) not in known and _is_old(folder):
            shutil.rmtree(folder, ignore_errors=True)
    for leftover in Path(settings.UPLOADS_DIR).iterdir():
        if _is_old(leftover):
            if leftover.is_dir():
                shutil.rmtree(leftover, ignore_errors=True)
            else:
                leftover.unlink(missing_ok=True)


def _is_old(path: Path) -> bool:
    try:
        return time.time() - path.lstat().st_mtime > _LEFTOVER_SECONDS
    except FileNotFoundError:
        return False


presence = Presence()
