"""Give the program's models the baseline's initial weights, and note what becomes of them.

Models are paired as the recorder found them: by class name and the order in which they were made. A cell that the
original has no counterpart for (a list that holds two models for one optimizer) stands for the cells inside it.
"""

from __future__ import annotations

import functools
import gc
import importlib.util
import sys
import weakref
from collections.abc import Collection, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import mindspore as ms
import numpy as np
from mindspore import nn
from mindspore.experimental import optim

from ..groups import numbers_of
from ..holders import LOOSE, LOOSE_CLASS, names_held
from .session import Session, to_numpy

MOST_OUTPUT_BYTES = 256 << 20
MOST_CALLS = 4
OPTIMIZERS = (nn.Optimizer, optim.Optimizer)
LOOK_AT_STEPS = 8


class CellReplay:
    def __init__(self, session: Session, names: Path) -> None:
        self._session = session
        self._names = _load(names)
        self._born: dict[int, weakref.ref[Any]] = {}
        lines = list(session.baseline.lines("roots"))
        # What a root had got later is described again.
        self._recorded = {int(line["root"]): line for line in lines if line["root"] != LOOSE}
        self._loose = {state["name"]: state for line in lines if line["root"] == LOOSE for state in line["state"]}
        self._weights: dict[tuple[str, int], dict[str, Any]] = {}
        for line in session.baseline.lines("weights"):
            if line["phase"] in ("initial", "first call"):
                self._weights.setdefault((line["phase"], line["root"]), {})[line["name"]] = line["values"]
        self._roots: dict[int, Any] = {}
        self._given: dict[int, set[str]] = {}
        self._seen: set[int] = set()
        self._keep: list[Any] = []
        self._places: dict[int, tuple[int, str]] = {}
        self._parameters: dict[int, list[tuple[Any, str, Any]]] = {}
        self._used: set[int] = set()
        self._stepped: set[tuple[int, str]] = set()
        self._used_roots: set[int] = set()
        self._trained = False
        self._stepping = False
        self._outputs_open = True
        self._output_bytes = 0
        self._calls: dict[int, int] = {}
        self._optimizers: dict[int, int] = {}
        self._rates: dict[int, list[float]] = {}
        self._with_gradient: set[tuple[int, str]] = set()
        self._known_parameters: set[int] = set()
        self._paired_names: set[str] = set()
        self.loaded = 0

    def install(self) -> None:
        initialise, call = nn.Cell.__init__, nn.Cell.__call__

        @functools.wraps(initialise)
        def registering(cell: Any, *args: Any, **kwargs: Any) -> None:
            initialise(cell, *args, **kwargs)
            self._born[id(cell)] = weakref.ref(cell)

        @functools.wraps(call)
        def called(cell: Any, *args: Any, **kwargs: Any) -> Any:
            if isinstance(cell, OPTIMIZERS):
                return self._step(cell, args, functools.partial(call, cell, *args, **kwargs))
            if id(cell) not in self._used:
                self._first_call(cell)
            output = call(cell, *args, **kwargs)
            if self._outputs_open:
                self._record_output(cell, output)
            return output

        for kind in OPTIMIZERS:
            self._follow_making(kind)
        nn.Cell.__init__ = registering
        nn.Cell.__call__ = called

    def _follow_making(self, kind: Any) -> None:
        """Give models their weights when an optimizer is made of these: a loss may read weights before any cell with
        weights is called (``model.loss(batch)``, ``model.embedding.weight``)."""
        original = kind.__init__

        @functools.wraps(original)
        def made(optimizer: Any, *args: Any, **kwargs: Any) -> None:
            original(optimizer, *args, **kwargs)
            self.discover()

        kind.__init__ = made

    def follow_support(self, module: ModuleType) -> None:
        """Learn of the steps of optimizers that are no cells: those that derive from torch's base class."""
        base = getattr(module, "TorchOptimizer", None)
        if not isinstance(base, type):
            return
        for kind in (base, *base.__subclasses__()):
            self._follow_steps(kind)

        def derived(kind: Any, /, **_: Any) -> None:
            self._follow_steps(kind)

        setattr(base, "__init_subclass__", classmethod(derived))  # noqa: B010 - a class that the type checker cannot know

    def _follow_steps(self, kind: type) -> None:
        original = vars(kind).get("step")
        if original is None:
            return

        @functools.wraps(original)
        def step(optimizer: Any, *args: Any, **kwargs: Any) -> Any:
            call = functools.partial(original, optimizer, *args, **kwargs)
            if self._stepping:
                return call()
            self._stepping = True
            try:
                gradients = [getattr(parameter, "grad", None) for parameter in optimizer.parameters]
                return self._step(optimizer, (gradients,), call)
            finally:
                self._stepping = False

        setattr(kind, "step", step)  # noqa: B010 - as above

    # Weights in

    def _first_call(self, cell: Any) -> None:
        self._used.add(id(cell))
        self._keep.append(cell)
        if id(cell) not in self._places and _has_parameters(cell):
            self.discover()
        elif self._places.get(id(cell), (-1, "?"))[1] == "":
            self._grow()
        number, _ = self._places.get(id(cell), (-1, ""))
        if number >= 0:
            self._use(number)

    def _use(self, number: int) -> None:
        if number in self._used_roots:
            return
        self._used_roots.add(number)
        if not self._trained:
            # Made known with its optimizer, it may have been initialised anew since.
            self._load("initial", number)
            if ("first call", number) in self._weights:
                self._load("first call", number)

    def discover(self) -> None:
        """Pair the roots that live now and were not known, and load their initial weights."""
        self._grow()
        living = [cell for cell in self._living() if id(cell) not in self._seen]
        children = {id(child) for cell in living for child in cell._cells.values() if child is not None}
        roots = [cell for cell in living if id(cell) not in children]
        unpaired: list[Any] = []
        while roots:
            cell = roots.pop(0)
            self._seen.add(id(cell))
            self._keep.append(cell)
            if not _has_parameters(cell) or isinstance(cell, OPTIMIZERS):
                continue
            number = self._same_class(cell)
            if number is not None:
                self._pair(number, cell)
                continue
            inside = [child for child in cell._cells.values() if child is not None and id(child) not in self._seen]
            if any(self._same_class(child) is not None for child in inside):
                roots[:0] = inside
            else:
                unpaired.append(cell)
        for cell in unpaired:
            number = self._same_shapes(cell)
            if number is not None:
                self._pair(number, cell)
            else:
                text = f"The model {type(cell).__name__} has no counterpart in the original: it keeps its own weights."
                self._session.note("model", text)

    def _living(self) -> list[Any]:
        found = [cell for reference in list(self._born.values()) if (cell := reference()) is not None]
        seen = {id(cell) for cell in found}
        for thing in gc.get_objects():
            if issubclass(type(thing), nn.Cell) and id(thing) not in seen:
                seen.add(id(thing))
                found.append(thing)
        return found

    def _free(self) -> list[dict[str, Any]]:
        return [root for number, root in self._recorded.items() if number not in self._roots]

    def _same_class(self, cell: Any) -> int | None:
        name = self._names.torch_class(cell)
        return next((root["root"] for root in self._free() if root["class"] == name), None)

    def _same_shapes(self, cell: Any) -> int | None:
        shapes = sorted(tuple(p.shape) for p, _, layout in self._names.torch_parameter_names(cell) if p.requires_grad)
        for root in self._free():
            theirs = sorted(tuple(s["shape"]) for s in root["state"] if s["kind"] == "parameter")
            if theirs == shapes:
                return int(root["root"])
        return None

    def _pair(self, number: int, cell: Any) -> None:
        self._roots[number] = cell
        self._session.tape.line(
            "roots", {"root": number, "class": type(cell).__name__, "training": bool(cell.training)}
        )
        self._know(number)
        self._load("initial", number)

    def _grow(self) -> None:
        """Learn what paired roots have got since, and load it: a root whose layers are called while it is being made has
        not all of them yet."""
        for number, cell in self._roots.items():
            known = {name for _, name, _ in self._parameters[number]}
            if {name for _, name, _ in self._names.torch_parameter_names(cell)} - known:
                self._know(number)
                self._load("initial", number, but=frozenset(self._given[number]))

    def _know(self, number: int) -> None:
        cell = self._roots[number]
        for child, name in self._names.torch_cell_names(cell):
            self._places.setdefault(id(child), (number, name))
            self._seen.add(id(child))
            self._keep.append(child)
        self._parameters[number] = self._names.torch_parameter_names(cell)
        pairs = [[name, parameter.name, layout.value] for parameter, name, layout in self._parameters[number]]
        self._session.tape.line("names", {"root": number, "names": pairs})

    def _load(self, phase: str, number: int, but: Collection[str] = ()) -> None:
        recorded = self._weights.get((phase, number), {})
        given = self._given.setdefault(number, set())
        for parameter, name, layout in self._parameters[number]:
            if name in but:
                continue
            reference = recorded.get(name)
            if reference is None:
                self._session.note(
                    "weight", f"The weight {name} has no counterpart in the original: it keeps its own value."
                )
                continue
            array = layout.to_mindspore(self._session.baseline.get(reference))
            given.add(name)
            if tuple(array.shape) != tuple(parameter.shape):
                text = f"The weight {name} has shape {tuple(parameter.shape)}, in the original {tuple(array.shape)}."
                self._session.note("weight", text)
                continue
            parameter.set_data(ms.Tensor(np.array(array)).astype(parameter.dtype))
            self.loaded += 1
        parameters = {name for _, name, _ in self._parameters[number]}
        for state in self._recorded[number]["state"]:
            name = state["name"]
            if state["kind"] == "buffer" and name in recorded and name not in {*but, *parameters}:
                self._load_buffer(number, name, recorded[name])

    def _note_missing(self) -> None:
        for number in self._roots:
            recorded = self._weights.get(("initial", number), {})
            for state in self._recorded[number]["state"]:
                if state["kind"] == "parameter" and state["name"] in recorded.keys() - self._given[number]:
                    text = f"The original's weight {state['name']} has no counterpart in the translated model."
                    self._session.note("weight", text)

    def _load_buffer(self, number: int, name: str, reference: dict[str, Any]) -> None:
        path, _, last = name.rpartition(".")
        for child, place in self._names.torch_cell_names(self._roots[number]):
            if place != path:
                continue
            own = getattr(child, last, None)
            array = self._session.baseline.get(reference)
            if isinstance(own, ms.Tensor) and tuple(own.shape) == tuple(array.shape):
                self._given[number].add(name)
                given = ms.Tensor(np.array(array)).astype(own.dtype)
                if last in child._buffers:
                    child._buffers[last] = given
                else:
                    setattr(child, last, given)

    # What comes out

    def before_step(self, parameters: Sequence[Any]) -> None:
        # Looking for models goes through all living objects: only when weights come that were never seen.
        unknown = [parameter for parameter in parameters if id(parameter) not in self._known_parameters]
        if unknown:
            self._keep.extend(unknown)
            self.discover()
            places = self._parameter_places()
            for parameter in unknown:
                for number, _, _ in places.get(id(parameter), ()):
                    self._use(number)
            self._known_parameters.update(id(parameter) for parameter in unknown)
            if self._loose:
                self._pair_loose(unknown)

    def _pair_loose(self, parameters: Sequence[Any]) -> None:
        """Pair parameters outside of models by the names that hold them, else by their shapes in their order, and load
        what the original had in them when it first differentiated by them."""
        places = self._parameter_places()
        waiting = [parameter for parameter in parameters if id(parameter) not in places]
        names = names_held((id(parameter) for parameter in waiting), sys._getframe(1))
        for by_name in (True, False):
            for parameter in list(waiting):
                shape = list(parameter.shape)
                own = names.get(id(parameter), "")
                same = [own] if by_name else [name for name in self._loose if own not in self._paired_names]
                name = next((n for n in same if n in self._loose and self._loose[n]["shape"] == shape), None)
                if name is not None:
                    waiting.remove(parameter)
                    self._load_loose(parameter, name)

    def _load_loose(self, parameter: Any, name: str) -> None:
        del self._loose[name]
        self._paired_names.add(name)
        if LOOSE not in self._parameters:
            self._session.tape.line("roots", {"root": LOOSE, "class": LOOSE_CLASS, "training": True})
        self._parameters.setdefault(LOOSE, []).append((parameter, name, self._names.Layout.SAME))
        reference = self._weights.get(("initial", LOOSE), {}).get(name)
        if reference is not None:
            array = np.array(self._session.baseline.get(reference))
            parameter.set_data(ms.Tensor(array).astype(parameter.dtype))
            self.loaded += 1

    def after_step(self, step: int, parameters: Sequence[Any], gradients: Sequence[Any]) -> None:
        if self._outputs_open:
            self._outputs_open = False
            self._compare_modes(parameters)
        if step == 1 and not self._trained:
            for number, known in self._parameters.items():
                self._record_weights("after first step", number, known)
        if step >= LOOK_AT_STEPS:
            return
        places = self._parameter_places()
        for parameter, gradient in zip(parameters, gradients, strict=False):
            for number, name, layout in places.get(id(parameter), ())[:1]:
                if (number, name) in self._with_gradient or gradient is None:
                    continue
                array = layout.to_torch(to_numpy(gradient))
                # Where a loss does not depend on a weight, torch has no gradient and MindSpore has zeros.
                if not array.any() and step < LOOK_AT_STEPS - 1:
                    continue
                self._with_gradient.add((number, name))
                event = {"root": number, "name": name, "step": step, "values": self._session.put_array(array)}
                self._session.tape.line("gradients", event)

    def _compare_modes(self, parameters: Sequence[Any]) -> None:
        """Cells start in evaluation mode, torch's modules in training mode: easily forgotten, and no error."""
        places = self._parameter_places()
        here = {number for parameter in parameters for number, _, _ in places.get(id(parameter), ())}
        trained = here & {int(line["root"]) for line in self._session.baseline.lines("outputs")}
        for number, cell in self._roots.items():
            if number in trained and number in self._used_roots and not cell.training and _depends_on_mode(cell):
                text = f"The model {type(cell).__name__} is in evaluation mode in its first step, unlike the original."
                self._session.note("mode", text)

    def _parameter_places(self) -> dict[int, list[tuple[int, str, Any]]]:
        places: dict[int, list[tuple[int, str, Any]]] = {}
        for number, parameters in self._parameters.items():
            for parameter, name, layout in parameters:
                places.setdefault(id(parameter), []).append((number, name, layout))
        return places

    def _step(self, optimizer: Any, args: Sequence[Any], call: Any) -> Any:
        self.before_step(optimizer.parameters)
        number = self._optimizers.setdefault(id(optimizer), len(self._optimizers))
        self._record_rates(number, optimizer)
        first = id(optimizer) not in self._used
        if first and hasattr(optimizer, "param_groups"):
            groups = [numbers_of(group) for group in optimizer.param_groups]
            self._session.tape.line("optimizers", {"optimizer": number, "groups": groups})
        if first and args and isinstance(args[0], (tuple, list)):
            self._record_gradients(optimizer.parameters, args[0])
        result = call()
        self._trained = True
        if first:
            self._used.add(id(optimizer))
            self._keep.append(optimizer)
            wanted = {id(parameter) for parameter in optimizer.parameters}
            for root, parameters in self._parameters.items():
                # A second optimizer over the same weights does not take a first step with them.
                new = [p for p in parameters if id(p[0]) in wanted and (root, p[1]) not in self._stepped]
                self._stepped.update((root, name) for _, name, _ in new)
                self._record_weights("after first step", root, new)
        return result

    def _record_gradients(self, parameters: Sequence[Any], gradients: Sequence[Any]) -> None:
        places = self._parameter_places()
        for parameter, gradient in zip(parameters, gradients, strict=False):
            for number, name, layout in places.get(id(parameter), ()) if gradient is not None else ():
                reference = self._session.put_array(layout.to_torch(to_numpy(gradient)))
                self._session.tape.line("step_gradients", {"root": number, "name": name, "values": reference})

    def _record_rates(self, number: int, optimizer: Any) -> None:
        try:
            if hasattr(optimizer, "param_groups"):
                rates = [float(group["lr"]) for group in optimizer.param_groups]
            else:
                found = optimizer.get_lr()
                rates = [float(rate) for rate in found] if isinstance(found, (tuple, list)) else [float(found)]
        except (TypeError, ValueError, KeyError, RuntimeError):
            # A learning rate may be any object that a custom optimizer understands; comparing it is a help, no duty.
            return
        if rates != self._rates.get(number):
            self._rates[number] = rates
            self._session.tape.line("rates", {"optimizer": number, "step": self._session.steps.done, "rates": rates})

    def _record_weights(self, phase: str, number: int, parameters: Sequence[tuple[Any, str, Any]]) -> None:
        for parameter, name, layout in parameters:
            reference = self._session.put_array(layout.to_torch(to_numpy(parameter)))
            if reference is not None:
                event = {"phase": phase, "root": number, "name": name, "values": reference}
                self._session.tape.line("weights", event)

    def record_final(self) -> None:
        self._note_missing()
        for number, parameters in self._parameters.items():
            self._record_weights("final", number, parameters)

    def _record_output(self, cell: Any, output: Any) -> None:
        number, name = self._places.get(id(cell), (-1, ""))
        if number < 0 or not self._roots[number].training:
            return
        call = self._calls[id(cell)] = self._calls.get(id(cell), -1) + 1
        if call >= MOST_CALLS:
            return
        arrays = [to_numpy(tensor) for tensor in first_tensors(output)]
        size = sum(array.nbytes for array in arrays)
        if self._output_bytes + size > MOST_OUTPUT_BYTES:
            return
        self._output_bytes += size
        references = [self._session.put_array(array) for array in arrays]
        event = {"root": number, "module": name, "call": call, "layer": type(cell).__name__, "values": references}
        self._session.tape.line("outputs", event)


def first_tensors(output: Any) -> list[Any]:
    """All tensors of a cell's output, depth first."""
    if isinstance(output, ms.Tensor):
        return [output]
    if isinstance(output, dict):
        return [tensor for value in output.values() for tensor in first_tensors(value)]
    if isinstance(output, (list, tuple)):
        return [tensor for value in output for tensor in first_tensors(value)]
    return []


_MODE_MATTERS = ("Dropout", "BatchNorm", "InstanceNorm", "RReLU")


def _depends_on_mode(cell: Any) -> bool:
    """Whether a model computes otherwise in training: by a layer of MindSpore's, or because it asks for the mode."""
    for _, child in cell.cells_and_names():
        kind = type(child)
        if any(word in kind.__name__ for word in _MODE_MATTERS):
            return True
        code = getattr(kind.construct, "__code__", None)
        if not kind.__module__.startswith("mindspore.") and code is not None and "training" in code.co_names:
            return True
        if isinstance(dropout := getattr(child, "dropout", 0), float) and dropout > 0:
            return True
    return False


def _has_parameters(cell: Any) -> bool:
    return bool(cell._params) or any(child is not None and _has_parameters(child) for child in cell._cells.values())


def _load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("_mindferry_names", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
