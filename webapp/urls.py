"""The addresses of MindFerry. Pages come last: they own everything that nobody else claimed."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from webapp.api import api

urlpatterns = [
    path("api/v1/", api.urls),
    path("admin/", admin.site.urls),
    path("", include("webapp.teams.urls")),
    path("", include("webapp.pages.urls")),
]
