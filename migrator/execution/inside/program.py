"""Run the user's program as ``python ENTRY ARGUMENTS`` would, and tell how it ended."""

from __future__ import annotations

import contextlib
import importlib.abc
import importlib.machinery
import io
import json
import os
import random
import re
import runpy
import sys
import traceback
import types
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from .lines import LineWatcher
from .tape import TapeWriter

NUMBER = re.compile(r"\d")
LONGEST_PRINTED = 2000
MOST_PRINTED = 100_000


class RecordingEnded(BaseException):
    """A replay came to the place where the baseline stopped recording. No error: what was compared, stands."""


def seed(number: int) -> None:
    """Seed Python's and NumPy's global generators; frameworks are seeded by whoever runs them."""
    random.seed(number)
    np.random.seed(number)


def run_program(
    settings: dict[str, Any], tape: TapeWriter, finish: Callable[[], None], lines: LineWatcher | None = None
) -> None:
    """Run the entry point, write ``ending.json`` and leave the process with the program's exit code.

    ``finish`` is called after the program, whatever its end, while its objects still live. ``lines`` watches it.
    """
    project = Path(settings["project"])
    entry, arguments = str(settings["entry"]), list(settings["arguments"])
    ending: dict[str, Any] = {"exit_code": 0, "traceback": None, "recording_ended": False, "imported": []}
    listen(tape)
    if lines is not None:
        lines.start()
    try:
        _run_as_main(project, entry, arguments)
    except RecordingEnded:
        ending["recording_ended"] = True
    except SystemExit as stop:
        ending["exit_code"] = _exit_code(stop)
    except BaseException as error:
        ending["exit_code"] = 130 if isinstance(error, KeyboardInterrupt) else 1
        ending["traceback"] = describe(error, project)
        # Past the listener: the numbers in a traceback are no metrics.
        assert sys.__stderr__ is not None
        sys.__stderr__.write(ending["traceback"]["text"])
    if lines is not None:
        lines.stop()
        ending["lines"] = lines.found()
    ending["imported"] = imported_files(project, entry)
    try:
        finish()
    except BaseException as error:
        # The program did end as it did; what we could not note afterwards must not change that.
        ending["note"] = f"The end of the run could not be recorded: {type(error).__name__}: {error}"
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):
            stream.flush()
    tape.close()
    (Path(settings["record"]) / "ending.json").write_text(json.dumps(ending), encoding="utf-8")
    # Worker threads and exit handlers of either framework may hang; nothing is left that they would have to do.
    os._exit(ending["exit_code"])


def _run_as_main(project: Path, entry: str, arguments: list[str]) -> None:
    os.chdir(project)
    if not entry.endswith(".py"):
        sys.argv = [entry, *arguments]
        sys.path.insert(0, str(project))
        runpy.run_module(entry, run_name="__main__", alter_sys=True)
        return
    path = project / entry
    sys.argv = [entry, *arguments]
    sys.path.insert(0, str(path.parent))
    main = types.ModuleType("__main__")
    main.__file__ = str(path)
    main.__builtins__ = __builtins__  # type: ignore[attr-defined]
    main.__loader__ = importlib.machinery.SourceFileLoader("__main__", str(path))
    sys.modules["__main__"] = main
    code = compile(path.read_bytes(), str(path), "exec")
    exec(code, main.__dict__)


def imported_files(project: Path, entry: str) -> list[str]:
    """The project's own files that the program has loaded, relative to the project."""
    found = {entry} if entry.endswith(".py") else set()
    for module in list(sys.modules.values()):
        file = getattr(module, "__file__", None)
        if isinstance(file, str) and project in Path(file).parents:
            found.add(Path(file).relative_to(project).as_posix())
    return sorted(found)


def _exit_code(stop: SystemExit) -> int:
    if stop.code is None:
        return 0
    if isinstance(stop.code, int):
        return stop.code & 0xFF
    sys.stderr.write(f"{stop.code}\n")
    return 1


def describe(error: BaseException, project: Path) -> dict[str, Any]:
    """The traceback as a person wants it: from the program's first own line on, and that innermost own line."""
    own = Path(__file__).parent
    frames = traceback.extract_tb(error.__traceback__)
    while (frames and Path(frames[0].filename).parent in (own, *own.iterdir())) or (frames and _is_frozen(frames[0])):
        frames.pop(0)
    frames = traceback.StackSummary.from_list([f for f in frames if own not in Path(f.filename).parents])
    told = traceback.TracebackException.from_exception(error)
    told.stack = frames
    path, line = "", 0
    for frame in frames:
        if project in Path(frame.filename).parents and "site-packages" not in frame.filename:
            path, line = Path(frame.filename).relative_to(project).as_posix(), frame.lineno or 0
    if isinstance(error, SyntaxError) and error.filename and project in Path(error.filename).parents:
        path, line = Path(error.filename).relative_to(project).as_posix(), error.lineno or 0
    text = "".join(told.format()).replace(f"{project}/", "")
    kind = type(error).__name__
    return {"text": text, "path": path, "line": line, "type": kind, "message": str(error)[:LONGEST_PRINTED]}


def _is_frozen(frame: traceback.FrameSummary) -> bool:
    return frame.filename.startswith("<frozen ")


class Listener(io.TextIOBase):
    """A standard stream that passes everything on and notes the lines with numbers in them."""

    def __init__(self, stream: TextIO, name: str, tape: TapeWriter) -> None:
        self._stream = stream
        self._name = name
        self._tape = tape
        self._begun = ""
        self._noted = 0

    def write(self, text: str) -> int:
        written = self._stream.write(text)
        *lines, self._begun = (self._begun + text).split("\n")
        if len(self._begun) > LONGEST_PRINTED:
            self._begun = self._begun[-LONGEST_PRINTED:]
        for line in lines:
            # A carriage return draws over what was there: only a progress bar's last state was meant to stay.
            line = line.rsplit("\r", 1)[-1]
            if NUMBER.search(line) and len(line) <= LONGEST_PRINTED and self._noted < MOST_PRINTED:
                self._noted += 1
                self._tape.line("printed", {"stream": self._name, "text": line, "step": STEPS.done})
        return written

    def flush(self) -> None:
        self._stream.flush()

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return False

    def fileno(self) -> int:
        return self._stream.fileno()

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return self._stream.encoding

    @property
    def errors(self) -> str | None:  # type: ignore[override]
        return self._stream.errors

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def listen(tape: TapeWriter) -> None:
    sys.stdout = Listener(sys.stdout, "out", tape)
    sys.stderr = Listener(sys.stderr, "err", tape)


class Steps:
    """How many losses were differentiated so far: the clock by which both runs are laid side by side."""

    def __init__(self) -> None:
        self.done = 0


STEPS = Steps()


def replace_everywhere(package: str, original: Any, replacement: Any) -> None:
    """Put ``replacement`` wherever a loaded module of ``package`` holds ``original`` under some name."""
    for name, module in list(sys.modules.items()):
        if module is None or not (name == package or name.startswith(package + ".")):
            continue
        for key, value in list(vars(module).items()):
            if value is original:
                setattr(module, key, replacement)


class Blocked(importlib.abc.MetaPathFinder):
    """Refuses to import some packages, to show that the program does without them. A module of the program's own that
    has the same name is no such package."""

    def __init__(self, names: Sequence[str], project: Path) -> None:
        self._names = frozenset(names)
        self._project = project.resolve()

    def find_spec(self, fullname: str, path: Sequence[str] | None = None, target: object = None) -> None:
        if fullname.partition(".")[0] in self._names and not self._is_own(fullname, path):
            raise ModuleNotFoundError(
                f"No module named {fullname!r} (not available to a migrated program)", name=fullname
            )

    def _is_own(self, fullname: str, path: Sequence[str] | None) -> bool:
        spec = importlib.machinery.PathFinder.find_spec(fullname, path)
        if spec is None:
            return False
        places = [spec.origin] if spec.origin else list(spec.submodule_search_locations or ())
        return bool(places) and all(Path(place).resolve().is_relative_to(self._project) for place in places)


def block(names: Sequence[str], project: Path) -> None:
    for name in names:
        if name in sys.modules:
            raise RuntimeError(f"{name} was loaded before it could be blocked")
    sys.meta_path.insert(0, Blocked(names, project))


def frames_above(depth: int = 1) -> Iterator[types.FrameType]:
    frame: types.FrameType | None = sys._getframe(depth + 1)
    while frame is not None:
        yield frame
        frame = frame.f_back
