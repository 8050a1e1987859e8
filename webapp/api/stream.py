"""A submission's events: live as server-sent events, or by polling. Both read the same table from the same id on."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Annotated, Any

from asgiref.sync import sync_to_async
from django.db import connection
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from ninja import Query, Router

from webapp.api.auth import AsyncSessionAuth, AsyncTokenAuth
from webapp.api.schemas import Events, Identifier
from webapp.submissions import events
from webapp.submissions.models import Submission
from webapp.teams.policy import Actor, get_submission_by_id

router = Router(tags=["submissions"])

POLL_SECONDS = 0.5
KEEP_ALIVE_SECONDS = 15.0
# Browsers reconnect and resume by themselves; a stream that outlives its login by hours would not be noticed.
LONGEST_SECONDS = 30 * 60.0


@router.get(
    "/submissions/{int:pk}/events",
    response=Events,
    url_name="submission_events",
    auth=[AsyncTokenAuth(), AsyncSessionAuth()],
    openapi_extra={"responses": {200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}}},
)
async def submission_events(
    request: HttpRequest, pk: Identifier, after: Annotated[int, Query(ge=0, le=2**63 - 1)] = 0
) -> Any:
    """The events with an id above `after` (or the `Last-Event-ID` header), oldest first.

    With `Accept: text/event-stream` they come as they happen, and the stream ends with an `end` event when the
    submission has ended. Otherwise one page of JSON.
    """
    actor = Actor.of(request)
    await sync_to_async(get_submission_by_id)(actor, pk)
    resumed = request.headers.get("Last-Event-ID", "")
    last = int(resumed) if resumed.isascii() and resumed.isdigit() and len(resumed) < 19 else after
    if "text/event-stream" in request.headers.get("Accept", ""):
        return _stream(pk, last)
    found, finished = await sync_to_async(_read)(pk, last)
    return {"events": found, "last": found[-1]["id"] if found else last, "finished": finished}


def _stream(pk: int, last: int) -> HttpResponseBase:
    response = StreamingHttpResponse(_messages(pk, last), content_type="text/event-stream")
    response["Cache-Control"] = "no-store"
    # nginx would otherwise collect events until its buffer is full.
    response["X-Accel-Buffering"] = "no"
    return response


async def _messages(pk: int, last: int) -> AsyncIterator[str]:
    loop = asyncio.get_running_loop()
    begun = spoken = loop.time()
    yield "retry: 2000\n\n"
    while loop.time() - begun < LONGEST_SECONDS:
        found, finished = await sync_to_async(_read)(pk, last)
        for event in found:
            last = event["id"]
            yield f"id: {last}\nevent: {event['kind']}\ndata: {json.dumps(event)}\n\n"
            spoken = loop.time()
        if finished:
            yield f"event: end\ndata: {json.dumps({'last': last})}\n\n"
            return
        if len(found) < events.PAGE:
            if loop.time() - spoken >= KEEP_ALIVE_SECONDS:
                yield ": still here\n\n"
                spoken = loop.time()
            await asyncio.sleep(POLL_SECONDS)


def _read(pk: int, last: int) -> tuple[list[dict[str, Any]], bool]:
    """A page of events, and whether they are the last ones that will come."""
    try:
        # The state is read first: an event written after it was read is found by the next round.
        state = Submission.objects.filter(pk=pk).values_list("state", flat=True).first()
        found = [events.to_json(event) for event in events.after(pk, last)]
        return found, state not in Submission.OPEN and len(found) < events.PAGE
    finally:
        # A page that is left open for hours must not hold a database connection for hours.
        if not connection.in_atomic_block:
            connection.close()
