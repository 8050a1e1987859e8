"""A private Redis and real worker processes; nothing of them is replaced."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings

from tests.conftest import TRAIN, database_url
from webapp.submissions.models import Submission
from workers.celery import app
from workers.redis_server import start_private_redis

ROOT = Path(__file__).resolve().parents[2]
STALE_SECONDS = 4


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    process, url = start_private_redis(tmp_path_factory.mktemp("redis"))
    yield url
    process.terminate()
    process.wait()


@pytest.fixture
def broker(redis_url: str) -> Iterator[str]:
    before = app.conf.broker_url
    app.conf.broker_url = redis_url
    with app.connection_for_write() as one:
        one.default_channel.client.flushdb()
    yield redis_url
    app.conf.broker_url = before


@pytest.fixture
def start_worker(
    transactional_db: None, broker: str, tmp_path: Path
) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Start a worker process that works on the test's database; all of them are killed in the end."""
    settings.HEARTBEAT_STALE_SECONDS = STALE_SECONDS
    started: list[subprocess.Popen[bytes]] = []

    def start(*arguments: str, name: str = "", **environment: str) -> subprocess.Popen[bytes]:
        arguments = arguments or ("cpu", "device")
        environment = os.environ | {
            "MINDFERRY_DATA": str(settings.DATA_DIR),
            "DATABASE_URL": database_url(),
            "REDIS_URL": broker,
            "MINDFERRY_STAGE_RUNNER": "tests.workers.small_road:run_stage",
            "MINDFERRY_HEARTBEAT_SECONDS": "1",
            "MINDFERRY_HEARTBEAT_STALE_SECONDS": str(STALE_SECONDS),
            "DJANGO_SETTINGS_MODULE": "webapp.settings",
            **environment,
        }
        log = (tmp_path / f"worker{len(started)}.log").open("wb")
        command = [sys.executable, "-m", "workers", *arguments, "--name", name or f"worker{len(started)}"]
        started.append(subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log))
        return started[-1]

    yield start
    for process in started:
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
        process.wait()
    for path in sorted(tmp_path.glob("worker*.log")):
        print(f"--- {path.name}\n{path.read_text()[-6000:]}")


@pytest.fixture
def planned(submit: Callable[..., Submission]) -> Callable[..., Submission]:
    """Submit a project whose stages behave as told: planned(baseline="sleep")."""

    def send(**plan: str) -> Submission:
        return submit({"train.py": TRAIN, "plan.json": json.dumps(plan).encode()}, entry="train.py")

    return send


def wait_until(condition: Callable[[], object], seconds: float = 30, what: str = "") -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, f"waited {seconds} s in vain {what}"
        time.sleep(0.1)


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
