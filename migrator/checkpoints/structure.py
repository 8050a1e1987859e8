"""How the parameters of one model are called on both sides.

Best from the model itself (a :class:`Structure` that the model's own cells were asked for), or from a MindSpore
checkpoint of the same model. Where there is neither, the names and shapes of the checkpoint have to do: a layer with
running statistics is a BatchNorm, a flat weight with a flat bias a LayerNorm or GroupNorm. What cannot be told that
way (an embedding from a linear layer without bias) is decided by its name and said to be a guess.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from migrator.checkpoints.arrays import Array
from migrator.checkpoints.names import Layout

#: torch's counter of BatchNorm, which MindSpore has not; torch's own load_state_dict makes it anew where it lacks.
COUNTER = "num_batches_tracked"
_STATISTICS = {"running_mean": "moving_mean", "running_var": "moving_variance"}
_NORM = {"weight": "gamma", "bias": "beta"}
_EMBEDDING = re.compile(r"emb|(^|[._])(wte|wpe|tok|token|tokens|pos|vocab|lookup)([._]|$)", re.IGNORECASE)
_WAYS_BACK = {
    "gamma": "weight", "beta": "bias", "moving_mean": "running_mean", "moving_variance": "running_var",
    "embedding_table": "weight",
}  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """One parameter on both sides. A tied weight has several torch names and one MindSpore name; a ``buffer`` may be
    missing, for ``ms.save_checkpoint`` writes none."""

    torch: str
    mindspore: str
    layout: Layout = Layout.SAME
    shape: tuple[int, ...] | None = None
    guessed: bool = False
    buffer: bool = False


@dataclass(frozen=True)
class Structure:
    entries: tuple[Entry, ...]

    @property
    def guesses(self) -> tuple[Entry, ...]:
        return tuple(entry for entry in self.entries if entry.guessed)


def from_torch(arrays: Mapping[str, Array]) -> Structure:
    """By the names and shapes of a torch ``state_dict`` alone."""
    return Structure(tuple(_guess_from_torch(key, array, arrays) for key, array in arrays.items() if not _counts(key)))


def from_mindspore(arrays: Mapping[str, Array]) -> Structure:
    """By the names and shapes of a MindSpore checkpoint alone; these say more than torch's, so little is guessed."""
    entries = []
    for name, array in arrays.items():
        owner, _, last = name.rpartition(".")
        row = last == "weight" and len(array.shape) == 4 and array.shape[2] == 1 and array.shape[3] > 1
        back = _WAYS_BACK.get(last, last)
        # A convolution over (1, k) has the same shape as a Conv1d; the former is rare.
        entries.append(Entry(_joined(owner, back), name, Layout.ROW if row else Layout.SAME, array.shape, guessed=row))
    return Structure(tuple(entries))


def from_both(torch: Mapping[str, Array], mindspore: Mapping[str, Array]) -> Structure | None:
    """By a MindSpore checkpoint of the same model. None where the two do not fit together."""
    entries = []
    for key, array in torch.items():
        if _counts(key):
            continue
        owner, _, last = key.rpartition(".")
        names = [_joined(owner, word) for word in (last, *(w for w, back in _WAYS_BACK.items() if back == last), "w")]
        name = next((name for name in names if name in mindspore), None)
        if name is None:
            return None
        layout = next((one for one in Layout if _shape(one, array) == mindspore[name].shape), None)
        if layout is None:
            return None
        entries.append(Entry(key, name, layout, mindspore[name].shape))
    return Structure(tuple(entries))


def _guess_from_torch(key: str, array: Array, arrays: Mapping[str, Array]) -> Entry:
    owner, _, last = key.rpartition(".")
    beside = {word: arrays.get(_joined(owner, word)) for word in ("weight", "bias", "running_mean")}
    weight, bias = beside["weight"], beside["bias"]
    if last in _STATISTICS:
        return Entry(key, _joined(owner, _STATISTICS[last]))
    if last in _NORM and beside["running_mean"] is not None:
        return Entry(key, _joined(owner, _NORM[last]))
    if (
        last in _NORM
        and weight is not None
        and bias is not None
        and len(bias.shape) == 1
        and weight.shape == bias.shape
    ):
        return Entry(key, _joined(owner, _NORM[last]))
    if last == "weight" and bias is None and len(array.shape) == 1:
        normalises = "norm" in owner.lower() or re.search(r"(^|[._])ln", owner.lower()) is not None
        return Entry(key, _joined(owner, "gamma" if normalises else "weight"), guessed=True)
    if last == "weight" and bias is None and len(array.shape) == 2:
        table = _EMBEDDING.search(owner) is not None
        return Entry(key, _joined(owner, "embedding_table" if table else "weight"), guessed=True)
    if last == "weight" and len(array.shape) == 3:
        return Entry(key, key, Layout.ROW)
    return Entry(key, key)


def _shape(layout: Layout, array: Array) -> tuple[int, ...] | None:
    if layout is Layout.ROW and len(array.shape) != 3:
        return None
    shape: tuple[int, ...] = layout.to_mindspore(array.bits).shape
    return shape


def _counts(key: str) -> bool:
    return key.rpartition(".")[2] == COUNTER


def _joined(owner: str, name: str) -> str:
    return f"{owner}.{name}" if owner else name
