"""Who is in a team, and as what. A team is never left without a maintainer."""

from __future__ import annotations

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils.text import slugify

from webapp.refusals import Refusal
from webapp.teams import audit
from webapp.teams.models import Membership, Role, Team
from webapp.teams.policy import Actor, Right, require


def create_team(user: AbstractBaseUser, name: str) -> Team:
    """Create a team with this user as its first maintainer."""
    name = _plain(name)[:80]
    slug = slugify(name)
    if not slug:
        raise Refusal("bad_name", "A team's name needs at least one letter or digit.")
    with transaction.atomic():
        if Team.objects.filter(name__iexact=name).exists() or Team.objects.filter(slug=slug).exists():
            raise Refusal("name_taken", f"The name {name} is taken.", status=409)
        team = Team.objects.create(name=name, slug=slug)
        Membership.objects.create(team=team, user=user, role=Role.MAINTAINER)
        audit.note(Actor(user), team, "created team", team)
    return team


def invite(actor: Actor, team: Team, username: str, role: str) -> Membership:
    require(actor, Right.ADMINISTER, team)
    _check_role(role)
    user = get_user_model().objects.filter(username=_plain(username), is_active=True).first()
    if user is None:
        raise Refusal(
            "no_such_user", f"There is no user named {username.strip()[:150]!r}.", "Ask the operator for an account."
        )
    with transaction.atomic():
        membership, created = Membership.objects.get_or_create(team=team, user=user, defaults={"role": role})
        if not created:
            raise Refusal("member_already", f"{user} is a member already, as {membership.role}.", status=409)
        audit.note(actor, team, "invited", user, role)
    return membership


def change_role(actor: Actor, team: Team, username: str, role: str) -> Membership:
    require(actor, Right.ADMINISTER, team)
    _check_role(role)
    with transaction.atomic():
        membership = _membership(team, username)
        if role != Role.MAINTAINER:
            _keep_a_maintainer(team, membership)
        before, membership.role = membership.role, role
        membership.save(update_fields=["role"])
        audit.note(actor, team, "changed the role of", membership.user, f"{before} → {role}")
    return membership


def remove(actor: Actor, team: Team, username: str) -> None:
    """Remove a member; the member's tokens of this team die with the membership. Everybody may remove themselves."""
    if getattr(actor.user, "username", None) != username or actor.token is not None:
        require(actor, Right.ADMINISTER, team)
    else:
        require(actor, Right.SEE, team)
    with transaction.atomic():
        membership = _membership(team, username)
        _keep_a_maintainer(team, membership)
        user = membership.user
        membership.delete()
        user.tokens.filter(team=team).delete()
        audit.note(actor, team, "removed", user)


def _plain(name: str) -> str:
    """The name as a database can be asked for it: PostgreSQL refuses a NUL."""
    return name.strip().replace("\x00", "")


def _check_role(role: str) -> None:
    if role not in Role.values:
        raise Refusal("bad_role", f"The role must be one of {', '.join(Role.values)}.")


def _membership(team: Team, username: str) -> Membership:
    # The team's row is the lock: of two maintainers who leave at the same time, one stays.
    Team.objects.select_for_update().get(pk=team.pk)
    found = team.memberships.select_related("user").filter(user__username=_plain(username)).first()
    if found is None:
        raise Refusal("no_such_member", f"{username[:150]!r} is not a member of the team.", status=404)
    return found


def _keep_a_maintainer(team: Team, leaving: Membership) -> None:
    if not team.memberships.filter(role=Role.MAINTAINER).exclude(pk=leaving.pk).exists():
        raise Refusal(
            "last_maintainer",
            "This is the team's only maintainer.",
            "Make somebody else a maintainer first.",
            status=409,
        )
