"""Child processes: started each in its own session, watched, started again when they die, and stopped to the last.

Nothing of theirs may outlive the launcher. On Linux it therefore becomes the one to whom orphans fall
(`PR_SET_CHILD_SUBREAPER`), and its children ask to be told of its own death (`PR_SET_PDEATHSIG`).
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


class ChildDied(RuntimeError):
    """A child cannot be kept alive; the message has the end of its log."""


@dataclass
class Child:
    name: str
    command: Sequence[str]
    log: Path
    environment: dict[str, str]
    process: subprocess.Popen[bytes]
    deaths: list[float] = field(default_factory=list)

    def log_end(self, lines: int = 15) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


class Children:
    """All child processes of the launcher. ``say`` is given one line when a child had to be started again."""

    #: A child that dies more often than this within a minute has a fault that starting again will not mend.
    DEATHS_A_MINUTE = 5
    #: How long a child may take to end by itself when asked to.
    GRACE_SECONDS = 8.0

    def __init__(self, logs: Path, say: Callable[[str], None] = print) -> None:
        self._logs = logs
        self._say = say
        self._children: list[Child] = []
        self._needed: list[tuple[str, subprocess.Popen[bytes], Path]] = []
        # What its process had started before is not its to end.
        self._before = set(psutil.Process().children(recursive=True))
        logs.mkdir(parents=True, exist_ok=True)
        if _LIBC is not None:
            _LIBC.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)

    def start(self, name: str, command: Sequence[str], environment: dict[str, str], folder: Path) -> Child:
        """Start a child whose output goes to ``logs/NAME.log``."""
        log = self._logs / f"{name}.log"
        environment = {**environment, "PWD": str(folder)}
        child = Child(name, command, log, environment, _spawn(command, log, environment, folder))
        self._children.append(child)
        return child

    def needs(self, name: str, process: subprocess.Popen[bytes], log: Path) -> None:
        """Watch a process that was started elsewhere and cannot be started again by itself."""
        self._needed.append((name, process, log))

    def watch(self) -> None:
        """Start again what died. Raises ChildDied where that does not help."""
        for name, process, log in self._needed:
            if process.poll() is not None:
                raise ChildDied(f"{name} ended with code {process.returncode}; see {log}")
        self._bury_orphans()
        for child in self._children:
            if child.process.poll() is None:
                continue
            now = time.monotonic()
            child.deaths = [*(death for death in child.deaths if now - death < 60), now]
            if len(child.deaths) > self.DEATHS_A_MINUTE:
                raise ChildDied(f"{child.name} keeps ending; the end of {child.log}:\n{child.log_end()}")
            self._say(f"{child.name} ended with code {child.process.returncode}; starting it again (see {child.log})")
            time.sleep(0.5 * len(child.deaths))
            child.process = _spawn(child.command, child.log, child.environment, Path(child.environment["PWD"]))

    def _bury_orphans(self) -> None:
        """Orphans that fell to the launcher stay in the process table until it has asked how they ended."""
        known = {child.process.pid for child in self._children} | {process.pid for _, process, _ in self._needed}
        for process in psutil.Process().children():
            try:
                if process.pid not in known and process.status() == psutil.STATUS_ZOMBIE:
                    os.waitpid(process.pid, os.WNOHANG)
            except (psutil.NoSuchProcess, ChildProcessError):
                continue

    def stop(self) -> None:
        """Ask all to end, the last started first, and kill what is left of them and of their own children."""
        spared = {process.pid for _, process, _ in self._needed}
        family = set(psutil.Process().children(recursive=True)) - self._before
        for child in reversed(self._children):
            if child.process.poll() is None:
                child.process.terminate()
        deadline = time.monotonic() + self.GRACE_SECONDS
        for child in self._children:
            try:
                child.process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.process.kill()
                child.process.wait()
        for process in (family | set(psutil.Process().children(recursive=True))) - self._before:
            if process.pid in spared:
                continue
            try:
                process.kill()
            except psutil.NoSuchProcess:
                continue
        psutil.wait_procs([process for process in family if process.pid not in spared], timeout=3)
        self._children.clear()


def _spawn(command: Sequence[str], log: Path, environment: dict[str, str], folder: Path) -> subprocess.Popen[bytes]:
    launcher = os.getpid()

    def before() -> None:
        assert _LIBC is not None
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != launcher:  # it died before it could be asked
            os._exit(1)

    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env=environment,
            start_new_session=True,
            preexec_fn=before if _LIBC is not None else None,
        )
