"""The catalog: what becomes of this API, and how do we know?"""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from webapp.pages import catalog as rows

ROWS_A_PAGE = 100


@login_required
def catalog(request: HttpRequest) -> HttpResponse:
    matrix = rows.matrix()
    query, state, space = (request.GET.get(key, "").strip() for key in ("q", "state", "namespace"))
    found = rows.search(matrix, query, state, space) if matrix else ()
    page = Paginator(found, ROWS_A_PAGE).get_page(request.GET.get("page"))
    context = {"matrix": matrix, "page": page, "count": len(found), "query": query, "state": state, "namespace": space}
    template = "pages/catalog_rows.html" if request.headers.get("HX-Request") else "pages/catalog.html"
    return render(request, template, context)


@login_required
def catalog_row(request: HttpRequest, name: str) -> HttpResponse:
    row = rows.row(name)
    if row is None:
        raise Http404(f"The catalog has no row for {name}.")
    return render(request, "pages/catalog_row.html", {"row": row})
