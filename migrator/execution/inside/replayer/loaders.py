"""Hand the baseline's batches to the translated program, whichever loader it asks.

The n-th iterator that the program makes gets the batches of the n-th iterator of the baseline. Where that cannot be
right (another number of columns, a batch that could not be recorded), the program's own data are used and a note says
so.
"""

from __future__ import annotations

import functools
import importlib.abc
import importlib.machinery
import importlib.util
import sys
import types
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import mindspore.dataset as dataset
import numpy as np

from ..tape import TapeReader, Tree, decode
from .session import Session, set_states, to_tensor

SUPPORT_MODULE = "mindspore_support"
_END = object()


class LoaderReplay:
    def __init__(self, session: Session, *prepare: Callable[[types.ModuleType], None]) -> None:
        """``prepare`` see the project's support file too, as soon as it is imported."""
        self._session = session
        self._prepare = prepare
        self._next = 0
        self._own_data = False
        self._iterators: dict[int, list[dict[str, Any]]] = {}
        self._lengths: dict[int, int | None] = {}
        self._states: dict[int, dict[str, Any]] = {}
        for line in session.baseline.lines("batches"):
            number = int(line["iterator"])
            if line.get("begin"):
                self._lengths[number] = line.get("length")
                if "states" in line:
                    self._states[number] = line["states"]
                self._iterators.setdefault(number, [])
            else:
                self._iterators.setdefault(number, []).append(line)

    def install(self) -> None:
        base = dataset.engine.datasets.Dataset
        for kind in [base, *_all_subclasses(base)]:
            for name in ("__iter__", "create_tuple_iterator", "create_dict_iterator"):
                if name in vars(kind):
                    setattr(kind, name, self._pipeline_iterator(vars(kind)[name], name == "create_dict_iterator"))
        sys.meta_path.insert(0, SupportFinder(self._patch_support))

    def _pipeline_iterator(self, original: Any, as_dict: bool) -> Any:
        @functools.wraps(original)
        def iterate(
            pipeline: Any, columns: Any = None, num_epochs: int = -1, output_numpy: bool = False, **rest: Any
        ) -> Any:
            names = list(columns) if isinstance(columns, (list, tuple)) else list(pipeline.get_col_names())

            def shaped(tree: Tree) -> Any:
                arrays = columns_of(tree, self._session.baseline)
                if len(arrays) != len(names):
                    raise ValueError(f"{len(arrays)} parts in place of the {len(names)} columns {', '.join(names)}")
                values = arrays if output_numpy else [to_tensor(array) for array in arrays]
                return dict(zip(names, values, strict=True)) if as_dict else values

            def own() -> Any:
                if original.__name__ == "__iter__":
                    return original(pipeline)
                given = {} if columns is None else {"columns": columns}
                return original(pipeline, num_epochs=num_epochs, output_numpy=output_numpy, **given, **rest)

            if self._own_data:
                return own()
            return self._begin(shaped, own, pipeline.get_dataset_size)

        return iterate

    def _patch_support(self, module: types.ModuleType) -> None:
        for prepare in self._prepare:
            prepare(module)
        loader = getattr(module, "DataLoader", None)
        if not isinstance(loader, type) or "__iter__" not in vars(loader):
            return
        original = vars(loader)["__iter__"]

        def iterate(this: Any) -> Any:
            def shaped(tree: Tree) -> Any:
                return decode(tree, self._session.baseline, to_tensor)

            def own() -> Any:
                return self._undisturbed(original(this))

            if self._own_data:
                return own()
            return self._begin(shaped, own, functools.partial(len, this))

        setattr(loader, "__iter__", iterate)  # noqa: B010 - a class that the type checker cannot know

    def _undisturbed(self, batches: Any) -> Iterator[Any]:
        """The program's own batches; what it draws to shuffle them is no draw of the original's."""
        while True:
            with self._session.quietly():
                batch = next(batches, _END)
            if batch is _END:
                return
            yield batch

    def _begin(self, shaped: Any, own: Any, length: Any) -> Any:
        number, self._next = self._next, self._next + 1
        session = self._session
        if number not in self._iterators:
            session.end_if_cut()
            session.note(
                "iterator", f"The program made a data iterator (number {number + 1}) that the original did not."
            )
            return self._by_itself(own)
        events = self._iterators[number]
        first = next((event["batch"] for event in events if "batch" in event), None)
        if first is not None:
            try:
                shaped(first)
            except ValueError as error:
                text = f"Data iterator {number + 1} could not be fed from the baseline: its batches hold {error}."
                session.note("batch", text)
                return self._by_itself(own)
        recorded = self._lengths.get(number)
        found = self._by_itself(functools.partial(_length, length))
        if recorded is not None and found is not None and recorded != found:
            text = f"Data iterator {number + 1} has {found} batches by itself, the original's has {recorded}."
            session.note("length", text)
        if number in self._states:
            set_states(self._states[number], session.baseline)
        return ReplayedIterator(number, events, shaped, session)

    def _by_itself(self, make: Any) -> Any:
        """MindSpore's iterators are made of one another; only the outermost is the program's."""
        self._own_data = True
        try:
            return make()
        finally:
            self._own_data = False


class ReplayedIterator:
    """Stands for an iterator of either kind of loader."""

    def __init__(self, number: int, events: Sequence[dict[str, Any]], shaped: Any, session: Session) -> None:
        self._number = number
        self._events = events
        self._shaped = shaped
        self._session = session
        self._at = 0

    def __iter__(self) -> ReplayedIterator:
        return self

    def __next__(self) -> Any:
        session = self._session
        if self._at >= len(self._events):
            session.end_if_cut()
            text = f"Data iterator {self._number + 1} was asked for more than the original's {self._at} batches."
            session.note("more batches", text)
            raise StopIteration
        event = self._events[self._at]
        self._at += 1
        batch = self._shaped(event["batch"]) if "batch" in event else None
        if "states" in event:
            set_states(event["states"], session.baseline)
        if "end" in event:
            raise StopIteration
        return batch

    def get_next(self) -> Any:
        return next(self)

    def stop(self) -> None:
        """Part of MindSpore's iterators; there is no pipeline behind this one."""

    release = stop


def columns_of(tree: Tree, baseline: TapeReader) -> list[np.ndarray[Any, Any]]:
    """A batch as the columns that a MindSpore pipeline yields: its parts in order, nested ones one after the other."""
    for kind in ("list", "tuple", "items"):
        if kind in tree:
            parts = tree[kind]
            if parts and all("value" in part for part in parts):
                return [np.array([part["value"] for part in parts])]
            return [array for part in parts for array in columns_of(part, baseline)]
    if "dict" in tree:
        return [array for _, part in tree["dict"] for array in columns_of(part, baseline)]
    value = decode(tree, baseline, lambda array, dtype: array)
    return [np.asarray(value)]


class SupportFinder(importlib.abc.MetaPathFinder):
    """Lets the import of a project's support file happen as always, and then prepares what it defines."""

    def __init__(self, prepare: Any) -> None:
        self._prepare = prepare
        self._busy = False

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> importlib.machinery.ModuleSpec | None:
        if self._busy or fullname.rpartition(".")[2] != SUPPORT_MODULE:
            return None
        self._busy = True
        try:
            spec = importlib.util.find_spec(fullname)
        finally:
            self._busy = False
        if spec is not None and spec.loader is not None:
            execute = spec.loader.exec_module

            def and_prepare(module: types.ModuleType) -> None:
                execute(module)
                self._prepare(module)

            spec.loader.exec_module = and_prepare  # type: ignore[method-assign]
        return spec


def _all_subclasses(kind: Any) -> Iterator[Any]:
    for child in kind.__subclasses__():
        yield child
        yield from _all_subclasses(child)


def _length(length: Any) -> int | None:
    try:
        return int(length())
    except Exception:
        # A stream has no length, and a pipeline may only find out by running the program's own code.
        return None
