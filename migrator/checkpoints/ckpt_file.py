"""Reads and writes MindSpore's ``.ckpt`` without MindSpore.

The format is that of ``mindspore/train/checkpoint.proto``: a row of ``Value``, each with a tag (the parameter's name)
and a ``TensorProto`` of dims, type and bytes. Large parameters come as several values of one tag, one after the other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from migrator.checkpoints.arrays import DTYPES, Array
from migrator.checkpoints.torch_file import CheckpointError

_TYPES = {
    "Bool": "bool", "UInt8": "uint8", "Int8": "int8", "Int16": "int16", "UInt16": "uint16", "Int32": "int32",
    "UInt32": "uint32", "Int64": "int64", "UInt64": "uint64", "Float16": "float16", "BFloat16": "bfloat16",
    "Float32": "float32", "Float64": "float64",
}  # fmt: skip
_NAMES = {dtype: name for name, dtype in _TYPES.items()}
#: Bytes of one value; MindSpore cuts at the same size, since a protobuf message has a limit.
SLICE_BYTES = 512 * 1024 * 1024
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5


def read(path: Path) -> dict[str, Array]:
    """Parameters by name, in the file's order. Text values (``append_dict``) are left out. Raises CheckpointError."""
    shapes: dict[str, tuple[str, tuple[int, ...]]] = {}
    parts: dict[str, list[bytes]] = {}
    data = memoryview(path.read_bytes())
    if bytes(data[-17:-10]) == b"crc_num":
        data = data[:-17]
    for field, value in _fields(data):
        if field != 1 or isinstance(value, int):
            raise CheckpointError("this is not a file that mindspore.save_checkpoint wrote")
        tag, kind, dims, content = _value(value)
        if kind == "str":
            continue
        if kind not in _TYPES:
            raise CheckpointError(f"{tag} is of type {kind or 'unknown'}, which cannot be converted")
        shapes.setdefault(tag, (_TYPES[kind], dims))
        parts.setdefault(tag, []).append(content)
    found: dict[str, Array] = {}
    for tag, (dtype, dims) in shapes.items():
        bits = np.frombuffer(b"".join(parts[tag]), dtype=DTYPES[dtype][0])
        # MindSpore writes a scalar with no dims, or with one of 0.
        shape = () if dims == (0,) and bits.size == 1 else dims
        if bits.size != int(np.prod(shape, dtype=np.int64)):
            raise CheckpointError(f"{tag} has {bits.size} numbers where its shape {shape} says otherwise")
        found[tag] = Array(dtype, bits.reshape(shape))
    return found


def write(path: Path, arrays: Mapping[str, Array]) -> None:
    """Write the parameters. Raises CheckpointError for a type that MindSpore's files do not have."""
    with path.open("wb") as file:
        for name, array in arrays.items():
            if array.dtype not in _NAMES:
                raise CheckpointError(f"{name} is {array.dtype}, which a .ckpt cannot hold; write .safetensors")
            content = array.bits.tobytes()
            for start in range(0, max(len(content), 1), SLICE_BYTES):
                dims = b"".join(b"\x08" + _varint(size) for size in array.shape)
                tensor = (
                    dims + _field(2, _NAMES[array.dtype].encode()) + _field(3, content[start : start + SLICE_BYTES])
                )
                file.write(_field(1, _field(1, name.encode()) + _field(2, tensor)))


def _value(data: memoryview) -> tuple[str, str, tuple[int, ...], bytes]:
    tag, tensor = "", None
    for field, value in _fields(data):
        if field == 1 and not isinstance(value, int):
            tag = bytes(value).decode("utf-8", "replace")
        elif field == 2 and not isinstance(value, int):
            tensor = value
    if tensor is None:
        raise CheckpointError(f"{tag or 'a value'} is no tensor")
    kind, content = "", b""
    dims: list[int] = []
    for field, value in _fields(tensor):
        if field == 1:
            dims += [value] if isinstance(value, int) else list(_packed(value))
        elif field == 2 and not isinstance(value, int):
            kind = bytes(value).decode("ascii", "replace")
        elif field == 3 and not isinstance(value, int):
            content = bytes(value)
    return tag, kind, tuple(dims), content


def _fields(data: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """The fields of one protobuf message: number and value."""
    at = 0
    while at < len(data):
        key, at = _read_varint(data, at)
        number, wire = key >> 3, key & 7
        if wire == _VARINT:
            value, at = _read_varint(data, at)
            yield number, value
            continue
        if wire == _BYTES:
            size, at = _read_varint(data, at)
        elif wire in (_FIXED32, _FIXED64):
            size = 4 if wire == _FIXED32 else 8
        else:
            raise CheckpointError("this is not a file that mindspore.save_checkpoint wrote")
        if at + size > len(data):
            raise CheckpointError("the file ends in the middle of its numbers")
        yield number, data[at : at + size]
        at += size


def _packed(data: memoryview) -> Iterator[int]:
    at = 0
    while at < len(data):
        value, at = _read_varint(data, at)
        yield value


def _read_varint(data: memoryview, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(data) and shift < 70:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at
    raise CheckpointError("this is not a file that mindspore.save_checkpoint wrote")


def _varint(value: int) -> bytes:
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _field(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | _BYTES) + _varint(len(content)) + content
