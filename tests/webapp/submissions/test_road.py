from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.conftest import TRAIN
from webapp.refusals import Refusal
from webapp.submissions import claims, road
from webapp.submissions.models import Event, Job, Submission
from webapp.submissions.stages import NEEDS, QUEUES, STAGES, TITLES


def _states(submission: Submission) -> dict[str, str]:
    return dict(submission.jobs.values_list("stage", "state"))


def _run(submission: Submission, stage: str, ok: bool = True, error: str = "it broke") -> None:
    held = claims.claim(submission.pk, stage, "worker")
    assert held is not None, f"{stage} was not queued"
    claims.settle(held, ok, {"seconds": 1.5}, "" if ok else error)
    submission.refresh_from_db()


def _analyzed(submission: Submission, *paths: str) -> None:
    points = [{"path": path, "reason": "it trains", "arguments": []} for path in paths]
    (submission.work / "analysis.json").write_text(json.dumps({"entry_points": points}))


def test_the_stages_are_those_of_the_engine() -> None:
    engine = pytest.importorskip("migrator.road")
    assert tuple(engine.STAGES) == STAGES
    assert set(STAGES) == set(TITLES) == set(QUEUES) == set(NEEDS)


def test_it_goes_through_all_stages_to_the_verdict(submission: Submission) -> None:
    ladder = [{"rung": "parses", "state": "pass"}, {"rung": "imports", "state": "fail"}]
    report = {
        "verdict": "pass",
        "parity": {"ladder": ladder, "trajectory": {"steps": 150, "max_abs_diff": float("nan")}},
    }
    (submission.work / "report.json").write_text(json.dumps(report))
    for stage in STAGES:
        _run(submission, stage)
    assert (submission.state, submission.stage, submission.verdict) == ("done", "report", "pass")
    assert submission.figures["rungs_passed"] == 1
    assert submission.figures["max_abs_diff"] is None
    assert submission.finished is not None


def test_it_tells_the_engine_what_to_run(submit: Callable[..., Submission]) -> None:
    submission = submit(entry="train.py", args="--epochs 2", target="cpu")
    written = json.loads((submission.work / "settings.json").read_text())
    assert (written["entry"], written["args"], written["target"], written["trusted"]) == (
        "train.py",
        "--epochs 2",
        "cpu",
        False,
    )


def test_a_project_may_ask_for_less_than_the_operators_limits_but_not_for_more(
    submit: Callable[..., Submission],
) -> None:
    toml = b"[limits]\nseconds = 99999999\nmemory_mb = 512\n"
    written = json.loads((submit({"train.py": TRAIN, "mindferry.toml": toml}).work / "settings.json").read_text())
    assert (written["seconds"], written["memory_mb"], written["steps"]) == (1800, 512, 2000)


def test_a_crash_of_the_original_still_gives_a_translation_and_a_report(submission: Submission) -> None:
    _run(submission, "analyze")
    _run(submission, "baseline", ok=False, error="ZeroDivisionError at train.py:3")
    _run(submission, "translate")
    assert _states(submission)["replay"] == _states(submission)["free_run"] == "skipped"
    _run(submission, "report")
    assert (submission.state, submission.stage, submission.verdict) == ("failed", "baseline", "incomplete")
    assert "ZeroDivisionError at train.py:3" in submission.error


def test_where_the_replay_crashes_the_free_run_is_still_made(submission: Submission) -> None:
    for stage in ("analyze", "baseline", "translate"):
        _run(submission, stage)
    _run(submission, "replay", ok=False)
    _run(submission, "free_run")
    _run(submission, "report")
    assert (submission.state, submission.stage) == ("failed", "replay")


def test_the_only_entry_point_is_taken(submit: Callable[..., Submission]) -> None:
    submission = submit()
    _analyzed(submission, "train.py")
    _run(submission, "analyze")
    assert (submission.entry, submission.stage) == ("train.py", "baseline")
    assert json.loads((submission.work / "settings.json").read_text())["entry"] == "train.py"


def test_of_several_entry_points_somebody_picks_one(submit: Callable[..., Submission]) -> None:
    submission = submit({"a.py": TRAIN, "b.py": TRAIN})
    _analyzed(submission, "a.py", "b.py")
    _run(submission, "analyze")
    assert submission.state == "needs_entry"
    assert [point["path"] for point in road.entry_points(submission)] == ["a.py", "b.py"]
    with pytest.raises(Refusal, match=r"c\.py"):
        road.choose_entry(submission, "c.py")
    with pytest.raises(Refusal, match="entry point first"):
        road.retry(submission)
    road.choose_entry(submission, "b.py", "--fast")
    submission.refresh_from_db()
    assert (submission.entry, submission.args, submission.state, submission.stage) == (
        "b.py",
        "--fast",
        "running",
        "baseline",
    )
    assert _states(submission)["analyze"] == "done"


def test_without_an_entry_point_it_translates_and_says_what_is_missing(submit: Callable[..., Submission]) -> None:
    submission = submit({"model.py": b"x = 1\n"})
    _analyzed(submission)
    _run(submission, "analyze")
    _run(submission, "translate")
    _run(submission, "report")
    assert (submission.state, submission.stage) == ("failed", "baseline")
    assert "No entry point was found" in submission.error
    road.choose_entry(submission, "model.py")
    submission.refresh_from_db()
    assert (submission.state, submission.stage, submission.error) == ("running", "baseline", "")


def test_cancelling_stops_everything_that_waits(submission: Submission) -> None:
    road.cancel(submission, "alice")
    submission.refresh_from_db()
    assert submission.state == "cancelled"
    assert set(_states(submission).values()) == {"cancelled"}
    assert claims.claim(submission.pk, "analyze", "worker") is None
    with pytest.raises(Refusal, match="ended already"):
        road.cancel(submission)


def test_a_cancelled_submission_goes_on_from_where_it_was(submission: Submission) -> None:
    _run(submission, "analyze")
    road.cancel(submission)
    road.retry(submission, "replay")
    assert _states(submission)["analyze"] == "done"
    assert _states(submission)["baseline"] == "queued"


def test_running_a_stage_again_starts_it_afresh(submission: Submission) -> None:
    for stage in STAGES:
        _run(submission, stage)
    Event.objects.create(submission=submission, kind="point", stage="replay", data={"loss": 1})
    for name in ("baseline", "replay", "artifacts"):
        (submission.work / name).mkdir()
    road.retry(submission, "replay")
    assert (submission.work / "baseline").exists()
    assert not (submission.work / "replay").exists() and not (submission.work / "artifacts").exists()
    held = claims.claim(submission.pk, "replay", "worker")
    assert held is not None and held.run == 2
    assert not submission.events.filter(kind="point").exists()
    assert _states(submission)["free_run"] == "waiting"


def test_a_running_one_is_not_retried_changed_or_deleted(submission: Submission) -> None:
    for attempt in (road.retry, road.delete, lambda one: road.choose_entry(one, "train.py")):
        with pytest.raises(Refusal) as refusal:
            attempt(submission)
        assert refusal.value.status == 409


@pytest.mark.django_db(transaction=True)
def test_deleting_removes_rows_and_files(submission: Submission) -> None:
    folder = submission.folder
    road.cancel(submission)
    road.delete(submission)
    assert not Submission.objects.exists() and not Job.objects.exists() and not Event.objects.exists()
    assert not folder.exists()
