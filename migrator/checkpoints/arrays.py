"""Numbers on their way between two frameworks, bit for bit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

#: dtype name → (NumPy's type for the bits, the name in a .safetensors header). bfloat16 travels as its 16 bits.
DTYPES: dict[str, tuple[str, str]] = {
    "bool": ("?", "BOOL"),
    "uint8": ("<u1", "U8"),
    "int8": ("<i1", "I8"),
    "int16": ("<i2", "I16"),
    "int32": ("<i4", "I32"),
    "int64": ("<i8", "I64"),
    "uint16": ("<u2", "U16"),
    "uint32": ("<u4", "U32"),
    "uint64": ("<u8", "U64"),
    "float16": ("<f2", "F16"),
    "bfloat16": ("<u2", "BF16"),
    "float32": ("<f4", "F32"),
    "float64": ("<f8", "F64"),
    "complex64": ("<c8", "C64"),
    "complex128": ("<c16", "C128"),
}


@dataclass(frozen=True)
class Array:
    """A tensor's value. ``bits`` is C-contiguous and of the type that DTYPES gives for ``dtype``."""

    dtype: str
    bits: npt.NDArray[Any]

    @classmethod
    def of(cls, value: npt.NDArray[Any]) -> Array:
        """From an ordinary NumPy array. Raises ValueError for a type that no checkpoint has."""
        # MindSpore hands bfloat16 out under a NumPy type of that name, two bytes wide.
        name = value.dtype.name
        if name == "bfloat16":
            return cls(name, np.ascontiguousarray(value).view("<u2").reshape(value.shape))
        if name not in DTYPES:
            raise ValueError(f"values of type {name} cannot stand in a checkpoint")
        return cls(name, np.ascontiguousarray(value, dtype=DTYPES[name][0]).reshape(value.shape))

    @property
    def shape(self) -> tuple[int, ...]:
        return self.bits.shape

    def reshaped(self, shape: tuple[int, ...]) -> Array:
        return Array(self.dtype, self.bits.reshape(shape))

    def widened(self) -> npt.NDArray[Any]:
        """As NumPy can count with it: bfloat16 becomes float32, exactly; all else stays."""
        if self.dtype != "bfloat16":
            return self.bits
        wide: npt.NDArray[Any] = (self.bits.astype("<u4") << 16).view("<f4").reshape(self.shape)
        return wide

    def equals(self, other: Array) -> bool:
        """Same type, shape and bits (a NaN equals itself)."""
        return self.dtype == other.dtype and self.shape == other.shape and self.bits.tobytes() == other.bits.tobytes()
