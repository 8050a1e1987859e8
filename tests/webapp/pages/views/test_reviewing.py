"""Comments on lines, and decisions on files and submissions, by role."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from tests.conftest import logged_in
from webapp.reviews.models import Comment, Decision, Thread
from webapp.submissions.models import Submission
from webapp.teams.models import Role, Team

ROAD = "/projects/digits/submissions/1/"
COMMENTS = f"{ROAD}comments/train.py"
AT_LINE = {"side": "original", "line": "8", "text": "Why <b>this</b>?"}


@pytest.fixture
def viewer(db: None, team: Team) -> User:
    user = User.objects.create_user("vera", password="a long password")
    team.memberships.create(user=user, role=Role.VIEWER)
    return user


def test_a_reviewer_starts_a_thread_and_others_see_it_escaped(bob: User, viewer: User, finished: Submission) -> None:
    answer = logged_in(bob).post(COMMENTS, AT_LINE)
    assert answer.status_code == 200 and "Why &lt;b&gt;this&lt;/b&gt;?" in answer.content.decode()
    page = logged_in(viewer).get(f"{ROAD}files/train.py").content.decode()
    assert "Why &lt;b&gt;this&lt;/b&gt;?" in page and "Approve file" not in page


def test_threads_are_answered_resolved_and_reopened(alice: User, bob: User, finished: Submission) -> None:
    logged_in(bob).post(COMMENTS, AT_LINE)
    thread = Thread.objects.get()
    client = logged_in(alice)
    assert "Because" in client.post(COMMENTS, {"thread": thread.pk, "text": "Because"}).content.decode()
    assert "Resolved by alice" in client.post(COMMENTS, {"thread": thread.pk, "action": "resolve"}).content.decode()
    client.post(COMMENTS, {"thread": thread.pk, "action": "reopen"})
    thread.refresh_from_db()
    assert thread.resolved is None and thread.comments.count() == 2


@pytest.mark.parametrize(
    "sent", [AT_LINE | {"text": " "}, AT_LINE | {"text": "x" * 4001}, AT_LINE | {"line": "0"}, AT_LINE | {"side": "up"}]
)
def test_a_comment_that_cannot_be_kept_says_why(bob: User, finished: Submission, sent: dict[str, str]) -> None:
    answer = logged_in(bob).post(COMMENTS, sent)
    assert answer.status_code == 422 and "notice error" in answer.content.decode()
    assert not Comment.objects.exists() and not Thread.objects.exists()


def test_a_comment_needs_a_file_of_the_submission(bob: User, finished: Submission) -> None:
    assert logged_in(bob).post(f"{ROAD}comments/nothing.py", AT_LINE).status_code == 404


def test_viewers_neither_comment_nor_decide(viewer: User, finished: Submission) -> None:
    client = logged_in(viewer)
    for address in (COMMENTS, f"{ROAD}decide/train.py", f"{ROAD}decide/", f"{ROAD}act/"):
        assert client.post(address, AT_LINE | {"outcome": "approved", "action": "retry"}).status_code == 403
    assert not Thread.objects.exists() and not Decision.objects.exists()


def test_a_reviewer_decides_on_a_file_and_may_change_the_mind(bob: User, finished: Submission) -> None:
    client = logged_in(bob)
    client.post(f"{ROAD}decide/train.py", {"outcome": "changes_requested"})
    answer = client.post(f"{ROAD}decide/train.py", {"outcome": "approved"})
    assert answer["Location"] == f"{ROAD}files/train.py"
    assert [(d.path, d.outcome) for d in Decision.objects.all()] == [("train.py", "approved")]


def test_only_a_maintainer_decides_on_the_whole(alice: User, bob: User, finished: Submission) -> None:
    assert logged_in(bob).post(f"{ROAD}decide/", {"outcome": "approved"}).status_code == 403
    assert logged_in(alice).post(f"{ROAD}decide/", {"outcome": "approved"})["Location"] == ROAD
    assert "alice approved" in logged_in(bob).get(ROAD).content.decode()


@pytest.mark.parametrize("path", ["", "train.py"])
def test_a_decision_that_does_not_exist_is_told(alice: User, finished: Submission, path: str) -> None:
    answer = logged_in(alice).post(f"{ROAD}decide/{path}", {"outcome": "perhaps"}, follow=True)
    assert answer.status_code == 200 and "Decide either" in answer.content.decode()
    assert not Decision.objects.exists()
