from __future__ import annotations

import json
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.workers.conftest import is_alive, wait_until
from webapp.devices.models import Worker
from webapp.submissions import road
from webapp.submissions.models import Job, Submission
from webapp.submissions.stages import STAGES
from workers import redis_server
from workers.celery import app
from workers.redis_server import start_private_redis

Start = Callable[..., subprocess.Popen[bytes]]
Plan = Callable[..., Submission]

pytestmark = pytest.mark.django_db(transaction=True)


def _state(submission: Submission) -> str:
    submission.refresh_from_db()
    return submission.state


def _begun(submission: Submission) -> list[str]:
    path = submission.work / "begun.txt"
    return [line.split()[0] for line in path.read_text().splitlines()] if path.exists() else []


def _job(submission: Submission, stage: str) -> Job:
    return submission.jobs.get(stage=stage)


def test_it_runs_every_stage_once_and_records_what_they_tell(start_worker: Start, planned: Plan) -> None:
    submission = planned()
    start_worker()
    wait_until(lambda: _state(submission) == "done")
    assert submission.verdict == "pass"
    assert _begun(submission) == list(STAGES)
    kinds = Counter(submission.events.values_list("kind", "stage"))
    assert all(kinds[kind, stage] == 1 for kind in ("log", "point", "progress") for stage in STAGES)
    assert _job(submission, "replay").summary == {"stage": "replay"}
    assert submission.events.get(kind="point", stage="replay").data["loss"] is None


def test_two_workers_share_the_queues_and_double_nothing(start_worker: Start, planned: Plan) -> None:
    submissions = [planned() for _ in range(3)]
    start_worker("cpu")
    start_worker("device")
    for submission in submissions:
        wait_until(lambda one=submission: _state(one) == "done")
        assert _begun(submission) == list(STAGES)


def test_a_busy_worker_leaves_jobs_to_an_idle_one(start_worker: Start, planned: Plan) -> None:
    submissions = [planned(baseline="sleep") for _ in range(3)]
    start_worker("cpu")
    start_worker("device", MINDFERRY_HEARTBEAT_STALE_SECONDS="600")
    wait_until(lambda: _begun(submissions[0]) == ["analyze", "baseline"])
    wait_until(lambda: all("analyze" in _begun(one) for one in submissions))
    start_worker("device", MINDFERRY_HEARTBEAT_STALE_SECONDS="600")
    wait_until(lambda: sum(_begun(one)[-1] == "baseline" for one in submissions) == 2, 25)


def test_messages_that_come_twice_do_nothing(start_worker: Start, planned: Plan) -> None:
    submission = planned()
    for stage in STAGES:
        for _ in range(3):
            road.ring(submission.pk, stage)
    start_worker()
    wait_until(lambda: _state(submission) == "done")
    time.sleep(1)
    assert _begun(submission) == list(STAGES)


def test_after_kill_9_the_job_is_taken_up_once_and_nothing_is_doubled(start_worker: Start, planned: Plan) -> None:
    submission = planned(baseline="sleep")
    victim = start_worker()
    wait_until(lambda: submission.events.filter(stage="baseline", kind="log").exists())
    stage_pid = int((submission.work / "begun.txt").read_text().splitlines()[-1].split()[1])
    victim.send_signal(signal.SIGKILL)
    victim.wait()
    wait_until(lambda: not is_alive(stage_pid), 10, "for the stage to end with its worker")
    start_worker()
    start_worker()
    wait_until(lambda: _job(submission, "baseline").attempt == 2 and _job(submission, "baseline").state == "running")
    (submission.work / "go-on").touch()
    wait_until(lambda: _state(submission) == "done")
    assert Counter(_begun(submission)) == Counter([*STAGES, "baseline"])
    assert submission.events.filter(stage="baseline", kind="log").count() == 1
    assert submission.events.filter(stage="baseline", kind="point").count() == 1
    assert submission.events.filter(message__contains="was lost while it ran Baseline").count() == 1


def test_a_worker_that_is_started_again_takes_up_its_job_without_a_long_wait(
    start_worker: Start, planned: Plan
) -> None:
    submission = planned(baseline="sleep")
    slow = {"MINDFERRY_HEARTBEAT_STALE_SECONDS": "600"}
    victim = start_worker(name="same", **slow)
    wait_until(lambda: "baseline" in _begun(submission))
    victim.kill()
    victim.wait()
    start_worker(name="same", **slow)
    wait_until(lambda: _job(submission, "baseline").attempt == 2, 30)


def test_a_second_worker_of_the_same_name_takes_neither_name_nor_job(start_worker: Start, planned: Plan) -> None:
    submission = planned(baseline="sleep")
    start_worker(name="same")
    wait_until(lambda: "baseline" in _begun(submission))
    start_worker(name="same")
    wait_until(lambda: Worker.objects.count() == 2)
    time.sleep(6)
    assert _job(submission, "baseline").attempt == 1
    assert {worker.state for worker in Worker.objects.all()} == {"online"}


def test_a_job_that_kills_two_workers_fails(start_worker: Start, planned: Plan) -> None:
    submission = planned(baseline="sleep")
    for attempt in (1, 2):
        victim = start_worker()
        wait_until(lambda n=attempt: _begun(submission).count("baseline") == n)
        victim.send_signal(signal.SIGKILL)
        victim.wait()
    start_worker()
    wait_until(lambda: _state(submission) == "failed")
    assert "second time" in submission.error
    assert _begun(submission).count("baseline") == 2


@pytest.mark.parametrize("plan", ["spawn", "stubborn"])
def test_cancelling_kills_the_whole_process_tree(start_worker: Start, planned: Plan, plan: str) -> None:
    submission = planned(baseline=plan)
    start_worker()
    marker = submission.work / "child.pid"
    wait_until(lambda: marker.exists() and marker.read_text())
    child = int(marker.read_text())
    assert is_alive(child)
    road.cancel(submission, "alice")
    wait_until(lambda: not is_alive(child), 15)
    wait_until(lambda: _job(submission, "baseline").claim == "")
    assert _state(submission) == "cancelled"
    road.retry(submission)
    wait_until(lambda: _job(submission, "baseline").state == "running")


def test_stopping_a_worker_gently_puts_its_job_back(start_worker: Start, planned: Plan) -> None:
    submission = planned(baseline="sleep")
    worker = start_worker()
    wait_until(lambda: _job(submission, "baseline").state == "running" and "baseline" in _begun(submission))
    worker.terminate()
    worker.wait(15)
    job = _job(submission, "baseline")
    assert (job.state, job.attempt, job.claim) == ("queued", 1, "")
    assert Worker.objects.get().state == "stopped"
    (submission.work / "go-on").touch()
    start_worker()
    wait_until(lambda: _state(submission) == "done")


@pytest.mark.parametrize(
    ("plan", "said"),
    [("fail", "the script crashed at train.py:3"), ("raise", "a bug of ours"), ("crash", "signal SIGSEGV")],
)
def test_a_stage_that_fails_is_reported(start_worker: Start, planned: Plan, plan: str, said: str) -> None:
    submission = planned(baseline=plan)
    start_worker()
    wait_until(lambda: _state(submission) == "failed")
    assert said in submission.error
    assert _begun(submission) == ["analyze", "baseline", "translate", "report"]


def test_a_program_that_prints_without_end_does_not_flood_the_database(start_worker: Start, planned: Plan) -> None:
    submission = planned(baseline="chatter")
    start_worker()
    wait_until(lambda: _state(submission) == "done")
    assert submission.events.filter(stage="baseline", kind="log").count() == 5000
    assert submission.events.filter(stage="baseline", kind="notice").count() == 1


def test_the_stage_has_no_secret_in_reach(start_worker: Start, planned: Plan) -> None:
    submission = planned(baseline="environment")
    start_worker(MINDFERRY_SECRET_KEY="a secret", AWS_SECRET_ACCESS_KEY="another")
    wait_until(lambda: _state(submission) == "done")
    seen = json.loads((submission.work / "environment.json").read_text())
    assert seen["MINDFERRY_EVIDENCE"].endswith("/evidence")
    assert not {"MINDFERRY_SECRET_KEY", "REDIS_URL", "DATABASE_URL", "AWS_SECRET_ACCESS_KEY", "MINDFERRY_DATA"} & set(
        seen
    )


def test_jobs_of_a_broker_that_forgot_everything_are_found(start_worker: Start, planned: Plan, broker: str) -> None:
    import redis

    submission = planned()
    redis.Redis.from_url(broker).flushall()
    start_worker()
    wait_until(lambda: _state(submission) == "done")
    assert _begun(submission) == list(STAGES)


def test_a_worker_outlives_its_broker(
    start_worker: Start, planned: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    process, url = start_private_redis(tmp_path / "first")
    monkeypatch.setattr(app.conf, "broker_url", url)
    submission = planned(baseline="sleep")
    start_worker(REDIS_URL=url)
    wait_until(lambda: "baseline" in _begun(submission))
    process.kill()
    process.wait()
    (submission.work / "go-on").touch()
    wait_until(lambda: _job(submission, "baseline").state == "done", 30, "for the stage to end without a broker")
    where = urlsplit(url)
    assert where.port and where.password
    again = redis_server._start(
        redis_server.find_redis_server(), tmp_path, tmp_path / "second.log", where.port, where.password
    )
    try:
        wait_until(lambda: _state(submission) == "done", 20)
    finally:
        again.kill()
        again.wait()
    assert _begun(submission) == list(STAGES)
