from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection

from tests.conftest import TRAIN, archive_of, logged_in
from webapp.submissions import intake
from webapp.submissions.models import Project, Submission
from webapp.teams.models import AuditEntry, Role, Team


def test_it_makes_a_project_and_its_first_submission(alice: User, team: Team) -> None:
    sent = {"archive": archive_of({"train.py": TRAIN}), "name": "New one", "team": team.pk, "entry": "train.py"}
    answer = logged_in(alice).post("/submit/", sent)
    assert answer["Location"] == "/projects/new-one/submissions/1/"
    assert Submission.objects.get().entry == "train.py"


def test_it_adds_to_a_project_that_is_there(alice: User, project: Project) -> None:
    answer = logged_in(alice).post("/submit/", {"archive": archive_of({"train.py": TRAIN}), "project": project.pk})
    assert answer["Location"] == "/projects/digits/submissions/1/"


def test_a_refused_archive_leaves_no_project_behind_and_is_told_at_the_field(alice: User, team: Team) -> None:
    sent = {"archive": archive_of({"../x.py": b"1\n"}), "name": "new", "team": team.pk}
    answer = logged_in(alice).post("/submit/", sent)
    assert answer.status_code == 422
    assert "../x.py" in str(answer.context["form"].errors["archive"])
    assert not Project.objects.exists()
    assert AuditEntry.objects.filter(action="withdrew project").exists()


def test_a_refused_archive_leaves_a_project_that_was_there(alice: User, project: Project) -> None:
    sent = {"archive": archive_of({"readme.txt": b"no python"}), "project": project.pk}
    assert logged_in(alice).post("/submit/", sent).status_code == 422
    assert Project.objects.filter(pk=project.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_held_while_the_archive_is_read(
    alice: User, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[bool] = []
    read: Callable[..., Any] = intake._read

    def watched(*arguments: Any) -> Any:
        held.append(connection.in_atomic_block)
        return read(*arguments)

    monkeypatch.setattr(intake, "_read", watched)
    sent = {"archive": archive_of({"train.py": TRAIN}), "name": "new", "team": team.pk}
    assert logged_in(alice).post("/submit/", sent).status_code == 302
    assert held == [False]


@pytest.mark.parametrize(("left_out", "field"), [("archive", "archive"), ("name", "name"), ("team", "team")])
def test_what_is_missing_is_told_at_its_field(alice: User, team: Team, left_out: str, field: str) -> None:
    sent = {"archive": archive_of({"train.py": TRAIN}), "name": "new", "team": team.pk}
    del sent[left_out]
    answer = logged_in(alice).post("/submit/", sent)
    assert answer.status_code == 422 and field in answer.context["form"].errors


def test_a_viewer_and_an_outsider_cannot_submit_here(bob: User, charlie: User, team: Team, project: Project) -> None:
    team.memberships.filter(user=bob).update(role=Role.VIEWER)
    assert "You cannot submit yet" in logged_in(bob).get("/submit/").content.decode()
    for user in (bob, charlie):
        answer = logged_in(user).post("/submit/", {"archive": archive_of({"train.py": TRAIN}), "project": project.pk})
        assert answer.status_code == 422
    assert not Submission.objects.exists()
