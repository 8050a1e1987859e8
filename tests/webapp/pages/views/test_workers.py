from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from migrator.catalog import measurements
from tests.conftest import logged_in
from webapp.devices.models import Probe, Worker

# alice is a maintainer by her team.
pytestmark = pytest.mark.usefixtures("team")

Bring = Callable[..., Worker]
WORKERS, MEASURE = "/workers/", "/workers/measure/"
ASCEND = {"device": "ascend", "mindspore_version": "2.9.1"}
BUTTON = "Measure this device"


def _page(user: User, **headers: str) -> str:
    return logged_in(user).get(WORKERS, headers=headers).content.decode()


def _probe(**fields: object) -> Probe:
    return Probe.objects.create(**ASCEND, **fields)


def test_it_offers_nothing_where_all_is_measured(bring: Bring, alice: User) -> None:
    bring("cpu", "2.10.0")
    page = _page(alice)
    assert "data-probe" not in page
    assert "APIs measured</a>" in page


def test_it_says_what_is_missing_and_offers_to_measure_it(bring: Bring, alice: User) -> None:
    bring()
    for page in (_page(alice), _page(alice, **{"HX-Request": "true"})):
        assert "Nobody has measured ascend with MindSpore 2.9.1 yet" in page
        assert "vendor’s documentation" in page and "an hour or more" in page
        assert BUTTON in page and "csrfmiddlewaretoken" in page


def test_who_may_not_measure_sees_the_notice_without_the_button(bring: Bring, bob: User) -> None:
    bring()
    page = _page(bob)
    assert "Nobody has measured" in page and "A maintainer of a team can start it" in page
    assert BUTTON not in page
    assert logged_in(bob).post(MEASURE, ASCEND).status_code == 403
    assert not Probe.objects.exists()


def test_strangers_are_asked_to_log_in(bring: Bring) -> None:
    bring()
    assert Client().post(MEASURE, ASCEND)["Location"].startswith("/login/")
    assert not Probe.objects.exists()


def test_it_is_not_done_by_looking_or_from_another_site(bring: Bring, alice: User) -> None:
    bring()
    assert logged_in(alice).get(MEASURE).status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(alice)
    assert strict.post(MEASURE, ASCEND).status_code == 403
    assert not Probe.objects.exists()


@pytest.mark.parametrize("who", ["alice", "charlie", "staff"])
def test_maintainers_of_any_team_and_staff_may(bring: Bring, request: pytest.FixtureRequest, who: str) -> None:
    bring()
    user = User.objects.create_user("staff", is_staff=True) if who == "staff" else request.getfixturevalue(who)
    answer = logged_in(user).post(MEASURE, ASCEND)
    assert answer["Location"] == WORKERS
    probe = Probe.objects.get()
    assert (probe.state, probe.only, probe.started_by) == ("queued", "*", user)
    assert "is about to be measured" in _page(user) and BUTTON not in _page(user)


def test_asking_twice_or_for_what_is_not_there_says_so(bring: Bring, alice: User) -> None:
    bring()
    client = logged_in(alice)
    client.post(MEASURE, ASCEND)
    assert "measured already" in client.post(MEASURE, ASCEND, follow=True).content.decode()
    assert "No worker that is online" in client.post(MEASURE, {"device": "ascend"}, follow=True).content.decode()
    assert Probe.objects.count() == 1


def test_while_it_runs_there_is_a_bar(bring: Bring, bob: User) -> None:
    worker = bring()
    _probe(state="running", worker=worker.name, done=150, total=600)
    page = _page(bob)
    assert 'max="600" value="150"' in page and "150 of 600 trials" in page
    assert "Measures its device" in page
    assert BUTTON not in page


def test_a_failure_is_shown_and_can_be_tried_again(bring: Bring, alice: User, bob: User) -> None:
    bring()
    probe = _probe(state="failed", error="<the device was lost>", started=None)
    Probe.objects.filter(pk=probe.pk).update(finished=probe.queued)
    assert "&lt;the device was lost&gt;" in _page(bob) and "Try again" not in _page(bob)
    assert "Try again" in _page(alice)
    logged_in(alice).post(MEASURE, ASCEND)
    assert "is about to be measured" in _page(alice)


def test_a_measured_device_leads_to_the_matrix(bring: Bring, alice: User, evidence_folder: Path) -> None:
    bring()
    evidence_folder.mkdir()
    rows = {"torch.tril": {"mint.tril(input, diagonal)": {"status": "works"}}}
    data = {"device": "ascend", "mindspore": "2.9.1", "measured": "2026-01-01T00:00:00+00:00", "rows": rows}
    (evidence_folder / measurements.file_name("ascend", "2.9.1")).write_text(json.dumps(data))
    page = _page(alice)
    assert "was measured here" in page and 'href="/catalog/"' in page
    assert "Measure what is missing" in page
    assert ">1 API measured</a>" in page
    assert "ascend, MindSpore 2.9.1" in logged_in(alice).get("/catalog/").content.decode()


def test_without_torch_it_says_what_to_install(bring: Bring, alice: User) -> None:
    bring(torch="")
    page = _page(alice)
    assert "PyTorch, which is not installed there" in page and BUTTON not in page


def test_what_was_measured_is_news_for_a_day(bring: Bring, alice: User) -> None:
    bring("cpu", "2.10.0")
    probe = Probe.objects.create(device="cpu", mindspore_version="2.10.0", state="done", finished=timezone.now())
    assert "cpu, MindSpore 2.10.0 was measured here" in _page(alice)
    Probe.objects.filter(pk=probe.pk).update(finished=timezone.now() - timedelta(days=2))
    assert "data-probe" not in _page(alice)
