from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator

import httpx
import pytest
from django.contrib.auth.models import User

from tests.conftest import bearer
from webapp.submissions import events, road
from webapp.submissions.events import Entry
from webapp.submissions.models import Submission
from webapp.teams.models import Team

pytestmark = pytest.mark.django_db(transaction=True)
LIVE = {"Accept": "text/event-stream"}


def _messages(response: httpx.Response) -> Iterator[dict[str, str]]:
    message: dict[str, str] = {}
    for line in response.iter_lines():
        if line:
            name, _, value = line.partition(": ")
            message[name] = value
        elif message:
            yield message
            message = {}


def test_events_come_as_they_happen_and_the_stream_ends_with_the_submission(
    server: str, alice: User, team: Team, submission: Submission
) -> None:
    url, headers = f"{server}/api/v1/submissions/{submission.pk}/events", bearer(alice, team) | LIVE
    with httpx.stream("GET", url, headers=headers, timeout=10) as response:
        assert response.headers["content-type"] == "text/event-stream"
        messages = _messages(response)
        assert next(messages) == {"retry": "2000"}
        assert next(messages)["event"] == "state"
        begun = time.monotonic()
        threading.Timer(0.3, events.write, (submission.pk, [Entry("log", "analyze", "hello")])).start()
        hello = next(messages)
        assert time.monotonic() - begun < 3
        assert json.loads(hello["data"])["message"] == "hello"
        road.cancel(submission)
        assert next(messages)["event"] == "state"
        assert next(messages)["event"] == "end"
        assert list(messages) == []


def test_a_stream_is_resumed_after_the_last_event_that_was_seen(
    server: str, alice: User, team: Team, submission: Submission
) -> None:
    events.write(submission.pk, [Entry("log", message=f"line {n}") for n in range(1200)])
    road.cancel(submission)
    url, headers = f"{server}/api/v1/submissions/{submission.pk}/events", bearer(alice, team) | LIVE
    with httpx.stream("GET", url, headers=headers, timeout=10) as response:
        first = [message for message in _messages(response) if message.get("event") == "log"]
    assert [json.loads(message["data"])["message"] for message in first] == [f"line {n}" for n in range(1200)]
    with httpx.stream("GET", url, headers=headers | {"Last-Event-ID": first[1197]["id"]}, timeout=10) as response:
        rest = [message["event"] for message in _messages(response) if "event" in message]
    assert rest == ["log", "log", "state", "end"]


def test_outsiders_get_no_stream(server: str, charlie: User, submission: Submission) -> None:
    headers = bearer(charlie, Team.objects.get(slug="outsiders")) | LIVE
    url = f"{server}/api/v1/submissions/{submission.pk}/events"
    assert httpx.get(url, headers=headers).status_code == 404
    assert httpx.get(url, headers=LIVE).status_code == 401


def test_many_open_streams_leave_room_for_other_requests(
    server: str, alice: User, team: Team, submission: Submission
) -> None:
    url, headers = f"{server}/api/v1/submissions/{submission.pk}", bearer(alice, team)
    with httpx.Client(headers=headers, timeout=10, limits=httpx.Limits(max_connections=60)) as client:
        opened = [
            client.send(client.build_request("GET", f"{url}/events", headers=LIVE), stream=True) for _ in range(40)
        ]
        begun = time.monotonic()
        assert client.get(url).status_code == 200
        assert time.monotonic() - begun < 3
        for response in opened:
            response.close()
