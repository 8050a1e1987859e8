"""Files that torch.save wrote, read without torch: data and weights that come with a project."""

from __future__ import annotations

import _codecs
import pickle
import zipfile
from argparse import Namespace
from collections import OrderedDict, defaultdict

import mindspore as ms
import numpy as np
from mindspore import Tensor

STORAGE_DTYPES = {
    "FloatStorage": np.float32,
    "DoubleStorage": np.float64,
    "HalfStorage": np.float16,
    "LongStorage": np.int64,
    "IntStorage": np.int32,
    "ShortStorage": np.int16,
    "CharStorage": np.int8,
    "ByteStorage": np.uint8,
    "BoolStorage": np.bool_,
    "BFloat16Storage": np.uint16,
}
"""NumPy's types for the bytes behind torch's tensors; bfloat16 comes as the upper half of a float32."""


def torch_tensor(storage, offset, shape, strides, *rest):
    """The tensor that torch's ``_rebuild_tensor_v2`` makes of a storage."""
    kind, data = storage
    step = data.itemsize
    view = np.lib.stride_tricks.as_strided(data[offset:], shape, [stride * step for stride in strides])
    if kind == "BFloat16Storage":
        return Tensor((view.astype(np.uint32) << 16).view(np.float32), ms.bfloat16)
    return Tensor(np.ascontiguousarray(view) if shape else np.array(view))


def torch_parameter(data, *rest):
    """A parameter's values, as a tensor."""
    return data


TORCH_FILE_NAMES = {
    "torch._utils._rebuild_tensor_v2": torch_tensor,
    "torch._utils._rebuild_parameter": torch_parameter,
    "argparse.Namespace": Namespace,
    "torch.Size": tuple,
    "collections.OrderedDict": OrderedDict,
    "collections.defaultdict": defaultdict,
    "numpy.core.multiarray._reconstruct": np.core.multiarray._reconstruct,
    "numpy._core.multiarray._reconstruct": np.core.multiarray._reconstruct,
    "numpy.core.multiarray.scalar": np.core.multiarray.scalar,
    "numpy._core.multiarray.scalar": np.core.multiarray.scalar,
    "numpy.ndarray": np.ndarray,
    "numpy.dtype": np.dtype,
    "_codecs.encode": _codecs.encode,
}
"""What such a file may name. Anything else (a whole model's class, a function) is refused."""


class TorchPickle(pickle.Unpickler):
    """Reads a pickle of torch.save's; makes nothing but tensors, arrays and collections of them."""

    def find_class(self, module, name):
        known = TORCH_FILE_NAMES.get(f"{module}.{name}")
        if known is not None:
            return known
        if module == "builtins" and name in ("set", "frozenset", "complex", "slice", "bytearray"):
            return super().find_class(module, name)
        if module == "torch" and name.endswith("Storage"):
            return name
        raise pickle.UnpicklingError(f"the file holds {module}.{name}, which only PyTorch can read")


class TorchFile(TorchPickle):
    """Reads the pickle inside the zip archive that torch.save writes."""

    def __init__(self, archive, root):
        super().__init__(archive.open(f"{root}data.pkl"))
        self.archive, self.root = archive, root

    def persistent_load(self, pid):
        kind, key = pid[1], pid[2]
        data = self.archive.read(f"{self.root}data/{key}")
        return kind, np.frombuffer(data, STORAGE_DTYPES[kind])


class OldTorchFile(TorchPickle):
    """Reads the object of a file from before torch 1.6, whose tensors' numbers come after it: zeros as long as
    ``storages`` are not known, whose keys, types and sizes it then gathers."""

    def __init__(self, stream, storages=None):
        super().__init__(stream, encoding="utf-8")
        self.storages, self.sizes = storages, {}

    def persistent_load(self, pid):
        if pid[0] != "storage" or (len(pid) > 5 and pid[5] is not None):
            raise pickle.UnpicklingError("the file is of a layout that only PyTorch can read")
        kind, key, size = pid[1], str(pid[2]), pid[4]
        self.sizes[key] = (kind, size)
        return kind, np.zeros(size, STORAGE_DTYPES[kind]) if self.storages is None else self.storages[key]


OLD_TORCH_FILE = pickle.dumps(0x1950A86A20F9469CFC6C, protocol=2)
"""What files of torch.save began with before torch 1.6."""


def is_torch_file(path):
    """Whether torch.save has written the file, and not MindSpore."""
    with open(path, "rb") as file:
        return zipfile.is_zipfile(path) or file.read(len(OLD_TORCH_FILE)) == OLD_TORCH_FILE


def read_old_torch_file(path):
    """:func:`read_torch_file` for files from before torch 1.6: the object, the keys, and each storage's numbers."""
    with open(path, "rb") as file:
        for _ in range(3):  # the magic number, the version and the machine's sizes
            TorchPickle(file).load()
        start = file.tell()
        first = OldTorchFile(file)
        first.load()
        storages = {}
        for key in TorchPickle(file).load():
            kind, _ = first.sizes[str(key)]
            count = int.from_bytes(file.read(8), "little")
            data = file.read(count * np.dtype(STORAGE_DTYPES[kind]).itemsize)
            storages[str(key)] = np.frombuffer(data, STORAGE_DTYPES[kind])
        file.seek(start)
        return OldTorchFile(file, storages).load()


def read_torch_file(path):
    """The object in a file of torch.save, with MindSpore tensors; raises UnpicklingError for what is more than tensors,
    arrays, numbers, texts and collections of them."""
    if not zipfile.is_zipfile(path):
        return read_old_torch_file(path)
    with zipfile.ZipFile(path) as archive:
        inner = next(name for name in archive.namelist() if name.endswith("data.pkl"))
        return TorchFile(archive, inner.removesuffix("data.pkl")).load()
