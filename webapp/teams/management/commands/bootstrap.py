"""Make the first user, a team and, where asked for, an API token. Running it again changes nothing."""

from __future__ import annotations

import os
import secrets
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.text import slugify

from webapp.teams import tokens
from webapp.teams.models import Membership, Role, Scope, Team

TOKEN_DAYS = 365


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--user", required=True, help="the user's name; made as a superuser where it does not exist"
        )
        parser.add_argument("--team", required=True, help="the team's name; the user becomes its maintainer")
        parser.add_argument("--password-file", type=Path, help="holds the new user's password; written with a generated"
                            " one where it does not exist")  # fmt: skip
        parser.add_argument("--token-file", type=Path, help="where to write a token; one that still works is kept")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        slug = slugify(options["team"])
        if not slug:
            raise CommandError("the team's name needs at least one letter or digit")
        model = get_user_model()
        user = model.objects.filter(username=options["user"]).first()
        if user is None:
            password = _password(options["password_file"])
            user = model.objects.create_superuser(username=options["user"], password=password)
            self.stdout.write(f"The user {user} was made.")
            if options["password_file"] is None:
                self.stdout.write(f"The password is {password} (shown this once).")
        team, _ = Team.objects.get_or_create(slug=slug, defaults={"name": options["team"]})
        Membership.objects.get_or_create(team=team, user=user, defaults={"role": Role.MAINTAINER})
        path: Path | None = options["token_file"]
        if path is None:
            return
        known = tokens.find(path.read_text().strip()) if path.exists() else None
        if known is None or (known.user_id, known.team_id) != (user.pk, team.pk):
            _, text = tokens.create(user, team, "bootstrap", Scope.values, TOKEN_DAYS)
            _write_private(path, text)
            self.stdout.write(f"A token was written to {path}.")


def _password(path: Path | None) -> str:
    if path is not None and path.exists():
        return path.read_text().strip()
    password = os.environ.get("MINDFERRY_PASSWORD") or secrets.token_urlsafe(12)
    if path is not None:
        _write_private(path, password)
    return password


def _write_private(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text + "\n")
