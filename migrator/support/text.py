"""Tensors in text."""

from __future__ import annotations

import string

from mindspore import Tensor


def formatted(template, *args, **values):
    """``template.format(...)`` as it is in torch, whose tensors with one element take a number's format."""
    formatter = string.Formatter()
    plain = formatter.format_field

    def format_field(value, spec):
        number = isinstance(value, Tensor) and spec and value.size == 1
        return plain(value.item() if number else value, spec)

    formatter.format_field = format_field
    return formatter.vformat(template, args, values)
