"""Commenting and deciding. Views check the policy first and then call one of these."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils import timezone

from webapp.refusals import Refusal
from webapp.reviews.models import Comment, Decision, Side, Thread
from webapp.submissions.models import Submission

MAX_COMMENT_CHARACTERS = 4000


@dataclass(frozen=True)
class Standing:
    """Where the review of one file, or of the whole submission, stands."""

    decisions: tuple[Decision, ...]

    @property
    def outcome(self) -> str:
        """One request for changes outweighs every approval; empty before anybody decided."""
        outcomes = {decision.outcome for decision in self.decisions}
        if Decision.Outcome.CHANGES_REQUESTED in outcomes:
            return Decision.Outcome.CHANGES_REQUESTED
        return Decision.Outcome.APPROVED if outcomes else ""


def standing(submission: Submission, path: str = "") -> Standing:
    return Standing(tuple(submission.decisions.filter(path=path).select_related("user")))


def standings(submission: Submission) -> dict[str, str]:
    """The outcome of every file that somebody decided on."""
    outcomes: dict[str, str] = {}
    for decision in submission.decisions.exclude(path=""):
        if outcomes.get(decision.path) != Decision.Outcome.CHANGES_REQUESTED:
            outcomes[decision.path] = decision.outcome
    return outcomes


def open_threads(submission: Submission) -> Counter[str]:
    """How many conversations are open in each file."""
    return Counter(submission.threads.filter(resolved=None).values_list("path", flat=True))


@transaction.atomic
def start_thread(
    submission: Submission, author: AbstractBaseUser, path: str, side: str, line: int, text: str
) -> Thread:
    if side not in Side.values or line < 1:
        raise Refusal("bad_line", "A comment needs a line of the original or of the translated file.")
    thread = Thread.objects.create(submission=submission, path=path, side=side, line=line)
    add_comment(thread, author, text)
    return thread


def add_comment(thread: Thread, author: AbstractBaseUser, text: str) -> Comment:
    text = text.strip()
    if not text:
        raise Refusal("empty_comment", "Write something first: the comment was empty.")
    if len(text) > MAX_COMMENT_CHARACTERS:
        raise Refusal(
            "long_comment", f"A comment has at most {MAX_COMMENT_CHARACTERS:,} characters; this one has {len(text):,}."
        )
    return Comment.objects.create(thread=thread, author=author, text=text)


def resolve(thread: Thread, user: AbstractBaseUser, resolved: bool) -> None:
    thread.resolved = timezone.now() if resolved else None
    thread.resolved_by = user if resolved else None
    thread.save(update_fields=["resolved", "resolved_by"])


def decide(submission: Submission, user: AbstractBaseUser, outcome: str, path: str = "") -> Decision:
    """Record a person's decision; it replaces the same person's earlier one on the same file."""
    if outcome not in Decision.Outcome.values:
        raise Refusal("bad_outcome", "Decide either “approved” or “changes_requested”.")
    decision, _ = Decision.objects.update_or_create(
        submission=submission, path=path, user=user, defaults={"outcome": outcome, "created": timezone.now()}
    )
    return decision
