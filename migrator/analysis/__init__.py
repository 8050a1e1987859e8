"""What a project consists of: units with roles and reasons, entry points, packages, and the effort that is left.

Reading is by :mod:`ast` alone and executes nothing. A file that cannot be read is a finding there; the rest goes on.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from migrator.analysis import effort as efforts
from migrator.analysis.entry_points import entry_points
from migrator.analysis.flow import conversions
from migrator.analysis.packages import packages
from migrator.analysis.reading import ParsedFile, code_line_numbers, read
from migrator.analysis.results import (
    ROLES,
    Analysis,
    Argument,
    Effort,
    EffortItem,
    EntryPoint,
    FileAnalysis,
    HeldBack,
    Package,
    Unit,
)
from migrator.analysis.traces import FileFacts, gather
from migrator.analysis.units import divide, file_analysis, settle_by_users
from migrator.catalog import Catalog, shipped
from migrator.findings import Finding, Severity
from migrator.project import Project

__all__ = [
    "ROLES",
    "Analysis",
    "Argument",
    "Effort",
    "EffortItem",
    "EntryPoint",
    "FileAnalysis",
    "HeldBack",
    "Package",
    "Unit",
    "analyze_project",
]

_NOT_READ = {
    ".ipynb": "a notebook",
    ".cu": "CUDA",
    ".cuh": "CUDA",
    ".cpp": "C++",
    ".cc": "C++",
    ".pyx": "Cython",
}
_WEIGHTS = (".pth", ".pt", ".pth.tar", ".bin", ".safetensors")


def analyze_project(project: Project | Path | str, catalog: Catalog | None = None) -> Analysis:
    """Analyzes a project (or the folder that holds it). Never raises on bad source."""
    if isinstance(project, str | Path):
        project = Project.from_folder(Path(project))
    catalog = catalog or shipped()
    parsed = read(project.sources)
    facts = gather(parsed)
    flows = conversions(facts)
    units = settle_by_users([divide(file, facts) for file in facts.files.values()], facts, flows)
    used, package_findings = packages(facts)

    files = []
    for entry in parsed:
        if entry.finding is not None:
            files.append(_unread(entry))
            continue
        found = [*package_findings.get(entry.path, ()), *_made_at_run_time(facts.files[entry.path])]
        files.append(file_analysis(facts.files[entry.path], units[entry.path], facts, flows, found))
    rows, api_findings = efforts.held_back(facts, files, catalog)
    by_path: dict[str, list[Finding]] = {}
    for finding in api_findings:
        by_path.setdefault(finding.path, []).append(finding)
    files = [_with_findings(file, by_path.get(file.path, ())) for file in files]

    points, loose = entry_points(project, facts)
    loose.extend(_other_files(project))
    in_files = [finding for file in files for finding in file.findings]
    estimate = efforts.effort(files, used, rows, [*in_files, *loose])
    return Analysis(project.name, tuple(files), tuple(points), tuple(used), estimate, tuple(loose))


def _unread(parsed: ParsedFile) -> FileAnalysis:
    """A file without a tree: it stays as it is, and whether it had to move is not known."""
    assert parsed.finding is not None
    lines = len(parsed.lines) - (1 if len(parsed.lines) > 1 and not parsed.lines[-1] else 0)
    unit = Unit(parsed.path, "module", "mixed", f"not read: {parsed.finding.message}", 1, max(lines, 1))
    count = len(code_line_numbers(parsed))
    counted = (("mixed", count),) if count else ()
    return FileAnalysis(parsed.path, "mixed", lines, False, (unit,), (parsed.finding,), counted)


def _with_findings(file: FileAnalysis, more: Sequence[Finding]) -> FileAnalysis:
    return replace(file, findings=tuple(sorted({*file.findings, *more}))) if more else file


def _made_at_run_time(file: FileFacts) -> list[Finding]:
    found = []
    for node in file.calls:
        if not node.args:
            continue
        name = file.names.qualified(node.func) or (node.func.id if isinstance(node.func, ast.Name) else "")
        name = name.removeprefix("builtins.")
        if name not in ("exec", "eval", "__import__", "importlib.import_module"):
            continue
        given = node.args[0]
        if isinstance(given, ast.Constant) and "torch" not in str(given.value):
            continue
        message = f"{name} makes code at run time; what it names cannot be seen here."
        found.append(
            Finding(file.path, node.lineno, file.parsed.column(node), "MF007", Severity.INFO, message, node.lineno)
        )
    return found


def _other_files(project: Project) -> list[Finding]:
    found = []
    for file in project.files:
        lowered = file.path.lower()
        for ending, what in _NOT_READ.items():
            if lowered.endswith(ending):
                message = f"{file.path} is {what} and is not read; it is handed on as it is."
                found.append(Finding(file.path, 1, 0, "MF008", Severity.WARNING, message, 1))
        if lowered.endswith(_WEIGHTS) and len(file.data) > 256:
            message = f"{file.path} may hold PyTorch weights: python -m migrator checkpoint converts them."
            found.append(Finding(file.path, 1, 0, "MF009", Severity.INFO, message, 1))
    return found
