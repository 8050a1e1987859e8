"""The catalog: what becomes of an API, how that is known, and what the codes of findings mean."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from django.http import Http404, HttpRequest
from ninja import Query, Router, Schema

from migrator import reference
from webapp.teams.policy import NOT_FOUND

router = Router(tags=["catalog"])


class MeasureOut(Schema):
    device: str
    state: str
    patterns: int
    right: int
    error: float | None
    gradient: str
    latency_ms: float | None
    detail: str


class CandidateOut(Schema):
    text: str
    condition: str
    measures: list[MeasureOut]


class TrapOut(Schema):
    code: str
    title: str
    condition: str


class ExampleOut(Schema):
    before: str
    after: str


class RowOut(Schema):
    """``cells`` has one measure a device, of the best candidate there."""

    name: str
    choice: str
    note: str
    refused: str
    cells: list[MeasureOut]


class RowDetail(RowOut):
    """``asked`` is the name that led here: an alias, or a method that is a function."""

    asked: str
    signatures: list[str]
    candidates: list[CandidateOut]
    traps: list[TrapOut]
    example: ExampleOut | None


class RowPage(Schema):
    count: int
    items: list[RowOut]


class ShareOut(Schema):
    namespace: str
    rows: int
    equal: int
    lacking: dict[str, int]


class CoverageOut(Schema):
    device: str
    aliases: int
    total: ShareOut
    namespaces: list[ShareOut]


class CodeOut(Schema):
    """``concerned`` are APIs with the condition under which a call is concerned."""

    code: str
    kind: str
    title: str
    text: str
    remedy: str
    examples: list[ExampleOut]
    unchanged: list[str]
    concerned: list[tuple[str, str]]
    measurement: str
    source: list[str]


@router.get("/catalog", response=RowPage)
def rows(
    request: HttpRequest,
    q: str = "",
    state: str = "",
    namespace: str = "",
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> dict[str, Any]:
    """Rows whose name or first choice holds every word of ``q``, by state on any device and by namespace."""
    found = reference.search(reference.matrix(), q, state, namespace)
    return {"count": len(found), "items": [asdict(entry) for entry in found[offset : offset + limit]]}


@router.get("/catalog/coverage", response=CoverageOut)
def coverage(request: HttpRequest) -> dict[str, Any]:
    """How many rows were measured to be equal on the first device, and why the others were not."""
    return reference.coverage().to_json()


@router.get("/catalog/diagnostics/{code}", response=CodeOut)
def code(request: HttpRequest, code: str) -> dict[str, Any]:
    """What a diagnostic's or a rule's code means."""
    page = reference.code_page(code)
    if page is None:
        raise Http404(NOT_FOUND)
    return asdict(page)


@router.get("/catalog/rows/{name}", response=RowDetail)
def row(request: HttpRequest, name: str) -> dict[str, Any]:
    """One row, by its own name or one that leads to it, with candidates, evidence, diagnostics and an example."""
    entry = reference.entry(name)
    if entry is None:
        raise Http404(NOT_FOUND)
    example = reference.example(name)
    return {**asdict(entry), "asked": name, "example": asdict(example) if example else None}
