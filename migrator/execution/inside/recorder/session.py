"""What the parts of the recorder share: the tape, the clock, and whether random draws count at the moment."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch

from ..program import STEPS
from ..tape import TapeFull, TapeWriter


class Session:
    """Batches, draws and outputs are recorded until the tape or the number of steps is full; losses always."""

    def __init__(self, tape: TapeWriter, most_steps: int) -> None:
        self.tape = tape
        self.steps = STEPS
        self.most_steps = most_steps
        self.cut_at: int | None = None
        self._quiet = 0

    @property
    def recording(self) -> bool:
        if self.cut_at is None and self.steps.done >= self.most_steps:
            self.cut()
        return self.cut_at is None

    def cut(self) -> None:
        """Stop recording what a replay needs: it will end here."""
        if self.cut_at is None:
            self.cut_at = self.steps.done
            self.tape.line("cut", {"step": self.steps.done})

    @property
    def quiet(self) -> bool:
        """Whether draws are nobody's business now: inside an initialiser or a data loader."""
        return self._quiet > 0

    @contextlib.contextmanager
    def quietly(self) -> Iterator[None]:
        self._quiet += 1
        try:
            yield
        finally:
            self._quiet -= 1

    def put(self, tensor: torch.Tensor) -> dict[str, Any] | None:
        """A reference to the tensor's values, or None where the tape has no room for them."""
        found = as_numpy(tensor)
        if found is None:
            return None
        array, dtype = found
        try:
            return self.tape.put(array, "bfloat16" if dtype == "bfloat16" else "")
        except TapeFull:
            self.cut()
            return None


def as_numpy(value: Any) -> tuple[np.ndarray[Any, Any], str] | None:
    """The values of a dense tensor and the name of its dtype; None for everything else."""
    if not isinstance(value, torch.Tensor) or value.layout != torch.strided or value.is_quantized:
        return None
    plain = value.detach()
    if plain.is_conj() or plain.is_neg():
        plain = plain.resolve_conj().resolve_neg()
    name = str(plain.dtype).removeprefix("torch.")
    if plain.dtype == torch.bfloat16:
        return plain.contiguous().view(torch.uint16).numpy(), name
    try:
        return plain.cpu().numpy(), name
    except (TypeError, RuntimeError):
        return None


def differentiating() -> bool:
    """Whether autograd is at work: a part that is checkpointed is computed again then, as it was before."""
    return bool(torch._C._current_graph_task_id() != -1)
