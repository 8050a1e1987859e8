"""Every program is translated and looked at; the slow tests run the whole road and want every rung green."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from migrator import analyze_project, translate_project
from migrator.project import Project, ProjectSettings
from tests.benchmarks.quality import PROMISES, faults

PROGRAMS = Path(__file__).parent
NAMES = sorted(path.name for path in PROGRAMS.iterdir() if (path / "mindferry.toml").is_file())


@pytest.mark.parametrize("name", NAMES)
def test_the_translation_keeps_every_promise(name):
    found = [fault for fault in faults(Project.from_folder(PROGRAMS / name)) if fault.promise in PROMISES]
    assert not found, "\n".join(f"{fault.path}:{fault.line}: not: {fault.promise}: {fault.detail}" for fault in found)


@pytest.mark.parametrize("name", NAMES)
def test_what_the_analysis_keeps_the_translation_leaves_as_it_is(name):
    project = Project.from_folder(PROGRAMS / name)
    kept = {file.path for file in analyze_project(project).files if file.kept}
    for file in translate_project(project, target="cpu").files:
        if file.path in kept:
            assert (file.status, file.data) == ("unchanged", project.read_bytes(file.path)), file.path


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
