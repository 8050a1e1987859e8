"""What the parts of the replay share: the baseline's record, the replay's own tape, and what is to be explained."""

from __future__ import annotations

import contextlib
import random
from collections import Counter
from collections.abc import Iterator
from typing import Any

import mindspore as ms
import numpy as np

from ..program import STEPS, RecordingEnded
from ..tape import Reference, TapeFull, TapeReader, TapeWriter

MOST_NOTES_OF_A_KIND = 20


class Session:
    """``tape`` is written, ``baseline`` is read. ``cut_at`` is the step at which the baseline stopped recording."""

    def __init__(self, tape: TapeWriter, baseline: TapeReader) -> None:
        self.tape = tape
        self.baseline = baseline
        self.steps = STEPS
        self.cut_at = next((int(line["step"]) for line in baseline.lines("cut")), None)
        self._noted: Counter[str] = Counter()
        self._quiet = 0

    def note(self, kind: str, text: str) -> None:
        """Something that the report must explain; the same kind is written out so many times only."""
        self._noted[kind] += 1
        if self._noted[kind] <= MOST_NOTES_OF_A_KIND:
            self.tape.line("notes", {"kind": kind, "text": text, "step": self.steps.done})

    def end_if_cut(self) -> None:
        """End the replay cleanly where the baseline recorded no further; called when something is not in the record."""
        if self.cut_at is not None and self.steps.done >= self.cut_at:
            raise RecordingEnded

    def put(self, tensor: Any) -> Reference | None:
        return self.put_array(to_numpy(tensor))

    def put_array(self, array: np.ndarray[Any, Any]) -> Reference | None:
        try:
            return self.tape.put(array)
        except TapeFull:
            return None

    @property
    def quiet(self) -> bool:
        return self._quiet > 0

    @contextlib.contextmanager
    def quietly(self) -> Iterator[None]:
        """While MindSpore itself draws on our behalf."""
        self._quiet += 1
        try:
            yield
        finally:
            self._quiet -= 1


def to_tensor(array: np.ndarray[Any, Any], dtype: str = "") -> Any:
    """A MindSpore tensor of the array; ``dtype`` is torch's name where NumPy has none (bfloat16)."""
    tensor = ms.Tensor(np.ascontiguousarray(array).reshape(array.shape))
    return tensor.astype(ms.bfloat16) if dtype == "bfloat16" else tensor


def to_numpy(tensor: Any) -> np.ndarray[Any, Any]:
    if tensor.dtype == ms.bfloat16:
        tensor = tensor.astype(ms.float32)
    return np.asarray(tensor.asnumpy())


def set_states(states: dict[str, Any], baseline: TapeReader) -> None:
    """Put Python's and NumPy's global generators where the baseline's were."""
    python, numpy = states["python"], states["numpy"]
    internal = tuple(int(number) for number in baseline.get(python["state"]))
    random.setstate((python["version"], internal, python["gauss"]))
    keys = np.array(baseline.get(numpy["keys"]))
    np.random.set_state((numpy["name"], keys, numpy["position"], numpy["has_gauss"], numpy["cached"]))
