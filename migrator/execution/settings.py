"""What one submission wants to be run, and within which limits: the working folder's ``settings.json``."""

from __future__ import annotations

import json
import os
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from migrator.execution.limits import MIB, Limits
from migrator.execution.sandbox import ALLOW_SETTING, Confinement, find_confinement

FILE = "settings.json"
# Long enough for every effect that shows in training, short enough to be stored and replayed.
RECORD_STEPS = 2000


@dataclass(frozen=True)
class RunSettings:
    """``args`` is a command line's text. ``steps`` is how many losses are recorded for the replay."""

    entry: str = ""
    args: str = ""
    target: str = "portable"
    trusted: bool = False
    allow_unsandboxed: bool = False
    seconds: int = 1800
    memory_mb: int = 8192
    steps: int = RECORD_STEPS
    seed: int = 20240229

    @classmethod
    def read(cls, work: Path) -> RunSettings:
        """Read ``settings.json``; the defaults where there is none. Words of later versions are passed over."""
        try:
            found: dict[str, Any] = json.loads((work / FILE).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return cls()
        return cls(
            **{key: value for key, value in found.items() if key in cls.__dataclass_fields__ and value is not None}
        )

    @property
    def arguments(self) -> tuple[str, ...]:
        return tuple(shlex.split(self.args))

    @property
    def limits(self) -> Limits:
        return Limits(wall_seconds=float(self.seconds), memory_bytes=self.memory_mb * MIB)

    def confinement(self) -> Confinement:
        """Raises :class:`~migrator.execution.sandbox.SandboxMissing` where the project may not run here."""
        allowed = {ALLOW_SETTING: "1"} if self.allow_unsandboxed else {}
        return find_confinement(self.trusted, {**os.environ, **allowed})
