"""The command line: what it prints, and the exit codes 0, 1 and 2."""

import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from migrator.cli import main

PLAIN = {"train.py": "import numpy as np\n\nif __name__ == '__main__':\n    print('loss', np.ones(3).sum())\n"}


@pytest.fixture
def project(tmp_path):
    def make(files=PLAIN, name="project"):
        folder = tmp_path / name
        for path, text in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text)
        return str(folder)

    return make


def one_line(capsys):
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("mindferry: ")
    return lines[0]


@pytest.mark.parametrize("command", ["analyze", "translate", "run"])
def test_a_project_that_is_not_there_is_bad_usage(command, tmp_path, capsys):
    more = {"analyze": [], "translate": ["-o", "x"], "run": ["-o", "x", "--report", "r.json"]}[command]
    assert main([command, str(tmp_path / "nowhere"), *more]) == 2
    assert "there is no project at" in one_line(capsys)


def test_a_folder_without_python_is_bad_usage(project, capsys):
    assert main(["analyze", project({"README": "hello"})]) == 2
    assert "holds no Python file" in one_line(capsys)


def test_a_hostile_archive_is_bad_usage_and_names_the_member(tmp_path, capsys):
    with zipfile.ZipFile(tmp_path / "p.zip", "w") as archive:
        archive.writestr("../x.py", "x = 1")
    assert main(["analyze", str(tmp_path / "p.zip")]) == 2
    assert "../x.py" in one_line(capsys)


def test_an_output_that_is_not_ours_is_left_alone(project, tmp_path, capsys):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.tex").write_text("mine")
    assert main(["translate", project(), "-o", str(tmp_path / "out")]) == 2
    assert "is not empty" in one_line(capsys)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["thesis.tex"]


@pytest.mark.parametrize("output", ["project", "project/out", "."])
def test_an_output_in_the_project_is_bad_usage(output, project, tmp_path, capsys):
    assert main(["translate", project(), "-o", str(tmp_path / output)]) == 2
    assert "lie in each other" in one_line(capsys)


def test_translating_twice_into_the_same_folder_is_fine(project, tmp_path):
    for _ in range(2):
        assert main(["translate", project(), "-o", str(tmp_path / "out"), "--json", str(tmp_path / "t.json")]) == 0
    assert (tmp_path / "out" / "train.py").read_text() == PLAIN["train.py"]
    assert json.loads((tmp_path / "t.json").read_text())["files"][0]["status"] == "unchanged"


def test_an_analysis_is_written_where_it_is_asked_for(project, tmp_path, capsys):
    assert main(["analyze", project(), "--json", str(tmp_path / "a.json")]) == 0
    assert json.loads((tmp_path / "a.json").read_text())["files"][0]["path"] == "train.py"
    assert "1 Python files" in capsys.readouterr().out
    assert main(["analyze", project(), "--json", "-"]) == 0
    assert json.loads(capsys.readouterr().out)["share_reusable"] == 1.0


@pytest.mark.parametrize(
    ("ending", "start"), [(".json", "{"), (".sarif", "{"), (".md", "# "), (".html", "<!doctype html>")]
)
def test_an_analysis_is_written_as_its_file_s_ending_says(ending, start, project, tmp_path):
    assert main(["analyze", project(), "-o", str(tmp_path / f"a{ending}")]) == 0
    assert (tmp_path / f"a{ending}").read_text().startswith(start)


def test_an_analysis_in_an_unknown_form_is_bad_usage(project, tmp_path, capsys):
    assert main(["analyze", project(), "-o", str(tmp_path / "a.pdf")]) == 2
    assert ".sarif, .md, .html" in one_line(capsys)


def test_an_entry_that_is_not_there_is_bad_usage(project, tmp_path, capsys):
    arguments = ["-o", str(tmp_path / "out"), "--report", str(tmp_path / "r.json")]
    assert main(["run", project(), "--entry", "main.py", *arguments]) == 2
    assert "main.py is not a file of the project; it has train.py" in one_line(capsys)
    assert main(["run", project(), "--entry", "train.py", "--args", "'open", *arguments]) == 2
    assert "cannot be split" in one_line(capsys)
    assert main(["run", project(), "--entry", "train.py", "--seconds", "0", *arguments]) == 2
    assert not (tmp_path / "out").exists()


def test_several_possible_entries_must_be_chosen_from(project, tmp_path, capsys):
    loop = "import torch\nif __name__ == '__main__':\n    torch.ones(1, requires_grad=True).sum().backward()\n"
    arguments = ["-o", str(tmp_path / "out"), "--report", str(tmp_path / "r.json")]
    assert main(["run", project({"a.py": loop, "b.py": loop}), *arguments]) == 2
    assert "a.py, b.py; choose with --entry" in one_line(capsys)


def test_usage_errors_of_the_parser_are_exit_code_2(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["run"])
    assert stop.value.code == 2


def test_a_run_ends_in_a_report_that_keeps_its_schema(project, tmp_path, capsys):
    from jsonschema import Draft202012Validator

    from migrator.report import schema

    output, report = tmp_path / "out", tmp_path / "report.json"

    code = main(["run", project(), "--entry", "train.py", "-o", str(output), "--report", str(report)])

    found = json.loads(report.read_text())
    Draft202012Validator.check_schema(schema())
    Draft202012Validator(schema()).validate(found)
    assert code == 1
    assert found["verdict"] == "incomplete"
    assert found["baseline"]["exit_code"] == found["replay"]["exit_code"] == 0
    assert found["baseline"]["metrics"][0]["values"] == [3.0]
    assert {part["name"] for part in found["artifacts"]} >= {"translated.zip", "translated.patch", "losses.csv"}
    assert (output / "train.py").exists()
    said = capsys.readouterr().out
    assert "never called backward" in said
    assert "Verdict: incomplete" in said


def test_a_program_that_crashes_still_ends_in_a_report(project, tmp_path):
    output, report = tmp_path / "out", tmp_path / "report.json"
    crash = {"train.py": "import sys\nprint('starting')\nraise ValueError('bad')\n", "broken.py": "def (:\n"}

    code = main(["run", project(crash), "--entry", "train.py", "-o", str(output), "--report", str(report)])

    found = json.loads(report.read_text())
    assert code == 1
    assert (found["baseline"]["traceback"]["path"], found["baseline"]["traceback"]["line"]) == ("train.py", 3)
    assert found["replay"] is None
    assert "ValueError at train.py:3: bad" in found["parity"]["explanation"]
    assert [file["status"] for file in found["translation"]["files"] if file["path"] == "broken.py"] == ["failed"]


def test_an_interrupted_run_takes_everything_with_it(project, tmp_path):
    marker = "import time\nprint('up', flush=True)\ntime.sleep(300)\n"
    command = [sys.executable, "-m", "migrator", "run", project({"train.py": marker}), "--entry", "train.py"]
    command += ["-o", str(tmp_path / "out"), "--report", str(tmp_path / "r.json")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    log = tmp_path / "out" / ".mindferry" / "baseline" / "output.log"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not (log.exists() and "up" in log.read_text()):
        time.sleep(0.1)

    process.send_signal(signal.SIGINT)

    _, said = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "everything that was started has ended" in said
    left = [name for name in os.listdir("/proc") if name.isdigit() and str(tmp_path).encode() in _command(name)]
    assert left == []


def _command(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def test_every_command_says_in_one_line_what_it_does():
    done = subprocess.run([sys.executable, "-m", "migrator", "--help"], capture_output=True, text=True, check=True)
    for command in ("analyze", "translate", "run"):
        assert command in done.stdout
