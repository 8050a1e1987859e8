"""The workers: what devices do we have, what are they doing?"""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from webapp.devices import probes
from webapp.devices.models import Probe, Worker
from webapp.refusals import Refusal
from webapp.submissions.models import Job
from webapp.submissions.stages import QUEUES
from webapp.teams.policy import Actor, may_measure_devices, visible_submissions


@login_required
def workers(request: HttpRequest) -> HttpResponse:
    found = list(Worker.objects.all())
    running = {
        job.claimed_by: job for job in Job.objects.filter(state=Job.State.RUNNING).select_related("submission__project")
    }
    visible = set(visible_submissions(Actor.of(request)).values_list("pk", flat=True))
    measuring = {probe.worker: probe for probe in Probe.objects.filter(state=Probe.State.RUNNING)}
    queued = Job.objects.filter(state=Job.State.QUEUED)
    standings = probes.standings(found)
    of_device = {(each.device, each.mindspore_version): each for each in standings}
    context = {
        "workers": [
            {
                "worker": worker,
                "job": running.get(worker.name),
                "probe": measuring.get(worker.name),
                "standing": of_device.get((worker.device, worker.mindspore_version)),
                # Other teams' work is seen as work, not as what it is.
                "visible": worker.name in running and running[worker.name].submission_id in visible,
            }
            for worker in found
        ],
        "online": sum(worker.state == "online" for worker in found),
        "devices": sorted({worker.device for worker in found if worker.device and worker.state == "online"}),
        "standings": standings,
        "may_measure": may_measure_devices(Actor.of(request)),
        "queues": [
            {"name": queue, "waiting": queued.filter(stage__in=[s for s, q in QUEUES.items() if q == queue]).count()}
            for queue in dict.fromkeys(QUEUES.values())
        ],
    }
    template = "pages/workers_table.html" if request.headers.get("HX-Request") else "pages/workers.html"
    return render(request, template, context)


@login_required
@require_POST
def measure(request: HttpRequest) -> HttpResponse:
    """Ask for the probe of a device that a worker brings."""
    device, version = (request.POST.get(key, "") for key in ("device", "mindspore_version"))
    try:
        probes.ask(Actor.of(request), device, version)
    except Refusal as refusal:
        messages.error(request, f"{refusal.detail} {refusal.hint}".strip())
    return redirect("pages:workers")
