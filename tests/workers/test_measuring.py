from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from django.conf import settings

from migrator.catalog import measurements
from tests.workers.conftest import is_alive, wait_until
from webapp.devices import probes
from webapp.devices.models import Probe
from workers import devices

Start = Callable[..., subprocess.Popen[bytes]]

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def evidence_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "evidence"
    monkeypatch.setattr(settings, "EVIDENCE_DIR", folder)
    monkeypatch.setenv("MINDFERRY_EVIDENCE", str(folder))
    return folder


def _queue(only: str, version: str = "") -> Probe:
    found = devices.discover()
    probe = Probe.objects.create(device=found.kind, mindspore_version=version or found.mindspore_version, only=only)
    probes.ring(probe.pk)
    return probe


def _state(probe: Probe) -> str:
    probe.refresh_from_db()
    return probe.state


def _processes(probe: Probe) -> list[psutil.Process]:
    """The probe's own processes, by the folder that they work in."""
    folder = str(probes.unfinished_folder(probe))
    return [one for one in psutil.process_iter(["cmdline"]) if folder in (one.info["cmdline"] or ())]


def test_a_worker_measures_and_the_evidence_takes_its_place(start_worker: Start, evidence_folder: Path) -> None:
    probe = _queue("torch.tril")
    left_over = probes.unfinished_folder(probe) / "evidence.json"
    left_over.parent.mkdir(parents=True)
    left_over.write_text("{")  # cut off by a full disk, say: then it begins afresh
    start_worker("device")
    wait_until(lambda: _state(probe) in ("done", "failed"), 120)
    assert (probe.state, probe.error, probe.claim) == ("done", "", "")
    assert probe.total and probe.done == probe.total
    file = evidence_folder / measurements.file_name(probe.device, probe.mindspore_version)
    found = json.loads(file.read_text())
    assert {one["status"] for one in found["rows"]["torch.tril"].values()} == {"works"}
    (known,) = [one for one in measurements.evidence() if one.mindspore == probe.mindspore_version]
    assert known.own and known.measured == found["measured"]
    assert not probes.unfinished_folder(probe).exists()


def test_what_cannot_be_measured_fails_with_a_reason(start_worker: Start, evidence_folder: Path) -> None:
    probe = _queue("torch.no_such_row")
    start_worker("device")
    wait_until(lambda: _state(probe) == "failed", 60)
    assert "No row of the catalog that matches torch.no_such_row" in probe.error


def test_a_probe_of_another_version_waits_for_its_worker(start_worker: Start, evidence_folder: Path) -> None:
    other, mine = _queue("torch.tril", version="1.0"), _queue("torch.no_such_row")
    start_worker("device")
    wait_until(lambda: _state(mine) == "failed", 60)
    assert _state(other) == "queued"


def test_a_message_that_was_lost_is_made_up_for(start_worker: Start, evidence_folder: Path, broker: str) -> None:
    import redis

    probe = _queue("torch.no_such_row")
    redis.Redis.from_url(broker).flushall()
    start_worker("device")
    wait_until(lambda: _state(probe) == "failed", 60)


def test_it_is_stopped_when_it_takes_too_long(start_worker: Start, evidence_folder: Path) -> None:
    probe = _queue("*")
    start_worker("device", MINDFERRY_PROBE_SECONDS="3")
    wait_until(lambda: _state(probe) == "failed", 60)
    assert "longer than 3 seconds" in probe.error
    assert not _processes(probe)


@pytest.mark.parametrize("gently", [True, False])
def test_it_ends_with_its_worker_and_goes_on_with_the_next(
    start_worker: Start, evidence_folder: Path, gently: bool
) -> None:
    probe = _queue("torch.t*")
    worker = start_worker("device")
    wait_until(lambda: _state(probe) == "running" and _processes(probe), 60)
    (process, *_) = _processes(probe)
    worker.terminate() if gently else worker.kill()
    worker.wait(20)
    wait_until(lambda: not is_alive(process.pid), 15, "for the probe to end with its worker")
    Probe.objects.filter(pk=probe.pk).update(only="torch.tril")
    if gently:
        assert (_state(probe), probe.attempt, probe.claim) == ("queued", 1, "")
    start_worker("device")
    wait_until(lambda: _state(probe) in ("done", "failed"), 120)
    assert probe.state == "done", probe.error
    assert probe.attempt == (1 if gently else 2)


def test_a_probe_that_was_deleted_is_stopped(start_worker: Start, evidence_folder: Path) -> None:
    probe = _queue("*")
    start_worker("device")
    wait_until(lambda: _state(probe) == "running" and _processes(probe), 60)
    Probe.objects.all().delete()
    wait_until(lambda: not _processes(probe), 20)
