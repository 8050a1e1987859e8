"""The addresses of MindFerry. Pages come last: they own everything that nobody else claimed."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path, re_path

from webapp.api import api
from webapp.api.errors import not_found

urlpatterns = [
    path("api/v1/", api.urls),
    re_path("^api/", not_found),
    path("admin/", admin.site.urls),
    path("", include("webapp.teams.account_urls")),
    path("", include("webapp.teams.urls")),
    path("", include("webapp.pages.urls")),
]
