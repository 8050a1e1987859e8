"""Projects, their submissions, the jobs that a submission consists of, and the events that the jobs tell.

These tables are the truth about what runs and what ran; Celery only rings the bell.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone

from webapp.submissions.stages import STAGES, TITLES
from webapp.teams.models import Team


class Target(models.TextChoices):
    CPU = "cpu"
    ASCEND = "ascend"
    PORTABLE = "portable"


class Project(models.Model):
    """What a team migrates. `name` is its address (/projects/NAME/), unique on this server."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="projects")
    name = models.SlugField(max_length=80, unique=True)
    title = models.CharField(max_length=120)
    description = models.TextField(max_length=2000, blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created = models.DateTimeField(default=timezone.now)
    # What a new submission is offered; a mindferry.toml in the archive and the form's own fields win over it.
    entry = models.CharField(max_length=400, blank=True)
    args = models.CharField(max_length=2000, blank=True)
    target = models.CharField(max_length=12, choices=Target.choices, default=Target.PORTABLE)
    # Numbers are never given twice, not even after a submission was deleted.
    last_number = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"/projects/{self.name}/"


class Submission(models.Model):
    """One uploaded snapshot of a project and everything made from it."""

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        NEEDS_ENTRY = "needs_entry", "needs entry"
        DONE = "done"
        FAILED = "failed"
        CANCELLED = "cancelled"

    class Verdict(models.TextChoices):
        PASS = "pass"
        FAIL = "fail"
        INCOMPLETE = "incomplete"

    OPEN = (State.QUEUED, State.RUNNING)

    project = models.ForeignKey(Project, models.CASCADE, related_name="submissions")
    number = models.PositiveIntegerField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created = models.DateTimeField(default=timezone.now)
    finished = models.DateTimeField(null=True, blank=True)

    archive_name = models.CharField(max_length=255)
    archive_bytes = models.BigIntegerField(default=0)
    archive_sha256 = models.CharField(max_length=64)
    file_count = models.PositiveIntegerField(default=0)

    entry = models.CharField(max_length=400, blank=True)
    args = models.CharField(max_length=2000, blank=True)
    target = models.CharField(max_length=12, choices=Target.choices, default=Target.PORTABLE)
    # What the project's mindferry.toml says under [limits]; the operator's own limits hold all the same.
    limits: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True)
    # Set for the samples that ship with the product, whose code is ours: they may run where no sandbox is possible.
    trusted = models.BooleanField(default=False)

    state = models.CharField(max_length=12, choices=State.choices, default=State.QUEUED, db_index=True)
    # The stage that runs, waits, or failed; the last one when done.
    stage = models.CharField(max_length=12, choices=list(TITLES.items()), default=STAGES[0])
    verdict = models.CharField(max_length=12, choices=Verdict.choices, blank=True)
    error = models.TextField(blank=True)
    # Figures for the board, copied from the report so that lists need not open files.
    figures: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["project", "number"], name="numbers_are_unique_in_a_project")]

    def __str__(self) -> str:
        return f"{self.project.name} #{self.number}"

    def get_absolute_url(self) -> str:
        return f"/projects/{self.project.name}/submissions/{self.number}/"

    def events_url(self) -> str:
        return reverse("api-v1:submission_events", args=[self.pk])

    @property
    def folder(self) -> Path:
        """The submission's own folder in the data folder."""
        return Path(settings.SUBMISSIONS_DIR) / str(self.pk)

    @property
    def work(self) -> Path:
        """The working folder that the engine's stages read and write."""
        return self.folder / "work"

    @property
    def open(self) -> bool:
        return self.state in self.OPEN


class Job(models.Model):
    """One stage of one submission. A stage that is run again keeps its row."""

    class State(models.TextChoices):
        # Not yet its turn.
        WAITING = "waiting"
        # Its turn: a worker of its queue may claim it.
        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        CANCELLED = "cancelled"
        # Never run, because an earlier stage failed.
        SKIPPED = "skipped"

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="jobs")
    stage = models.CharField(max_length=12, choices=list(TITLES.items()))
    position = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=12, choices=State.choices, default=State.WAITING)
    # Counts how often a worker began it. Its events carry the same number, so that a page knows old from new.
    run = models.PositiveIntegerField(default=0)
    # 2 after the worker of the first attempt was lost.
    attempt = models.PositiveSmallIntegerField(default=1)
    # Made anew each time a worker takes the job, emptied when nothing of it runs any more: what an earlier
    # claim still tries to write is refused, and nobody begins in a folder where somebody else still works.
    claim = models.CharField(max_length=32, blank=True)
    claimed_by = models.CharField(max_length=120, blank=True)
    heartbeat = models.DateTimeField(null=True, blank=True)
    queued = models.DateTimeField(null=True, blank=True)
    started = models.DateTimeField(null=True, blank=True)
    finished = models.DateTimeField(null=True, blank=True)
    # "progress" of the running stage, for those who arrive late.
    done_units = models.BigIntegerField(default=0)
    total_units = models.BigIntegerField(null=True, blank=True)
    summary: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True)
    error = models.TextField(blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["submission", "stage"], name="one_job_a_stage")]
        indexes = [models.Index(fields=["state", "heartbeat"], name="job_state_heartbeat")]

    def __str__(self) -> str:
        return f"{self.submission} {self.stage}: {self.state}"

    @property
    def seconds(self) -> float | None:
        """How long it ran, or has been running; None before it started."""
        if self.started is None:
            return None
        return ((self.finished or timezone.now()) - self.started).total_seconds()


class Event(models.Model):
    """Something that happened, in the order of `id`. Pages follow them live; the logs are read from them afterwards."""

    class Kind(models.TextChoices):
        PROGRESS = "progress"
        LOG = "log"
        POINT = "point"
        NOTICE = "notice"
        # The submission or one of its jobs changed its state.
        STATE = "state"

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="events")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    stage = models.CharField(max_length=12, blank=True)
    run = models.PositiveIntegerField(default=0)
    message = models.TextField(blank=True)
    data: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True)
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["submission", "id"], name="event_submission_id")]

    def __str__(self) -> str:
        return f"{self.kind}: {self.message[:60]}"
