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
from .session import Session, differentiating

# Gradients of one model may come with its second loss only (generator and discriminator): so many are looked at.
LOOK_AT_BACKWARDS = 8


class GradientRecorder:
    """Notes each parameter's first gradient."""

    def __init__(self, session: Session, modules: ModuleRecorder) -> None:
        self._session = session
        self._modules = modules
        self._known: set[tuple[int, str]] = set()

    def note(self, step: int) -> None:
        """To be called after the backward of loss number ``step``."""
        if step >= LOOK_AT_BACKWARDS:
            return
        for root, name, parameter in self._modules.parameters():
            gradient = parameter.grad
            if gradient is None or (root, name) in self._known:
                continue
            self._known.add((root, name))
            reference = self._session.put(gradient.to_dense() if gradient.is_sparse else gradient)
            if reference is not None:
                event = {"root": root, "name": name, "step": step, "values": reference}
                self._session.tape.line("gradients", event)


class LossRecorder:
    def __init__(self, session: Session, modules: ModuleRecorder, optimizers: OptimizerRecorder) -> None:
        self._session = session
        self._modules = modules
        self._optimizers = optimizers
        self._gradients = GradientRecorder(session, modules)
        self._started = time.perf_counter()

    def install(self) -> None:
        original = torch.autograd.backward

        @functools.wraps(original)
        def recorded(tensors: Any, grad_tensors: Any = None, *args: Any, **kwargs: Any) -> None:
            if differentiating():
                original(tensors, grad_tensors, *args, **kwargs)
                return
            self._modules.stop_outputs()
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
        self._gradients.note(step)
        if step == 1 and not self._optimizers.stepped:
            # A program without an optimizer has changed its weights itself by now; where one steps later, that counts.
            self._modules.record_changed_by_hand()
        self._session.tape.line("losses", {"step": step, "loss": loss, "seconds": round(seconds, 6)})
        self._session.steps.done = step + 1


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
