"""``mindferry.toml``: what a project says about how it is run.

::

    [run]
    entry = "train.py"            # the script that trains
    args = "--epochs 2"           # as typed in a shell
    target = "portable"           # cpu, ascend or portable

    [limits]
    seconds = 900                 # wall time of one run
    memory_mb = 4096              # memory of one run
    steps = 400                   # losses to record and replay

All of it may be left out. The operator's own limits hold all the same.
"""

from __future__ import annotations

import difflib
import shlex
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from migrator.project import Project

SETTINGS_FILE = "mindferry.toml"
TARGETS = ("cpu", "ascend", "portable")

_KNOWN = {"run": ("entry", "args", "target"), "limits": ("seconds", "memory_mb", "steps")}


class SettingsError(ValueError):
    """``mindferry.toml`` cannot be used; the message says where and how to mend it."""


@dataclass(frozen=True)
class ProjectSettings:
    """What ``mindferry.toml`` sets; None (or "portable", for the target) where it is silent."""

    entry: str | None = None
    args: str | None = None
    target: str = "portable"
    seconds: int | None = None
    memory_mb: int | None = None
    steps: int | None = None

    @classmethod
    def read(cls, project: Project) -> ProjectSettings:
        """Read the project's ``mindferry.toml``, or the defaults where it has none. Raises SettingsError."""
        if SETTINGS_FILE not in project:
            return cls()
        try:
            table = tomllib.loads(project.read_bytes(SETTINGS_FILE).decode())
        except UnicodeDecodeError:
            raise SettingsError(f"{SETTINGS_FILE} is not UTF-8") from None
        except tomllib.TOMLDecodeError as error:
            raise SettingsError(f"{SETTINGS_FILE} is not valid TOML: {error}") from None
        _check_words(table, tuple(_KNOWN), "")
        for section, words in _KNOWN.items():
            if not isinstance(table.get(section, {}), dict):
                raise SettingsError(f"{SETTINGS_FILE}: {section} must be a section, written [{section}]")
            _check_words(table.get(section, {}), words, f"[{section}] ")
        run, limits = table.get("run", {}), table.get("limits", {})
        return cls(
            entry=_entry(run, project),
            args=_arguments(run),
            target=_target(run),
            **{word: _positive(limits, word) for word in _KNOWN["limits"]},
        )


def _check_words(table: dict[str, Any], known: tuple[str, ...], place: str) -> None:
    for word in table:
        if word not in known:
            near = difflib.get_close_matches(word, known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"
            raise SettingsError(f"{SETTINGS_FILE}: {place}{word} is unknown; {hint}")


def _entry(run: dict[str, Any], project: Project) -> str | None:
    entry = run.get("entry")
    if entry is None:
        return None
    if not isinstance(entry, str) or not entry.endswith(".py"):
        raise SettingsError(f"{SETTINGS_FILE}: [run] entry must name a Python file, such as 'train.py'")
    if entry not in project:
        near = difflib.get_close_matches(entry, [source.path for source in project.sources], n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise SettingsError(f"{SETTINGS_FILE}: [run] entry names {entry!r}, which is not in the project{hint}")
    return entry


def _arguments(run: dict[str, Any]) -> str | None:
    args = run.get("args")
    if args is None:
        return None
    if not isinstance(args, str):
        raise SettingsError(f'{SETTINGS_FILE}: [run] args must be one text, such as "--epochs 2"')
    try:
        shlex.split(args)
    except ValueError as error:
        raise SettingsError(f"{SETTINGS_FILE}: [run] args cannot be split as a shell would ({error})") from None
    return args


def _target(run: dict[str, Any]) -> str:
    target = run.get("target", "portable")
    if target not in TARGETS:
        raise SettingsError(f"{SETTINGS_FILE}: [run] target must be one of {', '.join(TARGETS)}")
    return str(target)


def _positive(limits: dict[str, Any], word: str) -> int | None:
    value = limits.get(word)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise SettingsError(f"{SETTINGS_FILE}: [limits] {word} must be a whole number above 0")
    return value
