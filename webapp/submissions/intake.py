"""Taking in an archive: streamed to disk, checked, unpacked into a working folder, recorded. All of it, or nothing."""

from __future__ import annotations

import hashlib
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.text import slugify

from migrator.project import ArchiveError, ArchiveLimits, SettingsError
from migrator.project import Project as SourceTree
from migrator.project import ProjectSettings as SourceSettings
from webapp.refusals import Refusal, too_large
from webapp.submissions import road
from webapp.submissions.models import Project, Submission
from webapp.teams import audit
from webapp.teams.models import Team
from webapp.teams.policy import Actor, Right, require

_CHUNK = 1024 * 1024


@dataclass(frozen=True)
class Wishes:
    """What the sender asked for; None leaves it to the project's mindferry.toml, then to the project's settings."""

    entry: str | None = None
    args: str | None = None
    target: str | None = None


def create_project(actor: Actor, team: Team, name: str, title: str = "", description: str = "") -> Project:
    """Create a project of the team. Its name becomes its address, so it is unique on the server."""
    require(actor, Right.SUBMIT, team)
    address = slugify(name)
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,63}", address):
        raise Refusal(
            "bad_name", "A project's name has 1 to 64 letters, digits, - and _, and begins with one of the first two."
        )
    with transaction.atomic():
        Team.objects.select_for_update().get(pk=team.pk)
        if team.projects.filter(name__in=(address, f"{address}-{team.slug}"[:80])).exists():
            raise Refusal("name_taken", f"The team has a project named {address} already.", status=409)
        if Project.objects.filter(name=address).exists():
            # Another team's project must not be noticed as such, so the name is varied rather than refused.
            address = f"{address}-{team.slug}"[:80]
        project = Project.objects.create(
            team=team, name=address, title=title.strip()[:120] or name.strip()[:120],
            description=description.strip()[:2000], owner_id=actor.user.pk,
        )  # fmt: skip
        audit.note(actor, team, "created project", project)
    return project


def delete_project(actor: Actor, project: Project, confirm: str) -> None:
    """Delete a project with everything in it; `confirm` must be its name, and nothing of it may be running."""
    require(actor, Right.ADMINISTER, project.team)
    if confirm != project.name:
        raise Refusal("unconfirmed", "Nothing was deleted: the confirmation must be the project's name.", status=409)
    with transaction.atomic():
        for submission in project.submissions.all():
            road.delete(submission)
        audit.note(actor, project.team, "deleted project", project.name)
        project.delete()


def accept(actor: Actor, project: Project, upload: UploadedFile, wishes: Wishes | None = None) -> Submission:
    """Make a submission of an uploaded archive and put it on the road.

    Raises Refusal, which names the archive's member where one is to blame, and leaves nothing behind then.
    """
    require(actor, Right.SUBMIT, project.team)
    name = Path(upload.name or "archive").name[:255]
    with _scratch() as scratch:
        packed = scratch / re.sub(r"[^A-Za-z0-9._-]", "_", name)[-100:].lstrip(".-") if name else scratch / "archive"
        packed = packed if packed != scratch else scratch / "archive"
        size, digest = _save(upload, packed)
        tree = _read(packed)
        packed.unlink()
        settled = _settle(project, tree, wishes or Wishes())
        work = scratch / "work"
        tree.write_to(work / "source")
        if settled.entry:
            road.check_entry(work / "source", settled.entry)
        submission = Submission(
            project=project, created_by_id=actor.user.pk, archive_name=name, archive_bytes=size, archive_sha256=digest,
            file_count=len(tree.files), entry=settled.entry, args=settled.args, target=settled.target,
            limits=settled.limits, trusted=_is_shipped_sample(tree, settled),
        )  # fmt: skip
        try:
            with transaction.atomic():
                held = Project.objects.select_for_update(of=("self",)).get(pk=project.pk)
                held.last_number += 1
                held.save(update_fields=["last_number"])
                submission.number = held.last_number
                submission.save()
                # A folder of that number can only be what a lost database left.
                shutil.rmtree(submission.folder, ignore_errors=True)
                submission.folder.mkdir(mode=0o700)
                work.rename(submission.work)
                road.begin(submission)
                audit.note(actor, project.team, "submitted", submission, name)
        except BaseException:
            if submission.pk is not None:
                shutil.rmtree(submission.folder, ignore_errors=True)
            raise
    return submission


@dataclass(frozen=True)
class _Settled:
    entry: str
    args: str
    target: str
    limits: dict[str, int]


def _settle(project: Project, tree: SourceTree, wishes: Wishes) -> _Settled:
    try:
        own = SourceSettings.read(tree)
    except SettingsError as error:
        raise Refusal("bad_settings", str(error), "Mend the file in the archive, or leave it out.") from error
    entry = wishes.entry if wishes.entry is not None else own.entry or ""
    if not entry and project.entry in tree:
        entry = project.entry
    args = wishes.args if wishes.args is not None else own.args
    target = wishes.target or (own.target if "mindferry.toml" in tree else project.target)
    limits = {word: value for word in ("seconds", "memory_mb", "steps") if (value := getattr(own, word)) is not None}
    return _Settled(entry, road.check_args(project.args if args is None else args), road.check_target(target), limits)


def _save(upload: UploadedFile, path: Path) -> tuple[int, str]:
    size, digest = 0, hashlib.sha256()
    with path.open("wb") as file:
        for chunk in upload.chunks(_CHUNK):
            size += len(chunk)
            if size > settings.UPLOAD_MAX_BYTES:
                raise too_large(settings.UPLOAD_MAX_BYTES)
            digest.update(chunk)
            file.write(chunk)
    return size, digest.hexdigest()


def _read(packed: Path) -> SourceTree:
    limits = ArchiveLimits(members=settings.ARCHIVE_MAX_MEMBERS, total_bytes=settings.ARCHIVE_MAX_BYTES)
    try:
        tree = SourceTree.from_archive(packed, limits)
    except ArchiveError as error:
        raise Refusal(
            "bad_archive",
            str(error),
            "Nothing of the archive was kept. Mend it and send it again.",
        ) from error
    if not tree.sources:
        raise Refusal("no_python", "The archive holds no Python file.", "Pack the project's source, not only its data.")
    return tree


def _is_shipped_sample(tree: SourceTree, settled: _Settled) -> bool:
    """True where every file is, byte for byte, that of a sample which ships with MindFerry, run in its own way."""
    import migrator

    contents = {file.path: file.data for file in tree.files}
    for folder in (Path(migrator.__file__).parent / "samples").iterdir():
        if folder.is_dir() and not folder.name.startswith("_"):
            sample = SourceTree.from_folder(folder)
            own = SourceSettings.read(sample)
            if {file.path: file.data for file in sample.files} == contents:
                return (settled.entry, settled.args) == (own.entry or "", own.args or "")
    return False


@contextmanager
def _scratch() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="intake-", dir=settings.UPLOADS_DIR) as folder:
        yield Path(folder)
