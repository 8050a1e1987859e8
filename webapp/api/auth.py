"""How a caller of the API proves who it is: a token in the Authorization header, or the browser's session."""

from __future__ import annotations

from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from ninja.security import HttpBearer
from ninja.security.apikey import APIKeyCookie

from webapp.refusals import Refusal
from webapp.teams import tokens
from webapp.teams.models import ApiToken
from webapp.teams.policy import Actor


class TokenAuth(HttpBearer):
    def authenticate(self, request: HttpRequest, token: str) -> ApiToken | None:
        return tokens.find(token)


class SessionAuth(APIKeyCookie):
    """The session of the pages. Requests that change something need the CSRF token as well."""

    param_name = settings.SESSION_COOKIE_NAME

    def __call__(self, request: HttpRequest) -> AbstractBaseUser | None:
        # A caller without a session is told that it is unknown, not that its CSRF token is missing.
        if not request.user.is_authenticated:
            return None
        return super().__call__(request)

    def authenticate(self, request: HttpRequest, key: str | None) -> AbstractBaseUser | None:
        return request.user


class AsyncTokenAuth(TokenAuth):
    """The same for an asynchronous operation: the database is asked in a thread."""

    async def __call__(self, request: HttpRequest) -> Any:
        return await sync_to_async(super().__call__)(request)


class AsyncSessionAuth(SessionAuth):
    async def __call__(self, request: HttpRequest) -> Any:
        return await sync_to_async(super().__call__)(request)


def require_person(request: HttpRequest) -> Actor:
    """The actor, who must be logged in: a token that makes tokens could outlive and outgrow itself."""
    actor = Actor.of(request)
    if actor.token is not None:
        raise Refusal("needs_login", "This cannot be done with a token.", "Log in and do it on the page.", status=403)
    return actor
