"""Who am I, my teams, my tokens."""

from __future__ import annotations

from django.http import Http404, HttpRequest
from ninja import Router, Status

from webapp.api.auth import require_person
from webapp.api.schemas import (
    Identifier,
    Me,
    MemberIn,
    RoleIn,
    TeamDetail,
    TeamIn,
    TeamOut,
    TokenIn,
    TokenMade,
    TokenOut,
)
from webapp.refusals import Refusal
from webapp.teams import audit, members, policy, tokens
from webapp.teams.models import ApiToken
from webapp.teams.policy import Actor, Right

router = Router(tags=["account"])


@router.get("/me", response=Me)
def me(request: HttpRequest) -> Me:
    """Who the caller is, and in which teams."""
    actor = Actor.of(request)
    return Me(
        username=actor.user.get_username(),
        teams=[TeamOut.of(membership) for membership in actor.memberships()],
        scopes=actor.token.scopes if actor.token else None,
    )


@router.get("/teams", response=list[TeamOut])
def teams(request: HttpRequest) -> list[TeamOut]:
    return [TeamOut.of(membership) for membership in Actor.of(request).memberships()]


@router.post("/teams", response={201: TeamDetail})
def create_team(request: HttpRequest, body: TeamIn) -> Status:
    actor = require_person(request)
    return Status(201, TeamDetail.of(members.create_team(actor.user, body.name)))


@router.get("/teams/{slug:slug}", response=TeamDetail)
def team(request: HttpRequest, slug: str) -> TeamDetail:
    return TeamDetail.of(policy.get_team(Actor.of(request), slug))


@router.post("/teams/{slug:slug}/members", response={201: TeamDetail})
def invite(request: HttpRequest, slug: str, body: MemberIn) -> Status:
    actor = Actor.of(request)
    found = policy.get_team(actor, slug, Right.ADMINISTER)
    members.invite(actor, found, body.username, body.role)
    return Status(201, TeamDetail.of(found))


@router.patch("/teams/{slug:slug}/members/{username}", response=TeamDetail)
def change_role(request: HttpRequest, slug: str, username: str, body: RoleIn) -> TeamDetail:
    actor = Actor.of(request)
    found = policy.get_team(actor, slug, Right.ADMINISTER)
    members.change_role(actor, found, username, body.role)
    return TeamDetail.of(found)


@router.delete("/teams/{slug:slug}/members/{username}", response={204: None})
def remove_member(request: HttpRequest, slug: str, username: str) -> Status:
    actor = Actor.of(request)
    members.remove(actor, policy.get_team(actor, slug), username)
    return Status(204, None)


@router.get("/tokens", response=list[TokenOut])
def list_tokens(request: HttpRequest) -> list[TokenOut]:
    actor = require_person(request)
    found = ApiToken.objects.filter(user_id=actor.user.pk, revoked__isnull=True).select_related("team")
    return [TokenOut.of(token) for token in found]


@router.post("/tokens", response={201: TokenMade})
def create_token(request: HttpRequest, body: TokenIn) -> Status:
    actor = require_person(request)
    found = policy.get_team(actor, body.team)
    if not actor.user.is_authenticated:
        raise Refusal("needs_login", "Log in first.", status=401)
    token, text = tokens.create(actor.user, found, body.name, body.scopes, body.days)
    audit.note(actor, found, "made token", token)
    return Status(201, TokenMade(token=text, details=TokenOut.of(token)))


@router.delete("/tokens/{int:pk}", response={204: None})
def revoke_token(request: HttpRequest, pk: Identifier) -> Status:
    """Revoke one of your own tokens; a token may revoke itself."""
    actor = Actor.of(request)
    token = ApiToken.objects.select_related("team").filter(pk=pk, user_id=actor.user.pk).first()
    if token is None or (actor.token is not None and actor.token.pk != pk):
        raise Http404(policy.NOT_FOUND)
    tokens.revoke(token)
    audit.note(actor, token.team, "revoked token", token)
    return Status(204, None)
