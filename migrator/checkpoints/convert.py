"""Converts one checkpoint file into another: reads it, finds the parameters in it, renames them, writes them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from migrator.checkpoints import ckpt_file, safetensors_file, torch_file
from migrator.checkpoints.arrays import DTYPES, Array
from migrator.checkpoints.structure import COUNTER, Entry, Structure, from_both, from_mindspore, from_torch
from migrator.checkpoints.torch_file import CheckpointError, SavedTensor

TORCH_SUFFIXES = (".pth", ".pt", ".bin")
SUFFIXES = (*TORCH_SUFFIXES, ".ckpt", ".safetensors")


@dataclass(frozen=True)
class Conversion:
    """What was done. ``guessed`` are names that only the model itself could confirm, ``left_out`` what has no place."""

    parameters: int
    left_out: tuple[str, ...]
    guessed: tuple[Entry, ...]


@dataclass(frozen=True)
class Parameters:
    """``key`` says where the ``state_dict`` lay; ``tied`` maps a name to the first that shares its memory."""

    arrays: Mapping[str, Array]
    tied: Mapping[str, str]
    key: str = ""
    left_out: tuple[str, ...] = ()


def direction(source: Path, target: Path) -> str:
    """``mindspore`` or ``torch``: whose names the target has. A .safetensors is torch's unless the other is a .ckpt."""
    for path in (source, target):
        if path.suffix.lower() not in SUFFIXES:
            raise CheckpointError(f"{path.name} is none of {', '.join(SUFFIXES)}")
    back = source.suffix.lower() == ".ckpt" or target.suffix.lower() in TORCH_SUFFIXES
    return "torch" if back else "mindspore"


def read_parameters(path: Path, key: str = "") -> Parameters:
    """The parameters in a checkpoint of any kind. Raises CheckpointError.

    From a dictionary that holds more (epoch, optimizer), those of the entry ``key`` ("model", "ema.shadow"), or of the
    most likely one.
    """
    suffix = path.suffix.lower()
    if suffix == ".ckpt":
        return Parameters(ckpt_file.read(path), {})
    if suffix == ".safetensors":
        return Parameters(safetensors_file.read(path), {})
    saved = torch_file.read(path)
    place = _likely(saved) if not key else (key, _at(saved, key))
    where, tensors = place or ("", None)
    if tensors is None:
        names = ", ".join(repr(name) for name in saved if isinstance(name, str)) if isinstance(saved, dict) else ""
        raise CheckpointError(f"no state_dict was found{f' at {key!r}' if key else ''}; the file has {names or 'none'}")
    if all(name.startswith("module.") for name in tensors):  # DataParallel puts this before every name
        tensors = {name.removeprefix("module."): value for name, value in tensors.items()}
    arrays: dict[str, Array] = {}
    first: dict[Any, str] = {}
    tied: dict[str, str] = {}
    left_out = []
    for name, value in tensors.items():
        if not isinstance(value, SavedTensor):
            left_out.append(name)
            continue
        arrays[name] = value.array()
        # Empty tensors share the memory of nothing.
        if arrays[name].bits.size and first.setdefault(value.identity, name) != name:
            tied[name] = first[value.identity]
    return Parameters(arrays, tied, where, tuple(left_out))


def to_mindspore(parameters: Parameters, structure: Structure) -> tuple[dict[str, Array], tuple[str, ...]]:
    """Parameters under MindSpore's names, and what has no place there. Raises CheckpointError for a wrong shape."""
    made: dict[str, Array] = {}
    known = {entry.torch: entry for entry in structure.entries}
    # Of tied weights a .safetensors file has one.
    there = {entry.mindspore for entry in structure.entries if entry.torch in parameters.arrays}
    lacking = [entry.torch for entry in structure.entries if entry.mindspore not in there and not entry.buffer]
    if lacking:
        raise CheckpointError(f"the model has parameters that the checkpoint has not: {_some(lacking)}")
    left_out = list(parameters.left_out)
    for name, array in parameters.arrays.items():
        entry = known.get(name)
        if entry is None:
            if name.rpartition(".")[2] != COUNTER:
                left_out.append(name)
            continue
        bits = array.reshaped(entry.layout.to_mindspore(array.bits).shape)
        if entry.shape is not None and bits.shape != entry.shape:
            raise CheckpointError(f"{name} has the shape {bits.shape}, the model's is {entry.shape}")
        if entry.mindspore in made and not made[entry.mindspore].equals(bits):
            raise CheckpointError(f"{name} is tied to {entry.mindspore} in the model, but has other numbers")
        made[entry.mindspore] = bits
    return made, tuple(left_out)


def to_torch(arrays: Mapping[str, Array], structure: Structure) -> tuple[dict[str, Array], tuple[str, ...]]:
    """Parameters under torch's names (tied ones under each), and what has no place there."""
    made: dict[str, Array] = {}
    used = set()
    for entry in structure.entries:
        if entry.mindspore not in arrays:
            if entry.buffer:
                continue
            raise CheckpointError(f"the model has a parameter that the checkpoint has not: {entry.mindspore}")
        array = arrays[entry.mindspore]
        used.add(entry.mindspore)
        if entry.shape is not None and array.shape != entry.shape:
            raise CheckpointError(f"{entry.mindspore} has the shape {array.shape}, the model's is {entry.shape}")
        made[entry.torch] = array.reshaped(entry.layout.to_torch(array.bits).shape)
    return made, tuple(name for name in arrays if name not in used)


def convert(
    source: Path, target: Path, *, structure: Structure | None = None, like: Path | None = None, key: str = ""
) -> Conversion:
    """Convert ``source`` to ``target``; what is converted to what follows from the suffixes.

    ``structure`` are the model's own names; ``like`` is a MindSpore checkpoint of the same model instead. Raises
    CheckpointError and writes nothing where the file, or its fit to the model, is in doubt.
    """
    whose = direction(source, target)
    parameters = read_parameters(source, key)
    if not parameters.arrays:
        raise CheckpointError(f"{source.name} holds no parameters")
    write: Callable[[Path, Mapping[str, Array]], None]
    if whose == "mindspore":
        if structure is None and like is not None:
            structure = from_both(parameters.arrays, read_parameters(like).arrays)
            if structure is None:
                raise CheckpointError(f"{like.name} is not a checkpoint of the same model")
        structure = structure or from_torch(parameters.arrays)
        made, left_out = to_mindspore(parameters, structure)
        write = ckpt_file.write if target.suffix.lower() == ".ckpt" else safetensors_file.write
    else:
        structure = structure or from_mindspore(parameters.arrays)
        made, left_out = to_torch(parameters.arrays, structure)
        write = safetensors_file.write if target.suffix.lower() == ".safetensors" else write_torch
    draft = target.with_name(f".{target.name}.new")
    try:
        write(draft, made)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    return Conversion(len(made), left_out, structure.guesses)


def write_torch(path: Path, arrays: Mapping[str, Array]) -> None:
    """Write a ``state_dict`` with ``torch.save``. Raises CheckpointError where torch is not installed."""
    try:
        import torch
    except ModuleNotFoundError as error:
        raise CheckpointError("writing a .pth needs torch; write .safetensors, or pip install torch") from error
    made = OrderedDict()
    for name, array in arrays.items():
        bits = torch.from_numpy(array.bits.view("<i2").copy() if array.dtype == "bfloat16" else array.bits.copy())
        made[name] = bits.view(torch.bfloat16) if array.dtype == "bfloat16" else bits
        assert array.dtype in DTYPES
    torch.save(made, path)


def _likely(saved: Any) -> tuple[str, Mapping[str, Any]] | None:
    """The state_dict in what was saved: itself, or the entry with the most tensors that is no optimizer's."""
    if not isinstance(saved, Mapping):
        return None
    if _is_state(saved):
        return "", saved
    inner = [(name, value) for name, value in saved.items() if isinstance(value, Mapping) and _is_state(value)]
    best = max(inner, key=lambda pair: (_named_so(str(pair[0])), len(pair[1])), default=None)
    return None if best is None else (str(best[0]), best[1])


def _named_so(name: str) -> bool:
    """Of several state dicts (the model's, its moving average's), the one that is called a model."""
    return name.lower() in ("state_dict", "model", "model_state_dict", "model_state", "net", "network", "weights")


def _is_state(saved: Mapping[Any, Any]) -> bool:
    return all(isinstance(name, str) for name in saved) and any(isinstance(v, SavedTensor) for v in saved.values())


def _at(saved: Any, key: str) -> Mapping[str, Any] | None:
    for word in key.split("."):
        if not isinstance(saved, Mapping) or word not in saved:
            return None
        saved = saved[word]
    return saved if isinstance(saved, Mapping) and _is_state(saved) else None


def _some(names: list[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
