"""The analysis: what stays, what moves, why?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from webapp.pages import readings
from webapp.pages.highlighting import highlighted
from webapp.pages.treemap import Block, squarify
from webapp.pages.views.frame import frame, open_submission
from webapp.pages.words import ROLE_TITLES

# The proportions that the map is cut for: about those of the page's column.
MAP_WIDTH, MAP_HEIGHT = 1240, 420
# Blocks with fewer lines than this share of the project would be specks.
SMALLEST_SHARE = 0.002


@dataclass(frozen=True)
class MapUnit:
    block: Block
    name: str
    role: str
    lines: int
    line: int


@dataclass(frozen=True)
class MapFile:
    block: Block
    path: str
    role: str
    lines: int
    units: list[MapUnit]


@login_required
def analysis(request: HttpRequest, name: str, number: int) -> HttpResponse:
    submission = open_submission(request, name, number)
    found = readings.analysis(submission)
    context = frame(request, submission, "analysis") | {"analysis": found}
    if found:
        files = found.get("files", [])
        context |= {
            "map": _map(files),
            "roles": _roles(found),
            "units": [(file, unit) for file in files for unit in file.get("units", [])],
            "findings": [finding for file in (*files, found) for finding in file.get("findings", [])],
            "sources": {file["path"] for file in files},
            # APIs without translation have rows of their own, with the lines that they hold back.
            "by_hand": [item for item in found.get("effort", {}).get("items", []) if item.get("code") != "MF110"],
        }
    return render(request, "pages/analysis.html", context)


@login_required
def source(request: HttpRequest, name: str, number: int, path: str) -> HttpResponse:
    """One file of the original with the role of every line in the gutter."""
    submission = open_submission(request, name, number)
    text = readings.source_text(submission, path)
    if text is None:
        raise Http404("There is no such text file in this submission.")
    file = next((f for f in (readings.analysis(submission) or {}).get("files", []) if f["path"] == path), {})
    lines = highlighted(path, text)
    units = _unit_by_line(file.get("units", []), len(lines))
    by_line: dict[int, list[dict[str, Any]]] = {}
    for finding in file.get("findings", []):
        by_line.setdefault(finding["line"], []).append(finding)
    rows = [
        {
            "number": number,
            "html": line.html(),
            "unit": units[number - 1],
            "starts": number == 1 or units[number - 1] is not units[number - 2],
            "findings": by_line.get(number, []),
        }
        for number, line in enumerate(lines, 1)
    ]
    context = frame(request, submission, "analysis") | {"path": path, "file": file, "rows": rows}
    return render(request, "pages/source.html", context)


def _unit_by_line(units: Sequence[dict[str, Any]], count: int) -> list[dict[str, Any] | None]:
    """The innermost unit of every line."""
    lines: list[dict[str, Any] | None] = [None] * count
    for unit in sorted(units, key=lambda unit: unit["line"] - unit["end_line"]):
        for index in range(max(0, unit["line"] - 1), min(count, unit["end_line"])):
            lines[index] = unit
    return lines


def _roles(found: dict[str, Any]) -> list[dict[str, Any]]:
    """Lines a role in the order of the words page, with where each begins in a bar of 100."""
    counts = found.get("roles", {})
    total = sum(counts.values()) or 1
    roles, start = [], 0.0
    for role in ROLE_TITLES:
        lines = counts.get(role, 0)
        if lines:
            width = 100 * lines / total
            roles.append(
                {
                    "role": role,
                    "lines": lines,
                    "share": lines / total,
                    "start": round(start, 3),
                    "width": round(width, 3),
                }
            )
            start += width
    return roles


def _map(files: list[dict[str, Any]]) -> list[MapFile]:
    total = sum(file.get("lines", 0) for file in files)
    shown = [file for file in files if file.get("lines", 0) >= max(1, total * SMALLEST_SHARE)]
    blocks = squarify([file["lines"] for file in shown], MAP_WIDTH, MAP_HEIGHT)
    return [
        MapFile(block, file["path"], file.get("role", "reusable"), file["lines"], _map_units(file, block))
        for file, block in zip(shown, blocks, strict=True)
    ]


def _map_units(file: dict[str, Any], block: Block) -> list[MapUnit]:
    parts = _without_overlaps(file)
    blocks = squarify(
        [part["lines"] for part in parts], block.width / 100 * MAP_WIDTH, max(1.0, block.height / 100 * MAP_HEIGHT - 22)
    )
    return [
        MapUnit(inner, part["name"], part["role"], part["lines"], part["line"])
        for part, inner in zip(parts, blocks, strict=True)
    ]


def _without_overlaps(file: dict[str, Any]) -> list[dict[str, Any]]:
    """The file's lines shared out among its innermost units, so that no line is counted twice."""
    owners = _unit_by_line(file.get("units", []), file["lines"])
    parts: dict[tuple[str, str], dict[str, Any]] = {}
    for number, unit in enumerate(owners, 1):
        name, role = (unit["name"], unit["role"]) if unit else ("", file.get("role", "reusable"))
        part = parts.setdefault((name, role), {"name": name, "role": role, "lines": 0, "line": number})
        part["lines"] += 1
    return list(parts.values())
