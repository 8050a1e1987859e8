"""Run the original once more with other random draws, to see how much its result depends on them.

A program that seeds PyTorch itself gets another seed than it asks for. Python's and NumPy's generators stay as they are,
for data are made with them, and the translated program's are the same.
"""

from __future__ import annotations

import functools
from typing import Any

import torch

from ..program import replace_everywhere, run_program
from ..tape import TapeWriter
from .losses import loss_of
from .session import differentiating


def run(settings: dict[str, Any], tape: TapeWriter) -> None:
    """Run the program of ``settings`` with every seed moved on by ``seed_shift``; only losses are noted."""
    _move_seeds(int(settings["seed_shift"]))
    _note_losses(tape)
    run_program(settings, tape, finish=lambda: None)


def _move_seeds(shift: int) -> None:
    original = torch.manual_seed

    @functools.wraps(original)
    def seeded(number: Any) -> torch.Generator:
        return original(int(number) + shift)

    replace_everywhere("torch", original, seeded)
    torch.manual_seed(torch.initial_seed())


def _note_losses(tape: TapeWriter) -> None:
    original = torch.autograd.backward
    step = 0

    @functools.wraps(original)
    def noted(tensors: Any, grad_tensors: Any = None, *args: Any, **kwargs: Any) -> None:
        nonlocal step
        if differentiating():
            original(tensors, grad_tensors, *args, **kwargs)
            return
        tape.line("losses", {"step": step, "loss": loss_of(tensors, grad_tensors), "seconds": 0.0})
        step += 1
        original(tensors, grad_tensors, *args, **kwargs)

    replace_everywhere("torch", original, noted)
