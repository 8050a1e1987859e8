from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from tests.conftest import logged_in
from webapp.submissions import road
from webapp.submissions.models import Project, Submission
from webapp.teams.models import AuditEntry

ADDRESS = "/projects/digits/submissions/1/delete/"


@pytest.fixture
def at_rest(submission: Submission) -> Submission:
    road.cancel(submission)
    return submission


def test_a_maintainer_deletes_a_submission_with_its_files(
    alice: User, at_rest: Submission, django_capture_on_commit_callbacks
) -> None:  # type: ignore[no-untyped-def]
    client = logged_in(alice)
    assert ADDRESS in client.get(at_rest.get_absolute_url()).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(ADDRESS, {"confirm": "1"})
    assert answer["Location"] == "/projects/digits/"
    assert not Submission.objects.exists() and not at_rest.folder.exists()
    assert AuditEntry.objects.filter(action="deleted", target="digits #1").exists()


def test_nothing_is_deleted_without_the_number(alice: User, at_rest: Submission) -> None:
    answer = logged_in(alice).post(ADDRESS, {"confirm": "2"}, follow=True)
    assert "Nothing was deleted" in answer.content.decode()
    assert Submission.objects.exists() and at_rest.folder.exists()


def test_a_running_submission_is_not_deleted(alice: User, submission: Submission) -> None:
    client = logged_in(alice)
    assert ADDRESS not in client.get(submission.get_absolute_url()).content.decode()
    assert "cancel it first" in client.post(ADDRESS, {"confirm": "1"}, follow=True).content.decode()
    assert Submission.objects.exists()


def test_reviewers_may_not_delete_and_outsiders_see_nothing(bob: User, charlie: User, at_rest: Submission) -> None:
    client = logged_in(bob)
    assert ADDRESS not in client.get(at_rest.get_absolute_url()).content.decode()
    assert client.post(ADDRESS, {"confirm": "1"}).status_code == 403
    assert client.post("/projects/digits/delete/", {"confirm": "digits"}).status_code == 403
    assert logged_in(charlie).post(ADDRESS, {"confirm": "1"}).status_code == 404
    assert logged_in(charlie).post("/projects/digits/delete/", {"confirm": "digits"}).status_code == 404
    assert Submission.objects.exists()


def test_looking_at_the_address_deletes_nothing(alice: User, at_rest: Submission) -> None:
    assert logged_in(alice).get(ADDRESS).status_code == 405
    assert logged_in(alice).get("/projects/digits/delete/").status_code == 405


def test_a_maintainer_deletes_a_project_by_its_name(alice: User, at_rest: Submission) -> None:
    client = logged_in(alice)
    assert (
        "Nothing was deleted"
        in client.post("/projects/digits/delete/", {"confirm": "digit"}, follow=True).content.decode()
    )
    assert Project.objects.exists()
    assert (
        "were deleted" in client.post("/projects/digits/delete/", {"confirm": "digits"}, follow=True).content.decode()
    )
    assert not Project.objects.exists() and not Submission.objects.exists()
