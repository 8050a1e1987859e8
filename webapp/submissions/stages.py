"""The stages of the road as the database and the pages know them.

They are the engine's (`migrator.road.STAGES`); a test holds the two equal. They are written down here so that
the web process need not import the engine to draw a page.
"""

from __future__ import annotations

from collections.abc import Mapping

STAGES = ("analyze", "baseline", "translate", "replay", "free_run", "report")

TITLES = {
    "analyze": "Analyze",
    "baseline": "Baseline",
    "translate": "Translate",
    "replay": "Replay",
    "free_run": "Free run",
    "report": "Report",
}

# Which Celery queue a stage's task waits on. `device` runs user code; `cpu` only reads it.
QUEUES = {
    "analyze": "cpu",
    "baseline": "device",
    "translate": "cpu",
    "replay": "device",
    "free_run": "device",
    "report": "cpu",
}

# What must have succeeded before a stage makes sense. A program that crashes under PyTorch is translated all the
# same, and the report is always written: it says how far the project got.
NEEDS: Mapping[str, frozenset[str]] = {
    "analyze": frozenset(),
    "baseline": frozenset({"analyze"}),
    "translate": frozenset({"analyze"}),
    "replay": frozenset({"baseline", "translate"}),
    "free_run": frozenset({"baseline", "translate"}),
    "report": frozenset(),
}

# What a stage leaves in the working folder. It goes when the stage is to be run again: a stage that is then skipped
# must not be judged by what it left before.
OUTPUTS: Mapping[str, tuple[str, ...]] = {
    "analyze": ("analysis.json",),
    "baseline": ("baseline",),
    "translate": ("translated", "translation.json"),
    "replay": ("replay",),
    "free_run": ("free_run",),
    "report": ("report.json", "artifacts"),
}

# The stages that need to know which script to run.
RUNS = frozenset({"baseline", "replay", "free_run"})
