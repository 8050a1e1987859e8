"""A project: what is next here, and who does it? How did it go from submission to submission?"""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from webapp.pages import standing
from webapp.reviews import services as reviews
from webapp.teams.policy import Actor, Right, get_project


@login_required
def project(request: HttpRequest, name: str) -> HttpResponse:
    actor = Actor.of(request)
    found = get_project(actor, name)
    submissions = list(found.submissions.select_related("created_by", "project").prefetch_related("jobs"))
    latest = submissions[0] if submissions else None
    context = {
        "project": found,
        "submissions": submissions,
        "latest": latest,
        "step": standing.next_step(latest, reviews.standing(latest).outcome) if latest else None,
        "trend": [
            {
                "number": s.number,
                "rungs": s.figures.get("rungs_passed"),
                "difference": s.figures.get("max_abs_diff"),
                "share": s.figures.get("share_reusable"),
                "verdict": s.verdict,
            }
            for s in reversed(submissions)
            if s.figures
        ],
        "may_submit": actor.may(Right.SUBMIT, found.team),
        "may_administer": actor.may(Right.ADMINISTER, found.team),
    }
    return render(request, "pages/project.html", context)
