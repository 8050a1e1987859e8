"""MindFerry's engine: from a PyTorch project to a MindSpore project that was shown to train the same way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from migrator.analysis import analyze_project
    from migrator.translation import translate_project, translate_source

__all__ = ["analyze_project", "translate_project", "translate_source"]


def __getattr__(name: str) -> Any:
    """Loads the rooms on first use, so that ``import migrator`` costs nothing."""
    if name == "analyze_project":
        from migrator import analysis

        return analysis.analyze_project
    if name in ("translate_project", "translate_source"):
        from migrator import translation

        return getattr(translation, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
