"""What people say about a submission: threads of comments on lines, and decisions on files and on the whole."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from webapp.submissions.models import Submission


class Side(models.TextChoices):
    """Which text a comment's line number counts in."""

    ORIGINAL = "original"
    TRANSLATED = "translated"


class Thread(models.Model):
    """A conversation at one line of one file; open until somebody resolves it."""

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="threads")
    path = models.CharField(max_length=400)
    side = models.CharField(max_length=12, choices=Side.choices)
    line = models.PositiveIntegerField()
    created = models.DateTimeField(default=timezone.now)
    resolved = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["line", "id"]
        indexes = [models.Index(fields=["submission", "path"], name="thread_submission_path")]

    def __str__(self) -> str:
        return f"{self.submission} {self.path}:{self.line}"

    @property
    def anchor(self) -> str:
        """The id of the line that it stands at."""
        return f"{'L' if self.side == Side.ORIGINAL else 'R'}{self.line}"


class Comment(models.Model):
    thread = models.ForeignKey(Thread, models.CASCADE, related_name="comments")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    text = models.TextField(max_length=4000)
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.author}: {self.text[:60]}"


class Decision(models.Model):
    """What one person last decided on one file, or (with an empty path) on the whole submission."""

    class Outcome(models.TextChoices):
        APPROVED = "approved"
        CHANGES_REQUESTED = "changes_requested", "changes requested"

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="decisions")
    path = models.CharField(max_length=400, blank=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    outcome = models.CharField(max_length=20, choices=Outcome.choices)
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-created", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["submission", "path", "user"], name="one_decision_a_person_and_file")
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.outcome} {self.path or 'all'} of {self.submission}"
