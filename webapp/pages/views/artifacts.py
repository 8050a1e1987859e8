"""The artifacts: what can I take home?"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from webapp.downloads import attachment
from webapp.pages.views.frame import frame, open_submission
from webapp.submissions import artifacts as files
from webapp.submissions.models import Submission


@dataclass(frozen=True)
class Artifact:
    """One file to take home. ``path`` is its address below the submission's artifacts page."""

    path: str
    title: str
    meaning: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Group:
    key: str
    title: str
    meaning: str
    artifacts: list[Artifact]


# What each well-known file is, in the order in which they are shown.
KNOWN = {
    "translated.zip": (
        "Translated project",
        "The whole MindSpore project. It runs with plain MindSpore; MindFerry is not needed.",
    ),
    "translated.patch": ("Patch", "The same as a unified diff against your source: git apply takes it."),
    "report.json": ("Report", "Everything on these pages as one JSON document."),
    "losses.csv": ("Losses", "Every recorded loss of the baseline, the replay and the free run."),
    "metrics.csv": ("Metrics", "Every number that the programs printed."),
}
CHECKPOINTS = (
    ("checkpoints/original/", "Saved by the original under PyTorch"),
    ("checkpoints/converted/", "The original's, converted to MindSpore"),
    ("checkpoints/translated/", "Saved by the translation under MindSpore"),
)


@login_required
def artifacts(request: HttpRequest, name: str, number: int) -> HttpResponse:
    submission = open_submission(request, name, number)
    return render(
        request, "pages/artifacts.html", frame(request, submission, "artifacts") | {"groups": groups(submission)}
    )


@login_required
def download(request: HttpRequest, name: str, number: int, path: str) -> HttpResponseBase:
    submission = open_submission(request, name, number)
    file = files.offered(submission).get(path)
    if file is None:
        raise Http404("There is no such artifact in this submission.")
    return attachment(file)


def groups(submission: Submission) -> list[Group]:
    """What a submission offers for download, most wanted first; groups that would be empty are left out."""
    found = files.offered(submission)
    main = {path: found.pop(path) for path in KNOWN if path in found}
    checkpoints = {path: file for path, file in found.items() if path.startswith("checkpoints/")}
    logs = {path: file for path, file in found.items() if path.startswith("logs/")}
    other = {path: file for path, file in found.items() if path not in checkpoints | logs}
    every = (
        Group("main", "Take home", "The translated project and its proof.", _listed(main)),
        Group(
            "checkpoints",
            "Checkpoints",
            "What both programs saved, and the original's converted.",
            _listed(checkpoints),
        ),
        Group("logs", "Logs", "All that the runs printed.", _listed(logs)),
        Group("other", "Other files", "What else the programs wrote.", _listed(other)),
    )
    return [group for group in every if group.artifacts]


def _listed(found: dict[str, Path]) -> list[Artifact]:
    return [_artifact(path, file) for path, file in found.items()]


def _artifact(path: str, file: Path) -> Artifact:
    origin, meaning = next((found for found in CHECKPOINTS if path.startswith(found[0])), ("", ""))
    title, meaning = KNOWN.get(path, (path.removeprefix(origin) if origin else path.rpartition("/")[2], meaning))
    return Artifact(path, title, meaning, file.stat().st_size, files.sha256(file))
