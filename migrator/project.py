"""A project as MindFerry sees it: an immutable tree of files, read from a folder or an archive."""

from __future__ import annotations

import io
import os
import stat
import tokenize
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

from migrator.archives import (
    IGNORED_FOLDERS,
    ArchiveError,
    ArchiveLimits,
    Tree,
    checked_path,
    is_ignored,
    read_archive,
)
from migrator.project_settings import SETTINGS_FILE, ProjectSettings, SettingsError

__all__ = [
    "SETTINGS_FILE",
    "ArchiveError",
    "ArchiveLimits",
    "OtherFile",
    "Project",
    "ProjectSettings",
    "SettingsError",
    "SourceFile",
]


@dataclass(frozen=True)
class OtherFile:
    """A file that is not Python source: data, documentation, configuration. ``path`` is relative, with ``/``."""

    path: str
    data: bytes = field(repr=False)


@dataclass(frozen=True)
class SourceFile:
    """A Python source file. ``path`` is relative, with ``/``."""

    path: str
    data: bytes = field(repr=False)

    @cached_property
    def encoding(self) -> str:
        """The encoding by PEP 263 (``utf-8-sig`` where a byte-order mark stands first).

        Raises SyntaxError where the declared encoding does not exist, as Python does.
        """
        return tokenize.detect_encoding(io.BytesIO(self.data).readline)[0]

    @cached_property
    def text(self) -> str:
        """The source with its own line ends. Raises SyntaxError where the bytes do not fit the encoding."""
        try:
            return self.data.decode(self.encoding)
        except UnicodeDecodeError as error:
            line = self.data.count(b"\n", 0, error.start) + 1
            raise SyntaxError(f"the file is not {self.encoding}", (self.path, line, None, None)) from error


@dataclass(frozen=True)
class Project:
    """A name and files, sorted by path."""

    name: str
    files: tuple[SourceFile | OtherFile, ...]

    @classmethod
    def from_files(cls, name: str, contents: Mapping[str, bytes]) -> Project:
        """``contents`` maps relative paths to bytes; ``.py`` files become sources."""
        return cls(
            name,
            tuple(
                SourceFile(path, data) if path.endswith(".py") else OtherFile(path, data)
                for path, data in sorted(contents.items())
            ),
        )

    @classmethod
    def from_folder(cls, folder: Path, limits: ArchiveLimits | None = None) -> Project:
        """Read a folder. Caches, environments and version control stay out.

        A link is read where it leads to a file inside the folder. Raises ArchiveError, which names the
        file, for a link that leads elsewhere, for pipes and devices, and beyond the limits;
        NotADirectoryError where there is no such folder.
        """
        root = folder.resolve()
        if not root.is_dir():
            raise NotADirectoryError(f"{folder} is not a folder")
        limits = limits or ArchiveLimits()
        tree = Tree(limits)
        for found in _walk(root):
            path = checked_path(os.fsencode(found.relative_to(root)).decode("utf-8", "surrogateescape"), limits)
            if is_ignored(path):
                continue
            tree.count_member()
            target = found.resolve()
            if not target.is_relative_to(root):
                raise ArchiveError(path, "the link leads out of the project; put the file itself there")
            if not stat.S_ISREG(target.stat().st_mode):
                raise ArchiveError(path, "this is not a plain file; leave it out of the project")
            tree.add(path, _chunks(target))
        return cls.from_files(root.name, tree.files)

    @classmethod
    def from_archive(cls, path: Path, limits: ArchiveLimits | None = None) -> Project:
        """Read a zip, tar, tar.gz or tar.bz2 that may come from a stranger; nothing is unpacked to disk.

        Where all files lie in one folder at the top, that folder is the project's root and gives its name,
        unless it is itself a package (it has an ``__init__.py``), whose imports need the folder.
        Raises ArchiveError, which names the member and says what to mend.
        """
        files = read_archive(path, limits or ArchiveLimits())
        if not files:
            raise ArchiveError("", "the archive holds no files; pack the project again")
        name = path.name
        for ending in (".zip", ".tgz", ".tar.gz", ".tbz2", ".tar.bz2", ".tar"):
            name = name.removesuffix(ending)
        tops = {member.partition("/")[0] for member in files}
        top = tops.pop()
        if not tops and top not in files and f"{top}/__init__.py" not in files:
            name, files = top, {member.removeprefix(f"{top}/"): data for member, data in files.items()}
        return cls.from_files(name, files)

    @cached_property
    def _by_path(self) -> Mapping[str, SourceFile | OtherFile]:
        return MappingProxyType({file.path: file for file in self.files})

    @property
    def sources(self) -> tuple[SourceFile, ...]:
        return tuple(file for file in self.files if isinstance(file, SourceFile))

    def __contains__(self, path: object) -> bool:
        return path in self._by_path

    def read_bytes(self, path: str) -> bytes:
        """The bytes of the file at this relative path. Raises FileNotFoundError."""
        if path not in self._by_path:
            raise FileNotFoundError(f"{self.name} has no file {path}")
        return self._by_path[path].data

    def write_to(self, folder: Path) -> None:
        """Write all files into ``folder``, which must be new or empty. No mode bit or link of an archive survives."""
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise FileExistsError(f"{folder} is not empty")
        for file in self.files:
            target = folder / file.path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(file.data)


def _walk(root: Path) -> Iterator[Path]:
    """Every file below ``root`` in a stable order; ignored folders are not even entered, links not followed."""
    for parent, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if name not in IGNORED_FOLDERS)
        linked = [name for name in folders if (Path(parent) / name).is_symlink()]
        for name in sorted([*names, *linked]):
            yield Path(parent) / name


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(1024 * 1024):
            yield chunk
