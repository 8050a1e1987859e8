"""Reads and writes ``.safetensors``: the length of a JSON header, the header, then every tensor's bytes.

Written here because the package's NumPy side knows no bfloat16. The format: github.com/huggingface/safetensors.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from migrator.checkpoints.arrays import DTYPES, Array
from migrator.checkpoints.torch_file import CheckpointError

_DTYPES = {header: dtype for dtype, (_, header) in DTYPES.items()}
_MOST_HEADER_BYTES = 100_000_000


def read(path: Path) -> dict[str, Array]:
    """Tensors by name, in the file's order. Raises CheckpointError."""
    data = path.read_bytes()
    size = int.from_bytes(data[:8], "little")
    if len(data) < 8 or size > min(_MOST_HEADER_BYTES, len(data) - 8):
        raise CheckpointError("this is not a .safetensors file")
    body = memoryview(data)[8 + size :]
    try:
        header = json.loads(data[8 : 8 + size])
        found = {name: _array(name, entry, body) for name, entry in header.items() if name != "__metadata__"}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        if isinstance(error, CheckpointError):
            raise
        raise CheckpointError("the header of this .safetensors file is damaged") from error
    return found


def write(path: Path, arrays: Mapping[str, Array]) -> None:
    header: dict[str, object] = {"__metadata__": {"format": "np"}}
    at = 0
    for name, array in arrays.items():
        header[name] = {
            "dtype": DTYPES[array.dtype][1],
            "shape": list(array.shape),
            "data_offsets": [at, at + array.bits.nbytes],
        }
        at += array.bits.nbytes
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with path.open("wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for array in arrays.values():
            file.write(array.bits.tobytes())


def _array(name: str, entry: Mapping[str, object], body: memoryview) -> Array:
    dtype, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
    if dtype not in _DTYPES:
        raise CheckpointError(f"{name} is of type {dtype}, which cannot be converted")
    assert isinstance(dtype, str)
    if not isinstance(shape, list) or not isinstance(offsets, list) or len(offsets) != 2:
        raise CheckpointError(f"{name} has no shape or no place in the file")
    begin, end = (int(offset) for offset in offsets)
    own = np.dtype(DTYPES[_DTYPES[dtype]][0])
    if not 0 <= begin <= end <= len(body) or end - begin != math.prod(shape) * own.itemsize:
        raise CheckpointError(f"{name} reaches beyond its bytes; the file is damaged")
    return Array(_DTYPES[dtype], np.frombuffer(body[begin:end], own).reshape(shape))
