"""The catalog: what becomes of this API, and how do we know?"""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString

from migrator import reference
from webapp.pages.highlighting import highlighted

ROWS_A_PAGE = 100


@login_required
def catalog(request: HttpRequest) -> HttpResponse:
    matrix = reference.matrix()
    query, state, namespace = (request.GET.get(key, "").strip() for key in ("q", "state", "namespace"))
    found = reference.search(matrix, query, state, namespace)
    context = {
        "matrix": matrix,
        "states": reference.STATES,
        "page": Paginator(found, ROWS_A_PAGE).get_page(request.GET.get("page")),
        "count": len(found),
        "query": query,
        "state": state,
        "namespace": namespace,
        "coverage": reference.coverage(),
        "reasons": reference.REASONS,
    }
    template = "pages/catalog_rows.html" if request.headers.get("HX-Request") else "pages/catalog.html"
    return render(request, template, context)


@login_required
def catalog_row(request: HttpRequest, name: str) -> HttpResponse:
    entry = reference.entry(name)
    if entry is None:
        raise Http404(f"The catalog has no row for {name}.")
    example = reference.example(name)
    context = {
        "name": name,
        "entry": entry,
        "states": reference.STATES,
        "before": _coloured(example.before) if example else [],
        "after": _coloured(example.after) if example else [],
    }
    return render(request, "pages/catalog_row.html", context)


@login_required
def diagnostics(request: HttpRequest) -> HttpResponse:
    pages = [page for page in map(reference.code_page, sorted(reference.codes())) if page is not None]
    context = {
        "diagnostics": [page for page in pages if page.kind == "diagnostics"],
        "rules": [page for page in pages if page.kind == "rules"],
    }
    return render(request, "pages/diagnostics.html", context)


@login_required
def code(request: HttpRequest, code: str) -> HttpResponse:
    page = reference.code_page(code)
    if page is None:
        raise Http404(f"No page explains {code}.")
    context = {
        "page": page,
        "paragraphs": page.text.split("\n\n"),
        "examples": [(_coloured(example.before), _coloured(example.after)) for example in page.examples],
        "unchanged": [_coloured(source) for source in page.unchanged],
        "measurement": _coloured(page.measurement),
    }
    return render(request, "pages/code.html", context)


def _coloured(source: str) -> list[SafeString]:
    return [line.html() for line in highlighted("example.py", source)]
