import json

import pytest

from migrator.cli import main

NET = "import torch\n\n\ndef f(x):\n    return torch.relu(x)\n\n\ndef g(x):\n    return torch.tanh(x)\n"


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.setenv("MINDFERRY_CACHE", str(tmp_path / "cache"))
    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "net.py").write_text(NET)
    return tmp_path / "p"


def translate(project, *more):
    out = project.parent / "out"
    return main(["translate", str(project), "-o", str(out), *more]), out


def test_it_remembers_translations_unless_told_not_to(project):
    translate(project, "--no-cache")
    assert not (project.parent / "cache").exists()
    translate(project)
    assert any((project.parent / "cache").iterdir())


def test_edits_in_the_output_survive_a_changed_source(project, capsys):
    assert translate(project)[0] == 0
    out = project.parent / "out"
    text = (out / "net.py").read_text()
    (out / "net.py").write_text(text.replace("def f(x):\n", "def f(x):\n    x = x + 1  # by hand\n"))
    (project / "net.py").write_text(NET.replace("torch.tanh(x)", "torch.tanh(x) * 2"))
    assert translate(project)[0] == 0
    text = (out / "net.py").read_text()
    assert "by hand" in text and "* 2" in text
    assert "net.py: the edits made here were merged" in capsys.readouterr().out


def test_a_conflict_is_shown_and_ends_in_1(project, capsys):
    translate(project)
    out = project.parent / "out"
    text = (out / "net.py").read_text()
    (out / "net.py").write_text(text.replace("tanh(x)", "tanh(x) * 3"))
    (project / "net.py").write_text(NET.replace("torch.tanh(x)", "torch.tanh(x) * 2"))
    assert translate(project, "--json", str(project.parent / "t.json"))[0] == 1
    lines = (out / "net.py").read_text().split("\n")
    line = next(number for number, text in enumerate(lines, 1) if "* 3" in text)
    assert f"net.py:{line}: error MF010 Conflict: " in capsys.readouterr().out
    assert "=======" in (out / "net.py.conflict").read_text()
    assert "* 3" in (out / "net.py").read_text()
    document = json.loads((project.parent / "t.json").read_text())
    assert [conflict["path"] for conflict in document["edits"]["conflicts"]] == ["net.py"]


def test_jobs_must_be_a_positive_number(project, capsys):
    assert translate(project, "--jobs", "0")[0] == 2
    assert "--jobs" in capsys.readouterr().err
