"""A real web process on the test's database."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from django.conf import settings

from tests.conftest import database_url
from webapp.devices.models import Worker

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def server(transactional_db: None, tmp_path: Path) -> Iterator[str]:
    """The address of a uvicorn that serves MindFerry; uploads are limited to 1 MB there."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {
        "MINDFERRY_DATA": str(settings.DATA_DIR),
        "DATABASE_URL": database_url(),
        "DJANGO_SETTINGS_MODULE": "webapp.settings",
        "MINDFERRY_UPLOAD_MAX_MB": "1",
    }
    log = (tmp_path / "web.log").open("wb")
    command = [sys.executable, "-m", "uvicorn", "webapp.asgi:application", "--port", str(port), "--lifespan", "off"]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    until = time.monotonic() + 20
    while time.monotonic() < until:
        try:
            httpx.get(f"{address}/login/")
            break
        except httpx.TransportError:
            time.sleep(0.1)
    yield address
    process.terminate()
    process.wait(15)
    print((tmp_path / "web.log").read_text()[-4000:])


@pytest.fixture
def evidence_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where this installation keeps what it measured; empty at first."""
    folder = tmp_path / "evidence"
    monkeypatch.setattr(settings, "EVIDENCE_DIR", folder)
    monkeypatch.setenv("MINDFERRY_EVIDENCE", str(folder))
    return folder


@pytest.fixture
def bring(db: None, evidence_folder: Path) -> Callable[..., Worker]:
    """Register a worker that is online: bring("ascend", "2.9.1")."""

    def register(device: str = "ascend", version: str = "2.9.1", torch: str = "2.14.1", **more: object) -> Worker:
        name = f"device{Worker.objects.count()}@here"
        return Worker.objects.create(
            name=name, host="here", pid=1, queues=["device"], device=device, device_detail="8 Ascend NPU",
            mindspore_version=version, torch_version=torch, **more,
        )  # fmt: skip

    return register
