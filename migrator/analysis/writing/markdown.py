"""The analysis for a person who reads it in a terminal, a merge request or a wiki."""

from __future__ import annotations

from collections.abc import Iterable

from migrator.analysis.results import Analysis
from migrator.findings import Finding


def markdown(analysis: Analysis) -> str:
    return "\n".join(_parts(analysis)) + "\n"


def _parts(analysis: Analysis) -> Iterable[str]:
    yield f"# {_text(analysis.name)}: what stays, what moves"
    yield ""
    kept = sum(file.kept for file in analysis.files)
    total = sum(analysis.roles.values())
    yield (
        f"{analysis.share_reusable:.0%} of {total:,} lines of code stay as they are; "
        f"{kept} of {len(analysis.files)} files come out byte for byte. "
        f"Work that is left: **{analysis.effort.total}** (about {_duration(analysis.effort.minutes)})."
    )
    yield from _table("Roles", ("Role", "Lines of code"), ((role, f"{n:,}") for role, n in analysis.roles.items()))
    yield from _table(
        "Entry points",
        ("Script", "Why", "Arguments"),
        (
            (
                f"`{point.path}`",
                point.reason,
                ", ".join(f"`{argument.flags[-1]}`" for argument in point.arguments) or "none",
            )
            for point in analysis.entry_points
        ),
    )
    yield from _table(
        "Packages",
        ("Package", "Use", "Detail"),
        ((f"`{package.name}`", package.use, package.detail) for package in analysis.packages),
    )
    yield from _table(
        "What holds the most lines back",
        ("API", "Lines", "Uses", "Why", "Estimate"),
        ((f"`{r.api}`", f"{r.lines:,}", f"{r.uses:,}", r.reason, r.estimate) for r in analysis.effort.held_back),
    )
    yield ""
    yield "## Files"
    for file in analysis.files:
        yield ""
        stays = ", stays byte for byte" if file.kept else ""
        yield f"### {_text(file.path)}: {file.role}{stays}"
        yield ""
        for unit in file.units:
            where = f"lines {unit.line}–{unit.end_line}"
            yield f"- {where} **{unit.role}** {unit.kind} `{_code(unit.name)}`: {_text(unit.reason)}"
    yield from _table(
        "Findings",
        ("Place", "Code", "Severity", "Estimate", "Message"),
        (
            (_place(f), f.code, f.severity.value, analysis.effort.of(f), f.message)
            for f in sorted(analysis.all_findings())
        ),
    )


def _table(title: str, head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterable[str]:
    listed = list(rows)
    if not listed:
        return
    yield ""
    yield f"## {title}"
    yield ""
    yield f"| {' | '.join(head)} |"
    yield f"|{'|'.join('---' for _ in head)}|"
    for row in listed:
        yield f"| {' | '.join(_text(cell) for cell in row)} |"


def _place(finding: Finding) -> str:
    if not finding.path:
        return "the project"
    return f"{finding.path}:{finding.line}" if finding.line else finding.path


def _duration(minutes: int) -> str:
    return f"{minutes} minutes" if minutes < 120 else f"{minutes / 60:.0f} hours"


def _text(text: str) -> str:
    """Text that cannot break out of a table or bring markup of its own: names and messages come from strangers."""
    text = " ".join(text.split())
    return text.replace("|", "\\|").replace("<", "&lt;").replace("[", "\\[")


def _code(text: str) -> str:
    return text.replace("`", "'")
