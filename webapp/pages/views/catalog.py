"""The catalog: what becomes of this API, and how do we know?"""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from webapp.pages import catalog as entries
from webapp.pages.highlighting import highlighted

ROWS_A_PAGE = 100


@login_required
def catalog(request: HttpRequest) -> HttpResponse:
    matrix = entries.matrix()
    query, state, namespace = (request.GET.get(key, "").strip() for key in ("q", "state", "namespace"))
    found = entries.search(matrix, query, state, namespace)
    context = {
        "matrix": matrix,
        "states": entries.STATES,
        "page": Paginator(found, ROWS_A_PAGE).get_page(request.GET.get("page")),
        "count": len(found),
        "query": query,
        "state": state,
        "namespace": namespace,
    }
    template = "pages/catalog_rows.html" if request.headers.get("HX-Request") else "pages/catalog.html"
    return render(request, template, context)


@login_required
def catalog_row(request: HttpRequest, name: str) -> HttpResponse:
    entry = entries.entry(name)
    if entry is None:
        raise Http404(f"The catalog has no row for {name}.")
    example = entries.example(name)
    context = {
        "name": name,
        "entry": entry,
        "states": entries.STATES,
        "before": [line.html() for line in highlighted("before.py", example.before)] if example else [],
        "after": [line.html() for line in highlighted("after.py", example.after)] if example else [],
    }
    return render(request, "pages/catalog_row.html", context)
