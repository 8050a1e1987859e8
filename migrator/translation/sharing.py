"""Work shared out among processes that are forked from this one, which has everything in memory already."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

Task = TypeVar("Task")

#: The bytes of a task's number.
_TICKET = 4


def can_share() -> bool:
    """Whether this process may fork: where the system can, and no other thread holds a lock that would stay held."""
    return hasattr(os, "fork") and sys.platform != "darwin" and threading.active_count() == 1


def usable_cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def shared_out(tasks: Sequence[tuple[int, Task]], jobs: int, work: Callable[[Task], Any]) -> list[Any]:
    """``work`` of every task, in their order; its results must be what JSON can hold. A task's number is its weight.

    The heaviest are begun first, each by whoever is free. What a process that was killed should have done is done here.
    """
    if jobs < 2 or len(tasks) < 2 or not can_share():
        return [work(task) for _, task in tasks]
    results: dict[int, Any] = {}
    children = []
    sys.stdout.flush()
    sys.stderr.flush()
    try:
        with tempfile.TemporaryFile(buffering=0) as tickets:
            tickets.write(_tickets([weight for weight, _ in tasks]))
            tickets.seek(0)
            for _ in range(min(jobs, len(tasks)) - 1):
                children.append(_start(tasks, tickets.fileno(), work))
            results.update((index, work(tasks[index][1])) for index in _taken(tickets.fileno()))
        for _, pipe in children:
            results.update(_received(pipe))
    except BaseException:
        for child, _ in children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        raise
    finally:
        for child, pipe in children:
            with contextlib.suppress(OSError):
                os.close(pipe)
            os.waitpid(child, 0)
    for index, (_, task) in enumerate(tasks):
        if index not in results:
            results[index] = work(task)
    return [results[index] for index in range(len(tasks))]


def _tickets(weights: Sequence[int]) -> bytes:
    """The number of every task, the heaviest first."""
    heaviest = sorted(range(len(weights)), key=lambda item: -weights[item])
    return b"".join(index.to_bytes(_TICKET, "big") for index in heaviest)


def _taken(tickets: int) -> Iterator[int]:
    """The numbers that are left in a file. Processes that were forked share the place that it is read up to, so that
    each number is taken once, by whoever is free first."""
    while ticket := os.read(tickets, _TICKET):
        yield int.from_bytes(ticket, "big")


def _start(tasks: Sequence[tuple[int, Task]], tickets: int, work: Callable[[Task], Any]) -> tuple[int, int]:
    """A process at work, by its number, and the pipe that its results come through."""
    reading, writing = os.pipe()
    child = os.fork()
    if child:
        os.close(writing)
        return child, reading
    # Nothing of the parent may run here a second time: neither its handlers nor what it does at exit.
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.close(reading)
        found = [[index, work(tasks[index][1])] for index in _taken(tickets)]
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(json.dumps(found).encode("utf-8"))
        os._exit(0)
    except BaseException:
        os._exit(1)
    raise AssertionError("a process went on after its end")


def _received(pipe: int) -> dict[int, Any]:
    parts = []
    while part := os.read(pipe, 1 << 20):
        parts.append(part)
    try:
        return {int(index): value for index, value in json.loads(b"".join(parts))}
    except ValueError:
        return {}
