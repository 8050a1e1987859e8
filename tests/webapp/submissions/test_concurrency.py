"""Many at once, on whichever database the tests run on."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest
from django.contrib.auth.models import User
from django.db import connection

from tests.conftest import TRAIN, archive_of
from webapp.submissions import claims, events, intake
from webapp.submissions.events import Entry
from webapp.submissions.models import Job, Project, Submission
from webapp.teams.policy import Actor

pytestmark = pytest.mark.django_db(transaction=True)

Result = TypeVar("Result")


def _at_once(count: int, action: Callable[[int], Result]) -> list[Result]:
    barrier = threading.Barrier(count)

    def one(index: int) -> Result:
        try:
            barrier.wait()
            return action(index)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def test_submissions_that_arrive_together_get_numbers_of_their_own(alice: User, project: Project) -> None:
    made = _at_once(8, lambda _: intake.accept(Actor(alice), project, archive_of({"train.py": TRAIN})).number)
    assert sorted(made) == list(range(1, 9))


def test_one_of_many_workers_gets_the_job(submission: Submission) -> None:
    won = _at_once(8, lambda n: claims.claim(submission.pk, "analyze", f"worker{n}"))
    assert sum(held is not None for held in won) == 1
    assert Job.objects.get(submission=submission, stage="analyze").run == 1


def test_one_of_many_sweeps_takes_up_the_lost_job(submission: Submission) -> None:
    held = claims.claim(submission.pk, "analyze", "worker")
    assert held is not None
    Job.objects.update(heartbeat="2020-01-01T00:00:00Z")
    assert sum(_at_once(8, lambda _: claims.recover())) == 1
    assert Job.objects.get(pk=held.job_id).attempt == 2
    assert submission.events.filter(message__contains="taken up again").count() == 1


def test_a_reader_misses_no_event_of_writers_that_overlap(submission: Submission) -> None:
    seen: list[int] = []
    writing = threading.Event()

    def read(_: int = 0) -> None:
        last = 0
        while True:
            ended = writing.is_set()
            found = events.after(submission.pk, last)
            seen.extend(event.pk for event in found)
            last = found[-1].pk if found else last
            if ended and not found:
                return

    def write(index: int) -> None:
        for batch in range(15):
            events.write(
                submission.pk, [Entry("log", message=f"{index} {batch} {n}") for n in range(random.randint(1, 5))]
            )
            time.sleep(random.random() / 200)

    reader = threading.Thread(target=lambda: (read(), connection.close()))
    reader.start()
    _at_once(4, write)
    writing.set()
    reader.join()
    assert seen == sorted(submission.events.values_list("pk", flat=True))
