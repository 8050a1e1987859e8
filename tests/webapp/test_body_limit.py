from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from django.conf import settings
from django.contrib.auth.models import User

from tests.conftest import bearer
from webapp.submissions.models import Project
from webapp.teams.models import Team

pytestmark = pytest.mark.django_db(transaction=True)


def _pieces(megabytes: int) -> Iterator[bytes]:
    yield b'--x\r\nContent-Disposition: form-data; name="archive"; filename="a.zip"\r\n\r\n'
    for _ in range(megabytes):
        yield bytes(1024 * 1024)
    yield b"\r\n--x--\r\n"


def test_a_body_that_announces_too_much_is_refused_at_once(
    server: str, alice: User, team: Team, project: Project
) -> None:
    url = f"{server}/api/v1/projects/digits/submissions"
    answer = httpx.post(url, headers=bearer(alice, team), files={"archive": bytes(3 * 1024 * 1024)})
    assert (answer.status_code, answer.json()["error"]) == (413, "too_large")


def test_a_body_that_announces_nothing_is_counted(server: str, alice: User, team: Team, project: Project) -> None:
    url = f"{server}/api/v1/projects/digits/submissions"
    headers = bearer(alice, team) | {"Content-Type": "multipart/form-data; boundary=x"}
    answer = httpx.post(url, headers=headers, content=_pieces(5))
    assert (answer.status_code, answer.json()["error"]) == (413, "too_large")
    assert not list(Path(settings.UPLOADS_DIR).iterdir())


def test_an_archive_just_above_the_limit_is_refused_by_the_intake(
    server: str, alice: User, team: Team, project: Project
) -> None:
    url = f"{server}/api/v1/projects/digits/submissions"
    answer = httpx.post(url, headers=bearer(alice, team), files={"archive": bytes(1024 * 1024 + 10)})
    assert (answer.status_code, answer.json()["error"]) == (413, "too_large")
    assert "1 MB" in answer.json()["detail"]


def test_a_browser_gets_a_page_that_says_so(server: str) -> None:
    answer = httpx.post(f"{server}/submit/", headers={"Accept": "text/html"}, files={"archive": bytes(3 * 1024 * 1024)})
    assert answer.status_code == 413
    assert "larger than the limit of 1 MB" in answer.text
