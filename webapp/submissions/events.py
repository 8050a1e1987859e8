"""Writing and reading events.

A submission's events are read by increasing id, and a reader remembers only the last id it saw. So a lower id must
never become visible after a higher one: writers of one submission take its row's lock first.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from webapp.submissions.models import Event, Submission

MESSAGE_LENGTH = 4000
PAGE = 500


@dataclass(frozen=True)
class Entry:
    """An event to be written."""

    kind: str
    stage: str = ""
    message: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    run: int = 0


def text(value: object, length: int = MESSAGE_LENGTH) -> str:
    """Text that every database takes: no NUL, no lone surrogate, not longer than `length` characters."""
    clean = str(value).replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8")
    return clean if len(clean) <= length else clean[: length - 1] + "…"


def plain(value: Any) -> Any:
    """The same as JSON that every database and browser takes: NaN and infinities become null, texts as in `text`."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, str):
        return text(value, 100_000)
    if isinstance(value, dict):
        return {text(key, 200): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value if value is None or isinstance(value, bool | int) else text(value)


def lock(submission_id: int) -> Submission | None:
    """Take the submission's lock until the transaction ends. None where it was deleted."""
    # SQLite has no row locks; there the transaction itself, begun IMMEDIATE, is the lock.
    return Submission.objects.select_for_update(of=("self",)).select_related("project").filter(pk=submission_id).first()


def write(submission_id: int, entries: Iterable[Entry]) -> None:
    """Write events in their order; nothing where the submission was deleted meanwhile."""
    with transaction.atomic():
        if lock(submission_id) is not None:
            write_locked(submission_id, entries)


def write_locked(submission_id: int, entries: Iterable[Entry]) -> None:
    """`write` for callers who hold the lock already."""
    Event.objects.bulk_create(
        Event(
            submission_id=submission_id,
            kind=entry.kind,
            stage=entry.stage[:12],
            run=entry.run,
            message=text(entry.message),
            data=plain(entry.data),
        )
        for entry in entries
    )


def state(submission: Submission, message: str, stage: str = "", run: int = 0, **data: Any) -> Entry:
    """The event which says that the submission's or a job's state changed."""
    facts = {"state": submission.state, "submission_stage": submission.stage, "verdict": submission.verdict, **data}
    return Entry(Event.Kind.STATE, stage, message, facts, run)


def after(submission_id: int, last_id: int, limit: int = PAGE) -> list[Event]:
    """The events with an id above `last_id`, oldest first, at most `limit`."""
    return list(Event.objects.filter(submission_id=submission_id, id__gt=last_id).order_by("id")[:limit])


def to_json(event: Event) -> dict[str, Any]:
    return {
        "id": event.pk,
        "kind": event.kind,
        "stage": event.stage,
        "run": event.run,
        "message": event.message,
        "data": event.data,
        "created": event.created.isoformat(),
    }
