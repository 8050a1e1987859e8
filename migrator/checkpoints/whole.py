"""Whole training states: model, optimizer, epoch and what else a program saved, there and back.

On MindSpore's side the file is the one that a translated program's own ``save`` and ``load`` use (the support file's,
:mod:`migrator.support.checkpoint`), so a migrated program resumes from where the original stopped. Both frameworks
write their side, and are imported for that.
"""

from __future__ import annotations

import json
import os
from argparse import Namespace
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from migrator.checkpoints import optimizer_state, torch_file
from migrator.checkpoints.arrays import Array
from migrator.checkpoints.convert import Conversion, Parameters, direction, to_mindspore, to_torch
from migrator.checkpoints.optimizer_state import Parameter
from migrator.checkpoints.structure import COUNTER, Entry, Structure, from_mindspore, from_torch
from migrator.checkpoints.torch_file import CheckpointError, SavedTensor, Unknown

_STATISTICS = ("running_mean", "running_var")
_DEEPEST = 64
_MOST_NODES = 1_000_000


@dataclass
class _Work:
    """``structure`` is the model's own, where it is known; the rest gathers what is found on the way."""

    structure: Structure | None
    left_out: list[str] = field(default_factory=list)
    guessed: list[Entry] = field(default_factory=list)
    trained: list[Parameter] = field(default_factory=list)
    tensors: int = 0


def convert_whole(source: Path, target: Path, *, structure: Structure | None = None) -> Conversion:
    """Convert everything in ``source``, a .pth and a .ckpt one way or the other. Raises CheckpointError.

    An optimizer's state goes by the order of the model's parameters, as torch's does; where the two do not fit it
    is left out, and named in ``left_out``.
    """
    work = _Work(structure)
    draft = target.with_name(f".{target.name}.new.ckpt")
    try:
        if direction(source, target) == "mindspore":
            value = _Plain(work).of(torch_file.read(source))
            turned = _turned(value, work, _model_to_mindspore, optimizer_state.to_mindspore)
            _write_mindspore(draft, turned)
        else:
            turned = _turned(_read_mindspore(source, work), work, _model_to_torch, optimizer_state.to_torch)
            _write_torch(draft, turned)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    return Conversion(work.tensors, tuple(work.left_out), tuple(work.guessed))


class _Plain:
    """From what the unpickler made to arrays, containers and plain values."""

    def __init__(self, work: _Work) -> None:
        self._work = work
        self._nodes = 0

    def of(self, value: Any, name: str = "", depth: int = 0) -> Any:
        self._nodes += 1
        # A pickle can name one list twice inside itself, and so on: small as a file, endless as a tree.
        if depth > _DEEPEST or self._nodes > _MOST_NODES:
            raise CheckpointError("the file nests too deeply")
        if isinstance(value, SavedTensor):
            return value.array()
        if isinstance(value, Unknown):
            if value.class_name == "argparse.Namespace":
                return Namespace(**self.of(value.attributes, name, depth))
            if value.attributes and not value.items:
                return self.of(value.attributes, name, depth)
            self._work.left_out.append(f"{name or 'the whole'} ({value.class_name})")
            return None
        if isinstance(value, Mapping):
            return {
                key if isinstance(key, int | float) else str(key): self.of(item, _below(name, key), depth + 1)
                for key, item in value.items()
            }
        if isinstance(value, list | tuple | set | frozenset):
            parts = [self.of(item, _below(name, index), depth + 1) for index, item in enumerate(value)]
            return tuple(parts) if isinstance(value, tuple) else parts
        if value is None or isinstance(value, bool | int | float | str):
            return value
        self._work.left_out.append(f"{name} ({type(value).__name__})")
        return None


_TurnModel = Callable[[dict[str, Array], _Work], dict[str, Array]]
_TurnOptimizer = Callable[[Mapping[str, Any], list[Parameter]], dict[str, Any] | None]


def _turned(value: Any, work: _Work, model: _TurnModel, optimizer: _TurnOptimizer) -> Any:
    """Models first, wherever they stand: optimizers go by their parameters."""
    if not isinstance(value, Mapping):
        raise CheckpointError("the file holds no dictionary")

    def turn_model(found: Mapping[str, Any], _: str) -> Any:
        # An optimizer's state is made of arrays too.
        if optimizer_state.is_torch_state(found):
            return found
        return model(dict(found), work) if _is_model(found) else None

    turned = _each(value, "", turn_model)
    if not work.tensors:
        raise CheckpointError("the file holds no model's state_dict")
    if not work.trained:
        return turned

    def turn(found: Mapping[str, Any], name: str) -> Any:
        if not optimizer_state.is_torch_state(found):
            return None
        made = optimizer(found, work.trained)
        if made is None:
            work.left_out.append(f"{name} (the optimizer's state does not fit the model)")
            return {}
        return made

    return _each(turned, "", turn)


def _each(value: Any, name: str, turn: Callable[[Mapping[str, Any], str], Any]) -> Any:
    """The value with every mapping replaced for which ``turn`` has something."""
    if isinstance(value, Mapping):
        made = turn(value, name)
        if made is not None:
            return made
        return {key: _each(item, _below(name, key), turn) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_each(item, _below(name, index), turn) for index, item in enumerate(value))
    return value


def _is_model(value: Mapping[Any, Any]) -> bool:
    return bool(value) and all(isinstance(k, str) and isinstance(v, Array) for k, v in value.items())


def _model_to_mindspore(tensors: dict[str, Array], work: _Work) -> dict[str, Array]:
    if all(name.startswith("module.") for name in tensors):  # DataParallel puts this before every name
        tensors = {name.removeprefix("module."): array for name, array in tensors.items()}
    structure = _fitting(work, {entry.torch for entry in work.structure.entries} if work.structure else set(), tensors)
    structure = structure or from_torch(tensors)
    made, left_out = to_mindspore(Parameters(tensors, {}), structure)
    names = {entry.torch: entry.mindspore for entry in structure.entries}
    seen: set[str] = set()
    for name, array in tensors.items():
        own = names.get(name)
        if own is None or own in seen or name.rpartition(".")[2] in (*_STATISTICS, COUNTER):
            continue
        seen.add(own)
        work.trained.append(Parameter(own, made[own].shape, array.shape))
    return _counted(work, made, left_out, structure)


def _model_to_torch(tensors: dict[str, Array], work: _Work) -> dict[str, Array]:
    known = {entry.mindspore for entry in work.structure.entries} if work.structure else set()
    structure = _fitting(work, known, tensors) or from_mindspore(tensors)
    made, left_out = to_torch(tensors, structure)
    seen: set[str] = set()
    for entry in structure.entries:
        if entry.mindspore in seen or entry.torch.rpartition(".")[2] in _STATISTICS:
            continue
        seen.add(entry.mindspore)
        work.trained.append(Parameter(entry.mindspore, tensors[entry.mindspore].shape, made[entry.torch].shape))
    for name in [name for name in made if name.endswith("running_var")]:
        made[f"{name.removesuffix('running_var')}{COUNTER}"] = Array.of(np.array(0, np.int64))
    return _counted(work, made, left_out, structure)


def _fitting(work: _Work, known: set[str], tensors: Mapping[str, Array]) -> Structure | None:
    """The model's own structure, if these are its tensors: a file may hold another model beside it."""
    names = {name for name in tensors if name.rpartition(".")[2] != COUNTER}
    return work.structure if known and known <= names else None


def _counted(
    work: _Work, made: dict[str, Array], left_out: tuple[str, ...], structure: Structure
) -> dict[str, Array]:  # fmt: skip
    work.tensors += len(made)
    work.left_out += left_out
    work.guessed += structure.guesses
    return made


def _below(name: str, key: object) -> str:
    return f"{name}.{key}" if name else str(key)


# ── the two sides' own files ─────────────────────────────────────────────────────────────────────────


def _write_mindspore(path: Path, value: Mapping[str, Any]) -> None:
    os.environ.setdefault("GLOG_v", "4")
    import mindspore as ms

    from migrator.support import checkpoint

    def tensor(array: Array) -> Any:
        if array.dtype == "bfloat16":
            return ms.Tensor(array.widened()).astype(ms.bfloat16)
        return ms.Tensor(array.bits.copy())

    checkpoint.save(_mapped(value, lambda item: tensor(item) if isinstance(item, Array) else item), str(path))


def _read_mindspore(path: Path, work: _Work) -> Any:
    os.environ.setdefault("GLOG_v", "4")
    import mindspore as ms

    from migrator.support import checkpoint

    def plain(item: Any) -> Any:
        if isinstance(item, ms.Tensor):
            return Array.of(item.asnumpy())
        return Array.of(item) if isinstance(item, np.ndarray) else item

    try:
        entries = ms.load_checkpoint(str(path))
        if checkpoint.STRUCTURE not in entries:
            return _mapped(checkpoint.load(str(path)), plain)
        structure = _without_pickles(json.loads(str(entries[checkpoint.STRUCTURE])), "", work)
        return _mapped(checkpoint.rebuild(structure, entries), plain)
    except CheckpointError:
        raise
    # MindSpore raises errors of many kinds for what is not a checkpoint.
    except Exception as error:
        said = str(error).strip().splitlines()
        raise CheckpointError(f"MindSpore cannot read it ({said[0] if said else type(error).__name__})") from error


def _without_pickles(description: dict[str, Any], name: str, work: _Work) -> dict[str, Any]:
    """The description without what only its pickle tells, which would be run on reading."""
    if "pickled" in description or "model" in description:
        work.left_out.append(f"{name or 'the whole'} (a pickled object)")
        return {"value": None}
    for kind in ("list", "tuple"):
        if kind in description:
            parts = enumerate(description[kind])
            return {kind: [_without_pickles(item, _below(name, index), work) for index, item in parts]}
    for kind in ("dict", "ordered", "namespace"):
        if kind in description:
            if any(key[0] == "pickled" for key, _ in description[kind]):
                raise CheckpointError(f"{name or 'the file'} has keys that are pickled objects")
            pairs = description[kind]
            return {kind: [[key, _without_pickles(item, _below(name, key[1]), work)] for key, item in pairs]}
    return description


def _write_torch(path: Path, value: Any) -> None:
    import torch

    def tensor(item: Any) -> Any:
        if not isinstance(item, Array):
            return item
        if item.dtype == "bfloat16":
            return torch.from_numpy(item.bits.view("<i2").copy()).view(torch.bfloat16)
        return torch.from_numpy(item.bits.copy())

    torch.save(_mapped(value, tensor), path)


def _mapped(value: Any, turn: Callable[[Any], Any]) -> Any:
    if isinstance(value, Mapping):
        return OrderedDict((key, _mapped(item, turn)) for key, item in value.items())
    if isinstance(value, list | tuple):
        return type(value)(_mapped(item, turn) for item in value)
    return turn(value)
