"""Note every batch that a DataLoader hands out, in the order in which iterators were made."""

from __future__ import annotations

import functools
import random
from collections.abc import Iterator
from typing import Any

import numpy as np
from torch.utils.data import DataLoader

from ..tape import TapeFull, encode
from .session import Session, as_numpy


class LoaderRecorder:
    def __init__(self, session: Session) -> None:
        self._session = session
        self._iterators = 0

    def install(self) -> None:
        original = DataLoader.__iter__

        @functools.wraps(original)
        def recorded(loader: DataLoader[Any]) -> Any:
            before = random_states()
            with self._session.quietly():
                iterator = original(loader)
            if isinstance(iterator, RecordedIterator):
                return iterator
            number, self._iterators = self._iterators, self._iterators + 1
            event = {"iterator": number, "begin": True, "length": _length_of(loader)}
            self._session.tape.line("batches", event | moved_on(before, self._session))
            return RecordedIterator(iterator, number, self._session)

        DataLoader.__iter__ = recorded


class RecordedIterator:
    """Stands for the loader's own iterator; draws that the data pipeline makes are its own business."""

    def __init__(self, iterator: Iterator[Any], number: int, session: Session) -> None:
        self._iterator = iterator
        self._number = number
        self._session = session
        self._fetched = 0

    def __iter__(self) -> RecordedIterator:
        return self

    def __len__(self) -> int:
        return len(self._iterator)  # type: ignore[arg-type]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._iterator, name)

    def __next__(self) -> Any:
        before = random_states()
        try:
            with self._session.quietly():
                batch = next(self._iterator)
        except StopIteration:
            self._note({"end": True}, before)
            raise
        self._note({"batch": batch}, before)
        self._fetched += 1
        return batch

    def _note(self, event: dict[str, Any], before: tuple[Any, ...]) -> None:
        session = self._session
        if not session.recording:
            return
        event |= {"iterator": self._number, "index": self._fetched, "step": session.steps.done}
        try:
            if "batch" in event:
                event["batch"] = encode(event["batch"], session.tape, as_numpy)
            event |= moved_on(before, session)
        except TapeFull:
            session.cut()
            return
        session.tape.line("batches", event)


def random_states() -> tuple[Any, ...]:
    """Python's and NumPy's global generators; a data pipeline in this process may have moved them on."""
    return random.getstate(), np.random.get_state(legacy=True)


def moved_on(before: tuple[Any, ...], session: Session) -> dict[str, Any]:
    """The generators' states for an event, where they are no longer what they were: a sampler may draw its order when
    it is asked for, or with every batch."""
    after = random_states()
    if not session.recording or same_states(before, after):
        return {}
    try:
        return {"states": encode_states(after, session)}
    except TapeFull:
        session.cut()
        return {}


def same_states(one: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
    return bool(one[0] == other[0] and one[1][2:] == other[1][2:] and np.array_equal(one[1][1], other[1][1]))


def encode_states(states: tuple[Any, ...], session: Session) -> dict[str, Any]:
    (version, internal, gauss), (name, keys, position, has_gauss, cached) = states
    return {
        "python": {"version": version, "state": session.tape.put(np.array(internal, np.uint64)), "gauss": gauss},
        "numpy": {
            "name": name,
            "keys": session.tape.put(np.asarray(keys)),
            "position": int(position),
            "has_gauss": int(has_gauss),
            "cached": float(cached),
        },
    }


def _length_of(loader: DataLoader[Any]) -> int | None:
    try:
        return len(loader)
    except TypeError:
        return None
