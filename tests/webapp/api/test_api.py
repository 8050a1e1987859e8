from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.conftest import TRAIN, archive_of, bearer, logged_in
from webapp.devices.models import Worker
from webapp.submissions import claims, events, road
from webapp.submissions.events import Entry
from webapp.submissions.models import Project, Submission
from webapp.teams import tokens
from webapp.teams.models import AuditEntry, Team

API = "/api/v1"


def test_it_asks_strangers_who_they_are(submission: Submission) -> None:
    answer = Client().get(f"{API}/projects")
    assert answer.status_code == 401
    assert set(answer.json()) == {"error", "detail", "hint"}


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer ", "Bearer x", "Basic eDp5", "mf_aaaaaaaa_b", "Bearer mf_aaaaaaaa_\u00e4"]
)
def test_it_does_not_take_what_is_no_token(submission: Submission, header: str) -> None:
    assert Client().get(f"{API}/projects", headers={"Authorization": header}).status_code == 401


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "projects/digits"), ("patch", "projects/digits"), ("delete", "projects/digits?confirm=digits"),
        ("get", "projects/digits/submissions"), ("post", "projects/digits/submissions"),
        ("get", "projects/digits/submissions/1"), ("get", "submissions/{id}"), ("post", "submissions/{id}/cancel"),
        ("post", "submissions/{id}/retry"), ("post", "submissions/{id}/entry"),
        ("delete", "submissions/{id}?confirm=1"), ("get", "submissions/{id}/events"),
        ("get", "submissions/{id}/report.json"), ("get", "submissions/{id}/analysis"),
        ("get", "submissions/{id}/translation"), ("get", "submissions/{id}/files"),
        ("get", "submissions/{id}/files/train.py"), ("get", "submissions/{id}/artifacts"),
        ("get", "submissions/{id}/artifacts/report.json"), ("get", "teams/vision"),
        ("post", "teams/vision/members"), ("patch", "teams/vision/members/alice"),
        ("delete", "teams/vision/members/alice"),
    ],
)  # fmt: skip
def test_it_rejects_outsiders_as_if_nothing_were_there(
    charlie: User, submission: Submission, method: str, path: str
) -> None:
    bodies = {"retry": {}, "entry": {"entry": "train.py"}, "members": {"username": "charlie", "role": "maintainer"},
              "alice": {"role": "viewer"}}  # fmt: skip
    client = logged_in(charlie)
    url = f"{API}/{path.format(id=submission.pk)}"
    if path.endswith("digits/submissions") and method == "post":
        answer = client.post(url, {"archive": archive_of({"train.py": TRAIN})})
    else:
        answer = getattr(client, method)(url, bodies.get(path.rpartition("/")[2], {}), content_type="application/json")
    missing = client.get(f"{API}/projects/no-such-project")
    assert (answer.status_code, answer.json()) == (404, missing.json())
    assert Submission.objects.get().state == "queued"


def test_a_list_holds_only_ones_own(charlie: User, alice: User, submission: Submission) -> None:
    assert logged_in(charlie).get(f"{API}/projects").json() == []
    assert [one["name"] for one in logged_in(alice).get(f"{API}/projects").json()] == ["digits"]


def test_ci_submits_and_follows_with_a_token(alice: User, team: Team) -> None:
    client, headers = Client(enforce_csrf_checks=True), bearer(alice, team)
    made = client.post(f"{API}/projects", {"name": "Char LM"}, "application/json", headers=headers)
    assert (made.status_code, made.json()["name"]) == (201, "char-lm")
    form = {"archive": archive_of({"train.py": TRAIN}), "entry": "train.py", "args": "--epochs 1", "target": "cpu"}
    answer = client.post(f"{API}/projects/char-lm/submissions", form, headers=headers)
    assert answer.status_code == 201, answer.json()
    found = answer.json()
    assert (found["number"], found["state"], found["entry"], found["args"], found["target"]) == (
        1,
        "queued",
        "train.py",
        "--epochs 1",
        "cpu",
    )
    assert found["stages"][0]["stage"] == "analyze"
    again = client.get(f"{API}/submissions/{found['id']}", headers=headers).json()
    assert again["url"] == "/projects/char-lm/submissions/1/"
    assert AuditEntry.objects.filter(action="submitted", detail__contains="token test").exists()


def test_a_token_with_the_scope_to_submit_alone_can_do_just_that(alice: User, team: Team, project: Project) -> None:
    client, headers = Client(), bearer(alice, team, "submit")
    sent = client.post(
        f"{API}/projects/digits/submissions", {"archive": archive_of({"train.py": TRAIN})}, headers=headers
    )
    assert sent.status_code == 201
    assert client.get(f"{API}/projects", headers=headers).json() == []
    assert client.get(f"{API}/submissions/{sent.json()['id']}", headers=headers).status_code == 404


def test_a_token_to_read_changes_nothing(alice: User, team: Team, submission: Submission) -> None:
    client, headers = Client(), bearer(alice, team, "read")
    assert client.post(f"{API}/submissions/{submission.pk}/cancel", headers=headers).status_code == 403
    assert client.delete(f"{API}/projects/digits?confirm=digits", headers=headers).status_code == 403


def test_a_token_makes_no_tokens_and_no_teams(alice: User, team: Team) -> None:
    client, headers = Client(), bearer(alice, team)
    body = {"name": "more", "team": "vision", "scopes": ["read"]}
    assert client.post(f"{API}/tokens", body, "application/json", headers=headers).status_code == 403
    assert client.post(f"{API}/teams", {"name": "More"}, "application/json", headers=headers).status_code == 403
    assert client.get(f"{API}/tokens", headers=headers).status_code == 403


def test_a_session_needs_the_csrf_token_to_change_something(alice: User, submission: Submission) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    assert client.post(f"{API}/submissions/{submission.pk}/cancel").status_code == 403
    client.get("/teams/")
    token = client.cookies["csrftoken"].value
    answer = client.post(f"{API}/submissions/{submission.pk}/cancel", headers={"X-CSRFToken": token})
    assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")


def test_a_refused_archive_names_the_member_and_leaves_nothing(alice: User, project: Project) -> None:
    answer = logged_in(alice).post(f"{API}/projects/digits/submissions", {"archive": archive_of({"../x": b"x"})})
    assert answer.status_code == 422
    assert answer.json()["error"] == "bad_archive"
    assert "../x" in answer.json()["detail"]
    assert not Submission.objects.exists()


def test_cancel_retry_and_delete(alice: User, submission: Submission) -> None:
    client, url = logged_in(alice), f"{API}/submissions/{submission.pk}"
    assert client.post(f"{url}/cancel").json()["state"] == "cancelled"
    assert client.post(f"{url}/cancel").status_code == 409
    assert client.post(f"{url}/retry", {"stage": "analyze"}, "application/json").json()["state"] == "queued"
    assert client.delete(f"{url}?confirm=1").status_code == 409
    client.post(f"{url}/cancel")
    assert client.delete(f"{url}?confirm=2").json()["error"] == "unconfirmed"
    assert client.delete(f"{url}?confirm=1").status_code == 204
    assert client.get(url).status_code == 404


def test_it_asks_for_an_entry_point_and_takes_it(alice: User, submit: Callable[..., Submission]) -> None:
    submission = submit({"a.py": TRAIN, "b.py": TRAIN})
    points = [{"path": path, "reason": "", "arguments": []} for path in ("a.py", "b.py")]
    (submission.work / "analysis.json").write_text(json.dumps({"entry_points": points}))
    held = claims.claim(submission.pk, "analyze", "worker")
    assert held is not None
    claims.settle(held, True, {}, "")
    client, url = logged_in(alice), f"{API}/submissions/{submission.pk}"
    found = client.get(url).json()
    assert found["state"] == "needs_entry"
    assert [point["path"] for point in found["entry_points"]] == ["a.py", "b.py"]
    assert client.post(f"{url}/entry", {"entry": "../b.py"}, "application/json").json()["error"] == "bad_entry"
    assert client.post(f"{url}/entry", {"entry": "b.py"}, "application/json").json()["stage"] == "baseline"


def test_events_are_polled_from_where_one_left_off(alice: User, submission: Submission) -> None:
    client, url = logged_in(alice), f"{API}/submissions/{submission.pk}/events"
    first = client.get(url).json()
    assert [event["kind"] for event in first["events"]] == ["state"]
    assert not first["finished"]
    events.write(submission.pk, [Entry("log", "analyze", "hello"), Entry("log", "analyze", "world")])
    second = client.get(f"{url}?after={first['last']}").json()
    assert [event["message"] for event in second["events"]] == ["hello", "world"]
    assert client.get(f"{url}?after={second['last']}").json()["events"] == []
    resumed = client.get(url, headers={"Last-Event-ID": str(second["last"] - 1)}).json()
    assert [event["message"] for event in resumed["events"]] == ["world"]
    road.cancel(submission)
    assert client.get(f"{url}?after={second['last']}").json()["finished"]


def test_documents_files_and_artifacts(alice: User, submission: Submission) -> None:
    client, url, work = logged_in(alice), f"{API}/submissions/{submission.pk}", submission.work
    early = client.get(f"{url}/report.json")
    assert (early.status_code, early.json()["error"]) == (404, "not_yet")
    (work / "report.json").write_text('{"verdict": "pass"}')
    (work / "translated").mkdir()
    (work / "translated" / "train.py").write_bytes(TRAIN.replace(b"argparse\n", b"argparse as a\n", 1))
    (work / "translated" / "mindspore_support.py").write_text("x = 1\n")
    (work / "translation.json").write_text(
        json.dumps({"files": [{"path": "train.py", "status": "translated", "line_map": [1], "findings": []}]})
    )
    (work / "artifacts" / "checkpoints").mkdir(parents=True)
    (work / "artifacts" / "checkpoints" / "best.ckpt").write_bytes(b"weights")
    (work / "artifacts" / "leak").symlink_to("/etc/passwd")
    assert client.get(f"{url}/report.json").json() == {"verdict": "pass"}
    assert client.get(f"{url}/files").json() == [
        {"path": "mindspore_support.py", "status": "added"}, {"path": "train.py", "status": "translated"},
    ]  # fmt: skip
    file = client.get(f"{url}/files/train.py").json()
    assert "-import argparse\n+import argparse as a\n" in file["diff"]
    assert client.get(f"{url}/files/mindspore_support.py").json()["source"] is None
    found = client.get(f"{url}/artifacts").json()
    assert [one["path"] for one in found] == ["checkpoints/best.ckpt", "report.json"]
    answer = client.get(found[0]["url"])
    with pytest.warns(Warning, match="asynchronous iterators"):  # which the test client, alone, is not
        assert b"".join(answer) == b"weights"
    assert answer["Content-Disposition"].startswith("attachment")
    for path in ("leak", "../settings.json", "..%2fsettings.json", "checkpoints", "checkpoints/../../settings.json"):
        assert client.get(f"{url}/artifacts/{path}").status_code == 404
        assert client.get(f"{url}/files/{path}").status_code == 404


def test_errors_are_json_everywhere(alice: User, team: Team) -> None:
    client = logged_in(alice)
    wrong = [
        client.get(f"{API}/nothing"),
        client.get("/api/v2/projects"),
        client.get(f"{API}/submissions/99999999999999999999"),
        client.post(f"{API}/projects", "{", "application/json"),
        client.post(f"{API}/projects", {"name": "a\x00b"}, "application/json"),
        client.post(f"{API}/projects/digits/submissions", b"--", "multipart/form-data"),
        client.post(f"{API}/teams/vision/members", {"username": "a\x00b"}, "application/json"),
        client.post(f"{API}/tokens", {"name": "a", "team": "a\x00b", "scopes": ["read"]}, "application/json"),
    ]
    for answer in wrong:
        assert 400 <= answer.status_code < 500
        assert set(answer.json()) == {"error", "detail", "hint"}
    for path in (
        f"{API}/teams/vision/members/a%00b",
        f"{API}/projects?x=%00",
        "/projects/a%00b/",
        "/submit/?project=%00",
    ):
        assert client.delete(path).status_code == 400


def test_its_health_is_told_to_everybody(db: None) -> None:
    assert Client().get(f"{API}/health").json() == {"status": "ok"}


def test_me_and_workers(alice: User, team: Team) -> None:
    client = Client()
    found = client.get(f"{API}/me", headers=bearer(alice, team, "read")).json()
    assert (found["username"], found["scopes"]) == ("alice", ["read"])
    assert found["teams"] == [{"name": "Vision", "slug": "vision", "role": "maintainer"}]
    assert logged_in(alice).get(f"{API}/workers").json() == []


def test_a_token_is_made_by_a_person_and_shown_once(alice: User, team: Team) -> None:
    client = logged_in(alice)
    body = {"name": "ci", "team": "vision", "scopes": ["submit"], "days": 7}
    made = client.post(f"{API}/tokens", body, "application/json").json()
    found = tokens.find(made["token"])
    assert found is not None
    assert made["token"] not in client.get(f"{API}/tokens").content.decode()
    assert client.delete(f"{API}/tokens/{found.pk}").status_code == 204
    assert tokens.find(made["token"]) is None


def test_the_description_is_there(db: None) -> None:
    schema = Client().get(f"{API}/openapi.json").json()
    assert f"{API}/submissions/{{pk}}/events" in schema["paths"]
    page = Client().get(f"{API}/docs").content.decode()
    assert "http://" not in page and "https://" not in page


def test_a_device_is_measured_by_maintainers(bring: Callable[..., Worker], alice: User, bob: User, team: Team) -> None:
    bring()
    body = {"device": "ascend", "mindspore_version": "2.9.1"}
    assert logged_in(bob).post(f"{API}/probes", body, "application/json").status_code == 403
    assert Client().post(f"{API}/probes", body, "application/json").status_code == 401
    made = Client().post(f"{API}/probes", body, "application/json", headers=bearer(alice, team, "admin"))
    assert (made.status_code, made.json()["state"]) == (201, "queued")
    again = logged_in(alice).post(f"{API}/probes", body, "application/json")
    assert (again.status_code, again.json()["error"]) == (409, "busy")
    assert [one["device"] for one in logged_in(bob).get(f"{API}/probes").json()] == ["ascend"]
