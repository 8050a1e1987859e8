"""The analysis as one HTML file that needs nothing else: no script, no network, everything escaped."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from migrator.analysis.results import Analysis

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; color: #1b1f24; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 1.5rem; }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem; border-bottom: 1px solid #d0d7de; }
code { font: .9em ui-monospace, monospace; }
.bar { display: flex; height: 1.25rem; border-radius: .25rem; overflow: hidden; margin: 1rem 0; }
.role { border-left: .4rem solid var(--c); padding-left: .4rem; }
.reusable { --c: #4c956c } .model { --c: #2c6fbb } .data { --c: #b0792b } .training { --c: #b5446e }
.checkpoint { --c: #6b5ca5 } .inference { --c: #3a8fa3 } .device { --c: #7a7a7a } .mixed { --c: #9a4f2e }
.bar span { background: var(--c); }
@media (prefers-color-scheme: dark) { body { background: #14171a; color: #e6e8ea; } th, td { border-color: #3a4048; } }
""".strip()


def page(analysis: Analysis) -> str:
    return "\n".join(_parts(analysis)) + "\n"


def _parts(analysis: Analysis) -> Iterable[str]:
    name = escape(analysis.name)
    roles = analysis.roles
    total = sum(roles.values()) or 1
    yield '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{name}: what stays, what moves</title>\n<style>\n{_STYLE}\n</style>\n</head>\n<body>\n<main>"
    yield f"<h1>{name}: what stays, what moves</h1>"
    yield (
        f"<p>{analysis.share_reusable:.0%} of {sum(roles.values()):,} lines of code stay as they are. "
        f"Work that is left: <strong>{escape(analysis.effort.total)}</strong>.</p>"
    )
    bar = "".join(f'<span class="{role}" style="width:{100 * n / total:.2f}%"></span>' for role, n in roles.items())
    yield f'<div class="bar" aria-hidden="true">{bar}</div>'
    yield from _table("Roles", ("Role", "Lines of code"), ((_role(role), f"{n:,}") for role, n in roles.items()))
    yield from _table(
        "Entry points",
        ("Script", "Why", "Arguments"),
        (
            (_code(p.path), escape(p.reason), ", ".join(_code(a.flags[-1]) for a in p.arguments) or "none")
            for p in analysis.entry_points
        ),
    )
    yield from _table(
        "Packages",
        ("Package", "Use", "Detail"),
        ((_code(p.name), escape(p.use), escape(p.detail)) for p in analysis.packages),
    )
    yield from _table(
        "What holds the most lines back",
        ("API", "Lines", "Uses", "Why", "Estimate"),
        ((_code(r.api), str(r.lines), str(r.uses), escape(r.reason), r.estimate) for r in analysis.effort.held_back),
    )
    yield from _table(
        "Units",
        ("Where", "Role", "Unit", "Reason"),
        (
            (_code(f"{file.path}:{u.line}"), _role(u.role), f"{u.kind} {_code(u.name)}", escape(u.reason))
            for file in analysis.files
            for u in file.units
        ),
    )
    yield from _table(
        "Findings",
        ("Where", "Code", "Severity", "Estimate", "Message"),
        (
            (
                _code(f"{f.path}:{f.line}" if f.path else "the project"),
                f.code,
                f.severity.value,
                analysis.effort.of(f),
                escape(f.message),
            )
            for f in sorted(analysis.all_findings())
        ),
    )
    yield "</main>\n</body>\n</html>"


def _table(title: str, head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterable[str]:
    listed = list(rows)
    if not listed:
        return
    cells = "".join(f'<th scope="col">{cell}</th>' for cell in head)
    yield f"<h2>{title}</h2>\n<table>\n<thead><tr>{cells}</tr></thead>\n<tbody>"
    for row in listed:
        yield f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>"
    yield "</tbody>\n</table>"


def _role(role: str) -> str:
    return f'<span class="role {escape(role)}">{escape(role)}</span>'


def _code(text: str) -> str:
    return f"<code>{escape(text)}</code>"
