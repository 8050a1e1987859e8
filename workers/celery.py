"""The Celery application: two queues, JSON only, and messages that may be lost or doubled without harm.

The job tables are the truth. A message says no more than "look whether this stage is yours to run".
"""

from __future__ import annotations

import os

from celery import Celery
from kombu import Queue

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")

from django.conf import settings

RUN_STAGE = "workers.tasks.run_stage"
RUN_PROBE = "workers.measuring.run_probe"

# After this time Redis hands out again what was fetched and not acknowledged, which here takes milliseconds.
VISIBILITY_SECONDS = 600

app = Celery(
    "mindferry",
    broker=settings.REDIS_URL or "redis://127.0.0.1:6379/0",
    include=["workers.tasks", "workers.measuring", "workers.signals"],
)
app.conf.update(
    task_serializer="json",
    result_serializer="json",
    event_serializer="json",
    accept_content=["json"],
    task_ignore_result=True,
    task_queues=[Queue("cpu"), Queue("device")],
    task_default_queue="cpu",
    task_create_missing_queues=False,
    # A message is acknowledged when it is taken, not when its stage has ended: what a lost worker leaves is found by
    # its heartbeat, in seconds. And a late acknowledgement, sent from the job's thread to a Redis that was restarted
    # meanwhile, takes the socket out of the worker's event loop, which then sleeps for good.
    task_acks_late=False,
    task_track_started=False,
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    worker_enable_remote_control=False,
    worker_send_task_events=False,
    broker_connection_retry_on_startup=True,
    broker_transport_options={
        "visibility_timeout": VISIBILITY_SECONDS,
        "socket_connect_timeout": 3,
        "socket_timeout": 10,
        "socket_keepalive": True,
        # A submission must not wait for a broker that is away; workers reconnect by a rule of their own.
        "max_retries": 1,
        "interval_start": 0,
        "interval_step": 0,
    },
    timezone="UTC",
)


def send(submission_id: int, stage: str, queue: str) -> None:
    """Put the stage's task on its queue. Raises what the broker's client raises where it cannot be reached."""
    with app.connection_for_write() as connection:
        app.send_task(RUN_STAGE, args=[submission_id, stage], queue=queue, retry=False, connection=connection)


def send_probe(probe_id: int) -> None:
    """Put a probe's task on the queue of the devices. Raises as `send` does."""
    with app.connection_for_write() as connection:
        app.send_task(RUN_PROBE, args=[probe_id], queue="device", retry=False, connection=connection)
