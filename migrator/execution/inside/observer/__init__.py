"""Let a translated program run by itself, with its own data, weights and draws; only its losses are noted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..program import block, run_program, seed
from ..tape import TapeWriter

# A migrated program needs neither: that it ends well without them is part of what this run shows.
UNAVAILABLE = ("torch", "torchvision", "torchaudio", "torchtext", "migrator")


def run(settings: dict[str, Any]) -> None:
    """Run the program of ``settings`` as plain ``python`` would."""
    block(UNAVAILABLE, Path(settings["project"]))
    from ..stepping import LossWatcher, set_up

    tape = TapeWriter(Path(settings["record"]), int(settings["record_bytes"]))
    seed(int(settings["seed"]))
    set_up(settings["runtime"], int(settings["seed"]))
    LossWatcher(tape).install()
    run_program(settings, tape, finish=lambda: None)
