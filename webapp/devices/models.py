"""The workers that have registered, the devices that they bring, and what is measured on these."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone


class Worker(models.Model):
    """One worker process. It writes its own row and its heartbeat; a row that has fallen silent is a lost worker."""

    name = models.CharField(max_length=120, unique=True)
    host = models.CharField(max_length=120)
    pid = models.IntegerField()
    queues: models.JSONField[Any, Any] = models.JSONField(default=list)
    # Empty for a worker that serves no device: it analyzes, translates and reports.
    device = models.CharField(max_length=20, blank=True)
    device_detail = models.CharField(max_length=200, blank=True)
    mindspore_version = models.CharField(max_length=40, blank=True)
    torch_version = models.CharField(max_length=40, blank=True)
    sandbox = models.CharField(max_length=40, blank=True)
    cores = models.IntegerField(default=0)
    memory_bytes = models.BigIntegerField(default=0)
    started = models.DateTimeField(default=timezone.now)
    heartbeat = models.DateTimeField(default=timezone.now)
    stopped = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def state(self) -> str:
        """`online`, `stopped` (said good-bye) or `lost` (fell silent)."""
        if self.stopped is not None:
            return "stopped"
        silence = timezone.now() - self.heartbeat
        return "online" if silence < timedelta(seconds=settings.HEARTBEAT_STALE_SECONDS) else "lost"


class Probe(models.Model):
    """One measurement of the catalog on a device with one MindSpore version: asked for by a person, done by a worker."""

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    OPEN = (State.QUEUED, State.RUNNING)

    device = models.CharField(max_length=20)
    mindspore_version = models.CharField(max_length=40)
    # The rows to measure, as `python -m migrator probe --only` takes them.
    only = models.CharField(max_length=200, default="*")
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    # In trials: one candidate with one pattern. The total is known when the catalog has been read.
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(null=True, blank=True)
    attempt = models.PositiveIntegerField(default=1)
    worker = models.CharField(max_length=120, blank=True)
    # The key of whoever runs it now; a worker whose key no longer fits writes nothing more.
    claim = models.CharField(max_length=32, blank=True)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    queued = models.DateTimeField(default=timezone.now)
    started = models.DateTimeField(null=True, blank=True)
    finished = models.DateTimeField(null=True, blank=True)
    heartbeat = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["device", "mindspore_version"],
                condition=models.Q(state__in=("queued", "running")),
                name="one_open_probe_a_device_and_version",
            )
        ]

    def __str__(self) -> str:
        return f"{self.device}, MindSpore {self.mindspore_version}"

    @property
    def open(self) -> bool:
        return self.state in self.OPEN

    @property
    def seconds(self) -> float | None:
        """How long it has run, or ran."""
        if self.started is None:
            return None
        return ((self.finished or timezone.now()) - self.started).total_seconds()
