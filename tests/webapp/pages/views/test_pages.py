"""What holds for every page: it renders empty and full, and is not there for outsiders."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.conftest import logged_in
from webapp.submissions.models import Project, Submission

ROAD = "/projects/digits/submissions/1/"
OF_THE_TEAM = (
    "/projects/digits/",
    ROAD,
    f"{ROAD}analysis/",
    f"{ROAD}analysis/source/train.py",
    f"{ROAD}files/",
    f"{ROAD}parity/",
    f"{ROAD}parity/losses.csv",
    f"{ROAD}artifacts/",
)
OF_A_FINISHED_ONE = (
    *OF_THE_TEAM,
    f"{ROAD}analysis/source/nets/model.py",
    f"{ROAD}files/train.py",
    f"{ROAD}files/nets/model.py",
    f"{ROAD}parity/metrics.csv",
    f"{ROAD}parity/accuracy.csv",
    f"{ROAD}artifacts/translated.zip",
    f"{ROAD}artifacts/translated.patch",
    f"{ROAD}artifacts/report.json",
    f"{ROAD}artifacts/logs/baseline.log",
)
OF_EVERYBODY = ("/", "/submit/", "/catalog/", "/workers/")
FOR_STRANGERS = ("/help/", "/help/submitting/", "/help/reading-parity/", "/help/reviewing/", "/help/words/")
WRITES = ("act/", "decide/", "decide/train.py", "comments/train.py", "delete/")


@pytest.mark.parametrize("address", [*OF_THE_TEAM, *OF_EVERYBODY])
def test_strangers_are_asked_to_log_in(db: None, address: str) -> None:
    assert Client().get(address)["Location"].startswith("/login/?next=")


@pytest.mark.parametrize("address", FOR_STRANGERS)
def test_help_is_for_everybody(db: None, address: str) -> None:
    assert Client().get(address).status_code == 200


def test_outsiders_are_told_that_there_is_nothing(charlie: User, finished: Submission) -> None:
    client = logged_in(charlie)
    assert {address: client.get(address).status_code for address in OF_A_FINISHED_ONE} == dict.fromkeys(
        OF_A_FINISHED_ONE, 404
    )
    assert {write: client.post(ROAD + write, {"action": "retry"}).status_code for write in WRITES} == dict.fromkeys(
        WRITES, 404
    )
    assert "digits" not in client.get("/").content.decode()


def test_a_submission_that_is_not_there_answers_as_to_an_outsider(
    alice: User, charlie: User, finished: Submission
) -> None:
    hidden = logged_in(charlie).get(ROAD)
    missing = logged_in(alice).get("/projects/digits/submissions/2/")
    assert hidden.status_code == missing.status_code == 404
    assert logged_in(alice).get("/projects/nothing/").status_code == 404


@pytest.mark.parametrize("address", OF_EVERYBODY)
def test_pages_render_when_there_is_nothing(charlie: User, address: str) -> None:
    assert logged_in(charlie).get(address).status_code == 200


def test_an_empty_board_and_an_empty_project_say_what_to_do(alice: User, charlie: User, project: Project) -> None:
    assert "/submit/" in logged_in(charlie).get("/").content.decode()
    page = logged_in(alice).get("/projects/digits/").content.decode()
    assert "No submission yet" in page and "/submit/?project=digits" in page


@pytest.mark.parametrize("address", OF_THE_TEAM)
def test_pages_render_before_any_stage_has_run(bob: User, submission: Submission, address: str) -> None:
    assert logged_in(bob).get(address).status_code == 200


@pytest.mark.parametrize("state", Submission.State.values)
def test_the_road_renders_in_every_state(bob: User, submission: Submission, state: str) -> None:
    Submission.objects.update(state=state)
    client = logged_in(bob)
    for address in ("/", "/projects/digits/", ROAD):
        assert client.get(address).status_code == 200
        assert client.get(address, headers={"HX-Request": "true"}).status_code == 200


def test_pages_render_for_a_finished_submission(bob: User, finished: Submission) -> None:
    client = logged_in(bob)
    answers = {address: client.get(address, follow=True).status_code for address in OF_A_FINISHED_ONE}
    assert answers == dict.fromkeys(OF_A_FINISHED_ONE, 200)


def test_documents_that_were_cut_off_break_no_page(bob: User, finished: Submission) -> None:
    for name in ("analysis.json", "translation.json", "report.json", "baseline/run.json", "replay/losses.jsonl"):
        path = finished.work / name
        path.write_bytes(path.read_bytes()[:40])
    client = logged_in(bob)
    for address in OF_THE_TEAM:
        assert client.get(address).status_code == 200, address


def test_names_of_files_are_shown_as_text(bob: User, finished: Submission) -> None:
    for address in (f"{ROAD}analysis/", f"{ROAD}files/train.py", ROAD):
        assert "readme <b>" not in logged_in(bob).get(address).content.decode()


@pytest.mark.parametrize("path", ["../settings.json", "..%2fsettings.json", "nothing.py", "/etc/passwd"])
@pytest.mark.parametrize("page", ["analysis/source/", "files/", "artifacts/"])
def test_paths_do_not_lead_out_of_the_submission(bob: User, finished: Submission, page: str, path: str) -> None:
    assert logged_in(bob).get(f"{ROAD}{page}{path}").status_code == 404


def test_links_that_a_program_left_are_not_followed(bob: User, finished: Submission) -> None:
    (finished.work / "artifacts" / "secret.txt").symlink_to("/etc/passwd")
    client = logged_in(bob)
    assert client.get(f"{ROAD}artifacts/secret.txt").status_code == 404
    assert "secret.txt" not in client.get(f"{ROAD}artifacts/").content.decode()


def test_downloads_are_attachments(bob: User, finished: Submission) -> None:
    answer = logged_in(bob).get(f"{ROAD}artifacts/translated.zip")
    assert (
        answer["Content-Disposition"].startswith("attachment") and answer["Content-Type"] == "application/octet-stream"
    )
    assert int(answer["Content-Length"]) > 100


def test_every_page_has_a_policy_without_inline_code(bob: User, finished: Submission) -> None:
    client = logged_in(bob)
    for address in ("/", ROAD, f"{ROAD}analysis/", f"{ROAD}files/train.py", f"{ROAD}parity/"):
        answer = client.get(address)
        page = answer.content.decode()
        assert "script-src 'self'" in answer["Content-Security-Policy"]
        assert "<style" not in page and ' style="' not in page and " onclick=" not in page
