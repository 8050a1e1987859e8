"""Handing in a project: an archive for a project that exists, or for a new one."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from webapp.pages.forms import UploadForm
from webapp.refusals import Refusal
from webapp.submissions import intake
from webapp.submissions.models import Project, Submission
from webapp.submissions.stages import STAGES
from webapp.teams import audit
from webapp.teams.policy import Actor, Right, visible_projects, visible_teams


@login_required
def upload(request: HttpRequest) -> HttpResponse:
    actor = Actor.of(request)
    teams = [team.pk for team in visible_teams(actor) if actor.may(Right.SUBMIT, team)]
    form = UploadForm(
        request.POST or None,
        request.FILES or None,
        projects=visible_projects(actor).filter(team__in=teams),
        teams=visible_teams(actor).filter(pk__in=teams),
        initial={"project": visible_projects(actor).filter(name=request.GET.get("project", "")).first()},
    )
    status = 200
    if request.method == "POST":
        if form.is_valid():
            try:
                return redirect(_submit(actor, form))
            except Refusal as refusal:
                form.refuse(refusal)
        status = 422
    context = {
        "form": form,
        "teams": teams,
        "stages": STAGES,
        "max_bytes": settings.UPLOAD_MAX_BYTES,
        "max_unpacked": settings.ARCHIVE_MAX_BYTES,
        "max_members": settings.ARCHIVE_MAX_MEMBERS,
    }
    return render(request, "pages/upload.html", context, status=status)


def _submit(actor: Actor, form: UploadForm) -> Submission:
    asked = form.cleaned_data
    wishes = intake.Wishes(asked["entry"] or None, asked["args"] or None, asked["target"] or None)
    if asked["project"]:
        return intake.accept(actor, asked["project"], asked["archive"], wishes)
    # Not one transaction: reading an archive takes long, and nobody else could write meanwhile.
    project = intake.create_project(actor, asked["team"], asked["name"])
    try:
        return intake.accept(actor, project, asked["archive"], wishes)
    except BaseException:
        _withdraw(actor, project)
        raise


def _withdraw(actor: Actor, project: Project) -> None:
    """Remove a project that was made for an archive which was then refused, unless somebody uses it already."""
    with transaction.atomic():
        held = Project.objects.select_for_update(of=("self",)).filter(pk=project.pk, last_number=0).first()
        if held is not None:
            audit.note(actor, held.team, "withdrew project", held, "its first archive was refused")
            held.delete()
