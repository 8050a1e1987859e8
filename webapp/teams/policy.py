"""Who may do what: the one place that decides it.

A person acts with all rights of the role in a team; a token acts as its owner in its one team, narrowed to the
token's scopes. Whoever may not see a thing is told that it does not exist (404), on pages and in the API alike;
whoever sees it but may not do this to it is refused (403).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest

from webapp.teams.models import ApiToken, Membership, Role, Scope, Team

if TYPE_CHECKING:
    from webapp.submissions.models import Project, Submission


class Right(StrEnum):
    SEE = "see"
    SUBMIT = "submit"
    APPROVE = "approve"
    ADMINISTER = "administer"


_RIGHTS_OF_ROLE = {
    Role.VIEWER: frozenset({Right.SEE}),
    Role.REVIEWER: frozenset({Right.SEE, Right.SUBMIT, Right.APPROVE}),
    Role.MAINTAINER: frozenset(Right),
}
_RIGHT_OF_SCOPE = {
    Scope.READ: Right.SEE,
    Scope.SUBMIT: Right.SUBMIT,
    Scope.REVIEW: Right.APPROVE,
    Scope.ADMIN: Right.ADMINISTER,
}
# The same words for what is missing and for what is hidden.
NOT_FOUND = "There is nothing here, or nothing that you may see."
_NEEDED_ROLE = {
    Right.SEE: "member",
    Right.SUBMIT: "reviewer",
    Right.APPROVE: "reviewer",
    Right.ADMINISTER: "maintainer",
}


@dataclass(frozen=True)
class Actor:
    """Somebody who asks for something: a person, or a program with a person's token."""

    user: AbstractBaseUser | AnonymousUser
    token: ApiToken | None = None

    @classmethod
    def of(cls, request: HttpRequest) -> Actor:
        """The actor behind a page's or an API call's request."""
        token = getattr(request, "auth", None)
        if isinstance(token, ApiToken):
            return cls(token.user, token)
        return cls(request.user)

    def memberships(self) -> QuerySet[Membership]:
        if not self.user.is_authenticated:
            return Membership.objects.none()
        found = Membership.objects.filter(user_id=self.user.pk).select_related("team")
        return found.filter(team_id=self.token.team_id) if self.token else found

    def rights(self, team: Team) -> frozenset[Right]:
        membership = self.memberships().filter(team=team).first()
        if membership is None:
            return frozenset()
        rights = _RIGHTS_OF_ROLE[Role(membership.role)]
        if self.token is not None:
            rights &= {_RIGHT_OF_SCOPE[Scope(scope)] for scope in self.token.scopes}
        return rights

    def may(self, right: Right, team: Team) -> bool:
        return right in self.rights(team)


def require(actor: Actor, right: Right, team: Team) -> None:
    """Raise Http404 for outsiders, PermissionDenied for members without the right."""
    rights = actor.rights(team)
    if Right.SEE not in rights and not (actor.token and right in rights):
        raise Http404(NOT_FOUND)
    if right not in rights:
        if actor.token is not None and right in Actor(actor.user).rights(team):
            raise PermissionDenied(f"This token lacks the scope to {right} here.")
        raise PermissionDenied(f"To {right} here you need to be a {_NEEDED_ROLE[right]} of the team {team.name}.")


def may_measure_devices(actor: Actor) -> bool:
    """Whether somebody may keep a worker busy with the probe: maintainers of any team, and this server's staff."""
    if actor.token is None and getattr(actor.user, "is_staff", False):
        return True
    return any(Right.ADMINISTER in actor.rights(each.team) for each in actor.memberships())


def visible_teams(actor: Actor) -> QuerySet[Team]:
    return Team.objects.filter(memberships__in=actor.memberships()) if _sees(actor) else Team.objects.none()


def visible_projects(actor: Actor) -> QuerySet[Project]:
    from webapp.submissions.models import Project

    if not _sees(actor):
        return Project.objects.none()
    return Project.objects.filter(team__memberships__in=actor.memberships()).select_related("team", "owner")


def visible_submissions(actor: Actor) -> QuerySet[Submission]:
    from webapp.submissions.models import Submission

    if not _sees(actor):
        return Submission.objects.none()
    return Submission.objects.filter(project__team__memberships__in=actor.memberships()).select_related(
        "project__team", "created_by"
    )


def get_team(actor: Actor, slug: str, right: Right = Right.SEE) -> Team:
    team = Team.objects.filter(slug=slug).first()
    if team is None:
        raise Http404(NOT_FOUND)
    require(actor, right, team)
    return team


def get_project(actor: Actor, name: str, right: Right = Right.SEE) -> Project:
    """The project with this name. Raises Http404 or PermissionDenied, as `require` does."""
    from webapp.submissions.models import Project

    project = Project.objects.select_related("team", "owner").filter(name=name).first()
    if project is None:
        raise Http404(NOT_FOUND)
    require(actor, right, project.team)
    return project


def get_submission(actor: Actor, name: str, number: int, right: Right = Right.SEE) -> Submission:
    """Submission `number` of the project `name`. Raises Http404 or PermissionDenied, as `require` does."""
    return _one(actor, right, project__name=name, number=number)


def get_submission_by_id(actor: Actor, pk: int, right: Right = Right.SEE) -> Submission:
    return _one(actor, right, pk=pk)


def _one(actor: Actor, right: Right, **wanted: object) -> Submission:
    from webapp.submissions.models import Submission

    submission = Submission.objects.select_related("project__team", "created_by").filter(**wanted).first()
    if submission is None:
        raise Http404(NOT_FOUND)
    require(actor, right, submission.project.team)
    return submission


def _sees(actor: Actor) -> bool:
    return actor.token is None or Scope.READ in actor.token.scopes
