from __future__ import annotations

from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client, override_settings

from tests.conftest import logged_in
from webapp.refusals import Refusal
from webapp.teams import members, tokens
from webapp.teams.models import AuditEntry, Role, Team
from webapp.teams.policy import Actor

PASSWORD = {"username": "alice", "password": "a long password"}


def test_it_logs_in_and_out(alice: User) -> None:
    client = Client()
    assert client.post("/login/", PASSWORD).status_code == 302
    assert client.get("/teams/").status_code == 200
    client.post("/logout/")
    assert client.get("/teams/")["Location"] == "/login/?next=/teams/"


@override_settings(LOGIN_ATTEMPTS=3)
@pytest.mark.parametrize("page", ["/login/", "/admin/login/"])
def test_it_stops_guessing_of_passwords(alice: User, page: str) -> None:
    client = Client()
    for _ in range(3):
        assert "Too many attempts" not in client.post(page, {"username": "alice", "password": "guess"}).content.decode()
    assert "Too many attempts" in client.post(page, PASSWORD).content.decode()
    assert "_auth_user_id" not in client.session


@override_settings(LOGIN_ATTEMPTS=3)
def test_guessing_of_one_name_does_not_lock_out_another(alice: User, bob: User) -> None:
    client = Client()
    for _ in range(4):
        client.post("/login/", {"username": "alice", "password": "guess"})
    assert client.post("/login/", PASSWORD).status_code == 429
    assert client.post("/login/", PASSWORD | {"username": "bob"}).status_code == 302


def test_pages_of_a_team_are_not_there_for_outsiders(charlie: User, bob: User, team: Team) -> None:
    client = logged_in(charlie)
    assert client.get("/teams/vision/").status_code == 404
    for path in ("invite/", "members/bob/role/", "members/bob/remove/"):
        assert client.post(f"/teams/vision/{path}", {"username": "charlie", "role": "maintainer"}).status_code == 404
    assert set(team.memberships.values_list("user__username", flat=True)) == {"alice", "bob"}


def test_a_reviewer_sees_the_team_but_does_not_change_it(bob: User, charlie: User, team: Team) -> None:
    client = logged_in(bob)
    assert client.get("/teams/vision/").status_code == 200
    assert client.post("/teams/vision/invite/", {"username": "charlie", "role": "viewer"}).status_code == 403
    assert client.post("/teams/vision/members/bob/role/", {"role": "maintainer"}).status_code == 403


def test_a_maintainer_invites_changes_and_removes(alice: User, charlie: User, team: Team) -> None:
    client = logged_in(alice)
    client.post("/teams/vision/invite/", {"username": "charlie", "role": "viewer"})
    assert team.memberships.get(user=charlie).role == Role.VIEWER
    client.post("/teams/vision/members/charlie/role/", {"role": "reviewer"})
    assert team.memberships.get(user=charlie).role == Role.REVIEWER
    client.post("/teams/vision/members/charlie/remove/")
    assert not team.memberships.filter(user=charlie).exists()
    assert list(AuditEntry.objects.values_list("action", flat=True)[:3]) == [
        "removed",
        "changed the role of",
        "invited",
    ]


def test_a_team_keeps_a_maintainer(alice: User, bob: User, team: Team) -> None:
    for attempt in (lambda: members.remove(Actor(alice), team, "alice"),
                    lambda: members.change_role(Actor(alice), team, "alice", "viewer")):  # fmt: skip
        with pytest.raises(Refusal, match="only maintainer"):
            attempt()
    members.change_role(Actor(alice), team, "bob", "maintainer")
    members.remove(Actor(alice), team, "alice")


def test_everybody_may_leave(bob: User, team: Team) -> None:
    logged_in(bob).post("/teams/vision/members/bob/remove/")
    assert not team.memberships.filter(user=bob).exists()


def test_a_form_without_its_csrf_token_is_refused(alice: User, team: Team) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    assert client.post("/teams/vision/invite/", {"username": "charlie", "role": "viewer"}).status_code == 403


def test_every_answer_carries_the_security_headers(alice: User) -> None:
    answer = Client().get("/login/")
    assert "script-src 'self'" in answer["Content-Security-Policy"]
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert "no-store" in answer["Cache-Control"]


def test_bootstrap_makes_user_team_and_token_once(db: None, tmp_path: Path) -> None:
    token, password = tmp_path / "token", tmp_path / "password"
    for _ in range(2):
        call_command("bootstrap", user="demo", team="Demo Team", token_file=token, password_file=password)
    found = tokens.find(token.read_text().strip())
    assert found is not None and found.user.tokens.count() == 1
    assert found.user.check_password(password.read_text().strip())
    assert token.stat().st_mode & 0o777 == password.stat().st_mode & 0o777 == 0o600
    assert Team.objects.get(slug="demo-team").memberships.get().role == Role.MAINTAINER
