"""A limit on request bodies, before Django spools them to disk.

Django's ASGI handler reads a whole body into a temporary file before any view or upload handler runs;
its own limits come too late to protect the disk.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from django.conf import settings

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]

# Room for the form's other fields and the multipart frame around the file.
FRAME_BYTES = 1024 * 1024


class _TooLarge(Exception):
    pass


class BodyLimit:
    """ASGI middleware: answers 413 as soon as a body is announced, or turns out, to be larger than the limit."""

    def __init__(self, application: Application, limit: int | None = None) -> None:
        self.application = application
        self.limit = limit or settings.UPLOAD_MAX_BYTES + FRAME_BYTES

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.application(scope, receive, send)
            return
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if announced.isdigit() and int(announced) > self.limit:
            await self._refuse(send)
            return
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self.limit:
                raise _TooLarge
            return message

        try:
            await self.application(scope, counted, send)
        except _TooLarge:
            # Only reading the body raises, and Django answers nothing before it has read it all.
            await self._refuse(send)

    async def _refuse(self, send: Send) -> None:
        megabytes = self.limit // (1024 * 1024)
        body = json.dumps(
            {
                "error": "too_large",
                "detail": f"The request is larger than the limit of {megabytes} MB.",
                "hint": "Leave data sets and checkpoints out of the archive, or ask the operator to raise"
                " MINDFERRY_UPLOAD_MAX_MB.",
            }
        ).encode()
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
            (b"connection", b"close"),
        ]
        await send({"type": "http.response.start", "status": 413, "headers": headers})
        await send({"type": "http.response.body", "body": body})
