"""What a stage of the road tells while it is under way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Event:
    """``kind`` is progress, log, point or notice; ``data`` holds only what JSON can carry.

    A ``point`` brings ``{"series": run, "points": [{"step", "loss"}, ...]}``, a ``progress`` ``{"done", "total"}``
    with None for an unknown total, a ``log`` one line of the program's output.
    """

    kind: str
    stage: str
    message: str = ""
    data: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {"kind": self.kind, "stage": self.stage, "message": self.message, "data": self.data}


OnEvent = Callable[[Event], None]
ShouldStop = Callable[[], bool]


class Cancelled(Exception):
    """The caller asked the stage to stop, and everything that it had started is gone."""
