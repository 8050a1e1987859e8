"""One confined run of a project and the folder that is left of it.

The folder holds ``run.json`` (how it ended), ``losses.jsonl``, ``output.log``, ``files/`` (what the program wrote) and
``record/`` (see :mod:`migrator.execution.inside.tape`). Everything in it came from a program that nobody trusts: only
plain files are kept, and they are read as data.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import math
import os
import shutil
import signal
import statistics
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

from migrator.events import Cancelled, Event, OnEvent, ShouldStop
from migrator.execution.limits import Limits
from migrator.execution.printed import Metric, metrics_of
from migrator.execution.sandbox import INSIDE, Binding, Command, Confinement
from migrator.execution.supervisor import Outcome, Watch

RECORD_BYTES = 2 << 30
# What both frameworks and Python leave lying about; nobody asked the program for it.
LITTER = frozenset({"__pycache__", "kernel_meta", "rank_0", ".ipynb_checkpoints", ".pytest_cache"})
LONGEST_SHOWN_LINE = 2000
# Bindings whose place the program's companion must know, and the word for it in its settings.
PATHS = {"project": "project", "record": "record", "baseline": "baseline", "names.py": "names"}


@dataclass(frozen=True)
class Job:
    """What to run. ``series`` names the run: baseline, replay or free_run; ``total`` is how many steps it may take."""

    series: str
    mode: str
    project: Path
    folder: Path
    entry: str
    arguments: tuple[str, ...]
    seed: int
    limits: Limits
    settings: Mapping[str, Any]
    bindings: tuple[Binding, ...]
    environment: Mapping[str, str]
    total: int | None = None


@dataclass(frozen=True)
class Traceback:
    """An exception as the program's author reads it; ``path`` and ``line`` are of the innermost own file, or empty."""

    text: str
    path: str
    line: int
    type: str
    message: str


@dataclass(frozen=True)
class Run:
    """How a run ended. ``stopped_by`` is a limit's name, ``cancelled``, or empty."""

    exit_code: int
    seconds: float
    steps: int
    steps_per_second: float | None
    traceback: Traceback | None
    stopped_by: str
    recording_ended: bool
    peak_memory: int
    sandbox: str
    metrics: tuple[Metric, ...]
    first_loss: float | None
    last_loss: float | None
    summary: Mapping[str, Any]
    notes: tuple[Mapping[str, Any], ...]
    imported: tuple[str, ...]
    signal: str
    last_words: str

    @property
    def ended_well(self) -> bool:
        return self.exit_code == 0 and not self.stopped_by

    def to_json(self) -> dict[str, Any]:
        return {
            **{key: value for key, value in asdict(self).items() if key != "metrics"},
            "stopped_by": self.stopped_by or None,
            "metrics": [metric.to_json() for metric in self.metrics],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Run:
        metrics = tuple(
            Metric(
                m["text"], m["place"], m["name"], m["kind"],
                tuple(math.nan if value is None else value for value in m["values"]), tuple(m["steps"]),
            )
            for m in data["metrics"]
        )  # fmt: skip
        return cls(
            **{
                **data,
                "stopped_by": data["stopped_by"] or "",
                "traceback": Traceback(**data["traceback"]) if data["traceback"] else None,
                "metrics": metrics,
                "notes": tuple(data["notes"]),
                "imported": tuple(data["imported"]),
            }
        )

    @property
    def how_it_ended(self) -> str:
        """In one sentence, for a person."""
        if self.stopped_by:
            return f"It was stopped: {STOPPED.get(self.stopped_by, self.stopped_by)}."
        if self.traceback is not None:
            place = f" at {self.traceback.path}:{self.traceback.line}" if self.traceback.path else ""
            said = self.traceback.message.strip().splitlines()
            return f"It stopped with {self.traceback.type}{place}: {said[0] if said else 'no message'}"
        if self.signal:
            return f"It was ended by {self.signal}: the interpreter itself crashed or was killed."
        if self.exit_code:
            return f"It ended with exit code {self.exit_code}{f': {self.last_words}' if self.last_words else ''}."
        return "It ended well."


STOPPED = {
    "time limit": "it reached its time limit",
    "cpu time": "it used more CPU time than it may",
    "memory": "it used more memory than it may",
    "disk": "it wrote more to disk than it may",
    "output": "it printed more than it may",
    "cancelled": "the run was cancelled",
}


def run_job(job: Job, confinement: Confinement, on_event: OnEvent, should_stop: ShouldStop) -> Run:
    """Run a job in its folder, which starts afresh. Raises :class:`Cancelled` when ``should_stop`` said so."""
    if job.folder.exists():
        shutil.rmtree(job.folder)
    record, room, start = job.folder / "record", job.folder / "room", job.folder / "start"
    for folder in (record, start):
        folder.mkdir(parents=True)
    shutil.copytree(job.project, room, symlinks=True)
    bindings = (
        Binding("project", room, writable=True),
        Binding("record", record, writable=True),
        Binding("start", start),
        Binding("inside", INSIDE),
        *job.bindings,
    )
    places = {binding.name: confinement.place(binding) for binding in bindings}
    settings = {
        **job.settings,
        **{PATHS[name]: place for name, place in places.items() if name in PATHS},
        "mode": job.mode,
        "entry": job.entry,
        "arguments": list(job.arguments),
        "seed": job.seed,
        "record_bytes": RECORD_BYTES,
    }
    (start / "settings.json").write_text(json.dumps(settings), encoding="utf-8")
    command = Command(["{inside}/start.py", "{start}/settings.json"], bindings, "{project}", job.environment)
    if confinement.notice:
        on_event(Event("notice", job.series, confinement.notice))
    try:
        outcome = _watched(job, command, confinement, on_event, should_stop, record)
        _keep_plain_files(record)
        if outcome.stopped_by != "cancelled":
            collect_files(room, job.project, job.folder / "files", job.limits)
    finally:
        shutil.rmtree(room, ignore_errors=True)
        shutil.rmtree(start, ignore_errors=True)
    if outcome.stopped_by == "cancelled":
        raise Cancelled
    run = read_run(record, job.folder / "output.log", outcome, confinement.name)
    _write_losses(record, job.folder / "losses.jsonl")
    (job.folder / "run.json").write_text(json.dumps(run.to_json(), indent=1), encoding="utf-8")
    return run


def _watched(
    job: Job, command: Command, confinement: Confinement, on_event: OnEvent, should_stop: ShouldStop, record: Path
) -> Outcome:
    tail = LossTail(record / "losses.jsonl")
    lines = LineEvents(job.series, on_event)

    def tick() -> None:
        lines.flush()
        points = tail.new_points()
        if points:
            on_event(Event("point", job.series, "", {"series": job.series, "points": points}))
            done = points[-1]["step"] + 1
            on_event(Event("progress", job.series, f"step {done}", {"done": done, "total": job.total}))

    with open(job.folder / "output.log", "wb", buffering=0) as log:

        def output(data: bytes) -> None:
            log.write(data)
            lines.add(data)

        try:
            return confinement.run(command, job.limits, Watch(output, tick, should_stop))
        finally:
            lines.flush(last=True)
            tail.close()


class LineEvents:
    """Turns output into one event a line; a progress bar's redrawing counts as its last state."""

    def __init__(self, stage: str, on_event: OnEvent) -> None:
        self._stage = stage
        self._on_event = on_event
        self._begun = b""
        self._lines: list[bytes] = []

    def add(self, data: bytes) -> None:
        *lines, self._begun = (self._begun + data).split(b"\n")
        self._lines.extend(lines)
        if len(self._begun) > 1 << 16:
            self._begun = self._begun[-LONGEST_SHOWN_LINE:]

    def flush(self, last: bool = False) -> None:
        if last and self._begun:
            self._lines.append(self._begun)
        waiting, self._lines = self._lines, []
        for line in waiting:
            text = line.rsplit(b"\r", 1)[-1][:LONGEST_SHOWN_LINE].decode("utf-8", "replace")
            self._on_event(Event("log", self._stage, text))


class LossTail:
    """Reads a file that a running, untrusted program appends to. A link or a pipe in its place is left alone."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: BinaryIO | None = None
        self._begun = b""

    def new_points(self) -> list[dict[str, Any]]:
        if self._file is None:
            self._file = open_plain(self._path)
        if self._file is None:
            return []
        *lines, self._begun = (self._begun + self._file.read(1 << 20)).split(b"\n")
        points = []
        for line in lines:
            with contextlib.suppress(ValueError, KeyError, TypeError):
                value = json.loads(line)
                loss = float(value["loss"])
                points.append({"step": int(value["step"]), "loss": loss if math.isfinite(loss) else None})
        return points

    def close(self) -> None:
        if self._file is not None:
            self._file.close()


def open_plain(path: Path) -> BinaryIO | None:
    """Open a plain file for reading, never through a link and never waiting for a pipe; None where it is none."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    file = os.fdopen(handle, "rb")
    if not _is_plain(os.fstat(handle)):
        file.close()
        return None
    return file


def _is_plain(facts: os.stat_result) -> bool:
    return (facts.st_mode & 0o170000) == 0o100000 and facts.st_nlink == 1


def _keep_plain_files(folder: Path) -> None:
    """Remove links, pipes, sockets and folders that a program put among the files of its record."""
    for entry in list(os.scandir(folder)):
        if entry.is_dir(follow_symlinks=False):
            shutil.rmtree(entry.path, ignore_errors=True)
        elif not _is_plain(entry.stat(follow_symlinks=False)):
            os.unlink(entry.path)


def collect_files(room: Path, source: Path, target: Path, limits: Limits) -> list[str]:
    """Copy what the program wrote or changed to ``target``; links and special files stay behind.

    Returns the relative paths, sorted.
    """
    target.mkdir()
    kept: list[str] = []
    for parent, folders, names in os.walk(room, followlinks=False):
        folders[:] = [name for name in folders if name not in LITTER]
        for name in names:
            path = Path(parent) / name
            relative = path.relative_to(room)
            file = open_plain(path)
            if file is None:
                continue
            with file:
                if len(kept) >= limits.disk_files or _is_unchanged(file, source / relative):
                    continue
                copy = target / relative
                copy.parent.mkdir(parents=True, exist_ok=True)
                with open(copy, "wb") as out:
                    shutil.copyfileobj(file, out)
            kept.append(relative.as_posix())
    return sorted(kept)


def _is_unchanged(file: BinaryIO, original: Path) -> bool:
    try:
        if original.stat().st_size != os.fstat(file.fileno()).st_size:
            return False
        with open(original, "rb") as other:
            same = file.read() == other.read()
    except OSError:
        return False
    file.seek(0)
    return same


def read_lines(folder: Path, name: str, most: int = 2_000_000) -> list[dict[str, Any]]:
    """The objects of a record's ``name``.jsonl; reading ends at a broken line."""
    file = open_plain(folder / f"{name}.jsonl")
    found: list[dict[str, Any]] = []
    if file is None:
        return found
    with file:
        while len(found) < most and (line := file.readline(64 << 20)):
            try:
                value = json.loads(line)
            except ValueError:
                break
            if not isinstance(value, dict):
                break
            found.append(value)
    return found


def load_run(folder: Path) -> Run | None:
    """The run that lies in a folder, or None where there is none."""
    try:
        return Run.from_json(json.loads((folder / "run.json").read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None


def read_losses(record: Path) -> list[tuple[int, float, float]]:
    """Step, loss and seconds since the start, by step."""
    found = []
    for line in read_lines(record, "losses"):
        with contextlib.suppress(KeyError, TypeError, ValueError):
            found.append((int(line["step"]), float(line["loss"]), float(line["seconds"])))
    return found


def read_run(record: Path, log: Path, outcome: Outcome, sandbox: str) -> Run:
    """Put together how a run ended from what was seen from outside and what its record says."""
    ending = _ending(record)
    quiet = outcome.exit_code == 0 or outcome.stopped_by or ending.get("traceback")
    losses = read_losses(record)
    traceback = None
    if isinstance(told := ending.get("traceback"), dict) and not outcome.stopped_by:
        traceback = Traceback(
            text=str(told.get("text", ""))[:100_000],
            path=str(told.get("path", "")),
            line=int(told.get("line", 0)),
            type=str(told.get("type", "Exception")),
            message=str(told.get("message", "")),
        )
    steps = [later[2] - earlier[2] for earlier, later in itertools.pairwise(losses)]
    middle = statistics.median(steps) if steps else 0.0
    summaries = read_lines(record, "summary")
    notes = tuple(
        {"kind": str(note.get("kind", "")), "text": str(note.get("text", ""))[:1000], "step": int(note.get("step", 0))}
        for note in read_lines(record, "notes", 1000)
    )
    return Run(
        exit_code=outcome.exit_code,
        seconds=round(outcome.seconds, 3),
        steps=len(losses),
        steps_per_second=round(1.0 / middle, 3) if middle > 0 else None,
        traceback=traceback,
        stopped_by=outcome.stopped_by,
        recording_ended=bool(ending.get("recording_ended")),
        peak_memory=outcome.peak_memory,
        sandbox=sandbox,
        metrics=tuple(metrics_of(read_lines(record, "printed", 100_000))),
        first_loss=_finite(losses[0][1]) if losses else None,
        last_loss=_finite(losses[-1][1]) if losses else None,
        summary=summaries[-1] if summaries else {},
        notes=notes,
        imported=tuple(str(path) for path in ending.get("imported", ()) if isinstance(path, str)),
        signal="" if ending or outcome.stopped_by else signal_name(outcome.exit_code),
        last_words="" if quiet else _last_line(log),
    )


def signal_name(exit_code: int) -> str:
    """The signal that an exit code stands for (-11, or 139 as the sandbox has it); empty where it stands for none."""
    number = -exit_code if exit_code < 0 else exit_code - 128
    try:
        return signal.Signals(number).name if number > 0 else ""
    except ValueError:
        return ""


def _last_line(log: Path) -> str:
    with open(log, "rb") as file:
        file.seek(max(0, log.stat().st_size - 4000))
        lines = file.read().decode("utf-8", "replace").strip().splitlines()
    return lines[-1].strip()[:300].rstrip(".") if lines else ""


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def executed_lines(record: Path) -> dict[str, dict[str, list[int]]]:
    """By file, which lines of the program ``ran``, and which of them ``in_step``; empty where that was not watched."""
    found = _ending(record).get("lines")
    if not isinstance(found, dict):
        return {}
    return {
        str(path): {
            kind: [line for line in lines.get(kind, ()) if isinstance(line, int)] for kind in ("ran", "in_step")
        }
        for path, lines in found.items()
        if isinstance(lines, dict)
    }


def _ending(record: Path) -> dict[str, Any]:
    file = open_plain(record / "ending.json")
    if file is None:
        return {}
    with file:
        try:
            value = json.loads(file.read(16 << 20))
        except ValueError:
            return {}
    return value if isinstance(value, dict) else {}


def _write_losses(record: Path, path: Path) -> None:
    with open(path, "w", encoding="utf-8") as out:
        for step, loss, _ in read_losses(record):
            out.write(json.dumps({"step": step, "loss": _finite(loss)}) + "\n")
