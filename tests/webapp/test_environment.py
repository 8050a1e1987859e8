from __future__ import annotations

import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from webapp import environment


def test_the_secret_key_is_made_once_and_is_the_owners_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MINDFERRY_SECRET_KEY", raising=False)
    monkeypatch.delenv("MINDFERRY_SECRET_KEY_FILE", raising=False)
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: environment.secret_key(tmp_path), range(8)))
    assert len(keys) == 1
    assert len(keys.pop()) > 60
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600


def test_the_secret_key_may_come_from_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "key").write_text("from a file\n")
    monkeypatch.setenv("MINDFERRY_SECRET_KEY_FILE", str(tmp_path / "key"))
    assert environment.secret_key(tmp_path) == "from a file"
    monkeypatch.setenv("MINDFERRY_SECRET_KEY", "from the environment")
    assert environment.secret_key(tmp_path) == "from the environment"


def test_a_postgresql_url_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://ferry:p%40ss@db.local:5433/mind%20ferry?sslmode=require")
    found = environment.database(tmp_path)
    assert found["ENGINE"] == "django.db.backends.postgresql"
    assert (found["USER"], found["PASSWORD"], found["HOST"], found["PORT"]) == ("ferry", "p@ss", "db.local", "5433")
    assert (found["NAME"], found["OPTIONS"]) == ("mind ferry", {"sslmode": "require"})


def test_an_unknown_database_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "mysql://x")
    with pytest.raises(ValueError, match="postgresql://"):
        environment.database(tmp_path)


@pytest.mark.django_db(transaction=True)
def test_sqlite_runs_in_wal_mode_and_waits_for_a_busy_database() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("the tests run on another database")
    with connection.cursor() as cursor:
        assert cursor.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert cursor.execute("PRAGMA busy_timeout").fetchone() == (30000,)
        assert cursor.execute("PRAGMA foreign_keys").fetchone() == (1,)
    assert sqlite3.sqlite_version_info >= (3, 35)


def test_the_web_process_needs_none_of_the_engines_heavy_parts() -> None:
    script = (
        "import sys\n"
        "for heavy in ('torch', 'torchvision', 'mindspore', 'numpy', 'sklearn', 'safetensors', 'libcst'):\n"
        "    sys.modules[heavy] = None\n"
        "import webapp.asgi\n"
        "from django.urls import get_resolver\n"
        "assert len(get_resolver().url_patterns) > 5\n"
    )
    environment_ = {"PATH": "/usr/bin:/bin", "MINDFERRY_DATA": str(settings.DATA_DIR)}
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-c", script], cwd=root, env=environment_, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
