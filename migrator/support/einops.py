"""einops for MindSpore: the patterns of ``rearrange``, ``repeat`` and ``reduce``, which einops itself knows for torch."""

from __future__ import annotations

import re

import numpy as np
from mindspore import Tensor, nn, ops

from migrator.support.matrices import einsum


def pattern_groups(side, missing):
    """One side of a pattern as a list of groups of axis names; an ellipsis stands for ``missing`` axes of their own."""
    groups, inner = [], None
    for token in re.findall(r"\(|\)|\.\.\.|\w+", side):
        if token == "(":
            inner = []
        elif token == ")":
            groups.append(inner)
            inner = None
        else:
            names = [f"...{number}" for number in range(missing)] if token == "..." else [token]
            if inner is not None:
                inner.extend(name for name in names if name != "1")
            else:
                groups.extend([name] if name != "1" else [] for name in names)
    return groups


def axis_sizes(shape, groups, given):
    """The size of every axis that the left side names, one unknown in each group worked out from the shape."""
    sizes = dict(given)
    for size, group in zip(shape, groups, strict=True):
        unknown = [name for name in group if name not in sizes]
        known = int(np.prod([sizes[name] for name in group if name in sizes]))
        if len(unknown) > 1:
            raise ValueError(f"the sizes of {', '.join(unknown)} cannot be told from {size}")
        if unknown:
            sizes[unknown[0]] = size // known
        if known * (sizes[unknown[0]] if unknown else 1) != size:
            raise ValueError(f"{size} is not made of {' x '.join(group) or '1'}")
    return sizes


def follow_pattern(tensor, pattern, sizes, reduction=None):
    """Splits, reduces, reorders, repeats and joins the axes of a tensor or an array as an einops pattern says."""
    if isinstance(tensor, (list, tuple)):
        tensor = ops.stack(list(tensor)) if isinstance(tensor[0], Tensor) else np.stack(tensor)
    left_text, right_text = pattern.split("->")
    named = len(pattern_groups(left_text, 0))
    missing = tensor.ndim - named
    left, right = pattern_groups(left_text, missing), pattern_groups(right_text, missing)
    sizes = axis_sizes(tensor.shape, left, sizes)
    axes = [name for group in left for name in group]
    wanted = [name for group in right for name in group]
    tensor = tensor.reshape(tuple(sizes[name] for name in axes))
    if reduction is not None:
        gone = tuple(place for place, name in enumerate(axes) if name not in wanted)
        if gone:
            tensor = reduction(tensor, gone) if callable(reduction) else reduced(tensor, reduction, gone)
        axes = [name for name in axes if name in wanted]
    kept = [name for name in wanted if name in axes]
    if kept != axes:
        tensor = tensor.transpose(tuple(axes.index(name) for name in kept))
    if len(kept) != len(wanted):
        tensor = tensor.reshape(tuple(sizes[name] if name in axes else 1 for name in wanted))
        shape = tuple(sizes[name] for name in wanted)
        tensor = ops.broadcast_to(tensor, shape) if isinstance(tensor, Tensor) else np.broadcast_to(tensor, shape)
    return tensor.reshape(tuple(int(np.prod([sizes[name] for name in group])) for group in right))


def reduced(tensor, reduction, axes):
    """A tensor's or an array's reduction over several axes, by its name; products one axis after the other."""
    if reduction != "prod":
        return getattr(tensor, reduction)(axes)
    for axis in reversed(axes):
        tensor = tensor.prod(axis)
    return tensor


def rearrange(tensor, pattern, **axes_lengths):
    """einops.rearrange."""
    return follow_pattern(tensor, pattern, axes_lengths)


def repeat_axes(tensor, pattern, **axes_lengths):
    """einops.repeat."""
    return follow_pattern(tensor, pattern, axes_lengths)


def reduce_axes(tensor, pattern, reduction, **axes_lengths):
    """einops.reduce with ``mean``, ``sum``, ``max``, ``min`` or ``prod``, or a function of the tensor and the axes."""
    return follow_pattern(tensor, pattern, axes_lengths, reduction)


def einsum_by_names(*operands):
    """einops.einsum: the pattern comes last, and its axes have names of any length."""
    *tensors, pattern = operands
    letters = {}
    for name in re.findall(r"\w+", pattern):
        letters.setdefault(name, chr(ord("a") + len(letters)))
    plain = re.sub(r"\w+", lambda match: letters[match[0]], pattern).replace(" ", "")
    return einsum(plain, *tensors)


def pack(tensors, pattern):
    """einops.pack: joins tensors along the axes that ``*`` stands for, and says which shapes these axes had."""
    before, after = (len(part.split()) for part in pattern.split("*"))
    shapes = [tuple(tensor.shape[before : tensor.ndim - after]) for tensor in tensors]
    flat = [t.reshape((*t.shape[:before], -1, *t.shape[t.ndim - after :])) for t in tensors]
    joined = ops.concat(flat, axis=before) if isinstance(flat[0], Tensor) else np.concatenate(flat, axis=before)
    return joined, shapes


def unpack(tensor, packed_shapes, pattern):
    """einops.unpack: the tensors of which ``pack`` made one. One of the shapes may have a -1."""
    before = len(pattern.split("*")[0].split())
    sizes = [int(np.prod(shape)) for shape in packed_shapes]
    if min(sizes, default=0) < 0:
        unknown = next(place for place, size in enumerate(sizes) if size < 0)
        sizes[unknown] = tensor.shape[before] - sum(size for size in sizes if size >= 0)
    parts, start = [], 0
    for shape, size in zip(packed_shapes, sizes, strict=True):
        part = tensor[(slice(None),) * before + (slice(start, start + size),)]
        parts.append(part.reshape((*tensor.shape[:before], *shape, *tensor.shape[before + 1 :])))
        start += size
    return parts


def parse_shape(tensor, pattern):
    """einops.parse_shape: the sizes of the axes by the names that the pattern gives them; ``_`` is passed over."""
    names = pattern.split()
    if "..." in names:
        place = names.index("...")
        names[place : place + 1] = ["_"] * (tensor.ndim - len(names) + 1)
    return {name: size for name, size in zip(names, tensor.shape, strict=True) if name != "_" and not name.isdigit()}


class Rearrange(nn.Cell):
    """einops.layers.torch.Rearrange."""

    def __init__(self, pattern, **axes_lengths):
        super().__init__()
        self.pattern, self.axes_lengths = pattern, axes_lengths

    def construct(self, input):
        return follow_pattern(input, self.pattern, self.axes_lengths)


class Reduce(nn.Cell):
    """einops.layers.torch.Reduce."""

    def __init__(self, pattern, reduction, **axes_lengths):
        super().__init__()
        self.pattern, self.reduction, self.axes_lengths = pattern, reduction, axes_lengths

    def construct(self, input):
        return follow_pattern(input, self.pattern, self.axes_lengths, self.reduction)
