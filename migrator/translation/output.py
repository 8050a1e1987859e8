"""Writing a translation to a folder that may hold an earlier one, which people have worked on since.

``.mindferry/record.zip`` in the folder keeps every file as it was last written there. A file that differs from it was
edited, one that is missing was deleted or moved, one that is not in it was added: none of that is ever lost. An edited
file whose translation changed too is merged by lines. Where both changed the same lines the person's stay, so that the
file remains valid Python, and ``FILE.conflict`` beside it shows both between markers; deleting that file settles it.
"""

from __future__ import annotations

import ast
import contextlib
import difflib
import io
import json
import os
import posixpath
import shutil
import stat
import tempfile
import zipfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from migrator.archives import is_ignored
from migrator.findings import Finding, Severity
from migrator.translation.cache import content_digest
from migrator.translation.merging import merge
from migrator.translation.project import ProjectTranslation

FOLDER = ".mindferry"
RECORD = "record.zip"
CONFLICT = ".conflict"
#: Above this many bytes a file is remembered by its digest alone: nobody edits it by lines.
TEXT_BYTES = 2_000_000
_MANIFEST = "manifest.json"
_NOTE = "Written by MindFerry to know later what people changed here; this folder is not part of the project.\n"


@dataclass(frozen=True)
class Conflict:
    """A file at which an edit and a new translation met; ``line`` is the first such place in it, 0 for the whole."""

    path: str
    line: int
    reason: str

    @property
    def finding(self) -> Finding:
        return Finding(self.path, max(self.line, 1), 0, "MF010", Severity.ERROR, f"Conflict: {self.reason}.")

    def to_json(self) -> dict[str, Any]:
        return {**vars(self), "finding": self.finding.to_json()}


@dataclass
class Written:
    """What became of the edits in a folder: paths whose edits were ``merged`` with or ``kept`` beside the translation,
    and the conflicts, those of earlier times that are not yet settled among them."""

    merged: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        return {
            "merged": self.merged,
            "kept": self.kept,
            "conflicts": [conflict.to_json() for conflict in self.conflicts],
        }


def write(translation: ProjectTranslation, folder: Path) -> Written:
    """Writes the translation to ``folder``, which must exist, and leaves a record of it there."""
    return _Folder(folder).take({file.path: file.data for file in translation.files})


class _Folder:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.written = Written()
        self.base: dict[str, bytes] = {}
        self.digests: dict[str, str] = {}
        self.open: dict[str, int] = {}
        self._clear: set[str] = set()
        self._read_record()

    def take(self, new: Mapping[str, bytes]) -> Written:
        self._follow_renamed(new)
        moved = self._moved(new)
        for path in sorted({*new, *self.digests}):
            self._settle(path, moved.get(path, path), new.get(path))
        for path in sorted(self.open):
            if (self.folder / (path + CONFLICT)).exists() and path not in {c.path for c in self.written.conflicts}:
                reason = f"an earlier conflict is not settled: see {path}{CONFLICT}, and delete it when done"
                self.written.conflicts.append(Conflict(path, self.open[path], reason))
        self._write_record(new)
        return self.written

    def _settle(self, path: str, place: str, new: bytes | None) -> None:
        """Decides about one file: ``path`` in the translation, ``place`` where it lies now."""
        current = self._current(place)
        known = path in self.digests
        unedited = known and current is not None and content_digest(current) == self.digests[path]
        changed = new is None or not known or content_digest(new) != self.digests[path]
        if current == new:
            return
        if self._in_the_way(place):
            if changed and new is not None:
                self._conflict(path, place, 0, "something that is no plain file stands in its place", new)
        elif current is None and not known:
            assert new is not None
            self._write(place, new)
        elif current is None:
            if changed and new is not None:
                self._conflict(path, place, 0, "it was deleted here, and its translation has changed", new)
            else:
                self.written.kept.append(path)
        elif unedited and place == path:
            if new is None:
                self._delete(place)
            else:
                self._write(place, new)
        elif not changed or (new is None and known):
            self.written.kept.append(place)
        elif unedited:
            assert new is not None
            self._write(place, new)
            self.written.merged.append(place)
        else:
            assert new is not None
            self._merge(path, place, current, new)

    def _merge(self, path: str, place: str, current: bytes, new: bytes) -> None:
        base = self.base.get(path)
        texts = [_text(data) for data in (base, current, new)] if base is not None else []
        old, mine, theirs = texts if len(texts) == 3 else (None, None, None)
        if old is None or mine is None or theirs is None:
            known = path in self.digests
            reason = "it was edited here and cannot be merged by lines" if known else "it was not written by MindFerry"
            self._conflict(path, place, 0, reason, new)
            return
        newline = "\r\n" if b"\r\n" in current else "\n"
        old, mine, theirs = (text.replace("\r\n", "\n") for text in (old, mine, theirs))
        found = merge(old, mine, theirs, "edited here", "new translation")
        text = found.text.replace("\n", newline)
        if place.endswith(".py") and _parses(mine) and not _parses(text):
            self._conflict(path, place, 0, "the edit and the new translation do not fit together", new)
            return
        data = text.encode("utf-8")
        if data != current:
            self._write(place, data)
        if found.conflicts:
            marked = found.marked.replace("\n", newline).encode("utf-8")
            reason = "lines that were edited here have a new translation; the edit stays"
            self._conflict(path, place, found.conflicts[0], reason, marked)
        else:
            self.written.merged.append(place)

    def _conflict(self, path: str, place: str, line: int, reason: str, shown: bytes) -> None:
        self._write(place + CONFLICT, shown)
        self.open[place] = line
        self.written.conflicts.append(
            Conflict(place, line, f"{reason}: see {place}{CONFLICT}, and delete it when done")
        )

    def _moved(self, new: Mapping[str, bytes]) -> dict[str, str]:
        """Files that people moved: missing where they were written, and found again by most of their lines."""
        missing = [path for path in self.digests if path in self.base and self._current(path) is None]
        if not missing:
            return {}
        added = {}
        for parent, folders, names in os.walk(self.folder):
            folders[:] = [name for name in folders if name != FOLDER]
            for name in names:
                path = (Path(parent) / name).relative_to(self.folder).as_posix()
                if (
                    path not in self.digests
                    and path not in new
                    and not is_ignored(path)
                    and not path.endswith(CONFLICT)
                ):
                    data = self._current(path)
                    if data is not None:
                        added[path] = data
        return _alike({path: self.base[path] for path in missing}, added)

    def _follow_renamed(self, new: Mapping[str, bytes]) -> None:
        """Gives edited files the names that their sources have now, so that what was changed in them is merged."""
        gone = {path: self.base[path] for path in self.digests if path in self.base and path not in new}
        gone = {path: data for path, data in gone.items() if self._current(path) not in (None, data)}
        fresh = {path: data for path, data in new.items() if path not in self.digests}
        fresh = {path: data for path, data in fresh.items() if not self._place(path).exists()}
        for old, path in _alike(gone, fresh).items():
            current = self._current(old)
            if current is not None:
                self._write(path, current)
                self._delete(old)
                self.digests[path], self.base[path] = self.digests.pop(old), self.base.pop(old)

    def _place(self, path: str) -> Path:
        return self.folder / path

    def _in_the_way(self, path: str) -> bool:
        """Whether a folder, a link or a special file stands where the file goes, or a link or file on the way to it."""
        return not self._is_clear(posixpath.dirname(path)) or _mode(self._place(path)) not in (None, stat.S_IFREG)

    def _is_clear(self, folder: str) -> bool:
        """Whether nothing but folders stands where a folder is, or would be made, and on the way to it."""
        if folder and folder not in self._clear:
            above = posixpath.dirname(folder)
            if not self._is_clear(above) or _mode(self._place(folder)) not in (None, stat.S_IFDIR):
                return False
            self._clear.add(folder)
        return True

    def _current(self, path: str) -> bytes | None:
        place = self._place(path)
        try:
            return place.read_bytes() if not self._in_the_way(path) else None
        except FileNotFoundError:
            return None

    def _write(self, path: str, data: bytes) -> None:
        """Puts a whole file into its place in one step, so that no crash leaves half of one."""
        place = self._place(path)
        if self._in_the_way(path):
            return
        place.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".mindferry-", dir=place.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            if place.exists():
                shutil.copymode(place, name)
            else:
                os.chmod(name, 0o666 & ~_umask())
            os.replace(name, place)
            self._clear.discard(path)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(name)
            raise

    def _delete(self, path: str) -> None:
        place = self._place(path)
        place.unlink()
        for above in place.relative_to(self.folder).parents:
            if above == Path("."):
                break
            try:
                (self.folder / above).rmdir()
            except OSError:
                break

    def _read_record(self) -> None:
        """What was written last time; where there is no record, or it is damaged, everything counts as edited."""
        try:
            with zipfile.ZipFile(self.folder / FOLDER / RECORD) as archive:
                manifest = json.loads(archive.read(_MANIFEST))
                base = {path: archive.read(f"files/{path}") for path in manifest["texts"]}
                self.digests, self.open, self.base = dict(manifest["digests"]), dict(manifest["conflicts"]), base
        except (OSError, KeyError, TypeError, ValueError, zipfile.BadZipFile, NotImplementedError):
            self.digests, self.open, self.base = {}, {}, {}

    def _write_record(self, new: Mapping[str, bytes]) -> None:
        texts = {path: data for path, data in new.items() if len(data) <= TEXT_BYTES and _text(data) is not None}
        manifest = {
            "version": 1,
            "digests": {path: content_digest(data) for path, data in new.items()},
            "texts": sorted(texts),
            "conflicts": {path: self.open[path] for path in sorted({c.path for c in self.written.conflicts})},
        }
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            archive.writestr(_MANIFEST, json.dumps(manifest))
            for path, data in texts.items():
                archive.writestr(f"files/{path}", data)
        self._write(f"{FOLDER}/README", _NOTE.encode("utf-8"))
        self._write(f"{FOLDER}/{RECORD}", packed.getvalue())


def _mode(place: Path) -> int | None:
    """What kind of thing stands in a place, as :mod:`stat` names it; a link is one, wherever it leads."""
    try:
        return stat.S_IFMT(os.lstat(place).st_mode)
    except FileNotFoundError:
        return None


def _alike(missing: Mapping[str, bytes], found: Mapping[str, bytes]) -> dict[str, str]:
    """Which of the files ``found`` each of the ``missing`` ones has become: those with most lines in common first, and
    of several with the same lines the one whose name is most alike."""
    if not missing:
        return {}
    counted = {path: Counter(data.splitlines()) for path, data in found.items() if len(data) <= TEXT_BYTES}
    pairs = []
    for path, data in missing.items():
        lines = Counter(data.splitlines())
        for other, theirs in counted.items():
            likeness = (lines & theirs).total() / max(lines.total(), theirs.total(), 1)
            if likeness > 0.5 and PurePosixPath(other).suffix == PurePosixPath(path).suffix:
                pairs.append((likeness, difflib.SequenceMatcher(None, path, other).ratio(), path, other))
    result: dict[str, str] = {}
    for _, _, path, other in sorted(pairs, reverse=True):
        if path not in result and other not in result.values():
            result[path] = other
    return result


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _text(data: bytes | None) -> str | None:
    if data is None or b"\0" in data:
        return None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _parses(text: str) -> bool:
    try:
        ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
