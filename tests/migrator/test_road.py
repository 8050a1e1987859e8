"""Stages: each reads and writes one working folder, says what is wrong with a project, and can be run again."""

import json

import pytest

from migrator.events import Event
from migrator.execution import sandbox
from migrator.road import STAGES, run_stage

TRAIN = """
import torch
w = torch.nn.Linear(3, 1)
for step in range(5):
    loss = w(torch.ones(2, 3)).pow(2).mean()
    loss.backward()
    print("loss", loss.item())
torch.save(w.state_dict(), "w.pth")
"""


@pytest.fixture
def work(tmp_path):
    def make(files, **settings):
        for name, text in files.items():
            (tmp_path / "source" / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "source" / name).write_text(text)
        (tmp_path / "settings.json").write_text(json.dumps(settings))
        return tmp_path

    return make


@pytest.fixture
def told():
    return []


def test_an_unknown_stage_raises(work):
    with pytest.raises(ValueError, match="the stages are analyze, baseline"):
        run_stage("fly", work({}), print)


def test_a_baseline_leaves_a_run_and_can_be_run_again(work, told):
    folder = work({"train.py": TRAIN}, entry="train.py", seconds=60)
    for _ in range(2):
        result = run_stage("baseline", folder, told.append)
        assert result.ok, result.error
        assert result.summary["steps"] == 5
        assert sorted(path.name for path in (folder / "baseline").iterdir()) == [
            "files", "losses.jsonl", "output.log", "record", "run.json",
        ]  # fmt: skip
        assert (folder / "baseline" / "files" / "w.pth").is_file()
    run = json.loads((folder / "baseline" / "run.json").read_text())
    assert run["steps"] == 5
    assert run["traceback"] is None and run["stopped_by"] is None
    assert run["metrics"][0]["name"] == "loss"
    assert all(isinstance(event, Event) and event.stage == "baseline" for event in told)
    assert {event.kind for event in told} >= {"progress", "point", "log"}


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("", "No entry point is set"),
        ("main.py", "main.py is not a file of the project"),
        ("../outside.py", "is not a file of the project"),
        ("/etc/passwd.py", "is not a file of the project"),
    ],
)
def test_a_missing_entry_point_is_a_result(entry, words, work, told):
    result = run_stage("baseline", work({"train.py": TRAIN}, entry=entry), told.append)
    assert not result.ok
    assert words in result.error


def test_a_crash_is_a_result_with_its_place(work, told):
    result = run_stage("baseline", work({"a.py": "x = 1\nraise OSError('no data')\n"}, entry="a.py"), told.append)
    assert result.error == "The original did not end well. It stopped with OSError at a.py:2: no data"


def test_a_program_that_never_trains_is_told_so(work, told):
    result = run_stage("baseline", work({"a.py": "print('hello')\n"}, entry="a.py"), told.append)
    assert result.ok
    assert any(event.kind == "notice" and "never called backward" in event.message for event in told)


def test_without_a_sandbox_the_stage_says_what_to_install(work, told, monkeypatch):
    monkeypatch.setattr(sandbox, "_bubblewrap", lambda: (None, "bubblewrap is not installed."))
    monkeypatch.delenv(sandbox.ALLOW_SETTING, raising=False)

    folder = work({"train.py": TRAIN}, entry="train.py")
    result = run_stage("baseline", folder, told.append)

    assert not result.ok
    assert "apt install bubblewrap" in result.error
    assert not (folder / "baseline").exists()


@pytest.mark.parametrize("settings", [{"trusted": True}, {"allow_unsandboxed": True}])
def test_a_trusted_project_runs_without_one_under_a_visible_notice(settings, work, told, monkeypatch):
    monkeypatch.setattr(sandbox, "_bubblewrap", lambda: (None, "bubblewrap is not installed."))

    result = run_stage("baseline", work({"train.py": TRAIN}, entry="train.py", **settings), told.append)

    assert result.ok, result.error
    assert any(event.kind == "notice" and "No sandbox" in event.message for event in told)


def test_an_empty_project_is_a_result(work, told):
    folder = work({"README": "nothing"})
    assert run_stage("analyze", folder, told.append).error == "The project has no Python file."


def test_a_report_is_written_whatever_is_missing(work, told):
    folder = work({"train.py": TRAIN, "broken.py": "def (:\n"}, entry="train.py")

    result = run_stage("report", folder, told.append)

    assert result.ok
    report = json.loads((folder / "report.json").read_text())
    assert report["verdict"] == "incomplete"
    assert report["baseline"] is None
    assert report["project"]["python_files"] == 2


def test_the_stages_are_those_that_the_pages_know():
    from webapp.submissions import stages

    assert stages.STAGES == STAGES
