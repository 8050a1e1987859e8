"""An analysis as a document: JSON, SARIF 2.1.0, Markdown, HTML."""

from __future__ import annotations

import json
from collections.abc import Callable

from migrator.analysis.results import Analysis
from migrator.analysis.writing.markdown import markdown
from migrator.analysis.writing.page import page
from migrator.analysis.writing.sarif import sarif

__all__ = ["WRITERS", "as_json", "markdown", "page", "sarif"]


def as_json(analysis: Analysis) -> str:
    return json.dumps(analysis.to_json(), indent=2, ensure_ascii=False) + "\n"


WRITERS: dict[str, Callable[[Analysis], str]] = {
    ".json": as_json,
    ".sarif": sarif,
    ".md": markdown,
    ".html": page,
}
"""The writer by the ending of the file that is asked for."""
