"""The shapes of what the API takes and gives."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Path, Schema
from pydantic import AfterValidator, Field

from webapp.devices.models import Probe, Worker
from webapp.submissions.models import Job, Project, Submission
from webapp.teams.models import ApiToken, Membership, Team


def _printable(value: str) -> str:
    if any(not char.isprintable() and char not in "\n\t" for char in value):
        raise ValueError("must not contain control characters")
    return value


Text = Annotated[str, AfterValidator(_printable)]
Name = Annotated[Text, Field(min_length=1, max_length=80)]
Identifier = Annotated[int, Path(ge=1, le=2**63 - 1)]
Role = Literal["viewer", "reviewer", "maintainer"]
Scope = Literal["read", "submit", "review", "admin"]
Target = Literal["cpu", "ascend", "portable"]
Stage = Literal["analyze", "baseline", "translate", "replay", "free_run", "report"]


class Error(Schema):
    error: str
    detail: str
    hint: str


class TeamOut(Schema):
    name: str
    slug: str
    role: str

    @classmethod
    def of(cls, membership: Membership) -> TeamOut:
        return cls(name=membership.team.name, slug=membership.team.slug, role=membership.role)


class MemberOut(Schema):
    username: str
    role: str


class TeamDetail(Schema):
    name: str
    slug: str
    members: list[MemberOut]

    @classmethod
    def of(cls, team: Team) -> TeamDetail:
        found = team.memberships.select_related("user")
        return cls(
            name=team.name,
            slug=team.slug,
            members=[MemberOut(username=one.user.get_username(), role=one.role) for one in found],
        )


class TeamIn(Schema):
    name: Name


class MemberIn(Schema):
    username: Annotated[Text, Field(min_length=1, max_length=150)]
    role: Role = "viewer"


class RoleIn(Schema):
    role: Role


class Me(Schema):
    username: str
    teams: list[TeamOut]
    scopes: list[str] | None = Field(description="The token's scopes; null for a session, which has all.")


class TokenIn(Schema):
    name: Name
    team: Text
    scopes: list[Scope] = Field(min_length=1)
    days: int = Field(default=90, ge=1, le=366)


class TokenOut(Schema):
    id: int
    name: str
    team: str
    hint: str = Field(description="How the token begins.")
    scopes: list[str]
    created: datetime
    expires: datetime
    last_used: datetime | None

    @classmethod
    def of(cls, token: ApiToken) -> TokenOut:
        return cls(
            id=token.pk, name=token.name, team=token.team.slug, hint=f"mf_{token.lookup}_…", scopes=token.scopes,
            created=token.created, expires=token.expires, last_used=token.last_used,
        )  # fmt: skip


class TokenMade(Schema):
    token: str = Field(description="The token itself: shown now and never again.")
    details: TokenOut


class ProjectIn(Schema):
    name: Name = Field(description="Becomes the address: letters, digits, - and _.")
    team: Text | None = Field(default=None, description="The team's slug; may be left out by members of one team only.")
    title: Annotated[Text, Field(max_length=120)] = ""
    description: Annotated[Text, Field(max_length=2000)] = ""


class ProjectPatch(Schema):
    title: Annotated[Text, Field(min_length=1, max_length=120)] | None = None
    description: Annotated[Text, Field(max_length=2000)] | None = None
    entry: Annotated[Text, Field(max_length=400)] | None = None
    args: Annotated[Text, Field(max_length=2000)] | None = None
    target: Target | None = None


class ProjectOut(Schema):
    name: str
    title: str
    description: str
    team: str
    owner: str | None
    created: datetime
    entry: str
    args: str
    target: str
    url: str

    @classmethod
    def of(cls, project: Project) -> ProjectOut:
        return cls(
            name=project.name, title=project.title, description=project.description, team=project.team.slug,
            owner=project.owner.get_username() if project.owner else None, created=project.created,
            entry=project.entry, args=project.args, target=project.target, url=project.get_absolute_url(),
        )  # fmt: skip


class JobOut(Schema):
    stage: str
    state: str
    run: int
    attempt: int
    worker: str
    started: datetime | None
    finished: datetime | None
    seconds: float | None
    done: int
    total: int | None
    summary: dict[str, Any]
    error: str

    @classmethod
    def of(cls, job: Job) -> JobOut:
        return cls(
            stage=job.stage, state=job.state, run=job.run, attempt=job.attempt, worker=job.claimed_by,
            started=job.started, finished=job.finished, seconds=job.seconds, done=job.done_units,
            total=job.total_units, summary=job.summary, error=job.error,
        )  # fmt: skip


class SubmissionOut(Schema):
    """One row of a list."""

    id: int
    project: str
    number: int
    state: str
    stage: str
    verdict: str
    error: str
    entry: str
    args: str
    target: str
    archive_name: str
    archive_bytes: int
    archive_sha256: str
    file_count: int
    created: datetime
    created_by: str | None
    finished: datetime | None
    figures: dict[str, Any]
    url: str

    @classmethod
    def facts(cls, one: Submission) -> dict[str, Any]:
        return {
            "id": one.pk, "project": one.project.name, "number": one.number, "state": one.state, "stage": one.stage,
            "verdict": one.verdict, "error": one.error, "entry": one.entry, "args": one.args, "target": one.target,
            "archive_name": one.archive_name, "archive_bytes": one.archive_bytes,
            "archive_sha256": one.archive_sha256, "file_count": one.file_count, "created": one.created,
            "created_by": one.created_by.get_username() if one.created_by else None, "finished": one.finished,
            "figures": one.figures, "url": one.get_absolute_url(),
        }  # fmt: skip

    @classmethod
    def of(cls, one: Submission) -> SubmissionOut:
        return cls(**cls.facts(one))


class SubmissionDetail(SubmissionOut):
    stages: list[JobOut]
    ladder: list[dict[str, Any]] = Field(description="The rungs of the report; empty until it is written.")
    entry_points: list[dict[str, Any]] = Field(description="What the analysis offers as entry points.")
    last_event: int = Field(description="The newest event's id: follow /events from here.")


class SubmissionPage(Schema):
    items: list[SubmissionOut]
    count: int


class RetryIn(Schema):
    stage: Stage | None = Field(
        default=None, description="Where to begin; left out: the first stage that did not succeed."
    )


class EntryIn(Schema):
    entry: Annotated[Text, Field(min_length=1, max_length=400)]
    args: Annotated[Text, Field(max_length=2000)] | None = None


class EventOut(Schema):
    id: int
    kind: str
    stage: str
    run: int
    message: str
    data: dict[str, Any]
    created: str


class Events(Schema):
    events: list[EventOut]
    last: int = Field(description="Ask for after=last next time.")
    finished: bool = Field(description="True where no more events will come.")


class FileOut(Schema):
    path: str
    status: str


class FileDetail(Schema):
    path: str
    status: str
    source: str | None = Field(description="Null where the file is new, binary or too large.")
    translated: str | None
    diff: str = Field(description="A unified diff, empty where nothing changed.")
    line_map: list[int]
    findings: list[dict[str, Any]]


class ArtifactOut(Schema):
    path: str
    title: str
    size: int
    sha256: str
    url: str


class WorkerOut(Schema):
    name: str
    state: str
    queues: list[str]
    device: str
    device_detail: str
    mindspore_version: str
    torch_version: str
    sandbox: str
    cores: int
    memory_bytes: int
    started: datetime
    heartbeat: datetime
    busy: bool
    submission: int | None = Field(description="What it works on, where you may know.")
    stage: str

    @classmethod
    def of(cls, worker: Worker, job: Job | None, visible: bool) -> WorkerOut:
        return cls(
            name=worker.name, state=worker.state, queues=worker.queues, device=worker.device,
            device_detail=worker.device_detail, mindspore_version=worker.mindspore_version,
            torch_version=worker.torch_version, sandbox=worker.sandbox, cores=worker.cores,
            memory_bytes=worker.memory_bytes, started=worker.started, heartbeat=worker.heartbeat, busy=job is not None,
            submission=job.submission_id if job and visible else None, stage=job.stage if job and visible else "",
        )  # fmt: skip


class ProbeIn(Schema):
    device: Annotated[Text, Field(min_length=1, max_length=20)]
    mindspore_version: Annotated[Text, Field(min_length=1, max_length=40)]


class ProbeOut(Schema):
    id: int
    device: str
    mindspore_version: str
    state: str
    done: int = Field(description="Trials: one way to write an API, with one example.")
    total: int | None
    worker: str
    started: datetime | None
    finished: datetime | None
    error: str

    @classmethod
    def of(cls, probe: Probe) -> ProbeOut:
        return cls(
            id=probe.pk, device=probe.device, mindspore_version=probe.mindspore_version, state=probe.state,
            done=probe.done, total=probe.total, worker=probe.worker, started=probe.started, finished=probe.finished,
            error=probe.error,
        )  # fmt: skip
