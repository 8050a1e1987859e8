from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from migrator.catalog import measurements
from webapp.devices import probes
from webapp.devices.models import Probe, Worker
from webapp.devices.probes import Claim, ClaimLost
from webapp.refusals import Refusal
from webapp.teams import tokens
from webapp.teams.models import Scope, Team
from webapp.teams.policy import Actor

# alice is a maintainer by her team.
pytestmark = pytest.mark.usefixtures("team")

Bring = Callable[..., Worker]
ASCEND = ("ascend", "2.9.1")
TRIL = {"torch.tril": {"mint.tril(input, diagonal)": {"status": "works"}}}


def _standing() -> probes.Standing:
    (found,) = probes.standings(Worker.objects.all())
    return found


def _ask(user: User) -> Probe:
    return probes.ask(Actor(user), *ASCEND)


def _claim(probe: Probe, worker: str = "first") -> Claim:
    held = probes.claim(probe.pk, worker, *ASCEND)
    assert held is not None
    return held


def _measured(held: Claim) -> None:
    data = {"device": "ascend", "mindspore": "2.9.1", "measured": "2026-01-01T00:00:00+00:00", "rows": TRIL}
    (held.folder / "evidence.json").write_text(json.dumps(data))


def _fall_silent(probe: Probe) -> None:
    Probe.objects.filter(pk=probe.pk).update(heartbeat=timezone.now() - timedelta(hours=1))


def test_what_ships_is_known_and_what_nobody_measured_is_not(bring: Bring) -> None:
    bring("cpu", "2.10.0")
    bring(*ASCEND)
    bring(*ASCEND)
    bring("", "2.10.0")
    assert [(one.device, one.unknown, len(one.workers)) for one in probes.standings(Worker.objects.all())] == [
        ("ascend", True, 2),
        ("cpu", False, 1),
    ]


def test_a_worker_that_is_gone_brings_nothing(bring: Bring) -> None:
    bring(stopped=timezone.now())
    bring(heartbeat=timezone.now() - timedelta(hours=1))
    assert probes.standings(Worker.objects.all()) == []


def test_maintainers_of_any_team_and_staff_may_ask_and_nobody_else(
    bring: Bring, alice: User, bob: User, charlie: User
) -> None:
    bring()
    with pytest.raises(PermissionDenied):
        _ask(bob)
    for user in (alice, charlie):
        _ask(user)
        Probe.objects.all().delete()
    bob.is_staff = True
    assert _ask(bob).started_by == bob


def test_a_token_needs_the_scope(bring: Bring, alice: User, team: Team) -> None:
    bring()
    narrow, _ = tokens.create(alice, team, "narrow", [Scope.READ, Scope.SUBMIT], 7)
    with pytest.raises(PermissionDenied):
        probes.ask(Actor(alice, narrow), *ASCEND)
    wide, _ = tokens.create(alice, team, "wide", [Scope.ADMIN], 7)
    assert probes.ask(Actor(alice, wide), *ASCEND).open


@pytest.mark.parametrize("version", ["2.9.2", "", "../../2.9.1"])
def test_only_what_a_worker_brings_is_measured(bring: Bring, alice: User, version: str) -> None:
    bring()
    with pytest.raises(Refusal) as refused:
        probes.ask(Actor(alice), "ascend", version)
    assert refused.value.status == 409


def test_a_version_that_is_no_file_name_is_refused(bring: Bring, alice: User) -> None:
    bring(version="../2.9.1")
    with pytest.raises(Refusal):
        probes.ask(Actor(alice), "ascend", "../2.9.1")


def test_without_torch_there_is_nothing_to_compare_with(bring: Bring, alice: User) -> None:
    bring(torch="")
    assert _standing().lacks == "PyTorch"
    with pytest.raises(Refusal, match="PyTorch is not installed"):
        _ask(alice)


def test_a_device_is_measured_once_at_a_time(bring: Bring, alice: User) -> None:
    bring()
    first = _ask(alice)
    with pytest.raises(Refusal, match="measured already"):
        _ask(alice)
    probes.settle(_claim(first), "no")
    assert _ask(alice).pk != first.pk


def test_it_is_claimed_once_and_only_with_that_device(bring: Bring, alice: User) -> None:
    bring()
    probe = _ask(alice)
    assert probes.claim(probe.pk, "other", "ascend", "2.10.0") is None
    assert probes.claim(probe.pk, "other", "cpu", "2.9.1") is None
    held = _claim(probe)
    assert probes.claim(probe.pk, "second", *ASCEND) is None
    probes.beat(held, 3, 10)
    probe.refresh_from_db()
    assert (probe.state, probe.worker, probe.done, probe.total) == ("running", "first", 3, 10)


def test_what_was_measured_takes_its_place_at_once(bring: Bring, alice: User) -> None:
    bring()
    assert _standing().unknown
    held = _claim(_ask(alice))
    _measured(held)
    assert _standing().unknown
    probes.settle(held, "")
    found = _standing()
    assert found.evidence is not None and found.evidence.rows == TRIL
    assert found.missing > 500
    assert found.probe is not None and found.probe.state == "done"
    assert not held.folder.exists()


def test_what_failed_keeps_its_files_for_the_next_try(bring: Bring, alice: User) -> None:
    bring()
    held = _claim(_ask(alice))
    _measured(held)
    probes.settle(held, "the device was lost")
    found = _standing()
    assert found.unknown and found.probe is not None
    assert (found.probe.state, found.probe.error) == ("failed", "the device was lost")
    again = _claim(_ask(alice))
    assert json.loads((again.folder / "evidence.json").read_text())["rows"] == TRIL


def test_measuring_again_goes_on_from_what_was_measured_here(bring: Bring, alice: User) -> None:
    bring()
    held = _claim(_ask(alice))
    _measured(held)
    probes.settle(held, "")
    again = _claim(_ask(alice))
    assert json.loads((again.folder / "evidence.json").read_text())["rows"] == TRIL
    assert again.evidence.exists()


def test_a_silent_one_is_taken_up_once_and_the_second_time_fails(bring: Bring, alice: User) -> None:
    bring()
    probe = _ask(alice)
    late = _claim(probe)
    assert probes.recover() == 0
    _fall_silent(probe)
    assert (probes.recover(), probes.recover()) == (1, 0)
    with pytest.raises(ClaimLost):
        probes.beat(late)
    _claim(probe, "second")
    _measured(late)
    with pytest.raises(ClaimLost):
        probes.settle(late, "")
    assert not late.evidence.exists()
    _fall_silent(probe)
    assert probes.recover() == 1
    probe.refresh_from_db()
    assert probe.state == "failed" and "second time" in probe.error


def test_a_worker_that_stops_puts_it_back(bring: Bring, alice: User) -> None:
    bring()
    probe = _ask(alice)
    probes.put_back(_claim(probe))
    probe.refresh_from_db()
    assert (probe.state, probe.attempt) == ("queued", 1)
    assert probes.waiting(*ASCEND, timedelta(0)) == [probe.pk]
    assert probes.waiting("cpu", "2.9.1", timedelta(0)) == []
    _claim(probe, "second")


def test_a_successor_of_the_same_name_need_not_wait(bring: Bring, alice: User) -> None:
    bring()
    probe = _ask(alice)
    _claim(probe, "same")
    nearly = timezone.now() - timedelta(seconds=30)
    probes.hasten("another", nearly)
    probe.refresh_from_db()
    assert probe.heartbeat is not None and probe.heartbeat > nearly
    probes.hasten("same", nearly)
    probe.refresh_from_db()
    assert probe.heartbeat == nearly


def test_its_folder_is_no_evidence(bring: Bring, alice: User, evidence_folder: Path) -> None:
    bring()
    _measured(_claim(_ask(alice)))
    assert [one.device for one in measurements.evidence()] == ["cpu"]
    assert list(evidence_folder.glob("*.json")) == []
