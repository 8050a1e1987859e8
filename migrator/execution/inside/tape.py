"""The record of a run: arrays in one flat file, everything else as JSON lines that point into it.

Nothing in it can carry code, so that whoever reads a record need not trust the program that wrote it. A *reference* to
an array is ``{"at": offset, "size": bytes, "shape": [...], "dtype": name}``, with ``"bits": true`` for packed booleans.
Values of any nesting are written as a *tree* of small objects, see :func:`encode`.
"""

from __future__ import annotations

import base64
import collections
import hashlib
import json
import os
import queue
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

ARRAYS = "arrays.bin"
HAND_OVER_BYTES = 1 << 20
MOST_WAITING = 64
FLUSH_SECONDS = 0.2
LONGEST_LINE = 64 << 20

# How many bytes of a line are looked at before a reader gives up on it are bounded, since the writer is not trusted.
Reference = dict[str, Any]
Tree = dict[str, Any]


class TapeFull(Exception):
    """No more arrays fit the size that the record may have."""


class TapeWriter:
    """Writes a record; disk writes happen in a thread so that the program waits for copies only.

    Processes forked from the program (data workers) inherit the object but write nothing.
    """

    def __init__(self, folder: Path, most_bytes: int) -> None:
        self._folder = folder
        self._most_bytes = most_bytes
        self._process = os.getpid()
        self._end = 0
        self._known: dict[bytes, Reference] = {}
        self._lines: dict[str, list[str]] = {}
        self._waiting: queue.Queue[bytes | None] = queue.Queue(MOST_WAITING)
        self._gathered: list[bytes] = []
        self._gathered_bytes = 0
        self._flushed = time.monotonic()
        self._thread = threading.Thread(target=self._write_arrays, name="mindferry-tape", daemon=True)
        self._thread.start()

    @property
    def size(self) -> int:
        """Bytes of arrays so far."""
        return self._end

    def put(self, array: np.ndarray[Any, Any], dtype: str = "") -> Reference:
        """Keep an array, once for each content; raises :class:`TapeFull` where the record is full."""
        shape = list(array.shape)
        bits = array.dtype == np.bool_
        data = np.packbits(array).tobytes() if bits else array.tobytes()
        name = dtype or array.dtype.str
        digest = hashlib.blake2b(data, digest_size=16, person=name.encode()[:16]).digest()
        known = self._known.get(digest)
        if known is not None and known["size"] == len(data):
            return {**known, "shape": shape}
        if self._end + len(data) > self._most_bytes:
            raise TapeFull
        reference: Reference = {"at": self._end, "size": len(data), "shape": shape, "dtype": name}
        if bits:
            reference["bits"] = True
        self._known[digest] = reference
        self._end += len(data)
        if os.getpid() == self._process:
            self._gathered.append(data)
            self._gathered_bytes += len(data)
            # Each hand-over to the thread costs a switch between threads: small arrays go together.
            if self._gathered_bytes >= HAND_OVER_BYTES:
                self._hand_over()
        return reference

    def _hand_over(self) -> None:
        self._waiting.put(b"".join(self._gathered))
        self._gathered.clear()
        self._gathered_bytes = 0

    def line(self, file: str, value: dict[str, Any]) -> None:
        """Append one JSON object to ``file``.jsonl."""
        if os.getpid() != self._process:
            return
        self._lines.setdefault(file, []).append(json.dumps(value))
        if time.monotonic() - self._flushed > FLUSH_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Hand all lines to the operating system."""
        self._flushed = time.monotonic()
        waiting, self._lines = self._lines, {}
        for file, lines in waiting.items():
            with open(self._folder / f"{file}.jsonl", "a", encoding="utf-8") as out:
                out.write("\n".join(lines) + "\n")

    def close(self) -> None:
        if os.getpid() != self._process:
            return
        self.flush()
        self._hand_over()
        self._waiting.put(None)
        self._thread.join()

    def _write_arrays(self) -> None:
        with open(self._folder / ARRAYS, "wb") as out:
            while isinstance(data := self._waiting.get(), bytes):
                out.write(data)


class TapeReader:
    """Reads a record that an untrusted program wrote; wrong references raise :class:`ValueError`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        path = folder / ARRAYS
        size = path.stat().st_size if path.is_file() and not path.is_symlink() else 0
        self._data = np.memmap(path, np.uint8, mode="r") if size else np.empty(0, np.uint8)

    def get(self, reference: Reference) -> np.ndarray[Any, Any]:
        """The array behind a reference; bfloat16 comes as float32."""
        at, size = int(reference["at"]), int(reference["size"])
        shape = tuple(int(length) for length in reference["shape"])
        if at < 0 or size < 0 or at + size > len(self._data) or any(length < 0 for length in shape):
            raise ValueError("The record points outside itself.")
        count = 1
        for length in shape:
            count *= length
        raw = np.asarray(self._data[at : at + size])
        if reference.get("bits"):
            if (count + 7) // 8 != size:
                raise ValueError("The record's sizes contradict each other.")
            return np.unpackbits(raw, count=count).astype(np.bool_).reshape(shape)
        name = str(reference["dtype"])
        dtype = np.dtype(np.uint16) if name == "bfloat16" else np.dtype(name)
        if dtype.hasobject or dtype.itemsize * count != size:
            raise ValueError("The record's sizes contradict each other.")
        array = raw.view(dtype).reshape(shape) if count else np.empty(shape, dtype)
        if name == "bfloat16":
            return (array.astype(np.uint32) << 16).view(np.float32)
        return array

    def lines(self, file: str) -> Iterator[dict[str, Any]]:
        """The objects of ``file``.jsonl; a line that is not a JSON object ends the reading."""
        path = self._folder / f"{file}.jsonl"
        if not path.is_file() or path.is_symlink():
            return
        with open(path, encoding="utf-8", errors="replace") as lines:
            while line := lines.readline(LONGEST_LINE):
                try:
                    value = json.loads(line)
                except ValueError:
                    return
                if not isinstance(value, dict):
                    return
                yield value


TensorToNumpy = Callable[[Any], "tuple[np.ndarray[Any, Any], str] | None"]
NumpyToTensor = Callable[["np.ndarray[Any, Any]", str], Any]
PLAIN = (str, int, float, bool, type(None))


def encode(value: Any, tape: TapeWriter, tensor_to_numpy: TensorToNumpy) -> Tree:
    """A value of any nesting as a tree. What has no safe form becomes ``{"opaque": type name}``.

    ``tensor_to_numpy`` returns the array and the name of the tensor's dtype, or None for what is not a tensor.
    """
    if type(value) in PLAIN:
        return {"value": value}
    found = tensor_to_numpy(value)
    if found is not None:
        array, dtype = found
        return {"tensor": tape.put(array, "bfloat16" if dtype == "bfloat16" else ""), "dtype": dtype}
    if isinstance(value, np.ndarray):
        if value.dtype.hasobject:
            items = [encode(item, tape, tensor_to_numpy) for item in value.reshape(-1).tolist()]
            return {"objects": items, "shape": list(value.shape)}
        return {"array": tape.put(value)}
    if isinstance(value, np.generic):
        return {"scalar": tape.put(np.asarray(value))}
    if isinstance(value, bytes):
        return {"bytes": base64.b64encode(value).decode()}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        items = [encode(item, tape, tensor_to_numpy) for item in value]
        return {"named": type(value).__name__, "fields": list(value._fields), "items": items}
    if type(value) in (list, tuple):
        return {type(value).__name__: [encode(item, tape, tensor_to_numpy) for item in value]}
    if isinstance(value, collections.abc.Mapping):
        pairs = [[encode(k, tape, tensor_to_numpy), encode(v, tape, tensor_to_numpy)] for k, v in value.items()]
        return {"dict": pairs}
    return {"opaque": type(value).__name__}


def decode(tree: Tree, tape: TapeReader, numpy_to_tensor: NumpyToTensor) -> Any:
    """The value that :func:`encode` was given; raises :class:`ValueError` for an opaque part."""
    if "value" in tree:
        return tree["value"]
    if "tensor" in tree:
        return numpy_to_tensor(tape.get(tree["tensor"]), str(tree["dtype"]))
    if "array" in tree:
        return np.array(tape.get(tree["array"]))
    if "scalar" in tree:
        return tape.get(tree["scalar"])[()]
    if "bytes" in tree:
        return base64.b64decode(tree["bytes"])
    if "opaque" in tree:
        raise ValueError(f"an object of type {tree['opaque']}")
    if "dict" in tree:
        return {decode(k, tape, numpy_to_tensor): decode(v, tape, numpy_to_tensor) for k, v in tree["dict"]}
    if "objects" in tree:
        items = [decode(item, tape, numpy_to_tensor) for item in tree["objects"]]
        flat = np.empty(len(items), object)
        flat[:] = items
        return flat.reshape(tree["shape"])
    if "named" in tree:
        kind = collections.namedtuple(tree["named"], tree["fields"])  # type: ignore[misc]
        return kind(*(decode(item, tape, numpy_to_tensor) for item in tree["items"]))
    if "list" in tree:
        return [decode(item, tape, numpy_to_tensor) for item in tree["list"]]
    if "tuple" in tree:
        return tuple(decode(item, tape, numpy_to_tensor) for item in tree["tuple"])
    raise ValueError("something this version does not know")


def leaves(tree: Tree) -> list[Tree]:
    """The parts of a tree that are not containers, in order."""
    for kind in ("list", "tuple", "items", "objects"):
        if kind in tree:
            return [leaf for item in tree[kind] for leaf in leaves(item)]
    if "dict" in tree:
        return [leaf for _, item in tree["dict"] for leaf in leaves(item)]
    return [tree]
