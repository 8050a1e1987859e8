"""What pages read from a submission's working folder: the documents that the engine's stages left there.

A document that is not there yet, or was cut off in mid-write, reads as None: pages then say which stage writes it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from webapp.submissions.models import Submission

RUNS = ("baseline", "replay", "free_run")
# The most of an output log that a page shows; the whole log is an artifact.
LOG_TAIL_BYTES = 24_000
# Longer files are offered for download instead of being drawn.
MAX_SHOWN_BYTES = 1_500_000


def analysis(submission: Submission) -> dict[str, Any] | None:
    return _document(submission.work / "analysis.json")


def translation(submission: Submission) -> dict[str, Any] | None:
    return _document(submission.work / "translation.json")


def report(submission: Submission) -> dict[str, Any] | None:
    return _document(submission.work / "report.json")


def run(submission: Submission, name: str) -> dict[str, Any] | None:
    """The outcome of one of the RUNS: exit code, seconds, traceback, metrics."""
    return _document(submission.work / name / "run.json")


def losses(submission: Submission, name: str) -> list[tuple[int, float]]:
    """(step, loss) of one of the RUNS, in order. Steps count from the first as recorded."""
    points = []
    for row in _rows(submission.work / name / "losses.jsonl"):
        loss = row.get("loss")
        points.append((int(row["step"]), float(loss) if loss is not None else math.nan))
    return points


def log_tail(submission: Submission, name: str) -> str:
    """The end of what a run printed, from a line's start."""
    path = submission.work / name / "output.log"
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - LOG_TAIL_BYTES))
            tail = file.read()
    except OSError:
        return ""
    text = tail.decode("utf-8", "replace")
    return text if size <= LOG_TAIL_BYTES else text.partition("\n")[2]


def source_text(submission: Submission, path: str) -> str | None:
    return _text(submission.work / "source", path)


def translated_text(submission: Submission, path: str) -> str | None:
    return _text(submission.work / "translated", path)


def source_paths(submission: Submission) -> list[str]:
    return _paths(submission.work / "source")


def translated_paths(submission: Submission) -> list[str]:
    return _paths(submission.work / "translated")


def _paths(root: Path) -> list[str]:
    if not root.is_dir():
        return []
    return sorted(
        path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file() and not path.is_symlink()
    )


def _text(root: Path, path: str) -> str | None:
    """A file's text, or None where there is none; Latin-1 where it is not UTF-8, so that every byte shows."""
    file = _inside(root, path)
    if file is None or file.stat().st_size > MAX_SHOWN_BYTES:
        return None
    data = file.read_bytes()
    if b"\0" in data[:8192]:
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _inside(root: Path, path: str) -> Path | None:
    relative = PurePosixPath(path)
    if relative.is_absolute() or ".." in relative.parts:
        return None
    file = root.joinpath(*relative.parts)
    # Submitted projects hold no links, but programs that ran may have made some.
    if not file.is_file() or not file.resolve().is_relative_to(root.resolve()):
        return None
    return file


def _document(path: Path) -> dict[str, Any] | None:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    try:
        text = path.read_text("utf-8")
    except OSError:
        return
    for line in text.splitlines():
        try:
            row = json.loads(line)
        except ValueError:
            # The last line of a run that was killed in mid-write.
            return
        if isinstance(row, dict) and "step" in row:
            yield row
