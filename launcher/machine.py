"""All of MindFerry on one machine: a private Redis, the web process, a CPU worker and a device worker."""

from __future__ import annotations

import fcntl
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from launcher.children import Child, ChildDied, Children
from webapp.environment import ROOT, data_folder
from workers.redis_server import RedisFailed, RedisMissing, start_private_redis

PORTS_TO_TRY = 50
WEB_START_SECONDS = 60.0


class CannotStart(RuntimeError):
    """MindFerry cannot start here; the message says what to do."""


@dataclass(frozen=True)
class Machine:
    """What is running. ``address`` has no slash at its end."""

    address: str
    data: Path
    environment: dict[str, str]
    children: Children

    def manage(self, *arguments: str) -> str:
        """Run ``manage.py`` to its end and return what it printed. CalledProcessError where it fails."""
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(
            command, cwd=ROOT, env=self.environment, check=True, stdout=subprocess.PIPE, text=True
        ).stdout

    def start_worker(self, queue: str) -> Child:
        command = [sys.executable, "-m", "workers", queue]
        return self.children.start(f"{queue}-worker", command, self.environment, ROOT)


@contextmanager
def running(host: str, port: int, say: Callable[[str], None]) -> Iterator[Machine]:
    """Start everything, and stop it to the last process on the way out, whatever happened in between.

    Where ``port`` is taken the next free one is used. Raises CannotStart.
    """
    data = data_folder()
    logs = data / "logs"
    with ExitStack() as ending:
        ending.enter_context(_only_one(data))
        children = Children(logs, say)
        ending.callback(children.stop)
        environment = {**os.environ, "MINDFERRY_DATA": str(data), "PYTHONUNBUFFERED": "1"}
        if "REDIS_URL" not in environment:
            try:
                process, environment["REDIS_URL"] = start_private_redis(data / "redis")
            except (RedisMissing, RedisFailed) as error:
                raise CannotStart(str(error)) from error
            ending.callback(_end, process)
            children.needs("Redis", process, data / "redis" / "redis.log")
        port = free_port(host, port)
        machine = Machine(f"http://{_spelled(host)}:{port}", data, environment, children)
        try:
            machine.manage("migrate", "--no-input", "--verbosity", "0")
        except subprocess.CalledProcessError as error:
            raise CannotStart("the database could not be brought up to date; the reason stands above") from error
        web = [sys.executable, "-m", "uvicorn", "webapp.asgi:application", "--host", host, "--port", str(port)]
        web += ["--no-access-log", "--timeout-graceful-shutdown", "3"]
        server = children.start("web", web, environment, ROOT)
        for queue in ("cpu", "device"):
            machine.start_worker(queue)
        _wait_for(machine.address, server)
        yield machine


def free_port(host: str, first: int) -> int:
    """The first port from ``first`` on that nobody listens to. Raises CannotStart."""
    for port in range(first, first + PORTS_TO_TRY):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return port
    raise CannotStart(
        f"no port from {first} to {first + PORTS_TO_TRY - 1} is free on {host}; choose one: make up PORT=9000"
    )


def _spelled(host: str) -> str:
    return "localhost" if host in ("127.0.0.1", "0.0.0.0", "") else host


@contextmanager
def _only_one(data: Path) -> Iterator[None]:
    """Two launchers on one data folder would each start workers for the other's jobs."""
    with (data / "launcher.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotStart(
                f"MindFerry runs already with the data folder {data}; stop it (Ctrl-C) or set MINDFERRY_DATA to another"
            ) from None
        yield


def _wait_for(address: str, server: Child) -> None:
    deadline = time.monotonic() + WEB_START_SECONDS
    while time.monotonic() < deadline:
        if server.process.poll() is not None:
            raise ChildDied(f"the web process ended at once; the end of {server.log}:\n{server.log_end()}")
        try:
            with urllib.request.urlopen(f"{address}/api/v1/health", timeout=5):
                return
        except urllib.error.HTTPError:
            return  # it answers
        except OSError:
            time.sleep(0.2)
    raise ChildDied(f"the web process did not answer at {address}; the end of {server.log}:\n{server.log_end()}")


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
