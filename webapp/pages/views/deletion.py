"""Deleting a submission or a project: a maintainer's right, and only with its name or number typed."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from webapp.pages.views.frame import open_submission
from webapp.refusals import Refusal
from webapp.submissions import intake, road
from webapp.teams import audit
from webapp.teams.policy import Actor, Right, get_project


@login_required
@require_POST
def delete_submission(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """Remove one submission with its files; `confirm` must be its number."""
    found = open_submission(request, name, number, Right.ADMINISTER)
    title = str(found)
    try:
        if request.POST.get("confirm", "").strip().lstrip("#") != str(number):
            raise Refusal("unconfirmed", f"Nothing was deleted: type {number} to confirm.")
        road.delete(found)
    except Refusal as refusal:
        messages.error(request, refusal.detail)
        return redirect("pages:submission", name=name, number=number)
    audit.note(Actor.of(request), found.project.team, "deleted", title)
    messages.success(request, f"Submission {number} and its files were deleted.")
    return redirect("pages:project", name=name)


@login_required
@require_POST
def delete_project(request: HttpRequest, name: str) -> HttpResponse:
    """Remove a project with all its submissions; `confirm` must be its name."""
    actor = Actor.of(request)
    found = get_project(actor, name, Right.ADMINISTER)
    try:
        intake.delete_project(actor, found, request.POST.get("confirm", "").strip())
    except Refusal as refusal:
        messages.error(request, refusal.detail)
        return redirect("pages:project", name=name)
    messages.success(request, f"The project {name} and its submissions were deleted.")
    return redirect("pages:board")
