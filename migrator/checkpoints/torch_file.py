"""Reads what ``torch.save`` wrote, without torch and without running anything that the file asks for.

A ``.pth`` is a pickle, and a pickle is a program. This unpickler knows the dozen functions by which tensors and
ordinary containers come about; every other class in the file becomes an :class:`Unknown`, which keeps its name and
its attributes and does nothing. So checkpoints with an ``argparse.Namespace``, a scheduler or a whole model in
them can be read too, which ``torch.load(weights_only=True)`` refuses.

The two layouts (a zip since torch 1.6, a row of pickles before) are those of ``torch/serialization.py``.
"""

from __future__ import annotations

import io
import math
import pickle
import zipfile
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from migrator.checkpoints.arrays import DTYPES, Array

#: torch's storage classes → dtype names.
STORAGES = {
    "FloatStorage": "float32",
    "DoubleStorage": "float64",
    "HalfStorage": "float16",
    "BFloat16Storage": "bfloat16",
    "LongStorage": "int64",
    "IntStorage": "int32",
    "ShortStorage": "int16",
    "CharStorage": "int8",
    "ByteStorage": "uint8",
    "BoolStorage": "bool",
    "ComplexFloatStorage": "complex64",
    "ComplexDoubleStorage": "complex128",
}
_TORCH_DTYPES = {name: name for name in DTYPES} | {"float": "float32", "double": "float64", "half": "float16"}
_LEGACY_MAGIC = 0x1950A86A20F9469CFC6C
#: Elements of one tensor. A view with stride 0 may name any number of them without any bytes in the file.
_MOST_ELEMENTS = 1 << 31


class CheckpointError(ValueError):
    """The file cannot be read as a checkpoint; the message says why."""


class Unknown:
    """Something in the file that is neither number nor container: its class's name, arguments and attributes."""

    def __init__(self, name: str, arguments: tuple[Any, ...] = ()) -> None:
        self.class_name = name
        self.arguments = arguments
        self.attributes: dict[str, Any] = {}
        self.items: list[Any] = []

    def __repr__(self) -> str:
        return f"<{self.class_name}>"

    def __setstate__(self, state: Any) -> None:
        parts = state if isinstance(state, tuple) else (state,)
        for part in parts:
            if isinstance(part, Mapping):
                self.attributes.update({str(key): value for key, value in part.items()})

    def append(self, item: Any) -> None:
        self.items.append(item)

    def extend(self, items: Any) -> None:
        self.items.extend(items)

    def __setitem__(self, key: Any, value: Any) -> None:
        self.attributes[str(key)] = value


@dataclass(eq=False)
class Storage:
    """The bytes behind one or more tensors. In the old layout they come after the object, so they are set later."""

    key: str
    dtype: str
    data: bytes = field(default=b"", repr=False)


@dataclass(frozen=True)
class SavedTensor:
    """A tensor as the file has it: a view of a storage. Two tied weights are two views of the same one."""

    storage: Storage
    dtype: str
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]

    @property
    def identity(self) -> tuple[str, int, tuple[int, ...], tuple[int, ...]]:
        """Equal for tensors that share memory."""
        return (self.storage.key, self.offset, self.shape, self.strides)

    def array(self) -> Array:
        """The value, copied out. CheckpointError where the view leaves its storage."""
        flat = np.frombuffer(self.storage.data, dtype=DTYPES[self.dtype][0])
        elements = math.prod(self.shape)
        last = self.offset + sum((size - 1) * stride for size, stride in zip(self.shape, self.strides, strict=True))
        if min((self.offset, *self.strides, *self.shape), default=0) < 0 or elements > _MOST_ELEMENTS:
            raise CheckpointError("a tensor's shape or strides make no sense")
        if elements and last >= flat.size:
            raise CheckpointError("a tensor reaches beyond its bytes; the file is damaged")
        if not elements:
            return Array(self.dtype, np.zeros(self.shape, flat.dtype))
        strides = tuple(stride * flat.itemsize for stride in self.strides)
        view: npt.NDArray[Any] = np.lib.stride_tricks.as_strided(flat[self.offset :], self.shape, strides)
        return Array(self.dtype, np.array(view, order="C"))


def read(path: Path) -> Any:
    """The object that was saved, with :class:`SavedTensor` for tensors. Raises CheckpointError."""
    with path.open("rb") as file:
        head = file.read(8)
        file.seek(0)
        try:
            return _read_zip(file) if head.startswith(b"PK") else _read_legacy(file)
        except CheckpointError:
            raise
        except RecursionError as error:
            raise CheckpointError("the file nests too deeply") from error
        # A damaged pickle makes the unpickler raise whatever the operation at hand raises.
        except Exception as error:
            raise CheckpointError(f"this is not a file that torch.save wrote ({error})") from error


def _read_zip(file: BinaryIO) -> Any:
    with zipfile.ZipFile(file) as archive:
        names = {info.filename: info for info in archive.infolist()}
        pickled = [name for name in names if name == "data.pkl" or name.endswith("/data.pkl")]
        if len(pickled) != 1:
            raise CheckpointError("the file holds no data.pkl, as torch.save writes it")
        root = pickled[0].removesuffix("data.pkl")
        if f"{root}constants.pkl" in names:
            raise CheckpointError("this is a TorchScript program; save its state_dict() with torch.save")
        if f"{root}byteorder" in names and archive.read(f"{root}byteorder").strip() == b"big":
            raise CheckpointError("the file was written on a big-endian machine")
        if any(info.compress_type != zipfile.ZIP_STORED for info in names.values()):
            raise CheckpointError("the file is a compressed zip; torch.save does not compress")
        storages: dict[str, Storage] = {}

        def load(persistent: Any) -> Storage:
            dtype, key = _storage_words(persistent)
            if key not in storages:
                if f"{root}data/{key}" not in names:
                    raise CheckpointError(f"the bytes of storage {key} are missing")
                storages[key] = Storage(key, dtype, archive.read(f"{root}data/{key}"))
            return storages[key]

        return _Unpickler(io.BytesIO(archive.read(pickled[0])), load).load()


def _read_legacy(file: BinaryIO) -> Any:
    """Magic number, version, machine, the object, the storages' keys, then each storage's length and bytes."""
    storages: dict[str, Storage] = {}

    def load(persistent: Any) -> Any:
        if isinstance(persistent, tuple) and len(persistent) > 1 and persistent[0] == "module":
            return persistent[1]  # a model's class, which stands beside its source
        dtype, key = _storage_words(persistent)
        if len(persistent) > 5 and persistent[5] is not None:
            raise CheckpointError(
                "the file has views of storages, as torch wrote them before 0.4; save it anew with torch"
            )
        return storages.setdefault(key, Storage(key, dtype))

    def refuse(persistent: Any) -> Storage:
        raise CheckpointError("this is not a file that torch.save wrote")

    if _Unpickler(file, refuse).load() != _LEGACY_MAGIC:
        raise CheckpointError("this is not a file that torch.save wrote")
    _Unpickler(file, refuse).load()
    machine = _Unpickler(file, refuse).load()
    if isinstance(machine, dict) and not machine.get("little_endian", True):
        raise CheckpointError("the file was written on a big-endian machine")
    saved = _Unpickler(file, load).load()
    for key in _Unpickler(file, refuse).load():
        storage = storages[str(key)]
        size = int.from_bytes(file.read(8), "little") * np.dtype(DTYPES[storage.dtype][0]).itemsize
        storage.data = file.read(size)
        if len(storage.data) != size:
            raise CheckpointError("the file ends in the middle of its numbers")
    return saved


def _storage_words(persistent: Any) -> tuple[str, str]:
    """torch's persistent id is ("storage", its class, its key, its device, its number of elements)."""
    if not isinstance(persistent, tuple) or len(persistent) < 3 or persistent[0] != "storage":
        raise CheckpointError("the file refers to something that is no storage")
    kind = persistent[1]
    name = kind.class_name.rpartition(".")[2] if isinstance(kind, _Global) else ""
    if name == "UntypedStorage":
        return "uint8", str(persistent[2])
    if name not in STORAGES:
        raise CheckpointError(f"the file has tensors of a kind that MindSpore has not ({name or kind!r})")
    return STORAGES[name], str(persistent[2])


class _Global:
    """A class or function that the pickle names. Called, it makes an :class:`Unknown`."""

    def __init__(self, name: str) -> None:
        self.class_name = name

    def __call__(self, *arguments: Any, **_: Any) -> Unknown:
        return Unknown(self.class_name, arguments)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Global) and other.class_name == self.class_name

    def __hash__(self) -> int:
        return hash(self.class_name)


# The unpickler written in Python can be steered where the one in C cannot: in how objects are made by their class.
_Python: Any = pickle._Unpickler


class _Unpickler(_Python):
    """Makes numbers, containers, and an Unknown of everything else."""

    def __init__(self, file: BinaryIO, load: Callable[[Any], Storage]) -> None:
        super().__init__(file, encoding="utf-8")
        self._load_storage = load

    def find_class(self, module: str, name: str) -> Any:
        if module in ("builtins", "__builtin__") and name in _BUILTINS:
            return _BUILTINS[name]
        known = _KNOWN.get(f"{module}.{name}")
        if known is not None:
            return known
        if module == "torch" and name in _TORCH_DTYPES:
            return _TORCH_DTYPES[name]
        return _Global(f"{module}.{name}")

    def get_extension(self, code: int) -> None:
        raise CheckpointError("the file uses pickle's extension registry")

    def persistent_load(self, persistent: Any) -> Storage:
        return self._load_storage(persistent)

    def load_newobj(self) -> None:
        arguments = self.stack.pop()
        kind = self.stack.pop()
        self.append(kind(*arguments) if isinstance(kind, _Global) or kind in _NEWABLE else self._no(kind))

    def load_newobj_ex(self) -> None:
        keywords = self.stack.pop()
        arguments = self.stack.pop()
        kind = self.stack.pop()
        self.append(Unknown(kind.class_name, (*arguments, keywords)) if isinstance(kind, _Global) else self._no(kind))

    def load_build(self) -> None:
        state = self.stack.pop()
        made = self.stack[-1]
        if isinstance(made, Unknown):
            made.__setstate__(state)
        # An OrderedDict's state is torch's `_metadata`, and a tensor's is its hooks: neither is a number.

    def load_reduce(self) -> None:
        arguments = self.stack.pop()
        function = self.stack[-1]
        if not (isinstance(function, _Global) or function in _CALLABLE):
            self._no(function)
        self.stack[-1] = function(*arguments)

    def load_inst(self) -> None:
        self._no("an old-style instance")

    def load_obj(self) -> None:
        self._no("an old-style instance")

    def _no(self, what: object) -> Any:
        raise CheckpointError(f"the file asks to call {what!r}, which no checkpoint needs")

    dispatch = dict(_Python.dispatch)
    dispatch[pickle.NEWOBJ[0]] = load_newobj
    dispatch[pickle.NEWOBJ_EX[0]] = load_newobj_ex
    dispatch[pickle.BUILD[0]] = load_build
    dispatch[pickle.REDUCE[0]] = load_reduce
    dispatch[pickle.INST[0]] = load_inst
    dispatch[pickle.OBJ[0]] = load_obj


def _tensor(storage: Any, offset: int, shape: tuple[int, ...], strides: tuple[int, ...], *_: Any) -> SavedTensor:
    return _view(storage, storage.dtype if isinstance(storage, Storage) else "", offset, shape, strides)


def _tensor_of_dtype(
    storage: Any,
    offset: int,
    shape: tuple[int, ...],
    strides: tuple[int, ...],
    _gradient: Any,
    _hooks: Any,
    dtype: str,
    *_: Any,
) -> SavedTensor:
    return _view(storage, dtype, offset, shape, strides)


def _view(storage: Any, dtype: Any, offset: Any, shape: Any, strides: Any) -> SavedTensor:
    numbers = (offset, *shape, *strides)
    if not isinstance(storage, Storage) or dtype not in DTYPES or not all(isinstance(n, int) for n in numbers):
        raise CheckpointError("a tensor in the file makes no sense")
    return SavedTensor(storage, dtype, offset, tuple(shape), tuple(strides))


def _parameter(data: Any, *_: Any) -> Any:
    return data


def _numpy_scalar(dtype: Any, data: Any) -> Any:
    name = dtype.arguments[0] if isinstance(dtype, Unknown) and dtype.arguments else ""
    if name not in ("f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "b1"):
        return Unknown("numpy.scalar")
    data = data.encode("latin-1") if isinstance(data, str) else data
    return np.frombuffer(data, dtype=f"<{name}" if name != "b1" else "?")[0].item()


def _latin1(text: str, encoding: str) -> bytes:
    return text.encode("latin-1")


def _default_dict(*_: Any) -> defaultdict[Any, Any]:
    return defaultdict(None)


_BUILTINS: dict[str, Any] = {
    "set": set, "frozenset": frozenset, "dict": dict, "list": list, "tuple": tuple, "int": int, "float": float,
    "bool": bool, "str": str, "complex": complex, "slice": slice, "bytearray": bytearray,
}  # fmt: skip
_KNOWN: dict[str, Any] = {
    "collections.OrderedDict": OrderedDict,
    "collections.defaultdict": _default_dict,
    "torch._utils._rebuild_tensor_v2": _tensor,
    "torch._utils._rebuild_tensor": _tensor,
    "torch._utils._rebuild_tensor_v3": _tensor_of_dtype,
    "torch._utils._rebuild_parameter": _parameter,
    "torch._utils._rebuild_parameter_with_state": _parameter,
    "torch.Size": tuple,
    "numpy.core.multiarray.scalar": _numpy_scalar,
    "numpy._core.multiarray.scalar": _numpy_scalar,
    "_codecs.encode": _latin1,
}
#: Of the built-in types only those are called whose result is no larger than what the file itself holds.
_CALLABLE = (OrderedDict, set, frozenset, tuple, list, dict, complex, slice, *_KNOWN.values())
_NEWABLE = (OrderedDict,)
