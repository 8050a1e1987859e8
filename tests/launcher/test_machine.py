"""The whole machine, started and stopped for real, on a data folder of its own."""

import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import psutil
import pytest

from launcher.machine import CannotStart, free_port

ROOT = Path(__file__).resolve().parents[2]


def start(data, *arguments):
    environment = {key: value for key, value in os.environ.items() if key not in ("REDIS_URL", "DATABASE_URL")}
    environment |= {"MINDFERRY_DATA": str(data), "PYTHONUNBUFFERED": "1"}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    return subprocess.Popen(
        [sys.executable, "-m", "launcher", *arguments],
        cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
    )  # fmt: skip


def address_of(process):
    said = []
    for line in process.stdout:
        said.append(line)
        if found := re.search(r"MindFerry is at (http://\S+?)/", line):
            return found.group(1)
    raise AssertionError("".join(said))


def answer(url):
    with urllib.request.urlopen(url, timeout=10) as found:
        return found.status, found.read()


def test_the_next_free_port_is_taken():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert free_port("127.0.0.1", port) > port


def test_where_no_port_is_free_it_says_how_to_choose_one(monkeypatch):
    monkeypatch.setattr("launcher.machine.PORTS_TO_TRY", 1)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(CannotStart, match="make up PORT=9000"):
            free_port("127.0.0.1", taken.getsockname()[1])


@pytest.mark.slow
def test_up_starts_everything_and_sigterm_stops_it_to_the_last_process(tmp_path):
    data = tmp_path / "data"
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        process = start(data, "up", "--port", str(port))
        try:
            address = address_of(process)
            assert not address.endswith(f":{port}")
            assert answer(f"{address}/login/")[0] == 200
            # Both workers register themselves.
            token = (data / "demo-token").read_text().strip()
            request = urllib.request.Request(f"{address}/api/v1/workers", headers={"Authorization": f"Bearer {token}"})
            deadline = time.monotonic() + 30
            queues = set()
            while queues != {"cpu", "device"} and time.monotonic() < deadline:
                queues = {queue for worker in json.loads(answer(request)[1]) for queue in worker["queues"]}
                time.sleep(0.5)
            assert queues == {"cpu", "device"}
            for name in ("secret_key", "demo-password", "demo-token"):
                assert stat.S_IMODE((data / name).stat().st_mode) == 0o600, name
            family = psutil.Process(process.pid).children(recursive=True)
            assert len(family) >= 4
            second = start(data, "up")
            said, _ = second.communicate(timeout=30)
            assert second.returncode == 1
            assert "runs already" in said
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)
        assert process.returncode == 0
        _, alive = psutil.wait_procs(family, timeout=5)
        assert alive == []


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_demo_ends_with_the_verdict_and_leaves_no_process(tmp_path):
    process = start(tmp_path / "data", "demo", "--exit")
    said, _ = process.communicate(timeout=560)
    assert process.returncode == 0, said
    assert "Verdict: pass" in said
    assert re.search(r"The page: http://localhost:\d+/projects/digits/submissions/1/parity/", said)
    assert not [
        p
        for p in psutil.process_iter(["environ"])
        if str(tmp_path) in str((p.info["environ"] or {}).get("MINDFERRY_DATA"))
    ]
