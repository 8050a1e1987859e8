"""Where a submission stands: its stages on the road and its rungs on the ladder, as pages draw them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from webapp.pages import words
from webapp.submissions.models import Submission


@dataclass(frozen=True)
class Rung:
    """One rung of the readiness ladder."""

    rung: str
    title: str
    state: str  # pass | fail | not reached
    detail: str
    measured: Any
    tolerance: Any

    @property
    def css(self) -> str:
        return self.state.replace(" ", "-")

    @property
    def meaning(self) -> str:
        return words.RUNG_MEANINGS.get(self.rung, "")


def ladder(report: dict[str, Any] | None) -> list[Rung]:
    """The rungs as the report judged them; before there is a report, all of them not reached."""
    judged = {row.get("rung", ""): row for row in ((report or {}).get("parity") or {}).get("ladder") or []}
    names = list(judged) or list(words.RUNG_TITLES)
    return [_rung(name, judged.get(name, {})) for name in names]


def _rung(name: str, row: dict[str, Any]) -> Rung:
    return Rung(
        rung=name,
        title=row.get("title") or words.RUNG_TITLES.get(name, name),
        state=row.get("state") or "not reached",
        detail=row.get("detail") or "",
        measured=row.get("measured"),
        tolerance=row.get("tolerance"),
    )


def reached(rungs: Iterable[Rung]) -> int:
    """How many rungs were climbed before the first that was not."""
    count = 0
    for rung in rungs:
        if rung.state != "pass":
            break
        count += 1
    return count


@dataclass(frozen=True)
class NextStep:
    """What a submission waits for, in one line, and who can do it."""

    need: str  # somebody | machine | nobody
    text: str


def next_step(submission: Submission, review: str = "") -> NextStep:
    """The one thing that comes next."""
    states = Submission.State
    if submission.state == states.NEEDS_ENTRY:
        return NextStep("somebody", "Say which file starts the training")
    if submission.state == states.QUEUED:
        return NextStep("machine", "Waits for a worker")
    if submission.state == states.RUNNING:
        return NextStep("machine", f"{submission.get_stage_display()} is running")
    if submission.state == states.CANCELLED:
        return NextStep("somebody", "Was cancelled: run it again or upload the next snapshot")
    if submission.state == states.FAILED:
        return NextStep("somebody", f"{submission.get_stage_display()} failed: see its message")
    if submission.verdict == Submission.Verdict.FAIL:
        return NextStep("somebody", "Outside tolerance: see the parity page")
    if submission.verdict != Submission.Verdict.PASS:
        return NextStep("somebody", "Could not be judged to the end: see the ladder")
    if review == "changes_requested":
        return NextStep("somebody", "Changes were requested in review")
    if review == "approved":
        return NextStep("nobody", "Proved and approved: take it home")
    return NextStep("somebody", "Proved: waits for a maintainer's approval")
