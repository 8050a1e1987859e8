"""The workers and their devices."""

from __future__ import annotations

from django.db import connection
from django.http import HttpRequest
from ninja import Router, Schema, Status

from webapp.api.schemas import ProbeIn, ProbeOut, WorkerOut
from webapp.devices import probes
from webapp.devices.models import Probe, Worker
from webapp.submissions.models import Job
from webapp.teams.policy import Actor, visible_submissions

router = Router(tags=["workers"])


class Health(Schema):
    status: str


@router.get("/health", response=Health, auth=None)
def health(request: HttpRequest) -> Health:
    """Answers where the web process and its database do; needs no login."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return Health(status="ok")


@router.get("/workers", response=list[WorkerOut])
def workers(request: HttpRequest) -> list[WorkerOut]:
    """All workers. What one works on is told only to those who may see that submission."""
    running = {job.claimed_by: job for job in Job.objects.filter(state=Job.State.RUNNING)}
    seen = set(
        visible_submissions(Actor.of(request))
        .filter(pk__in=[job.submission_id for job in running.values()])
        .values_list("pk", flat=True)
    )
    found = []
    for worker in Worker.objects.all():
        job = running.get(worker.name)
        found.append(WorkerOut.of(worker, job, job is not None and job.submission_id in seen))
    return found


@router.get("/probes", response=list[ProbeOut])
def list_probes(request: HttpRequest) -> list[ProbeOut]:
    """The newest hundred measurements of devices, newest first."""
    return [ProbeOut.of(probe) for probe in Probe.objects.all()[:100]]


@router.post("/probes", response={201: ProbeOut})
def measure(request: HttpRequest, body: ProbeIn) -> Status:
    """Measure a device that a worker brings; for maintainers of any team."""
    return Status(201, ProbeOut.of(probes.ask(Actor.of(request), body.device, body.mindspore_version)))
