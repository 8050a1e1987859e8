"""Asks a model of the translated project, in the sandbox, how its parameters are called on both sides."""

from __future__ import annotations

import ast
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import migrator.checkpoints.names
from migrator.checkpoints.names import Layout
from migrator.checkpoints.structure import Entry, Structure
from migrator.execution.limits import Limits
from migrator.execution.sandbox import INSIDE, Binding, Command, Confinement
from migrator.execution.supervisor import Watch

LIMITS = Limits(wall_seconds=300)
# The output of a model that prints while it is made is of no interest; the answer is its last line.
_LAST_BYTES = 64 * 1024 * 1024


class ModelError(RuntimeError):
    """The model could not be made; the message has the last line that the program said."""


@dataclass(frozen=True)
class Model:
    """``package.module:Class`` or ``package.module:Class(10, dropout=0.5)``; the arguments are literals."""

    module: str
    kind: str
    positional: tuple[Any, ...] = ()
    keywords: tuple[tuple[str, Any], ...] = ()

    @classmethod
    def parse(cls, text: str) -> Model:
        """Raises ValueError with what is wrong."""
        module, colon, rest = text.partition(":")
        kind, bracket, _ = rest.partition("(")
        if not colon or not all(part.isidentifier() for part in (*module.split("."), *kind.split("."))):
            raise ValueError(f"{text!r} does not name a class: package.module:Class or package.module:Class(10)")
        if not bracket:
            return cls(module, kind)
        try:
            call = ast.parse(rest, mode="eval").body
            assert isinstance(call, ast.Call)
            positional = tuple(ast.literal_eval(argument) for argument in call.args)
            keywords = tuple((str(one.arg), ast.literal_eval(one.value)) for one in call.keywords if one.arg)
            json.dumps([positional, dict(keywords)])
        except (SyntaxError, ValueError, TypeError, AssertionError) as error:
            raise ValueError(f"the arguments in {text!r} must be numbers, texts, lists or None") from error
        return cls(module, kind, positional, keywords)


def structure_of(project: Path, model: Model, confinement: Confinement, scratch: Path) -> Structure:
    """Make the model from the translated ``project`` (not changed) and ask it. Raises ModelError."""
    said: list[bytes] = []
    scratch.mkdir(parents=True, exist_ok=True)
    bindings = (
        Binding("project", project),
        Binding("scratch", scratch, writable=True),
        Binding("inside", INSIDE),
        Binding("names.py", Path(migrator.checkpoints.names.__file__)),
    )
    arguments = json.dumps([model.positional, dict(model.keywords)])
    command = Command(
        ["{inside}/structure.py", "{names.py}", model.module, model.kind, arguments], bindings, "{project}",
        {"GLOG_v": "4", "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    outcome = confinement.run(command, LIMITS, Watch(on_output=said.append))
    lines = b"".join(said)[-_LAST_BYTES:].decode("utf-8", "replace").strip().splitlines()
    if outcome.exit_code != 0:
        why = outcome.stopped_by or (lines[-1] if lines else f"exit code {outcome.exit_code}")
        raise ModelError(f"{model.module}:{model.kind} could not be made: {why}")
    try:
        entries = json.loads(lines[-1])["mindferry"]
        return Structure(
            tuple(
                Entry(
                    str(e["torch"]),
                    str(e["mindspore"]),
                    Layout(e["layout"]),
                    tuple(int(n) for n in e["shape"]),
                    buffer=e.get("buffer") is True,
                )
                for e in entries
            )
        )
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise ModelError(f"{model.module}:{model.kind} is no MindSpore cell whose parameters can be listed") from error
