"""One stage in a process of its own: `python -m workers.stage_process RUNNER STAGE WORK EVENTS_FD`.

The engine reads hostile source and runs hostile programs. In its own process it can crash without taking the worker
along, is killed as a whole when its job is cancelled, and has neither the database, the broker nor the secret key in
its environment. It tells its events as lines of JSON; the last line is the result. It ends when its standard input
is closed, which happens also when its worker is killed.
"""

from __future__ import annotations

import dataclasses
import importlib
import json
import os
import signal
import sys
import threading
import traceback
from pathlib import Path
from types import FrameType
from typing import Any

TERMINATED = 128 + signal.SIGTERM
# Past this many log lines the log goes on in the engine's files only.
LOG_LINES = 5000


def main(runner: str, stage: str, work: str, events_fd: str) -> int:
    events = os.fdopen(int(events_fd), "w", encoding="utf-8", buffering=1)
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_the_worker, daemon=True).start()
    telling = threading.Lock()
    lines = 0

    def tell(record: dict[str, Any]) -> None:
        with telling:
            events.write(json.dumps(record, default=str) + "\n")

    def on_event(event: Any) -> None:
        nonlocal lines
        if event.kind == "log":
            lines += 1
            if lines == LOG_LINES + 1:
                tell(
                    {
                        "kind": "notice",
                        "message": f"More than {LOG_LINES} lines: the rest is in the log file.",
                        "data": {},
                    }
                )
            if lines > LOG_LINES:
                return
        tell({"kind": event.kind, "message": event.message, "data": dict(event.data)})

    module, _, function = runner.partition(":")
    try:
        result = getattr(importlib.import_module(module), function)(stage, Path(work), on_event)
        summary = dataclasses.asdict(result)
        tell({"result": {"ok": bool(result.ok), "summary": summary["summary"], "error": str(result.error)}})
    except Exception as error:
        traceback.print_exc()
        where = traceback.extract_tb(error.__traceback__)[-1]
        reason = (
            f"MindFerry itself failed ({type(error).__name__}: {error}, {Path(where.filename).name}:{where.lineno})"
        )
        tell({"result": {"ok": False, "summary": {}, "error": reason}})
    finally:
        events.close()
    return 0


def _stop(_signal: int, _frame: FrameType | None) -> None:
    # As an exception, so that the engine's `finally` clauses end what it has started.
    raise SystemExit(TERMINATED)


def _end_with_the_worker() -> None:
    # Not through sys.stdin: a thread that waits in its buffer's lock would hold up the interpreter's exit.
    while os.read(0, 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
