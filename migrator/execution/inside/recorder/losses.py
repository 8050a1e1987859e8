"""Note the loss at each ``backward``, and the first gradients."""

from __future__ import annotations

import functools
import time
from collections.abc import Sequence
from typing import Any

import torch

from ..program import replace_everywhere
from .modules import ModuleRecorder
from .optimizers import OptimizerRecorder
from .session import Session

# Gradients of one model may come with its second loss only (generator and discriminator): so many are looked at.
LOOK_AT_BACKWARDS = 8


class LossRecorder:
    def __init__(self, session: Session, modules: ModuleRecorder, optimizers: OptimizerRecorder) -> None:
        self._session = session
        self._modules = modules
        self._optimizers = optimizers
        self._with_gradient: set[tuple[int, str]] = set()
        self._started = time.perf_counter()

    def install(self) -> None:
        original = torch.autograd.backward

        @functools.wraps(original)
        def recorded(tensors: Any, grad_tensors: Any = None, *args: Any, **kwargs: Any) -> None:
            loss = loss_of(tensors, grad_tensors if grad_tensors is not None else kwargs.get("grad_variables"))
            self._modules.discover_loose([tensors] if isinstance(tensors, torch.Tensor) else list(tensors))
            original(tensors, grad_tensors, *args, **kwargs)
            self._note(loss)

        replace_everywhere("torch", original, recorded)

    def _note(self, loss: float) -> None:
        step = self._session.steps.done
        seconds = time.perf_counter() - self._started
        if step == 0:
            self._modules.discover()
            self._modules.stop_outputs()
        if step < LOOK_AT_BACKWARDS:
            self._record_gradients(step)
        if step == 1 and not self._optimizers.stepped:
            # A program without an optimizer has changed its weights itself by now; where one steps later, that counts.
            self._modules.record_changed_by_hand()
        self._session.tape.line("losses", {"step": step, "loss": loss, "seconds": round(seconds, 6)})
        self._session.steps.done = step + 1

    def _record_gradients(self, step: int) -> None:
        for root, name, parameter in self._modules.parameters():
            gradient = parameter.grad
            if gradient is None or (root, name) in self._with_gradient:
                continue
            self._with_gradient.add((root, name))
            reference = self._session.put(gradient)
            if reference is not None:
                event = {"root": root, "name": name, "step": step, "values": reference}
                self._session.tape.line("gradients", event)


def loss_of(tensors: Any, gradients: Any) -> float:
    """The number that is differentiated: the sum of all roots, weighted where gradients are given for them."""
    roots: Sequence[torch.Tensor] = [tensors] if isinstance(tensors, torch.Tensor) else list(tensors)
    weights = [gradients] if isinstance(gradients, torch.Tensor) or gradients is None else list(gradients)
    total = 0.0
    for index, root in enumerate(roots):
        weight = weights[index] if index < len(weights) else None
        value = root.detach()
        total += float((value if weight is None else value * weight.detach()).sum())
    return total
