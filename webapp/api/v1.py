"""The API and its OpenAPI description, put together from one router a concern."""

from __future__ import annotations

from ninja import NinjaAPI

from webapp.api import account, catalog, errors, fleet, projects, stream, submissions
from webapp.api.auth import SessionAuth, TokenAuth

api = NinjaAPI(
    title="MindFerry",
    version="1.0.0",
    description="Submit PyTorch projects, follow their migration, fetch what it made. Errors are JSON:"
    " `{error, detail, hint}`. What you may not see answers 404.",
    urls_namespace="api-v1",
    docs_url="docs",
    auth=[TokenAuth(), SessionAuth()],
)
errors.install(api)
for router in (account.router, projects.router, submissions.router, stream.router, fleet.router, catalog.router):
    api.add_router("", router)
