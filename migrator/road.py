"""The road that a submission travels: six stages, each reading and writing files of one working folder only.

``work/`` holds ``source/`` and ``settings.json`` at the start; then ``analysis.json``, ``baseline/``, ``translated/``,
``translation.json``, ``replay/``, ``free_run/``, and at the end ``report.json`` and ``artifacts/``. A stage that is run
again starts afresh.
"""

from __future__ import annotations

import importlib.metadata
import json
import platform
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from migrator import exports
from migrator.events import Cancelled, Event, OnEvent, ShouldStop
from migrator.execution.baseline import record_baseline, run_control, run_with_other_seed
from migrator.execution.conversion import convert_checkpoints
from migrator.execution.free_run import run_free
from migrator.execution.replay import replay_baseline
from migrator.execution.runs import Run, executed_lines, load_run, read_losses
from migrator.execution.sandbox import SandboxMissing
from migrator.execution.settings import RunSettings
from migrator.execution.tuning import Runtime, runtime
from migrator.parity.control import MOST_RUNS
from migrator.parity.evidence import best_state, states_of
from migrator.parity.judge import explained_by_controls, judge, needs_control, needs_other_seeds
from migrator.report import SCHEMA_VERSION, MetricPart, ProjectPart, Report, RunPart, TracebackPart

__all__ = ["STAGES", "Cancelled", "Event", "RunSettings", "StageResult", "run_stage"]

# Enough to tell a program's own spread, and a small part of what its run under MindSpore takes.
OTHER_SEEDS = 4

STAGES = ("analyze", "baseline", "translate", "replay", "free_run", "report")


@dataclass(frozen=True)
class StageResult:
    """``error`` is empty where ``ok``; ``summary`` holds the few figures that a list of submissions shows."""

    ok: bool
    summary: dict[str, Any] = field(default_factory=dict)
    error: str = ""


def _never() -> bool:
    return False


def run_stage(stage: str, work: Path, on_event: OnEvent, should_stop: ShouldStop = _never) -> StageResult:
    """Run one stage. What is wrong with the project is a result; only faults of the engine raise.

    Raises ValueError for an unknown stage and :class:`Cancelled` when ``should_stop`` said so.
    """
    if stage not in _STAGES:
        raise ValueError(f"unknown stage {stage!r}; the stages are {', '.join(STAGES)}")
    try:
        return _STAGES[stage](work, on_event, should_stop)
    except SandboxMissing as missing:
        return StageResult(False, {}, str(missing))


def _analyze(work: Path, on_event: OnEvent, should_stop: ShouldStop) -> StageResult:
    from migrator.analysis import analyze_project
    from migrator.project import Project

    on_event(Event("progress", "analyze", "reading the project", {"done": 0, "total": None}))
    project = Project.from_folder(work / "source")
    if not project.sources:
        return StageResult(False, {}, "The project has no Python file.")
    found = analyze_project(project).to_json()
    _write(work / "analysis.json", found)
    summary = {"share_reusable": found.get("share_reusable"), "files": len(project.files)}
    return StageResult(True, summary)


def _baseline(work: Path, on_event: OnEvent, should_stop: ShouldStop) -> StageResult:
    settings = RunSettings.read(work)
    problem = _entry_problem(work / "source", settings.entry)
    if problem:
        return StageResult(False, {}, problem)
    run = record_baseline(
        work / "source", work / "baseline", settings, _runtime(on_event, "baseline"), on_event, should_stop
    )
    result = _result(run, "The original")
    if result.ok and not run.steps:
        on_event(Event("notice", "baseline", NO_LOSS))
    return result


NO_LOSS = (
    "The program never called backward(), so there is no training to compare. "
    "Choose the entry point and arguments that train."
)


def _translate(work: Path, on_event: OnEvent, should_stop: ShouldStop) -> StageResult:
    from migrator.project import Project
    from migrator.translation import translate_project

    settings = RunSettings.read(work)
    on_event(Event("progress", "translate", "translating", {"done": 0, "total": None}))
    project = Project.from_folder(work / "source")
    translation = translate_project(project, target=settings.target, arguments=settings.args)
    shutil.rmtree(work / "translated", ignore_errors=True)
    translation.write_to(work / "translated")
    _write(work / "translation.json", translation.to_json())
    statuses = [file.status for file in translation.files]
    for file in translation.files:
        if file.status == "failed":
            reasons = "; ".join(finding.message for finding in file.findings[:3])
            on_event(Event("notice", "translate", f"{file.path} was left as it is: {reasons}"))
    summary = {
        "translated": statuses.count("translated"),
        "unchanged": statuses.count("unchanged"),
        "failed": statuses.count("failed"),
        "findings": len(translation.findings),
    }
    return StageResult(True, summary)


def _replay(work: Path, on_event: OnEvent, should_stop: ShouldStop) -> StageResult:
    settings = RunSettings.read(work)
    baseline = load_run(work / "baseline")
    total = baseline.steps if baseline else None
    run = replay_baseline(
        work / "translated", work / "replay", work / "baseline", settings, _runtime(on_event, "replay"), on_event,
        should_stop, total,
    )  # fmt: skip
    if run.ended_well and (wanted := needs_control(work)) is not None:
        _run_control(work, settings, wanted, on_event, should_stop)
    return _result(run, "The translated program")


def _run_control(
    work: Path, settings: RunSettings, wanted: tuple[float, int], on_event: OnEvent, should_stop: ShouldStop
) -> None:
    disturbance, steps = wanted
    folder = work / "replay" / "control"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "control.jsonl").write_text(json.dumps({"disturbance": disturbance, "steps": steps}) + "\n", "utf-8")
    text = "The runs come away late: running the original once more, slightly disturbed, to see whether it does so."
    for number in range(MOST_RUNS):
        on_event(Event("notice", "replay", text))
        runtime = _runtime(on_event, "replay")
        run_control(work / "source", folder, settings, runtime, disturbance, steps, number, should_stop)
        if explained_by_controls(work):
            return
        text = "It does not, or not as far: once more, disturbed in another way."


def _free_run(work: Path, on_event: OnEvent, should_stop: ShouldStop) -> StageResult:
    settings = RunSettings.read(work)
    baseline = load_run(work / "baseline")
    total = baseline.steps if baseline else None
    run = run_free(
        work / "translated", work / "free_run", settings, _runtime(on_event, "free_run"), on_event, should_stop, total
    )
    if run.ended_well and needs_other_seeds(work):
        _run_other_seeds(work, settings, on_event, should_stop)
    return _result(run, "The translated program, by itself,")


def _run_other_seeds(work: Path, settings: RunSettings, on_event: OnEvent, should_stop: ShouldStop) -> None:
    text = "The results are apart: running the original with other seeds, to see how far apart its own results are."
    on_event(Event("notice", "free_run", text))
    runtime = _runtime(on_event, "free_run")
    for shift in range(1, OTHER_SEEDS + 1):
        folder = work / "free_run" / "seeds" / str(shift)
        run_with_other_seed(work / "source", folder, settings, runtime, shift, should_stop)


def _report(work: Path, on_event: OnEvent, should_stop: ShouldStop) -> StageResult:
    settings = RunSettings.read(work)
    runs = {name: load_run(work / name) for name in ("baseline", "replay", "free_run")}
    on_event(Event("progress", "report", "comparing the runs", {"done": 0, "total": None}))
    parity = judge(work, runs["baseline"], runs["replay"], runs["free_run"])
    parts = {name: _run_part(run, work / name) if run else None for name, run in runs.items()}
    _write_evidence(work, {rung.rung: rung.state for rung in parity.ladder})
    artifacts = work / "artifacts"
    shutil.rmtree(artifacts, ignore_errors=True)
    artifacts.mkdir()
    name = _project_name(work)
    if (work / "translated").is_dir():
        exports.write_zip(work / "translated", artifacts / "translated.zip", name)
        exports.write_patch(work / "source", work / "translated", artifacts / "translated.patch")
    series = [(run, part.losses if part else ()) for run, part in parts.items()]
    if parity.control is not None:
        series.append(("control", tuple(loss for _, loss, _ in read_losses(work / "replay" / "control" / "record"))))
    exports.write_losses(artifacts / "losses.csv", series)
    exports.write_metrics(artifacts / "metrics.csv", parity.metrics)
    exports.gather_checkpoints(work / "baseline", artifacts / "checkpoints" / "original")
    exports.gather_checkpoints(work / "free_run", artifacts / "checkpoints" / "translated")
    _convert_checkpoints(work, artifacts / "checkpoints", settings, on_event)
    report = Report(
        schema_version=SCHEMA_VERSION,
        project=_project_part(work, name, settings),
        analysis=_read(work / "analysis.json"),
        translation=_read(work / "translation.json"),
        baseline=parts["baseline"],
        replay=parts["replay"],
        free_run=parts["free_run"],
        parity=parity,
        artifacts=exports.listed(artifacts),
        environment=environment(runs["baseline"]),
        verdict=parity.verdict,
    )
    report.write(work / "report.json")
    trajectory = parity.trajectory
    summary = {"verdict": parity.verdict, "steps": trajectory.steps, "max_abs_diff": trajectory.max_abs_diff}
    return StageResult(True, summary)


_STAGES: Mapping[str, Callable[[Path, OnEvent, ShouldStop], StageResult]] = {
    "analyze": _analyze,
    "baseline": _baseline,
    "translate": _translate,
    "replay": _replay,
    "free_run": _free_run,
    "report": _report,
}


def _entry_problem(source: Path, entry: str) -> str:
    if not entry:
        return 'No entry point is set: name the script that trains, in mindferry.toml as [run] entry = "train.py".'
    if entry.endswith(".py"):
        path = source / entry
        if not path.resolve().is_relative_to(source.resolve()) or not path.is_file():
            return f"The entry point {entry} is not a file of the project."
    return ""


def _runtime(on_event: OnEvent, stage: str) -> Runtime:
    on_event(Event("progress", stage, "preparing", {"done": 0, "total": None}))
    return runtime()


def _result(run: Run, who: str) -> StageResult:
    summary = {
        "steps": run.steps,
        "seconds": run.seconds,
        "steps_per_second": run.steps_per_second,
        "exit_code": run.exit_code,
        "stopped_by": run.stopped_by,
    }
    if run.ended_well:
        return StageResult(True, summary)
    return StageResult(False, summary, f"{who} did not end well. {run.how_it_ended}")


def _convert_checkpoints(work: Path, checkpoints: Path, settings: RunSettings, on_event: OnEvent) -> None:
    if not (checkpoints / "original").is_dir():
        return
    on_event(Event("progress", "report", "converting checkpoints", {"done": 0, "total": None}))
    record = work / "replay" / "record"
    made = convert_checkpoints(checkpoints / "original", checkpoints / "converted", record, settings.confinement())
    for problem in made.problems:
        on_event(Event("notice", "report", problem))


def _write_evidence(work: Path, ladder: Mapping[str, str]) -> None:
    """Add to each translated file what is known about each of its lines."""
    translation = _read(work / "translation.json")
    if translation is None:
        return
    ran, best = executed_lines(work / "replay" / "record"), best_state(ladder)
    for file in translation["files"]:
        place = work / "translated" / file["path"]
        if not file["path"].endswith(".py") or not place.is_file():
            continue
        original = work / "source" / file["path"]
        before = original.read_text("utf-8", "replace") if original.is_file() else ""
        after = place.read_text("utf-8", "replace")
        line_map = file.get("line_map") or _line_by_line(file, after)
        file["evidence"] = states_of(before, after, line_map, ran.get(file["path"], {}), best)
    _write(work / "translation.json", translation)


def _line_by_line(file: Mapping[str, Any], text: str) -> list[int]:
    """The map of a file that was handed on as it is."""
    return list(range(1, len(text.splitlines()) + 1)) if file["status"] != "translated" else []


def _run_part(run: Run, folder: Path) -> RunPart:
    trace = run.traceback
    return RunPart(
        exit_code=run.exit_code,
        ended=run.how_it_ended,
        stopped_by=run.stopped_by or None,
        seconds=run.seconds,
        steps=run.steps,
        steps_per_second=run.steps_per_second,
        peak_memory=run.peak_memory,
        sandbox=run.sandbox,
        recording_ended=run.recording_ended,
        traceback=TracebackPart(trace.text, trace.path, trace.line, trace.type, trace.message) if trace else None,
        losses=tuple(loss for _, loss, _ in read_losses(folder / "record")),
        metrics=tuple(MetricPart(m.name, m.template, m.kind, m.values, m.steps) for m in run.metrics),
        notes=tuple(str(note["text"]) for note in run.notes),
    )


def _project_part(work: Path, name: str, settings: RunSettings) -> ProjectPart:
    files = sorted(exports.files_below(work / "source"))
    python = [path for path in files if path.suffix == ".py"]
    lines = sum(path.read_bytes().count(b"\n") for path in python)
    return ProjectPart(name, settings.entry, settings.args, settings.target, len(files), len(python), lines)


def _project_name(work: Path) -> str:
    found = _read(work / "settings.json") or {}
    name = "".join(char if char.isalnum() or char in "-_." else "-" for char in str(found.get("name") or ""))
    return name.strip(".-") or "project"


def environment(run: Run | None) -> dict[str, str]:
    """What the figures were measured on; flat, for people."""
    tuned = runtime()
    return {
        "mindferry": _version("mindferry"),
        "python": platform.python_version(),
        "torch": _version("torch"),
        "mindspore": _version("mindspore"),
        "numpy": _version("numpy"),
        "device": "cpu",
        "machine": f"{platform.system()} {platform.machine()}",
        "sandbox": run.sandbox if run else "not used",
        "oneDNN instruction set": tuned.isa,
        "threads": str(tuned.threads),
        "PyNative": "synchronous" if tuned.synchronize else "asynchronous",
    }


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


def _write(path: Path, value: Any) -> None:
    draft = path.with_name(path.name + ".new")
    draft.write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")
    draft.replace(path)


def _read(path: Path) -> dict[str, Any] | None:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None
