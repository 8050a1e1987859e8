"""Diagnostics as data: the numbered traps in which PyTorch and MindSpore differ in silence, one TOML file each.

A catalog row names the traps that its API has, with a condition where only some calls have them
(``"MF202 when given(momentum)"``); rules that avoid a trap have its number as their code. A file is read when its
diagnostic is first asked for, so that loading the catalog does not wait for them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import tomli

FOLDER = Path(__file__).parent
PRELUDE = """\
import mindspore as ms
import numpy as np
import torch
import torch.nn.functional as F
from mindspore import Tensor, mint, nn, ops
"""
"""What every ``measurement`` starts with."""


@dataclass(frozen=True, slots=True)
class Trigger:
    """A PyTorch source that has the trap, and a text that its translation for the target ``cpu`` contains."""

    source: str
    writes: str


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One trap.

    ``title`` says in a sentence what differs, ``remedy`` what the translation writes; together they are a finding's
    message. ``trap`` is the long form, ``source`` the vendor's pages on it, ``measurement`` a program which fails where
    the trap is not there (after :data:`PRELUDE`); ``quiet`` are sources that do not have it.
    """

    code: str
    title: str
    remedy: str
    trap: str
    source: tuple[str, ...]
    measurement: str
    triggers: tuple[Trigger, ...]
    quiet: tuple[str, ...]

    @property
    def message(self) -> str:
        return f"{self.title}. {self.remedy}"


@cache
def diagnostic(code: str) -> Diagnostic:
    """The diagnostic of a code. Raises KeyError where there is none."""
    try:
        data = tomli.loads((FOLDER / f"{code}.toml").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise KeyError(code) from None
    return Diagnostic(
        code=code,
        title=data["title"],
        remedy=data["remedy"],
        trap=data["trap"].strip(),
        source=tuple(data["source"]),
        measurement=data["measurement"].strip() + "\n",
        triggers=tuple(Trigger(trigger["source"], trigger["writes"]) for trigger in data["triggers"]),
        quiet=tuple(data["quiet"]),
    )


def codes() -> tuple[str, ...]:
    """The codes of all diagnostics, in order."""
    return tuple(sorted(path.stem for path in FOLDER.glob("MF2*.toml")))


def all_diagnostics() -> tuple[Diagnostic, ...]:
    return tuple(diagnostic(code) for code in codes())
