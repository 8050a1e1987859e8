"""Run the original once more with weights and gradients that are changed a little, to see how much it amplifies small
differences.

Seeds, batches and draws are those of the baseline, since nothing else differs. Noted are losses, the first gradients,
and each optimizer's first step.
"""

from __future__ import annotations

from typing import Any

import torch

from ..holders import LOOSE
from ..program import RecordingEnded, replace_everywhere, run_program
from ..tape import TapeWriter
from .losses import GradientRecorder, loss_of
from .modules import ModuleRecorder
from .optimizers import OptimizerRecorder
from .session import Session, differentiating


class Disturbance(ModuleRecorder):
    """Finds models as the recorder does, and multiplies each weight by ``1 + size * noise`` in place of noting it.

    Two frameworks round differently in every backward pass, so each gradient is changed too: by at most ``size`` of its
    largest entry, as the frameworks' first gradients differ.
    """

    def __init__(self, session: Session, size: float, number: int) -> None:
        super().__init__(session)
        self._size = size
        self._noise = torch.Generator().manual_seed(number)
        self.disturbed: set[int] = set()

    def _record_weight(self, phase: str, number: int, name: str, value: Any) -> None:
        if phase in ("before first step", "after first step"):
            super()._record_weight(phase, number, name, value)
        if phase != "initial" or number == LOOSE:
            return
        root = self._roots[number]
        parameter = dict(root.named_parameters(remove_duplicate=False)).get(name)
        if parameter is None or not parameter.is_floating_point() or id(parameter) in self.disturbed:
            return
        self.disturbed.add(id(parameter))
        with torch.no_grad():
            noise = torch.randn(parameter.shape, generator=self._noise, dtype=torch.float32)
            parameter.mul_(1 + self._size * noise.to(parameter.dtype))
        self._versions[number] = self._version(root)

    def disturb_gradients(self) -> None:
        with torch.no_grad():
            for root in self._roots:
                for parameter in root.parameters():
                    gradient = parameter.grad
                    if gradient is not None and gradient.is_floating_point() and gradient.numel():
                        noise = torch.rand(gradient.shape, generator=self._noise, dtype=torch.float32) * 2 - 1
                        gradient.add_(self._size * gradient.abs().max() * noise.to(gradient.dtype))


def install(session: Session, size: float, number: int, most_steps: int) -> None:
    """Disturb every model when it is first used and after every backward, note each loss, and end before the one that
    comes after ``most_steps`` of them."""
    modules = Disturbance(session, size, number)
    modules.follow()
    OptimizerRecorder(session, modules).install()
    gradients = GradientRecorder(session, modules)
    original = torch.autograd.backward

    def watched(tensors: Any, grad_tensors: Any = None, *args: Any, **kwargs: Any) -> None:
        if differentiating():
            original(tensors, grad_tensors, *args, **kwargs)
            return
        if session.steps.done >= most_steps:
            raise RecordingEnded
        if session.steps.done == 0:
            modules.discover()
        session.tape.line(
            "losses", {"step": session.steps.done, "loss": loss_of(tensors, grad_tensors), "seconds": 0.0}
        )
        session.steps.done += 1
        original(tensors, grad_tensors, *args, **kwargs)
        gradients.note(session.steps.done - 1)
        modules.disturb_gradients()

    replace_everywhere("torch", original, watched)


def run(settings: dict[str, Any], tape: TapeWriter) -> None:
    session = Session(tape, 0)
    install(session, float(settings["disturbance"]), int(settings["control"]), int(settings["record_steps"]))
    run_program(settings, tape, finish=lambda: None)
