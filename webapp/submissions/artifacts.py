"""The files of a submission that can be taken home, by the names that they have on its pages and in the API."""

from __future__ import annotations

import hashlib
from pathlib import Path

from django.core.cache import cache

from webapp.submissions.models import Submission

RUNS = ("baseline", "replay", "free_run")


def offered(submission: Submission) -> dict[str, Path]:
    """Name → file. Only plain files inside the submission's own folders: a program that ran may have left links."""
    work = submission.work
    found = {path.relative_to(work / "artifacts").as_posix(): path for path in sorted((work / "artifacts").rglob("*"))}
    found.setdefault("report.json", work / "report.json")
    found |= {f"logs/{run}.log": work / run / "output.log" for run in RUNS}
    root = work.resolve()
    return {
        name: path
        for name, path in found.items()
        if not path.is_symlink() and path.is_file() and path.resolve().is_relative_to(root)
    }


def sha256(file: Path) -> str:
    """The file's hash in hex, remembered as long as its size and time stay the same."""
    facts = file.stat()
    key = f"sha256-{hashlib.sha256(str(file).encode()).hexdigest()}-{facts.st_size}-{facts.st_mtime_ns}"
    known = cache.get(key)
    if known is None:
        with file.open("rb") as data:
            known = hashlib.file_digest(data, "sha256").hexdigest()
        cache.set(key, known, 86_400)
    return str(known)
