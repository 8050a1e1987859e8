"""The engine's catalog as the pages show it: a matrix of API by device, and single rows.

Until the engine ships its catalog there is none, and the pages say so.
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from typing import Any

STATES = {
    "works": "Measured: same value, shape, dtype and gradient",
    "differs": "Measured: runs, but differs",
    "missing": "Measured: does not run on the device",
    "documented only": "Not measured: only the vendor's documentation says so",
}


@dataclass(frozen=True)
class Cell:
    """What is known about one API on one device."""

    device: str
    state: str
    error: float | None = None
    latency_ms: float | None = None


@dataclass(frozen=True)
class Row:
    name: str
    namespace: str
    choice: str
    cells: tuple[Cell, ...]
    detail: dict[str, Any]


@dataclass(frozen=True)
class Matrix:
    devices: tuple[str, ...]
    rows: tuple[Row, ...]

    @property
    def namespaces(self) -> list[str]:
        return sorted({row.namespace for row in self.rows})


def matrix() -> Matrix | None:
    """The whole catalog, or None where the engine has none."""
    return None if importlib.util.find_spec("migrator.catalog") is None else None


def search(matrix: Matrix, query: str, state: str, namespace: str) -> tuple[Row, ...]:
    """Rows whose name or choice holds every word of the query, in any case."""
    words = query.lower().split()
    return tuple(
        row
        for row in matrix.rows
        if all(word in row.name.lower() or word in row.choice.lower() for word in words)
        and (not state or any(cell.state == state for cell in row.cells))
        and (not namespace or row.namespace == namespace)
    )


def row(name: str) -> Row | None:
    found = matrix()
    return next((row for row in found.rows if row.name == name), None) if found else None
