"""Starts a stage's process, passes on what it tells, and ends it with everything it has started."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from migrator import __file__ as _engine

ROOT = Path(_engine).resolve().parent.parent
# What the engine may know of its surroundings. The database, the broker and the secret key are not in it.
_PASSED_ON = ("PATH", "HOME", "USER", "LANG", "TZ", "TMPDIR", "VIRTUAL_ENV", "PYTHONPATH", "LD_LIBRARY_PATH")
_PASSED_ON_PREFIXES = (
    "LC_", "OMP_", "ASCEND_", "ONEDNN_", "GLOG_", "MINDFERRY_SANDBOX", "MINDFERRY_ALLOW_UNSANDBOXED",
    "MINDFERRY_EVIDENCE",
)  # fmt: skip
_SECONDS_TO_CLEAN_UP = 3.0
_BUFFER = 10_000
_BATCH = 1000


@dataclass(frozen=True)
class Outcome:
    ok: bool
    summary: dict[str, Any]
    error: str


class StageRun:
    """A stage under way. For one thread; `stop` may be called any number of times."""

    def __init__(self, runner: str, stage: str, work: Path, log: Path) -> None:
        self._stage = stage
        reading, writing = os.pipe()
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "workers.stage_process", runner, stage, str(work), str(writing)],
                stdin=subprocess.PIPE, stdout=output, stderr=output, pass_fds=(writing,), env=_environment(), cwd=ROOT,
                start_new_session=True,
            )  # fmt: skip
        os.close(writing)
        self._log = log
        self._told: queue.Queue[dict[str, Any] | None] = queue.Queue(_BUFFER)
        self._outcome: Outcome | None = None
        threading.Thread(target=self._read, args=(reading,), daemon=True, name=f"{stage}-events").start()

    def events(self, seconds: float) -> tuple[list[dict[str, Any]], bool]:
        """What was told within the next `seconds`, and whether the stage has said all it will say."""
        told: list[dict[str, Any]] = []
        until = time.monotonic() + seconds
        while len(told) < _BATCH and (left := until - time.monotonic()) > 0:
            try:
                record = self._told.get(timeout=left)
            except queue.Empty:
                break
            if record is None:
                return told, True
            told.append(record)
        return told, False

    def outcome(self) -> Outcome:
        """How it ended. Call after `events` said that all was told."""
        code = self._process.wait()
        if self._outcome is not None:
            return self._outcome
        how = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
        tail = self._log.read_bytes()[-2000:].decode("utf-8", "replace").strip().splitlines()
        said = f": {tail[-1]}" if tail else ""
        return Outcome(False, {}, f"the stage's process ended unexpectedly ({how}){said}")

    def stop(self) -> None:
        """End the process and all its descendants: politely first, so that the engine can clean up, then surely."""
        descendants = self._descendants()
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(_SECONDS_TO_CLEAN_UP)
            except subprocess.TimeoutExpired:
                descendants += self._descendants()
                self._process.kill()
                self._process.wait()
        for process in descendants:
            try:
                process.kill()
            except psutil.NoSuchProcess:
                continue
        psutil.wait_procs(descendants, timeout=_SECONDS_TO_CLEAN_UP)
        if self._process.stdin is not None:
            self._process.stdin.close()

    def _descendants(self) -> list[psutil.Process]:
        try:
            return psutil.Process(self._process.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            return []

    def _read(self, reading: int) -> None:
        with os.fdopen(reading, "rb") as lines:
            for record in _records(lines):
                if "result" in record:
                    self._outcome = Outcome(**record["result"])
                else:
                    self._told.put(record)
        self._told.put(None)


def _records(lines: Any) -> Iterator[dict[str, Any]]:
    for line in lines:
        try:
            yield json.loads(line)
        except ValueError:  # cut off in the middle when the process was killed
            return


def _environment() -> dict[str, str]:
    passed = {
        name: value for name, value in os.environ.items() if name in _PASSED_ON or name.startswith(_PASSED_ON_PREFIXES)
    }
    return {**passed, "PYTHONUNBUFFERED": "1"}
