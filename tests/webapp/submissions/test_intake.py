from __future__ import annotations

import io
import stat
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import Http404

from tests.conftest import TRAIN, archive_of
from webapp.refusals import Refusal
from webapp.submissions import intake
from webapp.submissions.models import Event, Job, Project, Submission
from webapp.submissions.stages import STAGES
from webapp.teams.models import Role, Team
from webapp.teams.policy import Actor


def _left_behind() -> list[Path]:
    return [*Path(settings.SUBMISSIONS_DIR).iterdir(), *Path(settings.UPLOADS_DIR).iterdir()]


@pytest.fixture(autouse=True)
def _empty_folders() -> None:
    import shutil

    for path in _left_behind():
        shutil.rmtree(path)


def _zip(name: str, data: bytes = b"x", mode: int = 0) -> SimpleUploadedFile:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("train.py", TRAIN)
        info = zipfile.ZipInfo(name)
        info.external_attr = mode << 16
        info.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(info, data)
    return SimpleUploadedFile("bad.zip", packed.getvalue())


def test_it_takes_in_a_zip(submit: Callable[..., Submission]) -> None:
    submission = submit({"train.py": TRAIN, "net/model.py": b"x = 1\n"})
    assert (submission.number, submission.file_count, submission.archive_name) == (1, 2, "project.zip")
    assert (submission.work / "source" / "net" / "model.py").read_bytes() == b"x = 1\n"
    assert list(submission.jobs.values_list("stage", flat=True)) == list(STAGES)
    assert submission.jobs.get(stage="analyze").state == Job.State.QUEUED
    assert submission.events.filter(kind=Event.Kind.STATE).count() == 1
    assert not list(Path(settings.UPLOADS_DIR).iterdir())


def test_it_takes_in_a_tar_gz(alice: User, project: Project) -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        info = tarfile.TarInfo("net/train.py")
        info.size = len(TRAIN)
        archive.addfile(info, io.BytesIO(TRAIN))
    submission = intake.accept(Actor(alice), project, SimpleUploadedFile("net.tar.gz", packed.getvalue()))
    assert (submission.work / "source" / "train.py").read_bytes() == TRAIN


def test_the_form_wins_over_the_toml_and_the_toml_over_the_project(
    submit: Callable[..., Submission], project: Project
) -> None:
    project.entry, project.args, project.target = "c.py", "--c", "ascend"
    project.save()
    files = {"a.py": TRAIN, "b.py": TRAIN, "c.py": TRAIN}
    toml = {"mindferry.toml": b'[run]\nentry = "b.py"\nargs = "--b"\ntarget = "cpu"\n[limits]\nseconds = 60\n'}
    by_project, by_toml = submit(files), submit(files | toml)
    by_form = submit(files | toml, entry="a.py", args="--a", target="portable")
    assert (by_project.entry, by_project.args, by_project.target) == ("c.py", "--c", "ascend")
    assert (by_toml.entry, by_toml.args, by_toml.target, by_toml.limits) == ("b.py", "--b", "cpu", {"seconds": 60})
    assert (by_form.entry, by_form.args, by_form.target) == ("a.py", "--a", "portable")


@pytest.mark.parametrize(
    ("upload", "said"),
    [
        (_zip("../x.py"), "../x.py"),
        (_zip("/etc/passwd"), "/etc/passwd"),
        (_zip("link.py", b"/etc/passwd", stat.S_IFLNK | 0o777), "link.py"),
        (_zip("zeros.bin", bytes(64 * 1024 * 1024)), "zeros.bin"),
        (SimpleUploadedFile("a.zip", b"no archive at all"), "neither a zip nor a tar"),
        (SimpleUploadedFile("a.zip", b""), "neither a zip nor a tar"),
        (archive_of({"readme.txt": b"x"}), "no Python file"),
        (archive_of({"train.py": TRAIN, "mindferry.toml": b"[run"}), "mindferry.toml"),
        (archive_of({"train.py": TRAIN, "mindferry.toml": b'[run]\nentry = "x.py"'}), "x.py"),
    ],
    ids=["escaping", "absolute", "link", "bomb", "no archive", "empty", "no Python", "bad toml", "bad entry"],
)
def test_a_bad_archive_is_refused_by_name_and_leaves_nothing(
    alice: User, project: Project, upload: SimpleUploadedFile, said: str
) -> None:
    with pytest.raises(Refusal) as refusal:
        intake.accept(Actor(alice), project, upload)
    assert said in refusal.value.detail
    assert not Submission.objects.exists()
    assert not Event.objects.exists()
    assert not _left_behind()


@pytest.mark.parametrize(
    "wishes",
    [
        {"entry": "x.py"},
        {"entry": "../x.py"},
        {"entry": "/etc/passwd"},
        {"args": "'open"},
        {"args": "a\x00b"},
        {"target": "gpu"},
    ],
)
def test_bad_wishes_are_refused_and_leave_nothing(submit: Callable[..., Submission], wishes: dict[str, str]) -> None:
    with pytest.raises(Refusal):
        submit(**wishes)
    assert not Submission.objects.exists()
    assert not _left_behind()


def test_it_refuses_more_bytes_than_the_limit(submit: Callable[..., Submission], settings: object) -> None:
    settings.UPLOAD_MAX_BYTES = 100
    with pytest.raises(Refusal) as refusal:
        submit({"train.py": TRAIN * 100})
    assert refusal.value.status == 413
    assert not _left_behind()


def test_numbers_are_never_given_twice(submit: Callable[..., Submission]) -> None:
    submit()
    last = submit()
    last.delete()
    assert submit().number == 3


def test_outsiders_and_viewers_cannot_submit(bob: User, charlie: User, project: Project, team: Team) -> None:
    team.memberships.filter(user=bob).update(role=Role.VIEWER)
    with pytest.raises(Http404):
        intake.accept(Actor(charlie), project, archive_of({"train.py": TRAIN}))
    with pytest.raises(PermissionDenied):
        intake.accept(Actor(bob), project, archive_of({"train.py": TRAIN}))
    assert not _left_behind()


def test_a_shipped_sample_is_trusted_and_a_changed_one_is_not(submit: Callable[..., Submission], samples: Path) -> None:
    folder = samples / "digits"
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert submit(files).trusted
    assert not submit(files, args="--out /somewhere/else").trusted
    assert not submit(files | {"train.py": files["train.py"] + b"\nimport os\n"}).trusted
    assert not submit(files | {"extra.py": b""}).trusted


def test_another_teams_project_name_is_varied_and_not_betrayed(charlie: User, project: Project) -> None:
    outsiders = Team.objects.get(slug="outsiders")
    assert intake.create_project(Actor(charlie), outsiders, "digits").name == "digits-outsiders"
    with pytest.raises(Refusal, match="already"):
        intake.create_project(Actor(charlie), outsiders, "digits")


@pytest.mark.parametrize("name", ["", "/", "..", "日本", "-", "a" * 65])
def test_a_project_needs_a_name_that_makes_an_address(alice: User, team: Team, name: str) -> None:
    with pytest.raises(Refusal):
        intake.create_project(Actor(alice), team, name)
