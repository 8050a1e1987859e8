"""What every page of a submission shares: who may see it, its head and its tabs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from webapp.pages import readings
from webapp.submissions.models import Submission
from webapp.teams.policy import Actor, Right, get_submission


@dataclass(frozen=True)
class Tab:
    name: str
    title: str
    url_name: str
    # False while the stage that fills the page has not run.
    ready: bool


def open_submission(request: HttpRequest, name: str, number: int, right: Right = Right.SEE) -> Submission:
    """The submission that an address names. Outsiders and typing errors alike get 404."""
    return get_submission(Actor.of(request), name, number, right)


def frame(request: HttpRequest, submission: Submission, tab: str) -> dict[str, Any]:
    """The context of the head that all pages of a submission have."""
    rights = Actor.of(request).rights(submission.project.team)
    work = submission.work
    return {
        "submission": submission,
        "project": submission.project,
        "tab": tab,
        "tabs": [
            Tab("road", "Road", "pages:submission", True),
            Tab("analysis", "Analysis", "pages:analysis", (work / "analysis.json").is_file()),
            Tab("files", "Files", "pages:files", (work / "translation.json").is_file()),
            Tab("parity", "Parity", "pages:parity", (work / "report.json").is_file()),
            Tab("artifacts", "Artifacts", "pages:artifacts", (work / "artifacts").is_dir()),
        ],
        "may_submit": Right.SUBMIT in rights,
        "may_review": Right.APPROVE in rights,
        "may_administer": Right.ADMINISTER in rights,
    }


def settled_report(submission: Submission) -> dict[str, Any]:
    return readings.report(submission) or {}
