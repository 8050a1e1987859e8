"""The workers that have registered, and the devices that they bring."""

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
