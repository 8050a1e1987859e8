"""The forms to log in with, both of them behind the limit on attempts."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError

from webapp.teams import limits

TOO_MANY = "too_many"


class _Limited:
    def clean(self) -> dict[str, Any]:
        username = self.cleaned_data.get("username") or ""
        if not limits.may_try(self.request, username):
            raise ValidationError("Too many attempts. Wait five minutes, then try again.", code=TOO_MANY)
        try:
            cleaned = super().clean()
        except ValidationError:
            limits.count_failure(self.request, username)
            raise
        limits.forget(self.request, username)
        return cleaned


class LoginForm(_Limited, AuthenticationForm):
    pass


class AdminLoginForm(_Limited, AdminAuthenticationForm):
    pass
