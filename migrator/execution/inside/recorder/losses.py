"""Note the loss at each ``backward``, the first gradients, and the weights after each optimizer's first step."""

from __future__ import annotations

import functools
import time
import weakref
from collections.abc import Sequence
from typing import Any

import torch
from torch.optim.optimizer import Optimizer, register_optimizer_step_post_hook, register_optimizer_step_pre_hook

from ..program import replace_everywhere
from .modules import ModuleRecorder
from .session import Session

# Gradients of one model may come with its second loss only (generator and discriminator): so many are looked at.
LOOK_AT_BACKWARDS = 8


class LossRecorder:
    def __init__(self, session: Session, modules: ModuleRecorder) -> None:
        self._session = session
        self._modules = modules
        self._optimizers: weakref.WeakKeyDictionary[Optimizer, int] = weakref.WeakKeyDictionary()
        self._known = 0
        self._stepped: set[int] = set()
        self._rates: dict[int, list[float]] = {}
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
        register_optimizer_step_pre_hook(self._before_step)
        register_optimizer_step_post_hook(self._after_step)

    def _note(self, loss: float) -> None:
        step = self._session.steps.done
        seconds = time.perf_counter() - self._started
        if step == 0:
            self._modules.discover()
            self._modules.stop_outputs()
        if step < LOOK_AT_BACKWARDS:
            self._record_gradients(step)
        if step == 1 and not self._stepped:
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

    def _record_gradients_of(self, optimizer: Optimizer) -> None:
        """What the optimizer's first step is made from: summed, clipped, whatever the program did to it."""
        wanted = {id(parameter) for group in optimizer.param_groups for parameter in group["params"]}
        for root, name, parameter in self._modules.parameters():
            if id(parameter) in wanted and parameter.grad is not None:
                reference = self._session.put(parameter.grad)
                if reference is not None:
                    event = {"root": root, "name": name, "values": reference}
                    self._session.tape.line("step_gradients", event)

    def _before_step(self, optimizer: Optimizer, args: Any, kwargs: Any) -> None:
        if optimizer not in self._optimizers:
            self._optimizers[optimizer] = self._known  # not how many there are: one may be gone by now
            self._known += 1
        number = self._optimizers[optimizer]
        if number not in self._stepped:
            self._modules.discover()
            self._record_gradients_of(optimizer)
        rates = [float(group["lr"]) for group in optimizer.param_groups if "lr" in group]
        if rates != self._rates.get(number):
            self._rates[number] = rates
            event = {"optimizer": number, "step": self._session.steps.done, "rates": rates}
            self._session.tape.line("rates", event)

    def _after_step(self, optimizer: Optimizer, args: Any, kwargs: Any) -> None:
        number = self._optimizers[optimizer]
        if number not in self._stepped:
            self._stepped.add(number)
            parameters = [parameter for group in optimizer.param_groups for parameter in group["params"]]
            self._modules.record_after_first_step(parameters)


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
