"""The artifacts: what can I take home?"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from webapp.pages import readings
from webapp.pages.views.frame import frame, open_submission
from webapp.submissions.models import Submission


@dataclass(frozen=True)
class Artifact:
    """One file to take home. ``path`` is its address below the submission's download page."""

    path: str
    title: str
    meaning: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Group:
    title: str
    meaning: str
    artifacts: list[Artifact]


# What each well-known file is, and in what order they are shown.
KNOWN = {
    "translated.zip": (
        "Translated project",
        "The whole MindSpore project. It runs with plain MindSpore, without MindFerry.",
    ),
    "translated.patch": ("Patch", "The same as a unified diff against your source: apply it with git apply."),
    "report.json": ("Report", "Everything on these pages as one JSON document."),
}


@login_required
def artifacts(request: HttpRequest, name: str, number: int) -> HttpResponse:
    submission = open_submission(request, name, number)
    return render(
        request, "pages/artifacts.html", frame(request, submission, "artifacts") | {"groups": groups(submission)}
    )


@login_required
def download(request: HttpRequest, name: str, number: int, path: str) -> FileResponse:
    submission = open_submission(request, name, number)
    file = _locate(submission, path)
    if file is None:
        raise Http404("There is no such artifact in this submission.")
    # Always an attachment: submitted programs write these files, so none may open as a page of ours.
    return FileResponse(
        file.open("rb"), as_attachment=True, filename=file.name, content_type="application/octet-stream"
    )


def groups(submission: Submission) -> list[Group]:
    """What a submission offers for download, most wanted first."""
    found = {path: file for path, file in _offered(submission)}
    main = [_artifact(path, found.pop(path)) for path in KNOWN if path in found]
    checkpoints = [_artifact(path, file) for path, file in found.items() if path.startswith("checkpoints/")]
    logs = [_artifact(path, file) for path, file in found.items() if path.startswith("logs/")]
    other = [_artifact(path, file) for path, file in found.items() if not path.startswith(("checkpoints/", "logs/"))]
    every = (
        Group("Take home", "The translated project and its proof.", main),
        Group(
            "Checkpoints", "Weights that the original and the translation saved, and the converted ones.", checkpoints
        ),
        Group("Logs", "All that the runs printed.", logs),
        Group("Other files", "What else the programs wrote.", other),
    )
    return [group for group in every if group.artifacts]


def _offered(submission: Submission) -> list[tuple[str, Path]]:
    root = submission.work / "artifacts"
    offered = [(path.relative_to(root).as_posix(), path) for path in sorted(root.rglob("*")) if path.is_file()]
    report = submission.work / "report.json"
    if report.is_file() and not any(path == "report.json" for path, _ in offered):
        offered.append(("report.json", report))
    logs = [(f"logs/{run}.log", submission.work / run / "output.log") for run in readings.RUNS]
    return offered + [(path, file) for path, file in logs if file.is_file()]


def _locate(submission: Submission, path: str) -> Path | None:
    if path.startswith("logs/") or path == "report.json":
        return dict(_offered(submission)).get(path)
    return readings.artifact(submission, path)


def _artifact(path: str, file: Path) -> Artifact:
    title, meaning = KNOWN.get(path, (path.rpartition("/")[2], ""))
    return Artifact(path, title, meaning, file.stat().st_size, sha256(file))


def sha256(file: Path) -> str:
    """The file's hash, kept as long as its size and time stay the same."""
    facts = file.stat()
    key = f"sha256:{hashlib.sha256(str(file).encode()).hexdigest()}:{facts.st_size}:{facts.st_mtime_ns}"
    known = cache.get(key)
    if known is None:
        with file.open("rb") as data:
            known = hashlib.file_digest(data, "sha256").hexdigest()
        cache.set(key, known, 86_400)
    return str(known)
