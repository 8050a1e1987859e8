"""Types of tensors: conversions, promotion, and what torch says about a dtype."""

from __future__ import annotations

import mindspore as ms
import numpy as np
from mindspore import Tensor, ops

OLD_TYPE_NAMES = {
    "float32": "Float",
    "float64": "Double",
    "float16": "Half",
    "bfloat16": "BFloat16",
    "int64": "Long",
    "int32": "Int",
    "int16": "Short",
    "int8": "Char",
    "uint8": "Byte",
    "bool": "Bool",
    "complex64": "ComplexFloat",
    "complex128": "ComplexDouble",
}


def dtype_name(dtype):
    """``float32`` for ``ms.float32``."""
    name = str(dtype).lower().rpartition(".")[2]
    return "bool" if name == "bool_" else name


def type_name(input):
    """``x.type()``: "torch.FloatTensor"."""
    return f"torch.{OLD_TYPE_NAMES[dtype_name(input.dtype)]}Tensor"


def typename(value):
    """torch.typename: a tensor's type, or the full name of a class; those of Python itself without a module."""
    if isinstance(value, Tensor):
        return type_name(value)
    kind = type(value)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def dtype_named(name):
    """The dtype that torch's old name of a class of tensors ("torch.cuda.FloatTensor") stands for; anything else as it
    is."""
    if not isinstance(name, str) or not name.endswith("Tensor"):
        return name
    known = {old: kind for kind, old in OLD_TYPE_NAMES.items()}
    kind = known[name.rpartition(".")[2].removesuffix("Tensor")]
    return ms.bool_ if kind == "bool" else getattr(ms, kind)


def to(input, *target, **options):
    """``x.to(...)`` and ``x.type(...)``: to a dtype, or to another tensor's dtype; a device changes nothing."""
    for item in (*target, options.get("dtype"), options.get("other")):
        item = dtype_named(getattr(item, "dtype", item))
        if item is not None and not isinstance(item, (str, bool, int)) and str(item) not in ("cpu", "cuda"):
            return input.to(item)
    return input


def to_real(input, dtype):
    """A complex tensor as real numbers: its real part."""
    return (ops.real(input) if input.is_complex() else input).to(dtype)


PROMOTION_ORDER = (
    "bool",
    "uint8",
    "int8",
    "int16",
    "int32",
    "int64",
    "float16",
    "bfloat16",
    "float32",
    "float64",
    "complex64",
    "complex128",
)


def dtype_category(name):
    """0 bool, 1 integers, 2 floating point, 3 complex."""
    return 0 if name == "bool" else 1 if "int" in name else 2 if "float" in name else 3


def promote_types(type1, type2):
    """torch.promote_types."""
    left, right = dtype_name(type1), dtype_name(type2)
    names = {left, right}
    if names == {"uint8", "int8"}:
        name = "int16"
    elif names == {"float16", "bfloat16"}:
        name = "float32"
    elif names == {"complex64", "float64"}:
        name = "complex128"
    else:
        name = max(left, right, key=PROMOTION_ORDER.index)
    return ms.bool_ if name == "bool" else getattr(ms, name)


def result_type(tensor1, tensor2):
    """torch.result_type: numbers and tensors of no dimensions give way within their kind of numbers."""
    found = []
    for item in (tensor1, tensor2):
        if isinstance(item, Tensor):
            found.append((dtype_name(item.dtype), 0 if item.ndim else 1))
        else:
            name = {bool: "bool", int: "int64", float: "float32", complex: "complex64"}[type(item)]
            found.append((name, 2))
    found.sort(key=lambda pair: pair[1])
    (strong, rank), (weak, other) = found
    if rank == other or dtype_category(weak) > dtype_category(strong):
        if rank != other and dtype_category(weak) == 3 and strong == "float64":
            weak = "complex128"
        elif rank != other:
            strong = weak
        return promote_types(dtype_of_name(strong), dtype_of_name(weak))
    return dtype_of_name(strong)


def dtype_of_name(name):
    """``ms.float32`` for ``float32``."""
    return ms.bool_ if name == "bool" else getattr(ms, name)


def can_cast(from_, to):
    """torch.can_cast: not from complex to real, floating to integer or anything to bool."""
    source, target = dtype_category(dtype_name(from_)), dtype_category(dtype_name(to))
    if dtype_name(to) == "uint8" and dtype_name(from_) in ("int8", "int16", "int32", "int64"):
        return True
    return source <= target


class FloatInfo:
    """torch.finfo."""

    def __init__(self, type=None):
        name = dtype_name(type) if type is not None else "float32"
        real = {"complex64": "float32", "complex128": "float64"}.get(name, name)
        self.dtype = real
        if real == "bfloat16":
            self.bits, self.eps, self.tiny = 16, 0.0078125, 1.1754943508222875e-38
            self.max, self.resolution = 3.3895313892515355e38, 0.01
        else:
            info = np.finfo(real)
            self.bits, self.eps, self.tiny = info.bits, float(info.eps), float(info.tiny)
            self.max, self.resolution = float(info.max), float(info.resolution)
        self.min, self.smallest_normal = -self.max, self.tiny


class IntInfo:
    """torch.iinfo."""

    def __init__(self, type):
        info = np.iinfo(dtype_name(type))
        self.bits, self.max, self.min, self.dtype = info.bits, int(info.max), int(info.min), dtype_name(type)


def view_as_dtype(input, dtype):
    """``x.view(dtype)``: the same bytes read as another dtype. No gradient flows."""
    return Tensor(np.ascontiguousarray(input.asnumpy()).view(ms.dtype_to_nptype(dtype)))


def complex_tensor(real, imag):
    """torch.complex."""
    shape = np.broadcast_shapes(real.shape, imag.shape)
    return ops.Complex()(ops.broadcast_to(real, shape), ops.broadcast_to(imag, shape))


def complex_abs(input):
    """torch.abs of complex numbers, which is real."""
    return ops.sqrt(ops.real(input) ** 2 + ops.imag(input) ** 2)


def conj(input):
    """torch.conj of any tensor."""
    return ops.conj(input) if input.is_complex() else input


def angle(input):
    """torch.angle: pi for negative real numbers, 0 for others."""
    if input.is_complex():
        return ops.atan2(ops.imag(input), ops.real(input))
    values = input if input.is_floating_point() else input.float()
    return ops.where(values < 0, ops.full_like(values, float(np.pi)), values * 0)


def isfinite_complex(input):
    """torch.isfinite of complex numbers."""
    return ops.logical_and(ops.isfinite(ops.real(input)), ops.isfinite(ops.imag(input)))


def isclose_complex(input, other, rtol=1e-05, atol=1e-08, equal_nan=False):
    """torch.isclose of complex numbers, as NumPy has it: no gradient is asked for."""
    return Tensor(np.isclose(input.asnumpy(), other.asnumpy(), rtol, atol, equal_nan))


def view_as_real(input):
    """torch.view_as_real: real and imaginary parts in a last dimension of 2."""
    return ops.stack((ops.real(input), ops.imag(input)), axis=-1)


def view_as_complex(input):
    """torch.view_as_complex: a last dimension of 2 as complex numbers."""
    return ops.Complex()(input[..., 0], input[..., 1])


def adjoint(input):
    """torch.adjoint: the conjugate transpose of the last two dimensions."""
    return ops.swapaxes(conj(input), -1, -2) if input.ndim else conj(input)


def isinf_complex(input):
    """torch.isinf of complex numbers."""
    return ops.logical_or(ops.isinf(ops.real(input)), ops.isinf(ops.imag(input)))


def polar(abs, angle):
    """torch.polar: magnitude and angle as complex numbers."""
    return complex_tensor(abs * ops.cos(angle), abs * ops.sin(angle))


def signbit(input):
    """torch.signbit, true of -0.0 too. No gradient flows."""
    return Tensor(np.signbit(input.asnumpy()) if input.is_floating_point() else (input < 0).asnumpy())
