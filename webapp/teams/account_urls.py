"""Addresses of logging in and out and of one's own password; their names are those that Django's views expect."""

from __future__ import annotations

from django.contrib.auth import views as auth
from django.urls import path

from webapp.teams.views import LoginView

urlpatterns = [
    path("login/", LoginView.as_view(), name="login"),
    path("logout/", auth.LogoutView.as_view(), name="logout"),
    path("password/", auth.PasswordChangeView.as_view(), name="password_change"),
    path("password/done/", auth.PasswordChangeDoneView.as_view(), name="password_change_done"),
]
