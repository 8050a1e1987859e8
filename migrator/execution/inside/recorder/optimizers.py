"""Note what each optimizer's first step is made from and what it does, and how the optimizer is set."""

from __future__ import annotations

import weakref
from typing import Any

import torch
from torch.optim.optimizer import Optimizer, register_optimizer_step_post_hook, register_optimizer_step_pre_hook

from ..groups import numbers_of
from .modules import ModuleRecorder
from .session import Session


class OptimizerRecorder:
    """``stepped`` holds the numbers of the optimizers that took a step, counted in the order of their first ones."""

    def __init__(self, session: Session, modules: ModuleRecorder) -> None:
        self._session = session
        self._modules = modules
        self._numbers: weakref.WeakKeyDictionary[Optimizer, int] = weakref.WeakKeyDictionary()
        self._known = 0
        self._rates: dict[int, list[float]] = {}
        self.stepped: set[int] = set()

    def install(self) -> None:
        register_optimizer_step_pre_hook(self._before_step)
        register_optimizer_step_post_hook(self._after_step)

    def _before_step(self, optimizer: Optimizer, args: Any, kwargs: Any) -> None:
        if optimizer not in self._numbers:
            self._numbers[optimizer] = self._known  # not how many there are: one may be gone by now
            self._known += 1
        number = self._numbers[optimizer]
        if number not in self.stepped:
            self._modules.discover()
            self._record_gradients(optimizer)
            groups = [numbers_of(group) for group in optimizer.param_groups]
            self._session.tape.line("optimizers", {"optimizer": number, "groups": groups})
        rates = [float(group["lr"]) for group in optimizer.param_groups if "lr" in group]
        if rates != self._rates.get(number):
            self._rates[number] = rates
            event = {"optimizer": number, "step": self._session.steps.done, "rates": rates}
            self._session.tape.line("rates", event)

    def _record_gradients(self, optimizer: Optimizer) -> None:
        """Summed, clipped, whatever the program did to them."""
        wanted = {id(parameter) for parameter in _parameters(optimizer)}
        if self._session.steps.done > 1:
            # A step that comes at once starts from the initial weights; what a late one starts from, is not known else.
            self._modules.record_before_first_step(wanted)
        for root, name, parameter in self._modules.parameters():
            if id(parameter) in wanted and parameter.grad is not None:
                reference = self._session.put(parameter.grad)
                if reference is not None:
                    event = {"root": root, "name": name, "values": reference}
                    self._session.tape.line("step_gradients", event)

    def _after_step(self, optimizer: Optimizer, args: Any, kwargs: Any) -> None:
        number = self._numbers[optimizer]
        if number not in self.stepped:
            self.stepped.add(number)
            self._modules.record_after_first_step(_parameters(optimizer))


def _parameters(optimizer: Optimizer) -> list[torch.Tensor]:
    return [parameter for group in optimizer.param_groups for parameter in group["params"]]
