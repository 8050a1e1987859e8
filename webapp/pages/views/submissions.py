"""A submission: how far did this one get? The stages live, the ladder, the verdict."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from webapp.pages import readings, series, standing
from webapp.pages.views.frame import frame, open_submission, settled_report
from webapp.refusals import Refusal
from webapp.reviews import services as reviews
from webapp.submissions import road
from webapp.submissions.models import Event, Submission
from webapp.submissions.stages import STAGES
from webapp.teams import audit
from webapp.teams.policy import Actor, Right

# Log lines shown at first; the page then appends what comes.
LOG_LINES = 200


@login_required
def submission(request: HttpRequest, name: str, number: int) -> HttpResponse:
    found = open_submission(request, name, number)
    report = settled_report(found)
    context = frame(request, found, "road") | _state(found, report)
    if request.headers.get("HX-Request"):
        return render(request, "pages/submission_state.html", context | {"fragment": True})
    points = road.entry_points(found)
    offered = {point["path"] for point in points}
    context |= {
        "log": list(
            reversed(found.events.filter(kind__in=(Event.Kind.LOG, Event.Kind.NOTICE)).order_by("-id")[:LOG_LINES])
        ),
        "live": {
            "events": found.events_url(),
            "after": found.events.order_by("-id").values_list("pk", flat=True).first() or 0,
            "open": found.open,
            "curves": {run: _curve(found, run) for run in readings.RUNS},
        },
        "entry_points": points,
        "scripts": [path for path in readings.source_paths(found) if path.endswith(".py") and path not in offered],
    }
    return render(request, "pages/submission.html", context)


@login_required
@require_POST
def act(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """Cancel, retry, or run again with another entry point and other arguments."""
    found = open_submission(request, name, number, Right.SUBMIT)
    actor, action = Actor.of(request), request.POST.get("action", "")
    try:
        if action == "cancel":
            road.cancel(found, request.user.get_username())
        elif action == "retry":
            road.retry(found, request.POST.get("stage", ""))
        elif action == "run":
            road.choose_entry(found, request.POST.get("entry", ""), request.POST.get("args", ""))
        else:
            raise Refusal("bad_action", "There is no such action.", "Use the buttons of the page.")
        audit.note(
            actor, found.project.team, {"cancel": "cancelled", "retry": "retried"}.get(action, "ran again"), found
        )
    except Refusal as refusal:
        messages.error(request, f"{refusal.detail} {refusal.hint}".strip())
    return redirect("pages:submission", name=name, number=number)


def _state(found: Submission, report: dict) -> dict:
    jobs = {job.stage: job for job in found.jobs.all()}
    review = reviews.standing(found)
    rungs = standing.ladder(report)
    tracebacks = [
        {"run": run, **outcome["traceback"]}
        for run in readings.RUNS
        if (outcome := readings.run(found, run)) and outcome.get("traceback")
    ]
    return {
        "jobs": [jobs[stage] for stage in STAGES if stage in jobs],
        "rungs": rungs,
        "reached": standing.reached(rungs),
        "report": report,
        "step": standing.next_step(found, review.outcome),
        "review": review,
        "tracebacks": tracebacks,
    }


def _curve(found: Submission, run: str) -> list[list[float | None]]:
    points = [series.Pair(step, loss, None) for step, loss in readings.losses(found, run)]
    return [[pair.step, series.drawable(pair.baseline)] for pair in series.thinned(points)]
