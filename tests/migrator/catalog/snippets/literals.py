"""Values as the source text that a person would write for them."""

from __future__ import annotations

import math
from typing import Any

LARGEST = 256
"""Tensors of more elements than this are not written down."""


class NoLiteral(Exception):
    """There is no short text for the value."""


def literal(value: Any) -> str:
    """Source that evaluates to the value, tensors with numbers of four decimals. Raises NoLiteral."""
    import torch

    if isinstance(value, torch.Tensor):
        return tensor_literal(value)
    if isinstance(value, torch.dtype | torch.memory_format):
        return str(value)
    if isinstance(value, torch.device):
        return repr(value.type)
    if isinstance(value, torch.Size):
        return literal(tuple(value))
    if isinstance(value, tuple) and type(value) is tuple:
        return f"({', '.join(map(literal, value))}{',' if len(value) == 1 else ''})"
    if isinstance(value, list):
        return f"[{', '.join(map(literal, value))}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key!r}: {literal(item)}" for key, item in value.items()) + "}"
    if isinstance(value, slice):
        return f"slice({literal(value.start)}, {literal(value.stop)}, {literal(value.step)})"
    if value is Ellipsis:
        return "..."
    if value is None or isinstance(value, bool | str):
        return repr(value)
    if type(value) in (int, float, complex):
        return _number(value)
    raise NoLiteral(type(value).__name__)


def _number(value: complex) -> str:
    if isinstance(value, complex):
        return f"complex({_number(value.real)}, {_number(value.imag)})"
    if isinstance(value, float) and not math.isfinite(value):
        return f"float('{value}')"
    return repr(value)


def tensor_literal(value: Any) -> str:
    import torch

    if value.layout is not torch.strided or value.is_quantized:
        raise NoLiteral("a sparse tensor")
    usual = value.dtype in (torch.float32, torch.int64, torch.bool) or (
        value.dtype == torch.complex64 and value.numel()
    )
    dtype = "" if usual else f", dtype={value.dtype}"
    if value.numel() == 0:
        return f"torch.zeros({tuple(value.shape)}{dtype or (f', dtype={value.dtype}' if value.dtype != torch.float32 else '')})"
    if value.numel() > LARGEST:
        raise NoLiteral("a large tensor")
    value = value.detach().resolve_conj().resolve_neg()
    return f"torch.tensor({_rounded(value.tolist())}{dtype})"


def _rounded(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_rounded, value))}]"
    if isinstance(value, complex):
        return _number(complex(round(value.real, 4), round(value.imag, 4)))
    if isinstance(value, float) and math.isfinite(value):
        return repr(round(value, 4) if abs(value) > 0.001 else float(f"{value:.3g}"))
    return _number(value)
