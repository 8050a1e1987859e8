"""The part of MindFerry's HTTP API that a CI job uses: submit an archive, follow its events, fetch the report."""

from __future__ import annotations

import io
import json
import secrets
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

POLL_SECONDS = 0.5
TIMEOUT_SECONDS = 30.0


class Refused(RuntimeError):
    """The server refused a request; the message is its own."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Api:
    """``address`` is the server's, without a slash at its end; ``token`` begins with ``mf_``."""

    address: str
    token: str

    def get(self, path: str) -> Any:
        """The JSON answer of ``/api/v1`` + path. Raises Refused, and OSError where nobody answers."""
        return self._send(path, None, None)

    def project(self, name: str, title: str) -> dict[str, Any]:
        """The project of that name, made where there is none."""
        try:
            found = self.get(f"/projects/{name}")
        except Refused as refused:
            if refused.status != 404:
                raise
            found = self._send("/projects", json.dumps({"name": name, "title": title}).encode(), "application/json")
        return dict(found)

    def submit(self, project: str, archive: bytes, filename: str) -> dict[str, Any]:
        """Submit an archive; the answer is the submission as it begins."""
        boundary = secrets.token_hex(16)
        head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="archive"; filename="{filename}"\r\n'
            "Content-Type: application/zip\r\n\r\n"
        )
        body = head.encode() + archive + f"\r\n--{boundary}--\r\n".encode()
        return dict(self._send(f"/projects/{project}/submissions", body, f"multipart/form-data; boundary={boundary}"))

    def follow(self, submission: int) -> Iterator[dict[str, Any] | None]:
        """Every event of the submission, as it happens, until it has ended; None while nothing happens."""
        last = 0
        while True:
            page = self.get(f"/submissions/{submission}/events?after={last}")
            yield from page["events"]
            if page["finished"]:
                return
            if page["last"] == last:
                yield None
                time.sleep(POLL_SECONDS)
            last = page["last"]

    def _send(self, path: str, body: bytes | None, kind: str | None) -> Any:
        headers: Mapping[str, str] = {"Authorization": f"Bearer {self.token}", "Accept": "application/json"}
        request = urllib.request.Request(f"{self.address}/api/v1{path}", body, dict(headers))
        if kind:
            request.add_header("Content-Type", kind)
        # A proxy that the environment names is for the world outside, not for this machine.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=TIMEOUT_SECONDS) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise Refused(error.code, _said(error)) from None


def packed(folder: Path) -> bytes:
    """The folder's files as a zip, without what Python leaves beside them."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                archive.write(path, path.relative_to(folder).as_posix())
    return held.getvalue()


def _said(error: urllib.error.HTTPError) -> str:
    try:
        answer = json.load(error)
        return f"{answer['detail']} {answer.get('hint', '')}".strip()
    except (ValueError, KeyError, TypeError):
        return f"{error.code} {error.reason}"
