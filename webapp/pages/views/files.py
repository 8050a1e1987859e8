"""The files: what changed here, is it right, was it ever executed?"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from webapp.pages import readings, words
from webapp.pages.diffs import side_by_side
from webapp.pages.views.frame import frame, open_submission
from webapp.refusals import Refusal
from webapp.reviews import services as reviews
from webapp.reviews.models import Side, Thread
from webapp.submissions.models import Submission
from webapp.teams.policy import Right


@dataclass(frozen=True)
class TreeFile:
    """One line of the file tree."""

    path: str
    status: str  # unchanged | translated | failed | support | other
    findings: Counter[str]
    threads: int
    review: str

    @property
    def folder(self) -> str:
        return self.path.rpartition("/")[0]

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]


@login_required
def files(request: HttpRequest, name: str, number: int, path: str = "") -> HttpResponse:
    submission = open_submission(request, name, number)
    translation = readings.translation(submission)
    tree = _tree(submission, translation)
    if not path and tree:
        return redirect("pages:file", name=name, number=number, path=_first(tree).path)
    context = frame(request, submission, "files") | {"tree": tree, "translation": translation}
    if not path:
        return render(request, "pages/files.html", context)
    position = next((index for index, file in enumerate(tree) if file.path == path), None)
    if position is None:
        raise Http404("There is no such file in this submission.")
    context |= {
        "path": path,
        "file": tree[position],
        "previous": tree[position - 1] if position else None,
        "next": tree[position + 1] if position + 1 < len(tree) else None,
        **_comparison(submission, translation, path),
        "standing": reviews.standing(submission, path),
        "overall": reviews.standing(submission),
    }
    return render(request, "pages/files.html", context)


@login_required
@require_POST
def comment(request: HttpRequest, name: str, number: int, path: str) -> HttpResponse:
    """Start a thread at a line, answer one, resolve or reopen it; answers with the threads of that line."""
    submission = open_submission(request, name, number, Right.APPROVE)
    form, error = request.POST, ""
    side, line = form.get("side", ""), int(form.get("line", "0")) if form.get("line", "0").isdigit() else 0
    try:
        if form.get("thread"):
            thread = get_object_or_404(Thread, submission=submission, path=path, pk=form["thread"])
            side, line = thread.side, thread.line
            if form.get("action") in ("resolve", "reopen"):
                reviews.resolve(thread, request.user, form["action"] == "resolve")
            else:
                reviews.add_comment(thread, request.user, form.get("text", ""))
        else:
            if path not in {file.path for file in _tree(submission, readings.translation(submission))}:
                raise Http404("There is no such file in this submission.")
            reviews.start_thread(submission, request.user, path, side, line, form.get("text", ""))
    except Refusal as refusal:
        error = refusal.detail
    threads = submission.threads.filter(path=path, side=side, line=line).prefetch_related("comments__author")
    context = frame(request, submission, "files") | {
        "path": path, "threads": threads, "side": side, "line": line, "error": error,
    }  # fmt: skip
    return render(request, "pages/threads.html", context, status=422 if error else 200)


@login_required
@require_POST
def decide(request: HttpRequest, name: str, number: int, path: str = "") -> HttpResponse:
    """A reviewer decides on a file; a maintainer on the whole submission."""
    submission = open_submission(request, name, number, Right.APPROVE if path else Right.ADMINISTER)
    if path and path not in {file.path for file in _tree(submission, readings.translation(submission))}:
        raise Http404("There is no such file in this submission.")
    try:
        reviews.decide(submission, request.user, request.POST.get("outcome", ""), path)
    except Refusal as refusal:
        messages.error(request, refusal.detail)
    back = ("pages:file", {"name": name, "number": number, "path": path}) if path else None
    return redirect(back[0], **back[1]) if back else redirect("pages:submission", name=name, number=number)


def _tree(submission: Submission, translation: dict[str, Any] | None) -> list[TreeFile]:
    """Source files first as the translation lists them, then what it wrote besides."""
    entries = (translation or {}).get("files", [])
    threads, outcomes = reviews.open_threads(submission), reviews.standings(submission)
    support = set((translation or {}).get("support", []))
    listed = {entry["path"]: entry for entry in entries}
    paths = list(listed) + [
        path for path in readings.translated_paths(submission) if path not in listed and translation
    ]
    return [
        TreeFile(
            path,
            "support"
            if path in support or path.endswith("mindspore_support.py")
            else listed.get(path, {}).get("status", "other"),
            Counter(finding["severity"] for finding in listed.get(path, {}).get("findings", [])),
            threads[path],
            outcomes.get(path, ""),
        )
        for path in sorted(paths, key=lambda path: (path.count("/") == 0, path))
    ]


def _first(tree: list[TreeFile]) -> TreeFile:
    """Where a reader starts: the file with the most to look at."""
    return max(tree, key=lambda file: (file.status == "translated", file.findings["error"], file.findings["warning"]))


def _comparison(submission: Submission, translation: dict[str, Any] | None, path: str) -> dict[str, Any]:
    entry = next((entry for entry in (translation or {}).get("files", []) if entry["path"] == path), {})
    original, translated = readings.source_text(submission, path), readings.translated_text(submission, path)
    if original is None and translated is None:
        return {"diff": None}
    findings: dict[int, list[dict[str, Any]]] = {}
    for finding in entry.get("findings", []):
        findings.setdefault(finding["line"], []).append(finding)
    threads: dict[str, list[Thread]] = {}
    for thread in submission.threads.filter(path=path).prefetch_related("comments__author"):
        threads.setdefault(thread.anchor, []).append(thread)
    keep_open = frozenset(findings) | {t.line for ts in threads.values() for t in ts if t.side == Side.ORIGINAL}
    states = entry.get("evidence") or []
    return {
        "diff": side_by_side(path, original or "", translated or "", entry.get("line_map", ()), keep_open),
        "findings": findings,
        "threads_by_anchor": threads,
        "evidence": dict(enumerate(states, 1)),
        "evidence_meanings": words.EVIDENCE_MEANINGS if states else {},
        "has_original": original is not None,
    }
