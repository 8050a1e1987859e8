"""Start a worker: `python -m workers cpu`, `python -m workers device`, or both queues in one process.

One thread a job: a job is a process of its own, the thread only listens to it.
"""

from __future__ import annotations

import argparse
import socket
import sys

QUEUES = ("cpu", "device")


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m workers", description="Start a MindFerry worker.")
    parser.add_argument(
        "queues", nargs="+", choices=QUEUES, help="cpu analyzes, translates, reports; device runs programs"
    )
    parser.add_argument("--jobs", type=int, default=1, help="how many stages at a time (default: 1)")
    parser.add_argument("--name", help="the worker's name (default: its queues and the host)")
    options = parser.parse_args(argv)
    from workers.celery import app

    name = options.name or "-".join(options.queues)
    app.worker_main(
        [
            "worker", "--pool", "threads", "--concurrency", str(options.jobs), "--queues", ",".join(options.queues),
            "--hostname", name if "@" in name else f"{name}@{socket.gethostname()}", "--without-gossip",
            "--without-mingle", "--without-heartbeat", "--loglevel", "INFO",
        ]
    )  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main())
