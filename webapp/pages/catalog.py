"""The engine's catalog as the pages show it: a matrix of API by device, and single rows with their evidence.

A state is what was measured, or says that nothing was: a row never claims more than the evidence files show.
"""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from migrator import catalog as engine
from migrator import translate_source
from migrator.catalog.rows import Row
from migrator.catalog.signature import parse_signature

# Best first: what an API is on a device is the best of what its candidates are.
STATES = {
    "works": "Measured: same value, shape, dtype and gradient",
    "differs": "Measured: runs, but differs from PyTorch",
    "missing": "Measured or known: nothing that works here",
    "documented only": "Not measured here: only the vendor's documentation says so",
    "not measured": "Nobody has measured it on this device yet",
}
# Where there is no evidence of this device, the vendor's documentation is what the translator goes by.
DOCUMENTED = "ascend"
_STATE_OF_STATUS = {"works": "works", "partly": "differs", "differs": "differs", "fails": "missing"}


@dataclass(frozen=True)
class Measure:
    """What the probe found out about one candidate on one device. ``right`` of ``patterns`` gave PyTorch's result."""

    device: str
    state: str
    patterns: int = 0
    right: int = 0
    error: float | None = None
    gradient: str = ""
    latency_ms: float | None = None
    detail: str = ""


@dataclass(frozen=True)
class CandidateLine:
    """One way to write the API, and when."""

    text: str
    condition: str
    measures: tuple[Measure, ...]


@dataclass(frozen=True)
class Entry:
    """One API. ``cells`` has one measure a device, of the best candidate there."""

    name: str
    choice: str
    note: str
    refused: str
    diagnostics: tuple[str, ...]
    signatures: tuple[str, ...]
    candidates: tuple[CandidateLine, ...]
    cells: tuple[Measure, ...]

    @property
    def namespace(self) -> str:
        return self.name.rpartition(".")[0]


@dataclass(frozen=True)
class Matrix:
    """All APIs by all devices that evidence was written for."""

    devices: tuple[str, ...]
    entries: tuple[Entry, ...]

    @cached_property
    def namespaces(self) -> list[str]:
        return sorted({entry.namespace for entry in self.entries})

    @cached_property
    def counts(self) -> Counter[str]:
        """How many APIs are in which state on the first device."""
        return Counter(entry.cells[0].state for entry in self.entries if entry.cells)


@dataclass(frozen=True)
class Example:
    """A program before and after."""

    before: str
    after: str


def matrix() -> Matrix:
    """The whole catalog with the newest evidence."""
    files = sorted(engine.EVIDENCE.glob("*.json"))
    return _matrix(tuple((str(file), file.stat().st_mtime_ns) for file in files))


@lru_cache(maxsize=2)
def _matrix(stamps: tuple[tuple[str, int], ...]) -> Matrix:
    evidence: dict[str, dict[str, Any]] = {}
    for path, _ in stamps:
        with open(path, encoding="utf-8") as file:
            found = json.load(file)
        evidence[f"{found['device']}, MindSpore {found['mindspore']}"] = found["rows"]
    devices = tuple(evidence) or ("cpu",)
    if not any(device.startswith(DOCUMENTED) for device in devices):
        devices += (DOCUMENTED,)
    rows = {row.name: row for row in engine.shipped()}
    entries = tuple(_entry(row, evidence, devices) for _, row in sorted(rows.items()))
    return Matrix(devices, entries)


def search(matrix: Matrix, query: str, state: str, namespace: str) -> list[Entry]:
    """Entries whose name or choice holds every word of the query, in any case."""
    words = query.lower().split()
    return [
        entry
        for entry in matrix.entries
        if all(word in entry.name.lower() or word in entry.choice.lower() for word in words)
        and (not state or any(cell.state == state for cell in entry.cells))
        and (not namespace or entry.namespace == namespace)
    ]


def entry(name: str) -> Entry | None:
    """The entry that a name leads to: its own, or that of the API that it is an alias or a method form of."""
    row = engine.shipped().row(name)
    if row is None:
        return None
    found = matrix()
    return next((entry for entry in found.entries if entry.name == row.name), None) or _entry(row, {}, found.devices)


def _call(row: Row) -> str:
    """A call with the arguments that have to be given, under torch's names; empty for methods and attributes."""
    signature = next((form.signature for form in row.forms if form.signature), "")
    parameters = parse_signature(signature) if signature else ()
    if not parameters or parameters[0].name == "self" or any(parameter.variadic for parameter in parameters):
        return ""
    given = [p.name for p in parameters if p.default is None and not p.rest]
    return f"{row.name}({', '.join(given)})"


def example(name: str) -> Example | None:
    """The API's first example as a program, and what becomes of it; None where the catalog has no example."""
    row = engine.shipped().row(name)
    if row is None:
        return None
    expressions = [*row.examples, *_examples().get(row.name, ()), _call(row)]
    if not any(expressions):
        return None
    before = "\n".join(["import torch", "", *([row.setup] if row.setup else []), f"result = {expressions[0]}", ""])
    return Example(before, translate_source(before, target="cpu").code)


@lru_cache(maxsize=1)
def _examples() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for file in sorted((engine.DATA.parent / "examples").glob("*.toml")):
        found |= tomllib.loads(file.read_text("utf-8"))
    return found


def _entry(row: Row, evidence: dict[str, dict[str, Any]], devices: tuple[str, ...]) -> Entry:
    lines = tuple(
        CandidateLine(
            candidate.template,
            candidate.condition,
            tuple(
                _measure(device, evidence.get(device, {}).get(row.name, {}).get(candidate.text)) for device in devices
            ),
        )
        for form in row.forms
        for candidate in form.candidates
    )
    return Entry(
        name=row.name,
        choice=lines[0].text if lines else "",
        note=row.note,
        refused=row.refused,
        diagnostics=tuple(trap.code for trap in row.diagnostics),
        signatures=tuple(form.signature for form in row.forms if form.signature),
        candidates=lines,
        cells=tuple(_best(device, [line.measures[i] for line in lines], row) for i, device in enumerate(devices)),
    )


def _measure(device: str, found: dict[str, Any] | None) -> Measure:
    if found is None:
        return Measure(device, "documented only" if device.startswith(DOCUMENTED) else "not measured")
    state = _STATE_OF_STATUS[found["status"]]
    if state == "works" and (found.get("gradient") in ("differs", "none") or found.get("dtype")):
        state = "differs"
    return Measure(
        device,
        state,
        found.get("patterns", 0),
        found.get("right", 0),
        found.get("forward_error"),
        found.get("gradient", ""),
        found.get("milliseconds"),
        found.get("detail", "") or found.get("dtype", ""),
    )


def _best(device: str, measures: list[Measure], row: Row) -> Measure:
    if not measures:
        return Measure(device, "missing", detail=row.refused or "No way to write it in MindSpore is known.")
    order = list(STATES)
    return min(measures, key=lambda measure: order.index(measure.state))
