"""``run``: the whole road in one process, with the report at its end."""

from __future__ import annotations

import argparse
import json
import shlex
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from migrator.commands import DONE, FINDINGS, UsageError
from migrator.commands.translate import MARK, mark_output
from migrator.terminal import Display

if TYPE_CHECKING:
    from migrator.project import Project, ProjectSettings

HELP = "run the original, translate it, replay it, run it free, and report how far they are apart"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("project", metavar="PROJECT", help="a folder, an archive or a Python file")
    parser.add_argument("--entry", metavar="FILE", help="the script that trains (default: what mindferry.toml says)")
    parser.add_argument("--args", metavar="TEXT", help='its arguments as typed in a shell: --args "--epochs 2"')
    parser.add_argument("--target", choices=("cpu", "ascend", "portable"), help="devices that the result must run on")
    parser.add_argument("-o", "--output", metavar="OUT", required=True, help="where the translated project goes")
    parser.add_argument("--report", metavar="FILE", required=True, help="where the report goes")
    parser.add_argument("--seconds", metavar="N", type=int, help="wall time that one run may take")
    parser.add_argument("--memory-mb", metavar="N", type=int, help="memory that one run may take")
    parser.add_argument("--steps", metavar="N", type=int, help="losses to record and replay")


def run(arguments: argparse.Namespace) -> int:
    from migrator.road import STAGES, run_stage
    from migrator.sources import SourceError, open_project, prepare_output, settings_of

    try:
        project = open_project(arguments.project)
        settings = _settings(arguments, project, settings_of(project))
        output = prepare_output(arguments.output, arguments.project, MARK)
    except SourceError as error:
        raise UsageError(str(error)) from error
    report = Path(arguments.report)
    if not report.parent.is_dir():
        raise UsageError(f"{arguments.report} cannot be written: there is no folder {report.parent}")
    work = output / MARK
    shutil.rmtree(work, ignore_errors=True)
    mark_output(output)
    project.write_to(work / "source")
    (work / "settings.json").write_text(json.dumps(settings), encoding="utf-8")
    display = Display()
    failed: set[str] = set()
    for stage in STAGES:
        if NEEDS[stage] & failed:
            failed.add(stage)
            display.skipped(stage)
            continue
        display.begin(stage)
        result = run_stage(stage, work, display.event)
        display.end(stage, result.ok, result.summary, result.error)
        if not result.ok:
            failed.add(stage)
    shutil.copyfile(work / "report.json", report)
    if (work / "translated").is_dir():
        shutil.copytree(work / "translated", output, dirs_exist_ok=True)
    found = json.loads(report.read_text(encoding="utf-8"))
    display.verdict(found, arguments.report, arguments.output)
    return DONE if found["verdict"] == "pass" else FINDINGS


# A stage is left out where one that it needs has failed; the report is always written.
NEEDS: dict[str, frozenset[str]] = {
    "analyze": frozenset(),
    "baseline": frozenset({"analyze"}),
    "translate": frozenset({"analyze"}),
    "replay": frozenset({"baseline", "translate"}),
    "free_run": frozenset({"baseline", "translate"}),
    "report": frozenset(),
}


def _settings(arguments: argparse.Namespace, project: Project, own: ProjectSettings) -> dict[str, Any]:
    """The command line before ``mindferry.toml`` before what the analysis offers. Raises UsageError."""
    entry = arguments.entry or own.entry or _only_entry(project)
    if entry.endswith(".py") and entry not in project:
        known = ", ".join(file.path for file in project.sources[:6])
        raise UsageError(f"--entry {entry} is not a file of the project; it has {known}")
    text = arguments.args if arguments.args is not None else own.args or ""
    try:
        shlex.split(text)
    except ValueError as error:
        raise UsageError(f"--args cannot be split as a shell would: {error}") from error
    for name in ("seconds", "memory_mb", "steps"):
        if (value := getattr(arguments, name)) is not None and value < 1:
            raise UsageError(f"--{name.replace('_', '-')} must be 1 or more")
    limits = {name: getattr(arguments, name) or getattr(own, name) for name in ("seconds", "memory_mb", "steps")}
    settings = {
        "name": project.name,
        "entry": entry,
        "args": text,
        "target": arguments.target or own.target,
        "trusted": _is_shipped(project),
        **limits,
    }
    return {key: value for key, value in settings.items() if value is not None}


def _only_entry(project: Project) -> str:
    from migrator.analysis import analyze_project

    offered = [point["path"] for point in analyze_project(project).to_json()["entry_points"]]
    if len(offered) == 1:
        return str(offered[0])
    if offered:
        raise UsageError(f"several files could be the one that trains: {', '.join(offered)}; choose with --entry")
    raise UsageError("no entry point was found; name the script that trains with --entry")


def _is_shipped(project: Project) -> bool:
    """Whether the project is, byte for byte, one of the samples that come with MindFerry."""
    import migrator
    from migrator.project import Project

    contents = {file.path: file.data for file in project.files}
    for folder in (Path(migrator.__file__).parent / "samples").iterdir():
        if folder.is_dir() and not folder.name.startswith("_"):
            sample = Project.from_folder(folder)
            if {file.path: file.data for file in sample.files} == contents:
                return True
    return False
