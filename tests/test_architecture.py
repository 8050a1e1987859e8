"""The walls of docs/architecture.md, and the checks that every change must pass."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
HEAVY = {"torch", "torchvision", "mindspore"}
#: Copied into translated projects, or run inside the sandbox: they are not the engine.
NOT_THE_ENGINE = ("migrator/samples/", "migrator/support/")
ROOMS_OF_THE_FRAMEWORKS = ("migrator/execution/", "migrator/checkpoints/", "migrator/probing/")


def run(*command):
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, env={**os.environ, "NO_COLOR": "1"}
    )
    return done.returncode, done.stdout + done.stderr


def imports_at_top(path):
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield (node.module or "").partition(".")[0]


def all_imports(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield (node.module or "").partition(".")[0]


def sources(*folders):
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if not name.startswith(NOT_THE_ENGINE):
                yield name, path


def test_only_the_rooms_of_the_frameworks_import_them():
    for name, path in sources("migrator", "webapp", "workers", "launcher"):
        if not name.startswith(ROOMS_OF_THE_FRAMEWORKS):
            assert HEAVY.isdisjoint(all_imports(path)), name


def test_even_those_import_them_only_where_they_are_used():
    for name, path in sources("migrator"):
        if not name.startswith("migrator/execution/inside/"):
            assert HEAVY.isdisjoint(imports_at_top(path)), name


def test_the_launcher_knows_neither_django_nor_the_engines_rooms():
    allowed = {"migrator.events", "migrator.terminal", "webapp.environment", "workers.redis_server"}
    for name, path in sources("launcher"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in (
                "migrator",
                "webapp",
                "workers",
            ):
                assert node.module in allowed, name


@pytest.mark.parametrize("module", ["webapp.asgi", "migrator.cli", "migrator.translation", "migrator.analysis"])
def test_it_starts_where_neither_framework_is_installed(module, tmp_path):
    program = (
        "import sys\n"
        "class Blocked:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name.partition('.')[0] in {sorted(HEAVY)!r}:\n"
        "            raise ModuleNotFoundError(name, name=name)\n"
        "sys.meta_path.insert(0, Blocked())\n"
        f"import {module}\n"
    )
    environment = {**os.environ, "MINDFERRY_DATA": str(tmp_path), "DJANGO_SETTINGS_MODULE": "webapp.settings"}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_no_room_is_called_after_nothing():
    for folder in ("migrator", "webapp", "workers", "launcher"):
        for path in (ROOT / folder).rglob("*.py"):
            assert not {"utils", "helpers", "manager", "misc", "common"} & {path.stem, path.parent.name}, path


def test_ruff_finds_nothing():
    code, said = run("ruff", "check", ".")
    assert code == 0, said


def test_the_code_is_formatted():
    code, said = run("ruff", "format", "--check", ".")
    assert code == 0, said


def test_the_walls_hold():
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([str(linter), "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
def test_the_engine_is_typed():
    code, said = run("mypy")
    assert code == 0, said


def test_migrations_are_complete():
    done = subprocess.run(
        [sys.executable, "manage.py", "makemigrations", "--check", "--dry-run"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
