"""Under which names a program holds its tensors: what tells loose parameters apart in both of its versions."""

from __future__ import annotations

import types
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

LOOSE = -1
"""The number of the root that stands for all parameters outside of models."""
LOOSE_CLASS = "tensors"
MOST_ITEMS = 1000
_HERE = str(Path(__file__).parent)
_SUPPORT = "mindspore_support.py"


def names_held(wanted: Iterable[int], frame: types.FrameType | None) -> dict[int, str]:
    """The names of objects, by ``id``, as the functions that run see them, the innermost first: ``w``, ``params[0]``,
    ``Trainer.w`` for an attribute. What is held nowhere by name is left out."""
    missing = set(wanted)
    found: dict[int, str] = {}
    scopes: list[Mapping[str, Any]] = []
    while frame is not None:
        file = frame.f_code.co_filename
        if not file.startswith(_HERE) and "site-packages" not in file and not file.endswith(_SUPPORT):
            scopes.append(frame.f_locals)
            if not any(scope is frame.f_globals for scope in scopes):
                scopes.append(frame.f_globals)
        frame = frame.f_back
    for scope in scopes:
        if not missing:
            break
        for name, value in list(scope.items()):
            for path, thing in _within(name, value):
                if id(thing) in missing:
                    missing.discard(id(thing))
                    found[id(thing)] = path
    return found


def _within(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    """A value, and what is directly inside it."""
    yield name, value
    if isinstance(value, (list, tuple)):
        for index, item in enumerate(value[:MOST_ITEMS]):
            yield f"{name}[{index}]", item
    elif isinstance(value, dict):
        for key, item in list(value.items())[:MOST_ITEMS]:
            yield f"{name}[{key!r}]", item
    elif not isinstance(value, (type, types.ModuleType, types.FunctionType)):
        attributes = getattr(value, "__dict__", None)
        if isinstance(attributes, dict) and type(value).__module__.partition(".")[0] not in ("torch", "mindspore"):
            for attribute, item in list(attributes.items())[:MOST_ITEMS]:
                yield from _items(f"{type(value).__name__}.{attribute}", item)


def _items(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    yield name, value
    if isinstance(value, (list, tuple)):
        for index, item in enumerate(value[:MOST_ITEMS]):
            yield f"{name}[{index}]", item
