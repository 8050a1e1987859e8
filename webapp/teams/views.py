"""Logging in, teams and tokens. Each view asks the policy first, makes one call, then answers."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import views as auth
from django.contrib.auth.decorators import login_required
from django.core.exceptions import NON_FIELD_ERRORS
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from webapp.refusals import Refusal
from webapp.teams import audit, members, policy, tokens
from webapp.teams.forms import TOO_MANY, LoginForm
from webapp.teams.models import ApiToken, Role, Scope
from webapp.teams.policy import Actor, Right

TOKEN_DAYS = (7, 30, 90, 365)
AUDIT_LENGTH = 50


class LoginView(auth.LoginView):
    authentication_form = LoginForm
    redirect_authenticated_user = True

    def form_invalid(self, form: LoginForm) -> HttpResponse:
        response = super().form_invalid(form)
        if form.has_error(NON_FIELD_ERRORS, TOO_MANY):
            response.status_code = 429
        return response


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def teams(request: HttpRequest) -> HttpResponse:
    actor = Actor.of(request)
    if request.method == "POST":
        try:
            team = members.create_team(request.user, request.POST.get("name", ""))
        except Refusal as refusal:
            return _refused(request, refusal, "teams:list")
        messages.success(request, f"The team {team.name} was created.")
        return redirect("teams:team", team.slug)
    return render(request, "teams/teams.html", {"memberships": actor.memberships().order_by("team__name")})


@login_required
@require_http_methods(["GET", "HEAD"])
def team(request: HttpRequest, slug: str) -> HttpResponse:
    actor = Actor.of(request)
    found = policy.get_team(actor, slug)
    context = {
        "team": found,
        "memberships": found.memberships.select_related("user"),
        "projects": found.projects.all(),
        "roles": Role.choices,
        "may_administer": actor.may(Right.ADMINISTER, found),
        "audit": found.audit.select_related("actor")[:AUDIT_LENGTH],
    }
    return render(request, "teams/team.html", context)


@login_required
@require_POST
def invite(request: HttpRequest, slug: str) -> HttpResponse:
    actor = Actor.of(request)
    found = policy.get_team(actor, slug, Right.ADMINISTER)
    try:
        made = members.invite(actor, found, request.POST.get("username", ""), request.POST.get("role", ""))
    except Refusal as refusal:
        return _refused(request, refusal, "teams:team", slug)
    messages.success(request, f"{made.user} is now a {made.role} of {found.name}.")
    return redirect("teams:team", slug)


@login_required
@require_POST
def change_role(request: HttpRequest, slug: str, username: str) -> HttpResponse:
    actor = Actor.of(request)
    found = policy.get_team(actor, slug, Right.ADMINISTER)
    try:
        changed = members.change_role(actor, found, username, request.POST.get("role", ""))
    except Refusal as refusal:
        return _refused(request, refusal, "teams:team", slug)
    messages.success(request, f"{changed.user} is now a {changed.role}.")
    return redirect("teams:team", slug)


@login_required
@require_POST
def remove_member(request: HttpRequest, slug: str, username: str) -> HttpResponse:
    actor = Actor.of(request)
    found = policy.get_team(actor, slug)
    try:
        members.remove(actor, found, username)
    except Refusal as refusal:
        return _refused(request, refusal, "teams:team", slug)
    messages.success(request, f"{username} is no longer a member of {found.name}.")
    if username == request.user.get_username():
        return redirect("teams:list")
    return redirect("teams:team", slug)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def token_list(request: HttpRequest) -> HttpResponse:
    """The user's tokens. The answer to making one shows it, this once; it is not stored and not in any address."""
    actor = Actor.of(request)
    made = ""
    status = 200
    if request.method == "POST":
        chosen = policy.get_team(actor, request.POST.get("team", "").replace("\x00", ""))
        days = request.POST.get("days", "")
        try:
            token, made = tokens.create(
                request.user, chosen, request.POST.get("name", ""), request.POST.getlist("scopes"),
                int(days) if days.isascii() and days.isdigit() and len(days) < 6 else 0,
            )  # fmt: skip
            audit.note(actor, chosen, "made token", token)
        except Refusal as refusal:
            messages.error(request, f"{refusal.detail} {refusal.hint}".strip())
            status = refusal.status
    context = {
        "tokens": ApiToken.objects.filter(user=request.user, revoked__isnull=True).select_related("team"),
        "made": made,
        "memberships": actor.memberships(),
        "scopes": Scope.choices,
        "days": TOKEN_DAYS,
    }
    return render(request, "teams/tokens.html", context, status=status)


@login_required
@require_POST
def revoke_token(request: HttpRequest, pk: int) -> HttpResponse:
    if pk >= 2**63:
        raise Http404(policy.NOT_FOUND)
    token = get_object_or_404(ApiToken, pk=pk, user=request.user)
    tokens.revoke(token)
    audit.note(Actor.of(request), token.team, "revoked token", token)
    messages.success(request, f"The token {token.name} no longer works.")
    return redirect("teams:tokens")


def _refused(request: HttpRequest, refusal: Refusal, *target: str) -> HttpResponse:
    messages.error(request, f"{refusal.detail} {refusal.hint}".strip())
    return redirect(*target)
