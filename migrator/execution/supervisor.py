"""Watch a running program: read what it says, hold it to its limits, and leave no process of it behind."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from migrator.execution.limits import Limits

TICK_SECONDS = 0.25


def _ignore_output(data: bytes) -> None:
    """For callers that do not want the output."""


def _never() -> bool:
    return False


def _ignore_tick() -> None:
    """For callers that have nothing to do meanwhile."""


@dataclass(frozen=True)
class Watch:
    """What the caller wants to know while a program runs. All three are called from the supervising thread."""

    on_output: Callable[[bytes], None] = _ignore_output
    on_tick: Callable[[], None] = _ignore_tick
    should_stop: Callable[[], bool] = _never


@dataclass(frozen=True)
class Outcome:
    """How a program ended. ``stopped_by`` names the limit that ended it, or empty; an exit code below 0 is a signal."""

    exit_code: int
    seconds: float
    stopped_by: str
    peak_memory: int


def supervise(
    process: subprocess.Popen[bytes], output: int, limits: Limits, watch: Watch, written: Sequence[Path], token: str
) -> Outcome:
    """Wait for ``process`` to end by itself or make it; ``output`` is the reading end of its output pipe.

    ``written`` are the folders that count as its disk use; ``token`` marks its processes' environment.
    """
    keeper = _Keeper(process, limits, written, token)
    os.set_blocking(output, False)
    said = 0
    stopped_by = ""
    next_tick = time.monotonic()
    open_output = True
    try:
        while True:
            ended = process.poll() is not None
            if open_output:
                select.select([output], [], [], 0 if ended else TICK_SECONDS)
                open_output, data = _read(output)
                said += len(data)
                if said > limits.output_bytes:
                    data = data[: max(0, len(data) - (said - limits.output_bytes))]
                    stopped_by = "output"
                if data:
                    watch.on_output(data)
            elif not ended:
                time.sleep(TICK_SECONDS / 5)
            if ended or stopped_by:
                break
            if time.monotonic() >= next_tick:
                next_tick = time.monotonic() + TICK_SECONDS
                watch.on_tick()
                stopped_by = "cancelled" if watch.should_stop() else keeper.exceeded()
                if stopped_by:
                    break
    finally:
        seconds = keeper.seconds
        keeper.end()
    if open_output and not stopped_by:
        _, data = _read(output)
        watch.on_output(data[: max(0, limits.output_bytes - said)])
    watch.on_tick()
    exit_code = process.returncode
    if not stopped_by and exit_code in (-signal.SIGXCPU, 128 + signal.SIGXCPU):
        stopped_by = "cpu time"
    return Outcome(exit_code, seconds, stopped_by, keeper.peak_memory)


def _read(output: int) -> tuple[bool, bytes]:
    """Everything that is there (at most 1 MiB at a time), and whether the pipe is still open."""
    chunks: list[bytes] = []
    size = 0
    while size < 1 << 20:
        try:
            chunk = os.read(output, 1 << 16)
        except BlockingIOError:
            return True, b"".join(chunks)
        if not chunk:
            return False, b"".join(chunks)
        chunks.append(chunk)
        size += len(chunk)
    return True, b"".join(chunks)


class _Keeper:
    def __init__(self, process: subprocess.Popen[bytes], limits: Limits, written: Sequence[Path], token: str) -> None:
        self._process = process
        self._limits = limits
        self._written = written
        self._token = f"MINDFERRY_RUN={token}".encode()
        self._started = time.monotonic()
        self._next_disk_check = self._started
        self.peak_memory = 0

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._started

    def exceeded(self) -> str:
        if self.seconds > self._limits.wall_seconds:
            return "time limit"
        memory = sum(_memory_of(pid) for pid in _descendants(self._process.pid))
        self.peak_memory = max(self.peak_memory, memory)
        if memory > self._limits.memory_bytes:
            return "memory"
        if time.monotonic() >= self._next_disk_check:
            before = time.monotonic()
            size, files = _disk_use(self._written, self._limits.disk_files)
            took = time.monotonic() - before
            # Looking through a large tree costs time itself: keep that below a twentieth.
            self._next_disk_check = time.monotonic() + max(0.5, 20 * took)
            if size > self._limits.disk_bytes or files > self._limits.disk_files:
                return "disk"
        return ""

    def end(self) -> None:
        """Kill what is left: the process group, every descendant, and whoever carries the run's mark."""
        family = _descendants(self._process.pid)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            left = [pid for pid in family if _alive(pid)] + _marked(self._token)
            if not left:
                return
            for pid in left:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.02)


def _descendants(root: int) -> list[int]:
    """All processes below ``root``, itself included. Empty where there is no /proc."""
    children: dict[int, list[int]] = {}
    for pid in _processes():
        try:
            stat = Path(f"/proc/{pid}/stat").read_bytes()
        except OSError:
            continue
        parent = int(stat[stat.rindex(b")") + 2 :].split()[1])
        children.setdefault(parent, []).append(pid)
    found = [root] if os.path.exists(f"/proc/{root}") else []
    for pid in found:
        found.extend(children.get(pid, ()))
    return found


def _processes() -> list[int]:
    try:
        return [int(name) for name in os.listdir("/proc") if name.isdigit()]
    except OSError:
        return []


def _alive(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return False
    return stat[stat.rindex(b")") + 2 :].split()[0] not in (b"Z", b"X")


def _marked(token: bytes) -> list[int]:
    found = []
    for pid in _processes():
        if pid == os.getpid():
            continue
        with contextlib.suppress(OSError):
            if token in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0") and _alive(pid):
                found.append(pid)
    return found


def _memory_of(pid: int) -> int:
    """Memory that only exists because of this process: its anonymous and shared pages, in bytes."""
    total = 0
    with contextlib.suppress(OSError, ValueError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith(("RssAnon:", "RssShmem:")):
                total += int(line.split()[1]) * 1024
    return total


def _disk_use(folders: Sequence[Path], most_files: int) -> tuple[int, int]:
    """Bytes and files under ``folders``; stops counting when there are far too many files."""
    size = files = 0
    waiting = [os.fspath(folder) for folder in folders]
    while waiting and files <= most_files:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    files += 1
                    with contextlib.suppress(OSError):
                        if entry.is_dir(follow_symlinks=False):
                            waiting.append(entry.path)
                        else:
                            size += entry.stat(follow_symlinks=False).st_blocks * 512
        except OSError:
            continue
    return size, files
