"""Ties this process's presence to the life of its Celery worker."""

from __future__ import annotations

from typing import Any

from celery.signals import worker_ready, worker_shutdown, worker_shutting_down

from workers.presence import presence


@worker_ready.connect
def _ready(sender: Any, **_: Any) -> None:
    queues = sender.app.amqp.queues.consume_from
    presence.begin(sender.hostname, sorted(queues))


@worker_shutting_down.connect
def _shutting_down(**_: Any) -> None:
    # The running stage is put back within a second, so that a warm shutdown is also a quick one.
    presence.stopping.set()


@worker_shutdown.connect
def _shutdown(**_: Any) -> None:
    presence.end()
