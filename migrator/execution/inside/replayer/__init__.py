"""Run a translated program under MindSpore, fed with a baseline's weights, batches and random draws."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..lines import LineWatcher
from ..program import block, run_program, seed
from ..tape import TapeReader, TapeWriter

UNAVAILABLE = ("torch", "torchvision", "torchaudio", "torchtext", "migrator")


def run(settings: dict[str, Any]) -> None:
    """Run the program of ``settings`` and record what it did with the baseline's material."""
    block(UNAVAILABLE, Path(settings["project"]))
    from ..stepping import LossWatcher, set_up
    from .cells import CellReplay
    from .draws import DrawReplay
    from .loaders import LoaderReplay
    from .seeds import keep_seeds_apart
    from .session import Session

    tape = TapeWriter(Path(settings["record"]), int(settings["record_bytes"]))
    session = Session(tape, TapeReader(Path(settings["baseline"])))
    set_up(settings["runtime"], int(settings["seed"]))
    keep_seeds_apart()
    seed(int(settings["seed"]))
    cells = CellReplay(session, Path(settings["names"]))
    draws = DrawReplay(session)
    loaders = LoaderReplay(session, cells.follow_support, draws.follow_support)
    cells.install()
    draws.install()
    loaders.install()
    losses = LossWatcher(tape, cells.before_step, cells.after_step)
    losses.install()
    lines = LineWatcher(Path(settings["project"]), losses.in_step)

    def finish() -> None:
        cells.record_final()
        draws.explain_leftovers()
        tape.line("summary", {"steps": session.steps.done, "loaded": cells.loaded, "draws": draws.summary()})

    run_program(settings, tape, finish, lines)
