"""The evidence files: what was measured about the catalog's rows, a file for each device and MindSpore version.

Some ship with the product (``evidence/``); what an installation measured itself lies in the folder that the environment
setting ``MINDFERRY_EVIDENCE`` names. Where both know a row on the same device and version, the newer measurement holds.
"""

from __future__ import annotations

import json
import logging
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)

EVIDENCE = Path(__file__).parent / "evidence"


@dataclass(frozen=True)
class Evidence:
    """What was measured on one device with one MindSpore version: ``rows`` is row → candidate → what the probe found.

    ``measured`` is when (ISO 8601, UTC), empty where the file does not say; some of it may be ``shipped`` with the
    product, some this installation's ``own``.
    """

    device: str
    mindspore: str
    rows: Mapping[str, Any]
    measured: str = ""
    shipped: bool = False
    own: bool = False

    @property
    def title(self) -> str:
        return f"{self.device}, MindSpore {self.mindspore}"


def file_name(device: str, mindspore: str) -> str:
    """The name of the file that holds a device's evidence."""
    return f"mindspore-{mindspore}-{device}.json"


def own_folder() -> Path | None:
    """The folder of what this installation measured itself, if there is one."""
    named = os.environ.get("MINDFERRY_EVIDENCE")
    return Path(named).expanduser() if named else None


def own_files() -> list[Path]:
    """The evidence files of this installation."""
    folder = own_folder()
    return sorted(folder.glob("*.json")) if folder is not None else []


def evidence() -> tuple[Evidence, ...]:
    """All there is, one entry for each device and version: what ships first, then by device, newest version first.

    A file that is no evidence is passed over with a line in the log.
    """
    return _read(stamps())


def stamps() -> tuple[tuple[str, int, int], ...]:
    """What changes whenever an evidence file does."""
    found = []
    for file in (*sorted(EVIDENCE.glob("*.json")), *own_files()):
        try:
            status = file.stat()
        except OSError:  # taken away since it was listed
            continue
        found.append((str(file), status.st_mtime_ns, status.st_size))
    return tuple(found)


@lru_cache(maxsize=2)
def _read(stamps: tuple[tuple[str, int, int], ...]) -> tuple[Evidence, ...]:
    together: dict[tuple[str, str], list[Evidence]] = {}
    for path, _, _ in stamps:
        one = _parse(Path(path))
        if one is not None:
            together.setdefault((one.device, one.mindspore), []).append(one)
    # Twice sorted: the second order keeps the first one among equals.
    merged = sorted(map(_merge, together.values()), key=lambda one: version_order(one.mindspore), reverse=True)
    return tuple(sorted(merged, key=lambda one: (not one.shipped, one.device)))


def _merge(parts: list[Evidence]) -> Evidence:
    """Row by row: what the newer file lacks is still known from the older one."""
    ordered = sorted(parts, key=lambda one: one.measured)
    rows: dict[str, Any] = {}
    for one in ordered:
        rows.update(one.rows)
    newest = ordered[-1]
    shipped, own = any(one.shipped for one in parts), any(one.own for one in parts)
    return Evidence(newest.device, newest.mindspore, rows, newest.measured, shipped, own)


def _parse(file: Path) -> Evidence | None:
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
        for candidates in data["rows"].values():
            for found in candidates.values():
                if found["status"] not in ("works", "partly", "differs", "fails"):
                    raise ValueError(f"unknown status {found['status']!r}")
        names = data["device"], data["mindspore"], data.get("measured", "")
        if not all(isinstance(name, str) for name in names):
            raise ValueError("device, mindspore and measured must be text")
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        log.warning("the evidence file %s is passed over: %s: %s", file, type(error).__name__, error)
        return None
    shipped = file.parent == EVIDENCE
    return Evidence(*names[:2], data["rows"], names[2], shipped, not shipped)


def version_order(version: str) -> tuple[tuple[int, ...], str]:
    """A key that sorts 2.9 before 2.10, and a release candidate after its release's predecessor."""
    return tuple(int(part) for part in re.findall(r"\d+", version.partition("+")[0])[:3]), version


def statuses(measured: Iterable[Evidence]) -> dict[str, dict[str, dict[str, str]]]:
    """Device → row → candidate → status. Of several versions on one device the newest that knows a row holds."""
    found: dict[str, dict[str, dict[str, str]]] = {}
    for one in sorted(measured, key=lambda one: version_order(one.mindspore)):
        of_device = found.setdefault(one.device, {})
        for name, candidates in one.rows.items():
            of_device[name] = {text: entry["status"] for text, entry in candidates.items()}
    return found


def faster(measured: Iterable[Evidence]) -> dict[str, dict[str, dict[str, frozenset[str]]]]:
    """Device → row → candidate → the candidates before it that it was measured to be more than twice as fast as. Of
    several versions on one device the newest that knows a row holds."""
    found: dict[str, dict[str, dict[str, frozenset[str]]]] = {}
    for one in sorted(measured, key=lambda one: version_order(one.mindspore)):
        of_device = found.setdefault(one.device, {})
        for name, candidates in one.rows.items():
            of_device.pop(name, None)
            named = {
                text: frozenset(entry["faster_than"]) for text, entry in candidates.items() if "faster_than" in entry
            }
            if named:
                of_device[name] = named
    return found
