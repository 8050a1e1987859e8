"""What the operator's environment says: folders, the secret key, the database and the broker.

Every setting has a default that is right for one machine, so that nothing must be set to start.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

ROOT = Path(__file__).resolve().parent.parent


def flag(name: str, default: bool = False) -> bool:
    value = os.environ.get(name, "").strip().lower()
    if not value:
        return default
    return value in {"1", "true", "yes", "on"}


def words(name: str, default: str = "") -> list[str]:
    return [word for word in os.environ.get(name, default).replace(",", " ").split() if word]


def number(name: str, default: int) -> int:
    value = os.environ.get(name, "").strip()
    return int(value) if value else default


def data_folder() -> Path:
    folder = Path(os.environ.get("MINDFERRY_DATA") or ROOT / "data").expanduser().resolve()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def secret_key(data: Path) -> str:
    """The secret key: from the environment, from the file it names, or made once and kept with mode 0600."""
    if key := os.environ.get("MINDFERRY_SECRET_KEY"):
        return key
    path = Path(os.environ.get("MINDFERRY_SECRET_KEY_FILE") or data / "secret_key")
    if not path.exists():
        # The key is written whole under another name and then linked into place: of two processes
        # that start at once, one wins and the other reads the winner's key, never half a file.
        draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(64))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()


def database(data: Path) -> dict[str, Any]:
    """Django's settings of the one database: `DATABASE_URL`, or SQLite in the data folder."""
    url = os.environ.get("DATABASE_URL", "")
    parts = urlsplit(url)
    if parts.scheme in {"postgres", "postgresql"}:
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": unquote(parts.hostname or ""),
            "PORT": str(parts.port or ""),
            "OPTIONS": dict(parse_qsl(parts.query)),
            "CONN_HEALTH_CHECKS": True,
        }
    if url and parts.scheme != "sqlite":
        raise ValueError("DATABASE_URL must begin with postgresql:// or sqlite:///")
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": unquote(parts.path[1:]) if url else str(data / "mindferry.sqlite3"),
        "OPTIONS": {
            # Writers queue up instead of failing: a transaction takes the write lock when it begins,
            # and waits for it up to `timeout` seconds. Readers never wait in WAL mode.
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
        },
    }


def cache(redis_url: str) -> dict[str, Any]:
    """The cache holds only counters (login attempts); Redis shares them between web processes."""
    if redis_url:
        return {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": redis_url,
            "KEY_PREFIX": "mindferry",
        }
    return {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
