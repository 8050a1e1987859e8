"""How often somebody may try to log in, counted in the cache."""

from __future__ import annotations

import hashlib

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

# One address may stand for a whole office behind a proxy, so it has more room than one name from one address.
_ADDRESS_FACTOR = 20


def _keys(request: HttpRequest, username: str) -> dict[str, int]:
    address = str(request.META.get("REMOTE_ADDR", ""))
    name = hashlib.sha256(f"{address}|{username.casefold()}".encode()).hexdigest()[:32]
    where = hashlib.sha256(address.encode()).hexdigest()[:32]
    return {
        f"login-name-{name}": settings.LOGIN_ATTEMPTS,
        f"login-address-{where}": settings.LOGIN_ATTEMPTS * _ADDRESS_FACTOR,
    }


def may_try(request: HttpRequest, username: str) -> bool:
    return all(cache.get(key, 0) < allowed for key, allowed in _keys(request, username).items())


def count_failure(request: HttpRequest, username: str) -> None:
    for key in _keys(request, username):
        if not cache.add(key, 1, settings.LOGIN_ATTEMPTS_SECONDS):
            try:
                cache.incr(key)
            except ValueError:  # it ran out between the two calls
                cache.set(key, 1, settings.LOGIN_ATTEMPTS_SECONDS)


def forget(request: HttpRequest, username: str) -> None:
    """After a login that succeeded, the name's failures no longer count (the address's do)."""
    cache.delete(next(iter(_keys(request, username))))
