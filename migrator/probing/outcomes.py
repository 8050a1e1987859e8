"""What a snippet's ``result`` was, in a form that two libraries can be compared by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Array:
    dtype: str
    shape: tuple[int, ...]
    values: Any


def plain(value: Any, depth: int = 0) -> Any:
    """A tensor of either library as an Array, tuples and lists as lists, dtypes as their names, others as they are."""
    kind = type(value)
    if hasattr(value, "asnumpy"):
        name = str(value.dtype).rpartition(".")[2].lower()
        array = value.float().asnumpy() if name == "bfloat16" else value.asnumpy().copy()
        return Array(name.removesuffix("_"), tuple(value.shape), array)
    if kind.__module__.startswith("torch") and hasattr(value, "detach"):
        if value.layout is not _torch().strided:
            value = value.to_dense()
        value = value.detach().resolve_conj().resolve_neg()
        name = str(value.dtype).rpartition(".")[2]
        # A copy: what is changed in place afterwards must not change what was found.
        return Array(name, tuple(value.shape), (value.float() if name == "bfloat16" else value).numpy().copy())
    if isinstance(value, np.ndarray | np.generic):
        return Array(str(value.dtype), np.shape(value), np.asarray(value))
    if isinstance(value, dict):
        return {str(key): plain(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple) and depth < 6:
        return [plain(item, depth + 1) for item in value]
    if value is None or isinstance(value, bool | int | float | complex | str):
        return value
    text = str(value).removeprefix("torch.").removeprefix("mindspore.").lower().removesuffix("_")
    if text in ("finfo", "iinfo") or "info" in kind.__name__.lower():
        return [float(getattr(value, name, 0)) for name in ("bits", "eps", "max", "min", "tiny")]
    return f"<{text}>" if len(text) < 20 else f"<{kind.__name__}>"


def _torch() -> Any:
    import torch

    return torch


def difference(expected: Any, found: Any, shape_only: bool = False) -> str:
    """Empty where both are the same, ``dtype …`` where only that differs, else what differs first."""
    if isinstance(expected, Array):
        return _arrays(expected, found, shape_only)
    if isinstance(found, Array) and found.shape == () and isinstance(expected, bool | int | float | complex):
        return difference(expected, found.values.item(), shape_only)
    if isinstance(expected, list):
        if not isinstance(found, list):
            return f"a {type(found).__name__} for a list"
        if len(expected) != len(found):
            return f"{len(found)} items for {len(expected)}"
        worst = ""
        for one, other in zip(expected, found, strict=True):
            here = difference(one, other, shape_only)
            if here and not here.startswith("dtype"):
                return here
            worst = worst or here
        return worst
    if isinstance(expected, dict):
        if not isinstance(found, dict) or expected.keys() != found.keys():
            return "other keys"
        return difference(list(expected.values()), list(found.values()), shape_only)
    if shape_only and type(expected) is type(found):
        return ""
    if isinstance(expected, int | float | complex) and isinstance(found, int | float | complex):
        same = expected == found or (expected != expected and found != found)
        near = not same and np.isclose(complex(found), complex(expected), rtol=1e-4, atol=1e-5)
        return "" if same or near else f"{found} for {expected}"
    return "" if expected == found else f"{str(found)[:40]} for {str(expected)[:40]}"


def _arrays(expected: Array, found: Any, shape_only: bool) -> str:
    if not isinstance(found, Array):
        if expected.shape == () and isinstance(found, bool | int | float | complex):
            found = Array(expected.dtype, (), np.asarray(found))
        else:
            return f"a {type(found).__name__} for a tensor"
    if tuple(expected.shape) != tuple(found.shape):
        return f"shape {found.shape} for {expected.shape}"
    if not shape_only and expected.values.size:
        low = "16" in expected.dtype
        wide = np.complex128 if "c" in (expected.values.dtype.kind, found.values.dtype.kind) else np.float64
        left, right = expected.values.astype(wide), found.values.astype(wide)
        if not np.allclose(right, left, rtol=1e-2 if low else 1e-4, atol=1e-2 if low else 1e-5, equal_nan=True):
            with np.errstate(all="ignore"):
                worst = np.max(np.abs(right - left), initial=0.0, where=np.isfinite(right - left))
            return f"values, by {worst:.2g}" if worst else "values (infinite or NaN)"
    return "" if expected.dtype == found.dtype else f"dtype {found.dtype} for {expected.dtype}"
