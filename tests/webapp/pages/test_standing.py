"""What a submission waits for, and how far up the ladder it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.parity.judge import judge
from webapp.pages import standing, words
from webapp.submissions.models import Submission


@pytest.mark.parametrize(
    ("facts", "review", "need", "said"),
    [
        ({"state": "needs_entry"}, "", "somebody", "which file"),
        ({"state": "queued"}, "", "machine", "Waits for a worker"),
        ({"state": "running", "stage": "replay"}, "", "machine", "Replay is running"),
        ({"state": "failed", "stage": "baseline"}, "", "somebody", "Baseline failed"),
        ({"state": "cancelled"}, "", "somebody", "cancelled"),
        ({"state": "done", "verdict": "fail"}, "", "somebody", "Outside tolerance"),
        ({"state": "done", "verdict": "incomplete"}, "", "somebody", "Could not be judged"),
        ({"state": "done", "verdict": "pass"}, "", "somebody", "maintainer's approval"),
        ({"state": "done", "verdict": "pass"}, "changes_requested", "somebody", "Changes were requested"),
        ({"state": "done", "verdict": "pass"}, "approved", "nobody", "take it home"),
    ],
)
def test_the_next_step_names_who_can_do_what(facts: dict[str, str], review: str, need: str, said: str) -> None:
    step = standing.next_step(Submission(**facts), review)
    assert step.need == need and said in step.text


def test_before_there_is_a_report_no_rung_is_reached() -> None:
    rungs = standing.ladder(None)
    assert [rung.rung for rung in rungs] == list(words.RUNG_TITLES)
    assert {rung.state for rung in rungs} == {"not reached"} and standing.reached(rungs) == 0


def test_the_ladder_is_as_high_as_its_lowest_rung_that_failed() -> None:
    report = {
        "parity": {
            "ladder": [
                {"rung": "parses", "state": "pass"},
                {"rung": "names resolve", "state": "fail"},
                {"rung": "imports", "state": "pass"},
            ]
        }
    }
    rungs = standing.ladder(report)
    assert standing.reached(rungs) == 1
    assert [rung.css for rung in rungs] == ["pass", "fail", "pass"] and rungs[2].title == "Imports"


def test_the_engines_rungs_are_the_ones_that_pages_explain(tmp_path: Path) -> None:
    rungs = [rung.rung for rung in judge(tmp_path, None, None, None).ladder]
    assert rungs == list(words.RUNG_TITLES) == list(words.RUNG_MEANINGS)
