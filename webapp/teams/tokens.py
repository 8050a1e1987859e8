"""API tokens as healthchecks makes them: a prefix, a part to look up by, a secret of which only the HMAC is kept.

Whoever reads the database learns no token, and without the server's secret key cannot make one.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Q
from django.utils import timezone

from webapp.refusals import Refusal
from webapp.teams.models import ApiToken, Scope, Team

PREFIX = "mf"
LOOKUP_LENGTH = 8
MAX_DAYS = 366
# The row's last use is written at most once in so long, so that reading through the API does not mean writing.
_LAST_USED_GRAIN = timedelta(minutes=1)


def _digest(secret: str) -> str:
    return hmac.new(settings.SECRET_KEY.encode(), f"api-token:{secret}".encode(), "sha256").hexdigest()


def create(user: AbstractBaseUser, team: Team, name: str, scopes: Sequence[str], days: int) -> tuple[ApiToken, str]:
    """Make a token that lives for `days` (1 to 366). Returns the row and the token's text, which nobody sees again."""
    if not scopes or not set(scopes) <= set(Scope.values):
        raise Refusal("bad_scopes", f"Scopes must be some of {', '.join(Scope.values)}.")
    if not 1 <= days <= MAX_DAYS:
        raise Refusal("bad_expiry", f"A token lives between 1 and {MAX_DAYS} days.")
    name = name.replace("\x00", "").strip()
    if not name:
        raise Refusal("bad_name", "Give the token a name, so that you know later what it is used for.")
    lookup = "".join(secrets.choice("abcdefghijkmnpqrstuvwxyz23456789") for _ in range(LOOKUP_LENGTH))
    secret = secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user=user,
        team=team,
        name=name[:80],
        lookup=lookup,
        digest=_digest(secret),
        scopes=[scope for scope in Scope.values if scope in scopes],
        expires=timezone.now() + timedelta(days=days),
    )
    return token, f"{PREFIX}_{lookup}_{secret}"


def find(text: str) -> ApiToken | None:
    """The living token with this text, or None. Compares in constant time."""
    prefix, _, rest = text.partition("_")
    lookup, _, secret = rest.partition("_")
    # PostgreSQL refuses a NUL in a query, so the shape is checked before the database is asked.
    if prefix != PREFIX or len(lookup) != LOOKUP_LENGTH or not secret or not text.isascii() or not text.isprintable():
        return None
    token = ApiToken.objects.select_related("user", "team").filter(lookup=lookup).first()
    if token is None or not hmac.compare_digest(token.digest, _digest(secret)):
        return None
    if not token.alive or not token.user.is_active:
        return None
    now = timezone.now()
    ApiToken.objects.filter(Q(last_used__isnull=True) | Q(last_used__lt=now - _LAST_USED_GRAIN), pk=token.pk).update(
        last_used=now
    )
    return token


def revoke(token: ApiToken) -> None:
    ApiToken.objects.filter(pk=token.pk, revoked__isnull=True).update(revoked=timezone.now())
