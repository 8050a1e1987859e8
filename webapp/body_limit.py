"""A limit on request bodies, before Django spools them to disk.

Django's ASGI handler reads a whole body into a temporary file before any view or upload handler runs;
its own limits come too late to protect the disk.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from django.conf import settings

from webapp.refusals import too_large

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]

# Room for the form's other fields and the multipart frame around the file.
FRAME_BYTES = 1024 * 1024


_PAGE = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>Too large · MindFerry</title>'
    '<h1>Too large</h1><p>{detail}</p><p>{hint}</p><p><a href="/submit/">Back to the form</a></p></html>'
)


class _TooLarge(Exception):
    pass


class BodyLimit:
    """ASGI middleware: answers 413 as soon as a body is announced, or turns out, to be larger than the limit."""

    def __init__(self, application: Application, limit: int | None = None) -> None:
        self.application = application
        self.limit = (settings.UPLOAD_MAX_BYTES if limit is None else limit) + FRAME_BYTES

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.application(scope, receive, send)
            return
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if announced.isdigit() and int(announced) > self.limit:
            await self._refuse(scope, send)
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
            await self._refuse(scope, send)

    async def _refuse(self, scope: MutableMapping[str, Any], send: Send) -> None:
        refusal = too_large(self.limit - FRAME_BYTES)
        headers = dict(scope["headers"])
        if b"text/html" in headers.get(b"accept", b"") and not scope["path"].startswith("/api/"):
            kind, body = b"text/html; charset=utf-8", _PAGE.format(**refusal.to_json()).encode()
        else:
            kind, body = b"application/json", json.dumps(refusal.to_json()).encode()
        answer = [
            (b"content-type", kind),
            (b"content-length", str(len(body)).encode()),
            (b"content-security-policy", b"default-src 'none'"),
            (b"connection", b"close"),
        ]
        await send({"type": "http.response.start", "status": refusal.status, "headers": answer})
        await send({"type": "http.response.body", "body": body})
