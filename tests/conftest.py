"""The people whom all tests know: alice and bob are in the team Vision, charlie is not."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from webapp.submissions import intake
from webapp.submissions.models import Project, Submission
from webapp.teams import members, tokens
from webapp.teams.models import Role, Scope, Team
from webapp.teams.policy import Actor

TRAIN = b'import argparse\n\nif __name__ == "__main__":\n    argparse.ArgumentParser().parse_args()\n'


@pytest.fixture(autouse=True)
def _forget_counters() -> None:
    cache.clear()


def _user(name: str) -> User:
    return User.objects.create_user(name, password="a long password")


@pytest.fixture
def alice(db: None) -> User:
    """Maintainer of the team Vision."""
    return _user("alice")


@pytest.fixture
def team(alice: User) -> Team:
    return members.create_team(alice, "Vision")


@pytest.fixture
def bob(team: Team) -> User:
    """Reviewer in the team Vision."""
    user = _user("bob")
    team.memberships.create(user=user, role=Role.REVIEWER)
    return user


@pytest.fixture
def charlie(db: None) -> User:
    """Maintainer of another team: an outsider to Vision."""
    user = _user("charlie")
    members.create_team(user, "Outsiders")
    return user


@pytest.fixture
def project(alice: User, team: Team) -> Project:
    return intake.create_project(Actor(alice), team, "digits")


def archive_of(files: Mapping[str, bytes], name: str = "project.zip") -> SimpleUploadedFile:
    """An uploaded zip with these files."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in files.items():
            archive.writestr(path, data)
    return SimpleUploadedFile(name, packed.getvalue(), "application/zip")


@pytest.fixture
def submit(alice: User, project: Project) -> Callable[..., Submission]:
    """Submit a project of the given files (one small script where none are given) as alice."""

    def send(files: Mapping[str, bytes] | None = None, **wishes: str) -> Submission:
        upload = archive_of({"train.py": TRAIN} if files is None else files)
        return intake.accept(Actor(alice), project, upload, intake.Wishes(**wishes))

    return send


@pytest.fixture
def submission(submit: Callable[..., Submission]) -> Submission:
    return submit(entry="train.py")


def logged_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def bearer(user: User, team: Team, *scopes: str) -> dict[str, str]:
    """Headers with a fresh token of this user in this team; all scopes where none are named."""
    _, text = tokens.create(user, team, "test", scopes or Scope.values, 7)
    return {"Authorization": f"Bearer {text}"}


def database_url() -> str:
    """The test's own database, for processes that a test starts."""
    found = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{found['NAME']}"
    password = f":{found['PASSWORD']}" if found["PASSWORD"] else ""
    return f"postgresql://{found['USER']}{password}@{found['HOST']}:{found['PORT']}/{found['NAME']}"


@pytest.fixture
def samples() -> Path:
    import migrator

    return Path(migrator.__file__).parent / "samples"
