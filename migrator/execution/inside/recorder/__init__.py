"""Record a PyTorch program while it runs: everything that its replay under MindSpore must be given or compared with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from ..program import run_program, seed
from ..tape import TapeWriter
from . import control, other_seed
from .draws import DrawRecorder
from .loaders import LoaderRecorder
from .losses import LossRecorder
from .modules import ModuleRecorder
from .optimizers import OptimizerRecorder
from .session import Session


def run(settings: dict[str, Any]) -> None:
    """Run the program of ``settings`` on the CPU and write its record."""
    tape = TapeWriter(Path(settings["record"]), int(settings["record_bytes"]))
    seed(int(settings["seed"]))
    torch.manual_seed(int(settings["seed"]))
    torch.set_num_threads(int(settings["threads"]))
    torch.cuda.is_available = lambda: False
    if hasattr(torch, "accelerator"):
        torch.accelerator.is_available = lambda *_, **__: False
    if settings.get("disturbance"):
        control.run(settings, tape)
    if settings.get("seed_shift"):
        other_seed.run(settings, tape)
    session = Session(tape, int(settings["record_steps"]))
    modules = ModuleRecorder(session)
    optimizers = OptimizerRecorder(session, modules)
    losses = LossRecorder(session, modules, optimizers)
    draws = DrawRecorder(session, modules)
    LoaderRecorder(session).install()
    modules.install()
    losses.install()
    optimizers.install()
    draws.install()

    def finish() -> None:
        draws.remove()
        modules.record_final()
        tape.line("summary", {"steps": session.steps.done, "cut_at": session.cut_at, "bytes": tape.size})

    run_program(settings, tape, finish)
