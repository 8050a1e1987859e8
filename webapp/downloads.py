"""Sending files that strangers' programs wrote: as attachments, in pieces, never as a page of ours."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

from asgiref.sync import sync_to_async
from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

_CHUNK = 256 * 1024


def attachment(path: Path, name: str = "") -> StreamingHttpResponse:
    """The file as a download. Django's FileResponse would read it into memory whole under ASGI."""
    response = StreamingHttpResponse(_pieces(path), content_type="application/octet-stream")
    response["Content-Length"] = str(path.stat().st_size)
    response["Content-Disposition"] = content_disposition_header(True, name or path.name) or "attachment"
    return response


async def _pieces(path: Path) -> AsyncIterator[bytes]:
    file = await sync_to_async(path.open)("rb")
    try:
        while piece := await sync_to_async(file.read)(_CHUNK):
            yield piece
    finally:
        file.close()
