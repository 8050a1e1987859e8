"""The pages of ``docs/`` that are made from data: one a diagnostic, one a rule, and the table of diagnostics.

``make docs`` writes them; a test compares them with what is committed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from migrator import reference
from migrator.reference import CodePage

DOCS = Path(__file__).parent.parent / "docs"
FINDINGS = "findings.md"
BEGIN, END = "<!-- made by `make docs` -->", "<!-- until here -->"


def pages() -> dict[str, str]:
    """All pages by their path below ``docs/``."""
    found = [page for page in map(reference.code_page, sorted(reference.codes())) if page is not None]
    made = {f"{page.kind}/{page.code}.md": code_page(page) for page in found}
    made[FINDINGS] = findings_page((DOCS / FINDINGS).read_text(encoding="utf-8"), found)
    return made


def code_page(page: CodePage) -> str:
    parts = [f"# {page.code}: {page.title}", page.text]
    if page.remedy:
        parts.append(f"**What the translation writes.** {page.remedy}")
    if page.examples:
        parts.append("## For example")
    for example in page.examples:
        parts.extend([fenced(example.before), "becomes", fenced(example.after)])
    if page.unchanged:
        parts.append("No finding comes from:" if page.remedy else "## What it leaves alone")
        parts.extend(fenced(source) for source in page.unchanged)
    if page.concerned:
        parts.append("## Where it is looked for")
        parts.append("\n".join(f"- `{name}`{f', when `{when}`' if when else ''}" for name, when in page.concerned))
    if page.measurement:
        parts.append("## How it is known")
        parts.append("Measured: this program fails where the trap is not there.")
        parts.append(fenced(page.measurement))
        parts.append("The vendor's pages: " + ", ".join(f"<{link}>" for link in page.source) + ".")
    parts.append("[All findings](../findings.md)")
    return "\n\n".join(parts) + "\n"


def findings_page(text: str, found: Iterable[CodePage]) -> str:
    """The page of findings with the table of diagnostics as the data has it, and rules' codes leading to their pages."""
    lines = ["| code | the trap | what the translation writes |", "|---|---|---|"]
    for page in found:
        if page.kind == "diagnostics":
            lines.append(f"| {page.code} | [{page.title}](diagnostics/{page.code}.md) | {page.remedy} |")
            continue
        row = rf"(?m)^\| {page.code} \| (?!\[)([^|]+?) \|"
        text = re.sub(row, rf"| {page.code} | [\1](rules/{page.code}.md) |", text)
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    table = "\n".join(lines)
    return f"{before}{BEGIN}\n\n{table}\n\n{END}{after}"


def fenced(code: str) -> str:
    return f"```python\n{code.strip()}\n```"


def write() -> list[str]:
    """Writes what differs from what is there, takes away pages of codes that are no more, and says which these are."""
    changed = []
    made = pages()
    for name, text in made.items():
        path = DOCS / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
            changed.append(name)
    for path in (*DOCS.glob("diagnostics/*.md"), *DOCS.glob("rules/*.md")):
        name = path.relative_to(DOCS).as_posix()
        if name not in made:
            path.unlink()
            changed.append(name)
    return changed


if __name__ == "__main__":
    print("\n".join(write()) or "Nothing changed.")
