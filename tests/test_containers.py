"""docker-compose.yml says what Compose understands, and its commands are those that run without containers too."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
OURS = ("migrate", "web", "cpu-worker", "device-worker")


def test_it_follows_the_compose_specification():
    checker = Path(sys.executable).with_name("check-jsonschema")
    done = subprocess.run(
        [str(checker), "--builtin-schema", "vendor.compose-spec", "docker-compose.yml"],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("service", OURS)
def test_each_command_is_understood_without_a_container(service, tmp_path):
    command = COMPOSE["services"][service]["command"]
    assert command[0] == "python"
    environment = {"PATH": "/usr/bin:/bin", "MINDFERRY_DATA": str(tmp_path), "HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, *command[1:], "--help"], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_migrate_really_makes_the_database(tmp_path):
    command = COMPOSE["services"]["migrate"]["command"]
    environment = {"PATH": "/usr/bin:/bin", "MINDFERRY_DATA": str(tmp_path), "HOME": str(tmp_path)}
    subprocess.run([sys.executable, *command[1:]], cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
    assert (tmp_path / "mindferry.sqlite3").exists()


def test_only_the_web_process_is_reachable_and_only_from_this_machine():
    for name, service in COMPOSE["services"].items():
        assert ("ports" in service) == (name == "web")
    assert all(port.startswith("127.0.0.1:") for port in COMPOSE["services"]["web"]["ports"])
    assert COMPOSE["networks"]["behind"]["internal"] is True


def test_every_setting_of_the_containers_is_documented():
    documented = (ROOT / "docs" / "running.md").read_text()
    for service in OURS:
        for name in COMPOSE["services"][service]["environment"]:
            assert f"`{name}`" in documented


def test_the_images_install_what_the_project_asks_for():
    dockerfile = (ROOT / "Dockerfile").read_text()
    assert re.findall(r"launcher\.install --venv /opt/venv (.+)", dockerfile) == ["web", "web worker"]
