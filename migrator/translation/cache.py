"""Translations that were made before, kept in a folder of the user's and found again by content.

A key is a digest of everything that the remembered value was made from, so an entry is never out of date, only unused.
Entries are JSON under a checksum, written beside their place and moved there: two programs at once, a full disk or a
damaged file cost time and nothing else.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from migrator.catalog.measurements import own_files

ENGINE = Path(__file__).resolve().parent.parent
#: What a translation is made by: the rooms whose files decide what comes out.
ROOMS = ("catalog", "names", "rewriting", "rules", "support", "training", "translation")
LIMIT_BYTES = 256 * 1024 * 1024


class Memory(Protocol):
    """What a translation remembers things in, each under a key that is made of all that decides about it."""

    def key(self, *parts: Any) -> str: ...

    def get(self, key: str) -> Any: ...

    def put(self, key: str, value: Any) -> None: ...


class NoMemory:
    """Forgets everything, so that its keys need not say which engine they are of."""

    def key(self, *parts: Any) -> str:
        return _digest_of(parts)

    def get(self, key: str) -> Any:
        return None

    def put(self, key: str, value: Any) -> None:
        pass


class CacheFolder:
    """A memory in a folder. ``limit`` is its size in bytes; beyond it what was not used for longest goes first."""

    def __init__(self, folder: Path, limit: int = LIMIT_BYTES) -> None:
        self.folder = folder
        self.limit = limit
        self._stored = False

    @classmethod
    def of_user(cls) -> CacheFolder:
        """The folder that ``MINDFERRY_CACHE`` names, else ``mindferry/translations`` where caches belong."""
        named = os.environ.get("MINDFERRY_CACHE")
        if named:
            return cls(Path(named).expanduser())
        home = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
        return cls(Path(home).expanduser() / "mindferry" / "translations")

    def _place(self, key: str) -> Path:
        return self.folder / f"{key}.json"

    def key(self, *parts: Any) -> str:
        return key_of(*parts)

    def get(self, key: str) -> Any:
        """The value under a key, or None where there is none or it is damaged."""
        place = self._place(key)
        try:
            data = place.read_bytes()
            checksum, _, body = data.partition(b"\n")
            if checksum.decode("ascii", "replace") != _digest(body):
                return None
            with contextlib.suppress(OSError):
                os.utime(place)
            return json.loads(body)
        except (OSError, ValueError):
            return None

    def put(self, key: str, value: Any) -> None:
        """Stores a value that JSON can hold; where the folder cannot be written to, it is not stored."""
        body = json.dumps(value, separators=(",", ":")).encode("utf-8")
        if len(body) > self.limit:
            return
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, written = tempfile.mkstemp(prefix=".new-", dir=self.folder)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(_digest(body).encode("ascii") + b"\n" + body)
                os.replace(written, self._place(key))
            except OSError:
                os.unlink(written)
                return
        except OSError:
            return
        self._stored = True

    def trim(self) -> None:
        """Keeps the folder within its limit, if anything was stored."""
        if not self._stored:
            return
        entries = []
        with contextlib.suppress(OSError), os.scandir(self.folder) as listed:
            for entry in listed:
                if entry.name.endswith(".json") or entry.name.startswith(".new-"):
                    with contextlib.suppress(OSError):
                        status = entry.stat()
                        entries.append((status.st_mtime, status.st_size, entry.path))
        total = sum(size for _, size, _ in entries)
        for _, size, path in sorted(entries):
            if total <= self.limit:
                break
            with contextlib.suppress(OSError):
                os.unlink(path)
            total -= size


def key_of(*parts: Any) -> str:
    """A digest of values that JSON can hold, and of the engine that this is."""
    return _digest_of((engine_version(), *parts))


def content_digest(data: bytes) -> str:
    return _digest(data)


def _digest_of(parts: tuple[Any, ...]) -> str:
    return _digest(json.dumps(parts, separators=(",", ":")).encode("utf-8"))


def _digest(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=20).hexdigest()


@cache
def engine_version() -> str:
    """A digest of the rules, the catalog, the support functions and all else that decides what a translation says."""
    found = hashlib.blake2b(sys.version.encode("utf-8"), digest_size=20)
    for room in ROOMS:
        for folder, folders, names in os.walk(ENGINE / room):
            folders.sort()
            for name in sorted(names):
                if name.endswith((".py", ".toml", ".json")):
                    path = os.path.join(folder, name)
                    with open(path, "rb") as file:
                        data = file.read()
                    found.update(f"{os.path.relpath(path, ENGINE)}:{len(data)}:".encode())
                    found.update(data)
    # What ships lies in the catalog's room; this is what was measured on this installation.
    for one in own_files():
        found.update(f"{one.name}:".encode())
        with contextlib.suppress(OSError):
            found.update(one.read_bytes())
    return found.hexdigest()
