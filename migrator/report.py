"""The one document that a submission ends in, and its JSON Schema.

The classes are the document: :func:`to_json` writes them field by field, and :func:`schema` derives the schema from
their annotations, so that neither can say what the other does not.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import math
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from migrator.parity.judge import Parity

SCHEMA_VERSION = 1


@dataclass(frozen=True)
class ProjectPart:
    """What was migrated, and how it is run."""

    name: str
    entry: str
    arguments: str
    target: str
    files: int
    python_files: int
    lines: int


@dataclass(frozen=True)
class TracebackPart:
    """An exception that ended a run, as the program's author reads it; line 0 where no own file is concerned."""

    text: str
    path: str
    line: int
    type: str
    message: str


@dataclass(frozen=True)
class MetricPart:
    """Numbers that the program printed at one place of one line; ``text`` is the line with # for its numbers."""

    name: str
    text: str
    kind: str
    values: tuple[float | None, ...]
    steps: tuple[int, ...]


@dataclass(frozen=True)
class RunPart:
    """One run. ``losses`` has one number for each backward pass, null where it was not finite."""

    exit_code: int
    ended: str
    stopped_by: str | None
    seconds: float
    steps: int
    steps_per_second: float | None
    peak_memory: int
    sandbox: str
    recording_ended: bool
    traceback: TracebackPart | None
    losses: tuple[float | None, ...]
    metrics: tuple[MetricPart, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class ArtifactPart:
    """A file that can be taken home; ``name`` is its path below ``artifacts/``, ``kind`` says what it is."""

    name: str
    kind: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Report:
    """Parts are null where the stage that makes them did not come so far. ``verdict``: pass, fail or incomplete."""

    schema_version: int
    project: ProjectPart
    analysis: Mapping[str, Any] | None
    translation: Mapping[str, Any] | None
    baseline: RunPart | None
    replay: RunPart | None
    free_run: RunPart | None
    parity: Parity
    artifacts: tuple[ArtifactPart, ...]
    environment: Mapping[str, str]
    verdict: str

    def write(self, path: Path) -> None:
        draft = path.with_name(path.name + ".new")
        draft.write_text(json.dumps(to_json(self), indent=1, allow_nan=False) + "\n", encoding="utf-8")
        draft.replace(path)


def to_json(value: Any) -> Any:
    """Plain JSON values; numbers that JSON does not know become null."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_json(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): to_json(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_json(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


@functools.lru_cache(maxsize=1)
def schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of ``report.json``."""
    definitions: dict[str, Any] = {}
    root = _schema_of(Report, definitions)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "MindFerry report",
        **root,
        "$defs": definitions,
    }


def _schema_of(kind: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    if kind is Any:
        return {}
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return {"anyOf": [_schema_of(argument, definitions) for argument in arguments]}
    if origin is tuple:
        return {"type": "array", "items": _schema_of(arguments[0], definitions)}
    if origin is not None and issubclass(origin, Mapping):
        return {"type": "object", "additionalProperties": _schema_of(arguments[1], definitions)}
    if dataclasses.is_dataclass(kind):
        return _object_of(kind, definitions)
    plain = {str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null"}
    # A float that overflowed or is undefined is written as null.
    return {"type": ["number", "null"]} if kind is float else {"type": plain[kind]}


def _object_of(kind: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    name = kind.__name__
    if name not in definitions:
        definitions[name] = {}
        hints = typing.get_type_hints(kind)
        fields = [field.name for field in dataclasses.fields(kind)]
        definitions[name] = {
            "type": "object",
            "description": (kind.__doc__ or "").strip(),
            "properties": {field: _schema_of(hints[field], definitions) for field in fields},
            "required": fields,
            "additionalProperties": False,
        }
    return {"$ref": f"#/$defs/{name}"}
