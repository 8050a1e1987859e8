from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import PermissionDenied
from django.http import Http404

from webapp.submissions.models import Project, Submission
from webapp.teams import policy, tokens
from webapp.teams.models import Role, Team
from webapp.teams.policy import Actor, Right


def test_a_maintainer_may_do_everything(alice: User, team: Team) -> None:
    assert Actor(alice).rights(team) == frozenset(Right)


def test_a_reviewer_may_submit_and_approve_but_not_administer(bob: User, team: Team) -> None:
    assert Actor(bob).rights(team) == {Right.SEE, Right.SUBMIT, Right.APPROVE}


def test_a_viewer_may_only_see(bob: User, team: Team) -> None:
    team.memberships.filter(user=bob).update(role=Role.VIEWER)
    assert Actor(bob).rights(team) == {Right.SEE}


def test_an_outsider_and_a_stranger_may_do_nothing(charlie: User, team: Team) -> None:
    assert Actor(charlie).rights(team) == frozenset()
    assert Actor(AnonymousUser()).rights(team) == frozenset()


def test_it_hides_what_an_outsider_may_not_see(charlie: User, submission: Submission) -> None:
    with pytest.raises(Http404) as hidden:
        policy.get_submission(Actor(charlie), "digits", 1)
    with pytest.raises(Http404) as missing:
        policy.get_submission(Actor(charlie), "no-such-project", 1)
    assert str(hidden.value) == str(missing.value)
    assert not policy.visible_projects(Actor(charlie)).exists()
    assert not policy.visible_submissions(Actor(charlie)).exists()


def test_it_refuses_a_member_without_the_right_openly(bob: User, team: Team, project: Project) -> None:
    with pytest.raises(PermissionDenied, match="maintainer of the team Vision"):
        policy.get_project(Actor(bob), "digits", Right.ADMINISTER)


def test_a_token_never_gives_more_than_its_owners_role(bob: User, team: Team) -> None:
    token, _ = tokens.create(bob, team, "ci", ["read", "admin"], 7)
    assert Actor(bob, token).rights(team) == {Right.SEE}


def test_a_token_opens_only_its_own_team(alice: User, team: Team, charlie: User) -> None:
    other = Team.objects.get(slug="outsiders")
    other.memberships.create(user=alice, role=Role.MAINTAINER)
    token, _ = tokens.create(alice, team, "ci", ["read"], 7)
    assert Actor(alice, token).rights(other) == frozenset()


def test_a_token_without_the_scope_is_told_so(alice: User, team: Team, project: Project) -> None:
    token, _ = tokens.create(alice, team, "ci", ["read"], 7)
    with pytest.raises(PermissionDenied, match="lacks the scope to submit"):
        policy.get_project(Actor(alice, token), "digits", Right.SUBMIT)


def test_a_member_who_was_removed_sees_nothing_with_an_old_token(bob: User, team: Team, project: Project) -> None:
    token, _ = tokens.create(bob, team, "ci", ["read"], 7)
    team.memberships.filter(user=bob).delete()
    with pytest.raises(Http404):
        policy.get_project(Actor(bob, token), "digits")
