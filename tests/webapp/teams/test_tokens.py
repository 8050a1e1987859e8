from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import override_settings
from django.utils import timezone

from tests.conftest import logged_in
from webapp.refusals import Refusal
from webapp.teams import members, tokens
from webapp.teams.models import ApiToken, Team
from webapp.teams.policy import Actor


def test_it_finds_the_token_that_it_made(alice: User, team: Team) -> None:
    token, text = tokens.create(alice, team, "ci", ["submit", "read"], 7)
    assert text.startswith(f"mf_{token.lookup}_")
    assert tokens.find(text) == token
    assert token.scopes == ["read", "submit"]


def test_it_keeps_no_secret(alice: User, team: Team) -> None:
    token, text = tokens.create(alice, team, "ci", ["read"], 7)
    row = ApiToken.objects.filter(pk=token.pk).values().get()
    secret = text.rpartition("_")[2]
    assert not any(secret in str(value) for value in row.values())


@pytest.mark.parametrize(
    "text", ["", "mf", "mf_", "mf__", "mf_aaaaaaaa_", "mf_aaaaaaaa_x", "hcw_aaaaaaaa_x", "mf_\x00aaaaaaa_x", "mf_ä_x"]
)
def test_it_does_not_find_what_is_no_token(db: None, text: str) -> None:
    assert tokens.find(text) is None


def test_it_does_not_find_a_wrong_secret(alice: User, team: Team) -> None:
    _, text = tokens.create(alice, team, "ci", ["read"], 7)
    assert tokens.find(text[:-1] + ("a" if text[-1] != "a" else "b")) is None


def test_another_secret_key_makes_all_tokens_void(alice: User, team: Team) -> None:
    _, text = tokens.create(alice, team, "ci", ["read"], 7)
    with override_settings(SECRET_KEY="another key"):
        assert tokens.find(text) is None


def test_expired_revoked_and_inactive_ones_are_dead(alice: User, team: Team) -> None:
    expired, expired_text = tokens.create(alice, team, "ci", ["read"], 7)
    ApiToken.objects.filter(pk=expired.pk).update(expires=timezone.now() - timedelta(seconds=1))
    revoked, revoked_text = tokens.create(alice, team, "ci", ["read"], 7)
    tokens.revoke(revoked)
    assert tokens.find(expired_text) is None
    assert tokens.find(revoked_text) is None
    _, text = tokens.create(alice, team, "ci", ["read"], 7)
    alice.is_active = False
    alice.save()
    assert tokens.find(text) is None


@pytest.mark.parametrize(("scopes", "days"), [([], 7), (["root"], 7), (["read"], 0), (["read"], 100_000)])
def test_it_refuses_unknown_scopes_and_endless_lives(alice: User, team: Team, scopes: list[str], days: int) -> None:
    with pytest.raises(Refusal):
        tokens.create(alice, team, "ci", scopes, days)


def test_a_token_dies_with_the_membership(alice: User, bob: User, team: Team) -> None:
    _, text = tokens.create(bob, team, "ci", ["read"], 7)
    members.remove(Actor(alice), team, "bob")
    assert tokens.find(text) is None


def test_the_page_shows_a_new_token_once(alice: User, team: Team) -> None:
    client = logged_in(alice)
    answer = client.post("/tokens/", {"team": "vision", "name": "ci", "scopes": ["read"], "days": "30"})
    text = answer.context["made"]
    assert tokens.find(text) is not None
    assert text in answer.content.decode()
    assert text not in client.get("/tokens/").content.decode()


def test_the_page_makes_no_token_for_a_team_of_others(charlie: User, team: Team) -> None:
    answer = logged_in(charlie).post("/tokens/", {"team": "vision", "name": "ci", "scopes": ["read"], "days": "30"})
    assert answer.status_code == 404
    assert not ApiToken.objects.exists()


def test_nobody_revokes_the_token_of_another(alice: User, bob: User, team: Team) -> None:
    token, text = tokens.create(alice, team, "ci", ["read"], 7)
    assert logged_in(bob).post(f"/tokens/{token.pk}/revoke/").status_code == 404
    assert tokens.find(text) is not None
    assert logged_in(alice).post(f"/tokens/{token.pk}/revoke/").status_code == 302
    assert tokens.find(text) is None
