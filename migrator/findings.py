"""What MindFerry has to say about one place in the source."""

from __future__ import annotations

import enum
from dataclasses import asdict, dataclass
from typing import Any


class Severity(enum.StrEnum):
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, order=True)
class Finding:
    """One observation at one place.

    ``line`` and ``end_line`` count from 1, ``column`` from 0 (as :mod:`ast` does). ``code`` is stable
    (``MF101``); ``api`` names the PyTorch API concerned, where there is one. Findings always speak of
    the *original* source, never of the translated one.
    """

    path: str
    line: int
    column: int
    code: str
    severity: Severity
    message: str
    end_line: int = 0
    api: str = ""
    rule: str = ""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Finding:
        return cls(**{**data, "severity": Severity(data["severity"])})
