from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from webapp.submissions import claims, road
from webapp.submissions.claims import Claim, ClaimLost
from webapp.submissions.events import Entry
from webapp.submissions.models import Job, Submission


def _claim(submission: Submission, worker: str = "first") -> Claim:
    held = claims.claim(submission.pk, "analyze", worker)
    assert held is not None
    return held


def _fall_silent(held: Claim) -> None:
    Job.objects.filter(pk=held.job_id).update(heartbeat=timezone.now() - timedelta(hours=1))


def test_a_job_is_claimed_once(submission: Submission) -> None:
    _claim(submission)
    assert claims.claim(submission.pk, "analyze", "second") is None


def test_only_the_queued_stage_is_claimed(submission: Submission) -> None:
    assert claims.claim(submission.pk, "baseline", "worker") is None
    assert claims.claim(submission.pk + 1000, "analyze", "worker") is None


def test_a_beating_job_is_left_alone(submission: Submission) -> None:
    claims.beat(_claim(submission))
    assert claims.recover() == 0


def test_a_silent_job_is_taken_up_once_and_the_second_time_fails(submission: Submission) -> None:
    first = _claim(submission)
    claims.tell(first, [Entry("log", message="hello")])
    _fall_silent(first)
    assert claims.recover() == 1
    assert claims.recover() == 0
    job = Job.objects.get(pk=first.job_id)
    assert (job.state, job.attempt) == ("queued", 2)
    second = _claim(submission, "second")
    assert not submission.events.filter(kind="log").exists()
    _fall_silent(second)
    assert claims.recover() == 1
    job.refresh_from_db()
    assert job.state == "failed"
    assert "lost" in job.error and "second time" in job.error
    submission.refresh_from_db()
    assert submission.stage == "report"


def test_a_worker_that_comes_back_too_late_changes_nothing(submission: Submission) -> None:
    late = _claim(submission)
    _fall_silent(late)
    claims.recover()
    _claim(submission, "second")
    for attempt in (lambda: claims.beat(late), lambda: claims.tell(late, [Entry("log", message="late")]),
                    lambda: claims.settle(late, True, {}, "")):  # fmt: skip
        with pytest.raises(ClaimLost):
            attempt()
    claims.put_back(late)
    claims.release(late)
    job = Job.objects.get(pk=late.job_id)
    assert (job.state, job.claimed_by) == ("running", "second")
    assert not submission.events.filter(message="late").exists()


def test_nobody_begins_while_a_cancelled_run_is_still_dying(submission: Submission) -> None:
    held = _claim(submission)
    road.cancel(submission)
    road.retry(submission)
    assert claims.claim(submission.pk, "analyze", "second") is None
    claims.release(held)
    assert claims.claim(submission.pk, "analyze", "second") is not None


def test_a_job_that_was_put_back_waits_without_counting_as_lost(submission: Submission) -> None:
    claims.put_back(_claim(submission))
    job = submission.jobs.get(stage="analyze")
    assert (job.state, job.attempt) == ("queued", 1)


def test_what_programs_print_is_made_fit_for_every_database(submission: Submission) -> None:
    held = _claim(submission)
    nasty = {"loss": float("nan"), "text": "a\x00b\ud800", "deep": [{"x": float("inf")}], 1: {2}}
    claims.tell(
        held,
        [
            Entry("log", message="a\x00b\ud800" + "x" * 10_000, data=nasty),
            Entry("progress", data={"done": 3, "total": 9}),
        ],
    )
    event = submission.events.get(kind="log")
    assert "\x00" not in event.message and len(event.message) <= 4000
    assert event.data["loss"] is None and event.data["deep"] == [{"x": None}]
    job = submission.jobs.get(stage="analyze")
    assert (job.done_units, job.total_units) == (3, 9)


def test_queued_jobs_that_nobody_heard_of_are_found(submission: Submission) -> None:
    assert claims.waiting(["analyze"], timedelta(seconds=15)) == []
    assert claims.waiting(["analyze"], timedelta(0)) == [(submission.pk, "analyze")]
    assert claims.waiting(["baseline"], timedelta(0)) == []
