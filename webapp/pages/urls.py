"""The addresses of the HTML pages."""

from __future__ import annotations

from django.urls import path, register_converter

from webapp.pages.views import (
    analysis,
    artifacts,
    board,
    catalog,
    deletion,
    files,
    parity,
    projects,
    submissions,
    upload,
    workers,
)
from webapp.pages.views import help as help_views

app_name = "pages"


class CatalogName:
    """The dotted name of an API."""

    regex = r"[A-Za-z_][A-Za-z0-9_.]*"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(CatalogName, "api")

SUBMISSION = "projects/<slug:name>/submissions/<int:number>/"

urlpatterns = [
    path("", board.board, name="board"),
    path("submit/", upload.upload, name="upload"),
    path("projects/<slug:name>/", projects.project, name="project"),
    path("projects/<slug:name>/delete/", deletion.delete_project, name="delete_project"),
    path(SUBMISSION, submissions.submission, name="submission"),
    path(f"{SUBMISSION}delete/", deletion.delete_submission, name="delete_submission"),
    path(f"{SUBMISSION}act/", submissions.act, name="act"),
    path(f"{SUBMISSION}decide/", files.decide, name="decide"),
    path(f"{SUBMISSION}analysis/", analysis.analysis, name="analysis"),
    path(f"{SUBMISSION}analysis/source/<path:path>", analysis.source, name="source"),
    path(f"{SUBMISSION}files/", files.files, name="files"),
    path(f"{SUBMISSION}files/<path:path>", files.files, name="file"),
    path(f"{SUBMISSION}comments/<path:path>", files.comment, name="comment"),
    path(f"{SUBMISSION}decide/<path:path>", files.decide, name="decide_file"),
    path(f"{SUBMISSION}parity/", parity.parity, name="parity"),
    path(f"{SUBMISSION}parity/<slug:table>.csv", parity.table, name="parity_table"),
    path(f"{SUBMISSION}artifacts/", artifacts.artifacts, name="artifacts"),
    path(f"{SUBMISSION}artifacts/<path:path>", artifacts.download, name="download"),
    path("catalog/", catalog.catalog, name="catalog"),
    path("catalog/diagnostics/", catalog.diagnostics, name="diagnostics"),
    path("catalog/diagnostics/<slug:code>", catalog.code, name="code"),
    path("catalog/<api:name>", catalog.catalog_row, name="catalog_row"),
    path("workers/", workers.workers, name="workers"),
    path("workers/measure/", workers.measure, name="measure"),
    path("help/", help_views.help_page, name="help"),
    path("help/<slug:topic>/", help_views.help_page, name="help_page"),
]
