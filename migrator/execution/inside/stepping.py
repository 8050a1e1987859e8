"""Follow the losses of a MindSpore program: each call of what ``value_and_grad`` made is one step, and each backward pass
through what was recorded."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Sequence
from typing import Any

import mindspore as ms
from mindspore._c_expression import run_backward

from .program import STEPS, replace_everywhere
from .tape import TapeWriter

BeforeStep = Callable[[Sequence[Any]], None]
AfterStep = Callable[[int, Sequence[Any], Sequence[Any]], None]


def set_up(runtime: dict[str, Any], seed: int) -> None:
    """Bring MindSpore into the state that was measured to be the fastest here, and seed it."""
    ms.set_context(mode=ms.PYNATIVE_MODE, device_target="CPU")
    ms.set_context(pynative_synchronize=bool(runtime.get("pynative_synchronize", True)))
    if runtime.get("threads"):
        ms.set_context(runtime_num_threads=int(runtime["threads"]))
    ms.set_seed(seed)


class LossWatcher:
    """``before`` gets the weights that a step differentiates by, ``after`` the step's number, weights and gradients."""

    def __init__(self, tape: TapeWriter, before: BeforeStep | None = None, after: AfterStep | None = None) -> None:
        self._tape = tape
        self._before = before
        self._after = after
        self._started = time.perf_counter()
        self._depth = 0

    def in_step(self) -> bool:
        """Whether a loss is being computed right now."""
        return self._depth > 0

    def install(self) -> None:
        original = ms.value_and_grad

        @functools.wraps(original)
        def watched(
            fn: Any, grad_position: Any = 0, weights: Any = None, *args: Any, **kwargs: Any
        ) -> Callable[..., Any]:
            inner = original(fn, grad_position, weights, *args, **kwargs)
            parameters = [weights] if isinstance(weights, ms.Tensor) else list(weights or ())

            def step(*inputs: Any, **named: Any) -> Any:
                if self._depth:
                    return inner(*inputs, **named)
                self._depth += 1
                try:
                    if self._before is not None:
                        self._before(parameters)
                    result = inner(*inputs, **named)
                finally:
                    self._depth -= 1
                self._note(result, parameters, grad_position)
                return result

            return step

        replace_everywhere("mindspore", original, watched)
        self._watch_recorded()

    def _watch_recorded(self) -> None:
        """The support file's ``backward`` differentiates what was recorded as it ran."""
        original = run_backward

        @functools.wraps(original)
        def watched(losses: Any, weights: Any, keep: bool, create: bool, inputs: Any, *args: Any, **kwargs: Any) -> Any:
            if self._depth or create:
                return original(losses, weights, keep, create, inputs, *args, **kwargs)
            if self._before is not None:
                self._before(inputs)
            gradients = original(losses, weights, keep, create, inputs, *args, **kwargs)
            total = sum((loss * weight).sum() for loss, weight in zip(losses, weights, strict=True))
            self._note((total, gradients), inputs, None)
            return gradients

        replace_everywhere("mindspore", original, watched)

    def _note(self, result: Any, parameters: Sequence[Any], grad_position: Any) -> None:
        value, gradients = result[0], result[1]
        loss = value[0] if isinstance(value, (tuple, list)) else value
        # Reading the loss also waits for the step: unread, steps overlap and draws fall differently from run to run.
        number = float(loss.asnumpy().astype("float64").sum())
        step = STEPS.done
        if self._after is not None and parameters:
            if grad_position is not None:
                gradients = gradients[1]
            by_weight = list(gradients) if isinstance(gradients, (tuple, list)) else [gradients]
            self._after(step, parameters, by_weight)
        seconds = round(time.perf_counter() - self._started, 6)
        self._tape.line("losses", {"step": step, "loss": number, "seconds": seconds})
        STEPS.done = step + 1
