"""One submission: its state, what can be done with it, and the documents and files that it left."""

from __future__ import annotations

import difflib
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import reverse
from ninja import Router, Status

from webapp.api.schemas import ArtifactOut, EntryIn, FileDetail, FileOut, Identifier, JobOut, RetryIn, SubmissionDetail
from webapp.downloads import attachment
from webapp.pages import readings
from webapp.refusals import Refusal
from webapp.submissions import artifacts, road
from webapp.submissions.models import Submission
from webapp.submissions.stages import TITLES
from webapp.teams import audit
from webapp.teams.policy import NOT_FOUND, Actor, Right, get_submission_by_id

router = Router(tags=["submissions"])


def detail(submission: Submission) -> SubmissionDetail:
    report = readings.report(submission) or {}
    newest = submission.events.order_by("-id").values_list("id", flat=True).first()
    return SubmissionDetail(
        **SubmissionDetail.facts(submission),
        stages=[JobOut.of(job) for job in submission.jobs.all()],
        ladder=(report.get("parity") or {}).get("ladder") or [],
        entry_points=road.entry_points(submission),
        last_event=newest or 0,
    )


@router.get("/submissions/{int:pk}", response=SubmissionDetail)
def get_submission(request: HttpRequest, pk: Identifier) -> SubmissionDetail:
    return detail(get_submission_by_id(Actor.of(request), pk))


@router.post("/submissions/{int:pk}/cancel", response=SubmissionDetail)
def cancel(request: HttpRequest, pk: Identifier) -> SubmissionDetail:
    """Stop it. A stage that runs is killed with all its processes within seconds."""
    actor = Actor.of(request)
    submission = get_submission_by_id(actor, pk, Right.SUBMIT)
    road.cancel(submission, actor.user.get_username())
    return _done(actor, submission, "cancelled")


@router.post("/submissions/{int:pk}/retry", response=SubmissionDetail)
def retry(request: HttpRequest, pk: Identifier, body: RetryIn) -> SubmissionDetail:
    """Run again from a stage."""
    actor = Actor.of(request)
    submission = get_submission_by_id(actor, pk, Right.SUBMIT)
    road.retry(submission, body.stage or "")
    return _done(actor, submission, "retried")


@router.post("/submissions/{int:pk}/entry", response=SubmissionDetail)
def choose_entry(request: HttpRequest, pk: Identifier, body: EntryIn) -> SubmissionDetail:
    """Say which script to run, and go on."""
    actor = Actor.of(request)
    submission = get_submission_by_id(actor, pk, Right.SUBMIT)
    road.choose_entry(submission, body.entry, body.args)
    return _done(actor, submission, "chose the entry point of")


@router.delete("/submissions/{int:pk}", response={204: None})
def delete(request: HttpRequest, pk: Identifier, confirm: int) -> Status:
    """Delete it with all its files. `confirm` must repeat its number."""
    actor = Actor.of(request)
    submission = get_submission_by_id(actor, pk, Right.ADMINISTER)
    if confirm != submission.number:
        raise Refusal("unconfirmed", "Nothing was deleted: confirm must be the submission's number.", status=409)
    name = str(submission)
    road.delete(submission)
    audit.note(actor, submission.project.team, "deleted", name)
    return Status(204, None)


@router.get("/submissions/{int:pk}/report.json", response=dict[str, Any])
def report(request: HttpRequest, pk: Identifier) -> dict[str, Any]:
    submission = get_submission_by_id(Actor.of(request), pk)
    return _written(readings.report(submission), "report")


@router.get("/submissions/{int:pk}/analysis", response=dict[str, Any])
def analysis(request: HttpRequest, pk: Identifier) -> dict[str, Any]:
    submission = get_submission_by_id(Actor.of(request), pk)
    return _written(readings.analysis(submission), "analyze")


@router.get("/submissions/{int:pk}/translation", response=dict[str, Any])
def translation(request: HttpRequest, pk: Identifier) -> dict[str, Any]:
    submission = get_submission_by_id(Actor.of(request), pk)
    return _written(readings.translation(submission), "translate")


@router.get("/submissions/{int:pk}/files", response=list[FileOut])
def files(request: HttpRequest, pk: Identifier) -> list[FileOut]:
    """All files of the source and of the translation."""
    submission = get_submission_by_id(Actor.of(request), pk)
    known = _translated_files(submission)
    paths = {*readings.source_paths(submission), *readings.translated_paths(submission)}
    return [FileOut(path=path, status=_status(known, path, submission)) for path in sorted(paths)]


@router.get("/submissions/{int:pk}/files/{path:path}", response=FileDetail)
def file(request: HttpRequest, pk: Identifier, path: str) -> FileDetail:
    """One file before and after."""
    submission = get_submission_by_id(Actor.of(request), pk)
    if path not in {*readings.source_paths(submission), *readings.translated_paths(submission)}:
        raise Http404(NOT_FOUND)
    known = _translated_files(submission)
    entry = known.get(path, {})
    source, translated = readings.source_text(submission, path), readings.translated_text(submission, path)
    return FileDetail(
        path=path,
        status=_status(known, path, submission),
        source=source,
        translated=translated,
        diff=_unified(path, source, translated),
        line_map=entry.get("line_map") or [],
        findings=entry.get("findings") or [],
    )


@router.get("/submissions/{int:pk}/artifacts", response=list[ArtifactOut])
def list_artifacts(request: HttpRequest, pk: Identifier) -> list[ArtifactOut]:
    """What can be taken home: the translated project, the patch, checkpoints, logs, the report."""
    submission = get_submission_by_id(Actor.of(request), pk)
    return [
        ArtifactOut(
            path=path,
            title=path.rpartition("/")[2],
            size=found.stat().st_size,
            sha256=artifacts.sha256(found),
            url=reverse("api-v1:download_artifact", args=[pk, path]),
        )
        for path, found in artifacts.offered(submission).items()
    ]


@router.get("/submissions/{int:pk}/artifacts/{path:path}", url_name="download_artifact")
def download_artifact(request: HttpRequest, pk: Identifier, path: str) -> HttpResponseBase:
    """The file itself, as an attachment."""
    submission = get_submission_by_id(Actor.of(request), pk)
    found = artifacts.offered(submission).get(path)
    if found is None:
        raise Http404(NOT_FOUND)
    return attachment(found)


def _done(actor: Actor, submission: Submission, action: str) -> SubmissionDetail:
    audit.note(actor, submission.project.team, action, submission)
    return detail(get_submission_by_id(Actor(actor.user), submission.pk))


def _written(document: dict[str, Any] | None, stage: str) -> dict[str, Any]:
    if document is None:
        raise Refusal("not_yet", f"There is none yet: the stage {TITLES[stage]} writes it.", status=404)
    return document


def _translated_files(submission: Submission) -> dict[str, dict[str, Any]]:
    document = readings.translation(submission) or {}
    return {entry["path"]: entry for entry in document.get("files", [])}


def _status(known: dict[str, dict[str, Any]], path: str, submission: Submission) -> str:
    if path in known:
        return str(known[path].get("status", "unchanged"))
    return "unchanged" if (submission.work / "source" / path).is_file() else "added"


def _unified(path: str, source: str | None, translated: str | None) -> str:
    if translated is None or source == translated:
        return ""
    before, after = (source or "").splitlines(keepends=True), translated.splitlines(keepends=True)
    return "".join(difflib.unified_diff(before, after, f"a/{path}", f"b/{path}"))
