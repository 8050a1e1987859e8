"""Every program is translated and looked at; the slow tests run the whole road and want every rung green."""

from __future__ import annotations

import ast
import io
import json
import os
import subprocess
import sys
import tokenize
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from migrator import analyze_project, translate_project
from migrator.project import Project, ProjectSettings

PROGRAMS = Path(__file__).parent
NAMES = sorted(path.name for path in PROGRAMS.iterdir() if (path / "mindferry.toml").is_file())
ROOTS = ("torch", "torchvision")


@cache
def translated(name):
    project = Project.from_folder(PROGRAMS / name)
    return project, translate_project(project, target="cpu")


def sources(name):
    """(path, original text or None, translated file, translated text) of every Python file of the translation."""
    project, translation = translated(name)
    for file in translation.files:
        if file.path.endswith(".py"):
            original = text_of(project.read_bytes(file.path)) if file.path in project else None
            yield file.path, original, file, text_of(file.data)


def text_of(data):
    encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    return data.decode(encoding).replace("\r\n", "\n")


def comments(text):
    return Counter(
        token.string.strip()
        for token in tokenize.generate_tokens(io.StringIO(text).readline)
        if token.type == tokenize.COMMENT
    )


def unexplained(file, text, lines):
    """The lines of the output that neither a finding at their original nor a remark above them explains."""
    output = text.split("\n")
    starts = {
        line: node.lineno
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.stmt)
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    for line in lines:
        origin = file.line_map[line - 1] if file.line_map else line
        if any(f.line <= origin <= max(f.end_line, f.line) for f in file.findings):
            continue
        above = starts.get(line, line) - 2
        while above >= 0 and output[above].lstrip().startswith(("#", "@")):
            if "TODO(mindferry" in output[above]:
                break
            above -= 1
        else:
            yield line


@pytest.mark.parametrize("name", NAMES)
def test_what_the_analysis_keeps_is_not_changed(name):
    project, translation = translated(name)
    kept = {file.path for file in analyze_project(project).files if file.kept}
    changed = [file.path for file in translation.files if file.path in kept and file.status != "unchanged"]
    assert changed == []


@pytest.mark.parametrize("name", NAMES)
def test_the_output_parses(name):
    for path, _, _, text in sources(name):
        ast.parse(text, path)


@pytest.mark.parametrize("name", NAMES)
def test_no_torch_name_is_left_without_a_finding(name):
    for path, _, file, text in sources(name):
        left = set()
        bound = set()
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    if alias.name.split(".")[0] in ROOTS:
                        bound.add((alias.asname or alias.name).split(".")[0])
            elif isinstance(node, ast.ImportFrom) and not node.level and (node.module or "").split(".")[0] in ROOTS:
                bound.update(alias.asname or alias.name for alias in node.names)
        for node in ast.walk(ast.parse(text)):
            used = isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
            if used and (node.id in bound or node.id in ROOTS):
                left.add(node.lineno)
        assert not list(unexplained(file, text, sorted(left))), path


@pytest.mark.parametrize("name", NAMES)
def test_no_backward_is_left_without_a_finding(name):
    for path, _, file, text in sources(name):
        left = {
            node.lineno
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "backward"
        }
        assert not list(unexplained(file, text, sorted(left))), path


@pytest.mark.parametrize("name", NAMES)
def test_all_comments_are_kept(name):
    for path, original, _, text in sources(name):
        if original is not None:
            assert not comments(original) - comments(text), path


@pytest.mark.parametrize("name", NAMES)
def test_a_second_translation_changes_nothing(name):
    _, once = translated(name)
    again = translate_project(Project.from_files(name, {file.path: file.data for file in once.files}), target="cpu")
    changed = {file.path: file.data for file in again.files}
    for file in once.files:
        assert changed[file.path] == file.data, file.path


@pytest.mark.parametrize("name", NAMES)
def test_what_the_analysis_keeps_the_translation_leaves_as_it_is(name):
    project, translation = translated(name)
    kept = {file.path for file in analyze_project(project).files if file.kept}
    for file in translation.files:
        if file.path in kept:
            assert file.data == project.read_bytes(file.path), file.path


@pytest.mark.parametrize("name", NAMES)
def test_the_entry_point_is_found_without_mindferry_toml(name):
    project = Project.from_folder(PROGRAMS / name)
    entry = ProjectSettings.read(project).entry
    bare = Project.from_files(name, {f.path: f.data for f in project.files if f.path != "mindferry.toml"})
    assert [point.path for point in analyze_project(bare).entry_points] == [entry]


# The whole corpus takes longer than CI may: these always run, `make corpus` runs the rest.
ALWAYS_RUN = frozenset({"gan", "gcn", "resume", "script", "skipgram", "vae"})


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name in ALWAYS_RUN else pytest.mark.corpus) for name in NAMES]
)
def test_the_whole_ladder_is_green(name, tmp_path):
    settings = ProjectSettings.read(Project.from_folder(PROGRAMS / name))
    report = tmp_path / "report.json"
    command = [sys.executable, "-m", "migrator", "run", str(PROGRAMS / name), "--entry", str(settings.entry)]
    command += ["--args", settings.args or "", "--target", "cpu", "-o", str(tmp_path / "out"), "--report", str(report)]
    run = subprocess.run(
        command,
        capture_output=True,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        cwd=PROGRAMS.parents[1],
        check=False,
    )
    assert report.is_file(), run.stdout + run.stderr
    ladder = json.loads(report.read_text())["parity"]["ladder"]
    assert [(rung["rung"], rung["state"]) for rung in ladder] == [(rung["rung"], "pass") for rung in ladder], (
        run.stdout + run.stderr
    )
