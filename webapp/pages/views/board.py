"""The board: which of our migrations need whom, now?"""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from webapp.pages import standing
from webapp.reviews import services as reviews
from webapp.submissions.models import Project, Submission
from webapp.submissions.stages import STAGES, TITLES
from webapp.teams.policy import Actor, Right, visible_projects, visible_submissions, visible_teams


@dataclass(frozen=True)
class Migration:
    """One project with its latest submission."""

    project: Project
    submission: Submission | None
    step: standing.NextStep

    @property
    def rung(self) -> str:
        """The name of the first rung that was not passed; empty where all were, or none is judged yet."""
        for row in (self.submission.figures.get("rungs") or []) if self.submission else []:
            if row["state"] != "pass":
                return str(row["rung"])
        return ""


GROUPS = (
    ("somebody", "Needs somebody", "Something only a person can decide or mend."),
    ("machine", "On the road", "Workers are busy with these."),
    ("nobody", "Arrived", "Proved and approved."),
)


@login_required
def board(request: HttpRequest) -> HttpResponse:
    actor = Actor.of(request)
    migrations = _migrations(actor)
    groups = [
        {"key": key, "title": title, "meaning": meaning, "rows": [m for m in migrations if m.step.need == key]}
        for key, title, meaning in GROUPS
    ]
    context = {
        "groups": groups,
        "count": len(migrations),
        "stages": [(stage, TITLES[stage]) for stage in STAGES],
        "verdicts": Submission.Verdict.choices,
        "owners": sorted({m.project.owner.get_username() for m in migrations if m.project.owner}),
        "rungs": sorted({m.rung for m in migrations if m.rung}),
        "teams": visible_teams(actor),
        "may_submit": any(actor.may(Right.SUBMIT, team) for team in visible_teams(actor)),
    }
    template = "pages/board_rows.html" if request.headers.get("HX-Request") else "pages/board.html"
    return render(request, template, context)


def _migrations(actor: Actor) -> list[Migration]:
    latest: dict[int, Submission] = {}
    newest = visible_submissions(actor).prefetch_related("jobs", "decisions").order_by("project_id", "-number")
    for submission in newest:
        latest.setdefault(submission.project_id, submission)
    return [_migration(project, latest.get(project.pk)) for project in visible_projects(actor)]


def _migration(project: Project, submission: Submission | None) -> Migration:
    if submission is None:
        return Migration(project, None, standing.NextStep("somebody", "Has no submission yet: upload its source"))
    review = reviews.Standing(tuple(d for d in submission.decisions.all() if d.path == ""))
    return Migration(project, submission, standing.next_step(submission, review.outcome))
