"""Addresses of teams and tokens."""

from __future__ import annotations

from django.urls import path

from webapp.teams import views

app_name = "teams"

urlpatterns = [
    path("teams/", views.teams, name="list"),
    path("teams/<slug:slug>/", views.team, name="team"),
    path("teams/<slug:slug>/invite/", views.invite, name="invite"),
    path("teams/<slug:slug>/members/<str:username>/role/", views.change_role, name="role"),
    path("teams/<slug:slug>/members/<str:username>/remove/", views.remove_member, name="remove"),
    path("tokens/", views.token_list, name="tokens"),
    path("tokens/<int:pk>/revoke/", views.revoke_token, name="revoke"),
]
