"""Projects and the submissions in them."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpRequest
from ninja import File, Form, Query, Router, Status
from ninja.files import UploadedFile

from webapp.api.schemas import (
    ProjectIn,
    ProjectOut,
    ProjectPatch,
    SubmissionDetail,
    SubmissionOut,
    SubmissionPage,
    Target,
    Text,
)
from webapp.api.submissions import detail
from webapp.refusals import Refusal
from webapp.submissions import intake, road
from webapp.teams import policy
from webapp.teams.policy import Actor, Right

router = Router(tags=["projects"])


@router.get("/projects", response=list[ProjectOut])
def list_projects(request: HttpRequest) -> list[ProjectOut]:
    return [ProjectOut.of(project) for project in policy.visible_projects(Actor.of(request))]


@router.post("/projects", response={201: ProjectOut})
def create_project(request: HttpRequest, body: ProjectIn) -> Status:
    actor = Actor.of(request)
    memberships = list(actor.memberships())
    if body.team is None and len(memberships) != 1:
        raise Refusal(
            "which_team", "Say which team the project is for.", f"Yours: {', '.join(m.team.slug for m in memberships)}."
        )
    slug = body.team if body.team is not None else memberships[0].team.slug
    team = policy.get_team(actor, slug, Right.SUBMIT)
    return Status(201, ProjectOut.of(intake.create_project(actor, team, body.name, body.title, body.description)))


@router.get("/projects/{slug:name}", response=ProjectOut)
def get_project(request: HttpRequest, name: str) -> ProjectOut:
    return ProjectOut.of(policy.get_project(Actor.of(request), name))


@router.patch("/projects/{slug:name}", response=ProjectOut)
def change_project(request: HttpRequest, name: str, body: ProjectPatch) -> ProjectOut:
    """Change what new submissions of the project are offered."""
    project = policy.get_project(Actor.of(request), name, Right.ADMINISTER)
    changes = body.dict(exclude_none=True)
    if "args" in changes:
        changes["args"] = road.check_args(changes["args"])
    for field, value in changes.items():
        setattr(project, field, value)
    if changes:
        project.save(update_fields=list(changes))
    return ProjectOut.of(project)


@router.delete("/projects/{slug:name}", response={204: None})
def delete_project(request: HttpRequest, name: str, confirm: str) -> Status:
    """Delete the project with all its submissions. `confirm` must repeat its name."""
    actor = Actor.of(request)
    project = policy.get_project(actor, name, Right.ADMINISTER)
    intake.delete_project(actor, project, confirm)
    return Status(204, None)


@router.get("/projects/{slug:name}/submissions", response=SubmissionPage)
def list_submissions(
    request: HttpRequest,
    name: str,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> SubmissionPage:
    project = policy.get_project(Actor.of(request), name)
    found = project.submissions.select_related("project", "created_by")
    items = [SubmissionOut.of(one) for one in found[offset : offset + limit]]
    return SubmissionPage(items=items, count=found.count())


@router.post("/projects/{slug:name}/submissions", response={201: SubmissionDetail})
def create_submission(
    request: HttpRequest,
    name: str,
    archive: Annotated[UploadedFile, File(description="zip, tar, tar.gz or tar.bz2")],
    entry: Annotated[Text | None, Form(max_length=400)] = None,
    args: Annotated[Text | None, Form(max_length=2000)] = None,
    target: Annotated[Target | None, Form()] = None,
) -> Status:
    """Submit an archive. Answers at once; follow `/submissions/{id}/events` or ask for `/submissions/{id}`.

    What is left out is taken from the archive's `mindferry.toml`, then from the project's settings; an entry point
    that nobody names is looked for by the analysis.
    """
    actor = Actor.of(request)
    project = policy.get_project(actor, name, Right.SUBMIT)
    submission = intake.accept(actor, project, archive, intake.Wishes(entry, args, target))
    return Status(201, detail(policy.get_submission_by_id(Actor(actor.user), submission.pk)))


@router.get("/projects/{slug:name}/submissions/{int:number}", response=SubmissionDetail)
def get_numbered_submission(request: HttpRequest, name: str, number: int) -> SubmissionDetail:
    return detail(policy.get_submission(Actor.of(request), name, number))
