"""What an analysis says: frozen results that the CLI, the pages and the writers read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from migrator.analysis.codes import CODES
from migrator.findings import Finding

ROLES = ("reusable", "model", "data", "training", "checkpoint", "inference", "device", "mixed")
"""Every role that a unit can have, in the order in which pages and documents list them."""


@dataclass(frozen=True)
class Unit:
    """A piece of source with one role. ``kind`` is ``module``, ``class``, ``function`` or ``block``; units nest, and a
    line belongs to the innermost unit around it. ``reason`` says what made the role, with the lines that did it."""

    name: str
    kind: str
    role: str
    reason: str
    line: int
    end_line: int


@dataclass(frozen=True)
class FileAnalysis:
    """One file. ``kept``: nothing in it has to move, it comes out byte for byte. ``lines`` counts all lines,
    ``code_lines`` those that hold code, by role."""

    path: str
    role: str
    lines: int
    kept: bool
    units: tuple[Unit, ...] = ()
    findings: tuple[Finding, ...] = ()
    code_lines: tuple[tuple[str, int], ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "path": self.path,
            "role": self.role,
            "lines": self.lines,
            "kept": self.kept,
            "units": [asdict(unit) for unit in self.units],
            "findings": [finding.to_json() for finding in self.findings],
            "code_lines": dict(self.code_lines),
        }


@dataclass(frozen=True)
class Argument:
    """One command line argument. ``default`` is a plain value, or the source text where it is computed."""

    flags: tuple[str, ...]
    default: Any = None
    help: str = ""
    type: str = ""
    choices: tuple[Any, ...] = ()
    required: bool = False

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "flags": list(self.flags), "choices": list(self.choices)}


@dataclass(frozen=True)
class EntryPoint:
    """A script that can be run, likeliest first. ``command`` holds arguments that the project itself gives it."""

    path: str
    reason: str
    trains: bool
    command: str = ""
    arguments: tuple[Argument, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "arguments": [argument.to_json() for argument in self.arguments]}


@dataclass(frozen=True)
class Package:
    """A third-party package. ``use``: ``reusable``, ``counterpart`` (another package takes its place) or ``blocks``."""

    name: str
    use: str
    detail: str
    places: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "places": list(self.places)}


@dataclass(frozen=True)
class HeldBack:
    """A PyTorch API without translation, and how many lines of code stand in the units that use it."""

    api: str
    uses: int
    lines: int
    reason: str
    estimate: str
    places: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "places": list(self.places)}


@dataclass(frozen=True)
class EffortItem:
    """What a person has to do by hand, as ``minutes``, ``hours`` or ``redesign``."""

    estimate: str
    what: str
    place: str
    code: str


@dataclass(frozen=True)
class Effort:
    """The estimate in total, the items that it is made of, and the APIs that hold the most lines back first."""

    total: str = "minutes"
    minutes: int = 0
    items: tuple[EffortItem, ...] = ()
    held_back: tuple[HeldBack, ...] = ()

    def of(self, finding: Finding) -> str:
        """What one finding takes. Several about the same API, package or file take no longer than one."""
        if finding.code == "MF008" and not finding.path.endswith(".ipynb"):
            return "redesign"  # CUDA and C++
        usual = CODES[finding.code].estimate if finding.code in CODES else "minutes"
        return next((row.estimate for row in self.held_back if row.api == finding.api), usual)

    def to_json(self) -> dict[str, Any]:
        return {
            "total": self.total,
            "minutes": self.minutes,
            "items": [asdict(item) for item in self.items],
            "held_back": [row.to_json() for row in self.held_back],
        }


@dataclass(frozen=True)
class Analysis:
    """The analysis of a project. ``findings`` are those that belong to no source file; :meth:`all_findings` has all."""

    name: str
    files: tuple[FileAnalysis, ...] = ()
    entry_points: tuple[EntryPoint, ...] = ()
    packages: tuple[Package, ...] = ()
    effort: Effort = field(default_factory=Effort)
    findings: tuple[Finding, ...] = ()

    @property
    def roles(self) -> dict[str, int]:
        """Lines of code by role."""
        counts = dict.fromkeys(ROLES, 0)
        for file in self.files:
            for role, lines in file.code_lines:
                counts[role] += lines
        return {role: lines for role, lines in counts.items() if lines}

    @property
    def share_reusable(self) -> float:
        """The part of all lines of code that stays as it is, 0 to 1; 1 for a project without code."""
        roles = self.roles
        total = sum(roles.values())
        return roles.get("reusable", 0) / total if total else 1.0

    def all_findings(self) -> Iterator[Finding]:
        yield from self.findings
        for file in self.files:
            yield from file.findings

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "files": [{**file.to_json(), "findings": self._listed(file.findings)} for file in self.files],
            "share_reusable": round(self.share_reusable, 4),
            "kept_files": sum(file.kept for file in self.files),
            "entry_points": [point.to_json() for point in self.entry_points],
            "packages": [package.to_json() for package in self.packages],
            "effort": self.effort.to_json(),
            "roles": self.roles,
            "findings": self._listed(self.findings),
        }

    def _listed(self, findings: Iterable[Finding]) -> list[dict[str, Any]]:
        return [{**finding.to_json(), "effort": self.effort.of(finding)} for finding in findings]
