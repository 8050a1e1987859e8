"""What can be taken home from a submission: the translated project as zip and patch, checkpoints, series as CSV."""

from __future__ import annotations

import csv
import difflib
import hashlib
import os
import shutil
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from migrator.parity.metrics import MetricRow
from migrator.report import ArtifactPart

CHECKPOINTS = (".pth", ".pt", ".ckpt", ".safetensors", ".bin", ".tar", ".pkl", ".npz")
# A fixed time makes the same project give the same archive.
_TIME = (2020, 1, 1, 0, 0, 0)
_NO_NEWLINE = b"\\ No newline at end of file\n"


def write_zip(folder: Path, target: Path, name: str) -> None:
    """Pack ``folder`` as ``name/...``; files in order of their paths."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(files_below(folder)):
            member = zipfile.ZipInfo(f"{name}/{path.relative_to(folder).as_posix()}", _TIME)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = 0o100644 << 16
            archive.writestr(member, path.read_bytes())


def write_patch(source: Path, translated: Path, target: Path) -> None:
    """Write what ``git apply`` needs to turn the one into the other. Files that are not text are left out."""
    names = {path.relative_to(folder).as_posix() for folder in (source, translated) for path in files_below(folder)}
    with open(target, "wb") as out:
        for name in sorted(names):
            out.writelines(_patch_of(name, source / name, translated / name))


def _patch_of(name: str, before: Path, after: Path) -> Iterator[bytes]:
    left, right = (path.read_bytes() if path.is_file() else None for path in (before, after))
    if left == right or any(data is not None and b"\0" in data[:8000] for data in (left, right)):
        return
    yield f"diff --git a/{name} b/{name}\n".encode()
    if left is None:
        yield b"new file mode 100644\n"
    if right is None:
        yield b"deleted file mode 100644\n"
    old, new = (
        b"/dev/null" if data is None else f"{side}/{name}".encode() for side, data in (("a", left), ("b", right))
    )
    for line in difflib.diff_bytes(difflib.unified_diff, _lines(left or b""), _lines(right or b""), old, new):
        yield line if line.endswith(b"\n") else line + b"\n" + _NO_NEWLINE


def _lines(data: bytes) -> list[bytes]:
    """Lines that end with a newline only: other line breaks are part of a line to git."""
    lines = data.split(b"\n")
    last = lines.pop()
    return [line + b"\n" for line in lines] + ([last] if last else [])


def gather_checkpoints(run: Path, target: Path) -> None:
    """Put the checkpoints that a run wrote below ``target``; a link to the same bytes where the disk allows it."""
    files = run / "files"
    if not files.is_dir():
        return
    for path in files_below(files):
        if path.name.lower().endswith(CHECKPOINTS):
            place = target / path.relative_to(files)
            place.parent.mkdir(parents=True, exist_ok=True)
            try:
                os.link(path, place)
            except OSError:
                shutil.copyfile(path, place)


def write_losses(path: Path, series: Sequence[tuple[str, Sequence[float | None]]]) -> None:
    """One row a step, one column a run."""
    steps = max((len(losses) for _, losses in series), default=0)
    rows = ([step, *(_at(losses, step) for _, losses in series)] for step in range(steps))
    _write_csv(path, ["step", *(name for name, _ in series)], rows)


def write_metrics(path: Path, metrics: Sequence[MetricRow]) -> None:
    rows = ([m.name, m.kind, m.baseline, m.replay, m.free_run, m.difference] for m in metrics)
    _write_csv(path, ["metric", "kind", "baseline", "replay", "free_run", "difference"], rows)


def _at(losses: Sequence[float | None], step: int) -> float | None:
    return losses[step] if step < len(losses) else None


def _write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with open(path, "w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(header)
        writer.writerows([["" if value is None else _inert(value) for value in row] for row in rows])


def _inert(value: object) -> object:
    """Printed text comes from the user's program: a spreadsheet must not take it for a formula."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


def listed(artifacts: Path) -> tuple[ArtifactPart, ...]:
    """Every file below ``artifacts`` with size and SHA-256."""
    return tuple(
        ArtifactPart(
            name=(name := path.relative_to(artifacts).as_posix()),
            kind=_kind(name),
            bytes=path.stat().st_size,
            sha256=_sha256(path),
        )
        for path in sorted(files_below(artifacts))
    )


def _kind(name: str) -> str:
    if name.startswith("checkpoints/"):
        return f"checkpoint {name.split('/')[1]}"
    return {".zip": "project", ".patch": "patch", ".csv": "series"}.get(Path(name).suffix, "file")


def _sha256(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def files_below(folder: Path) -> Iterator[Path]:
    """Plain files, never through a link."""
    for parent, _, names in os.walk(folder, followlinks=False):
        for name in names:
            path = Path(parent) / name
            if path.is_file() and not path.is_symlink():
                yield path
