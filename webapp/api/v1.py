"""The API and its OpenAPI description, put together from one router a concern."""

from __future__ import annotations

from ninja import NinjaAPI

api = NinjaAPI(title="MindFerry", version="1.0.0", urls_namespace="api-v1", docs_url="docs")
