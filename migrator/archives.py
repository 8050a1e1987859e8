"""Reads a zip or tar archive that a stranger sent, into memory, and refuses what is not plain files.

Nothing is ever unpacked to disk here, so nothing can be left behind, no link can be followed and no
mode bit can survive. Sizes are counted while bytes come out of the decompressor; what the archive
*declares* about its sizes is not believed. Archives inside the archive stay what they are: files.
"""

from __future__ import annotations

import bz2
import gzip
import io
import re
import stat
import struct
import tarfile
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Self

MiB = 1024 * 1024

#: Folders and files that belong to tools, not to the project.
IGNORED_FOLDERS = frozenset(
    {
        ".git", ".hg", ".svn", "__pycache__", "__MACOSX", ".venv", "venv", "node_modules", ".tox", ".nox", ".idea",
        ".vscode", ".mindferry", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".ipynb_checkpoints", ".eggs",
    }
)  # fmt: skip
IGNORED_FILES = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})
IGNORED_SUFFIXES = (".pyc", ".pyo")

#: What zipfile, tarfile and the decompressors raise when the bytes make no sense to them.
_DAMAGE = (
    zipfile.BadZipFile, tarfile.TarError, zlib.error, struct.error, EOFError, OSError, ValueError, NotImplementedError,
    OverflowError,
)  # fmt: skip
_CHUNK = 64 * 1024
#: A tar header with its long-name and pax records; git and GNU tar stay below 10 KiB.
_TAR_HEADER_BYTES = MiB
#: Characters that reverse the reading direction make one name look like another.
_DIRECTION_MARKS = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@dataclass(frozen=True)
class ArchiveLimits:
    """What an archive (or folder) may hold. Bytes are counted unpacked."""

    members: int = 10_000
    total_bytes: int = 256 * MiB
    member_bytes: int = 128 * MiB
    #: Unpacked bytes for one packed byte; text reaches 10 to 20, a file of zeros 1000.
    ratio: int = 200
    #: Below this size the ratio is not judged: a small file of zeros harms nobody.
    ratio_floor: int = 8 * MiB
    path_length: int = 512
    depth: int = 32


class ArchiveError(ValueError):
    """The archive is refused. ``member`` names the entry concerned ("" where it is the archive itself)."""

    def __init__(self, member: str, message: str) -> None:
        self.member = printable(member)
        self.message = message
        super().__init__(f"{self.member}: {message}" if self.member else message)


def printable(name: str) -> str:
    """The name as a person can read it: controls, lone surrogates and direction marks escaped, and shortened."""
    shown = "".join(
        char if char.isprintable() and char not in _DIRECTION_MARKS else char.encode("unicode_escape").decode()
        for char in name
    )
    return shown if len(shown) <= 200 else f"{shown[:150]}…{shown[-40:]}"


def is_ignored(path: str) -> bool:
    """True for what tools leave in a project: caches, environments, version control."""
    *folders, name = path.split("/")
    return not IGNORED_FOLDERS.isdisjoint(folders) or name in IGNORED_FILES or name.endswith(IGNORED_SUFFIXES)


def checked_path(name: str, limits: ArchiveLimits) -> str:
    """The member's relative path with ``/`` between its parts ("" for the root itself), or ArchiveError."""
    if "\\" in name:
        raise ArchiveError(name, "the name has a backslash; pack the project again with forward slashes in its names")
    if any(unicodedata.category(char) in ("Cc", "Cs") or char in _DIRECTION_MARKS for char in name):
        raise ArchiveError(
            name, "the name has a control character or is not UTF-8; rename the file and pack the project again"
        )
    if name.startswith("/") or re.match(r"[A-Za-z]:", name):
        raise ArchiveError(name, "the name is an absolute path; pack the project from inside its own folder")
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if ".." in parts:
        raise ArchiveError(name, "the name leads out of the project ('..'); pack the project from inside its folder")
    if len(name) > limits.path_length or any(len(part.encode()) > 255 for part in parts):
        raise ArchiveError(name, f"the name is too long (at most {limits.path_length} characters, 255 bytes a part)")
    if len(parts) > limits.depth:
        raise ArchiveError(name, f"the file lies more than {limits.depth} folders deep")
    return "/".join(parts)


@dataclass
class Tree:
    """Collects files under checked paths; every addition is held against the limits."""

    limits: ArchiveLimits
    files: dict[str, bytes] = field(default_factory=dict)
    _folders: set[str] = field(default_factory=set)
    _spellings: dict[str, str] = field(default_factory=dict)
    _members: int = 0
    _bytes: int = 0

    def count_member(self) -> None:
        self._members += 1
        if self._members > self.limits.members:
            raise ArchiveError(
                "", f"more than {self.limits.members} members; leave data sets and environments out of the archive"
            )

    def add(self, path: str, chunks: Iterator[bytes]) -> None:
        """Read one file to its end. ArchiveError where it grows too large or its path is taken."""
        self._claim(path)
        data = bytearray()
        for chunk in chunks:
            data += chunk
            self._bytes += len(chunk)
            if len(data) > self.limits.member_bytes:
                raise ArchiveError(
                    path, f"the file is larger than {self.limits.member_bytes // MiB} MiB; leave it out of the archive"
                )
            if self._bytes > self.limits.total_bytes:
                raise ArchiveError(
                    path,
                    f"the files are together larger than {self.limits.total_bytes // MiB} MiB; "
                    "leave data sets and checkpoints out of the archive",
                )
        self.files[path] = bytes(data)

    def _claim(self, path: str) -> None:
        """Refuse a second file at this path, also where only upper and lower case or Unicode form differ."""
        parts = path.split("/")
        for length in range(1, len(parts)):
            folder = "/".join(parts[:length])
            taken = self._spellings.setdefault(_folded(folder), folder)
            self._folders.add(folder)
            if taken != folder or folder in self.files:
                raise ArchiveError(path, f"its folder collides with {printable(taken)}; rename one of the two")
        taken = self._spellings.setdefault(_folded(path), path)
        if path in self.files:
            raise ArchiveError(path, "the archive holds this file twice; pack the project again")
        if taken != path:
            raise ArchiveError(path, f"the name differs from {printable(taken)} only in spelling; rename one of them")
        if path in self._folders:
            raise ArchiveError(path, "the name is used for a file and for a folder; rename one of the two")


def read_archive(path: Path, limits: ArchiveLimits) -> dict[str, bytes]:
    """All project files of a ``.zip``, ``.tar``, ``.tar.gz`` or ``.tar.bz2``, told by its first bytes, not its name.

    Raises ArchiveError for anything else, and for every member that is not a plain file or folder.
    """
    with path.open("rb") as raw:
        head = raw.read(512)
        raw.seek(0)
        if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
            return _read_zip(raw, limits)
        if head.startswith(b"\x1f\x8b"):
            return _read_tar(_Metered(gzip.GzipFile(fileobj=raw), raw, limits), limits)
        if head.startswith(b"BZh"):
            return _read_tar(_Metered(bz2.BZ2File(raw), raw, limits), limits)
        if head[257:262] == b"ustar":
            return _read_tar(_Metered(raw, raw, limits), limits)
    raise ArchiveError(
        "", "this is neither a zip nor a tar, tar.gz or tar.bz2 archive; pack the project as one of these"
    )


def _folded(path: str) -> str:
    return unicodedata.normalize("NFC", path).casefold()


# ── zip ──────────────────────────────────────────────────────────────────────────────────────────────


def _read_zip(raw: BinaryIO, limits: ArchiveLimits) -> dict[str, bytes]:
    tree = Tree(limits)
    try:
        _refuse_many_zip_members(raw, limits)
        with zipfile.ZipFile(raw) as archive:
            for _ in archive.infolist():
                tree.count_member()
            _refuse_overlaps(archive, raw)
            for info in archive.infolist():
                path = checked_path(_zip_name(info), limits)
                if not path or info.is_dir() or is_ignored(path):
                    continue
                _refuse_special_zip_member(path, info)
                tree.add(path, _zip_chunks(archive, info, path, limits))
    except ArchiveError:
        raise
    except UnicodeDecodeError as error:
        name = error.object.decode("utf-8", "backslashreplace")
        raise ArchiveError(name, "the name is not UTF-8; rename the file and pack the project again") from error
    except _DAMAGE as error:
        raise ArchiveError("", f"the zip archive is damaged ({error}); pack the project again") from error
    return tree.files


def _refuse_many_zip_members(raw: BinaryIO, limits: ArchiveLimits) -> None:
    """ZipFile builds an object for every entry of the central directory: look at its size before."""
    raw.seek(0, io.SEEK_END)
    size = raw.tell()
    raw.seek(max(0, size - 65557))
    tail = raw.read()
    end = tail.rfind(b"PK\x05\x06")
    if end < 0:
        raise zipfile.BadZipFile("its directory is missing")
    directory = int.from_bytes(tail[end + 12 : end + 16], "little")
    # An entry takes 46 bytes and its name. 0xFFFFFFFF announces zip64, which only archives over 4 GiB need.
    if directory == 0xFFFFFFFF:
        raise ArchiveError("", "the archive is a zip64 archive; pack the project as a plain zip below 4 GiB")
    if directory > limits.members * (46 + limits.path_length):
        raise ArchiveError(
            "", f"more than {limits.members} members; leave data sets and environments out of the archive"
        )
    raw.seek(0)


def _zip_name(info: zipfile.ZipInfo) -> str:
    """The name as the archive has it. Without the UTF-8 flag zipfile reads names as cp437; most packers mean UTF-8."""
    name = info.orig_filename
    if info.flag_bits & 0x800:
        return name
    try:
        return name.encode("cp437").decode("utf-8")
    except UnicodeDecodeError:
        raise ArchiveError(name, "the name is not UTF-8; rename the file and pack the project again") from None


def _refuse_special_zip_member(path: str, info: zipfile.ZipInfo) -> None:
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind == stat.S_IFLNK:
        raise ArchiveError(path, "the member is a link; put the file itself into the archive")
    if kind not in (0, stat.S_IFREG):
        raise ArchiveError(path, "the member is not a plain file; leave it out of the archive")
    if info.flag_bits & (0x1 | 0x40 | 0x2000):
        raise ArchiveError(path, "the member is encrypted; pack the project without a password")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ArchiveError(path, "the member's compression is not supported; use the usual one (deflate)")


def _refuse_overlaps(archive: zipfile.ZipFile, raw: BinaryIO) -> None:
    """Entries that share packed bytes multiply them: the flat zip bomb unpacks 42 kB to 5 GB without nesting."""
    end_of_last, last = 0, ""
    for info in sorted(archive.infolist(), key=lambda entry: entry.header_offset):
        raw.seek(info.header_offset)
        header = raw.read(30)
        if header[:4] != b"PK\x03\x04":
            raise zipfile.BadZipFile("an entry points to no member")
        if info.header_offset < end_of_last:
            raise ArchiveError(info.filename, f"the member overlaps {printable(last)}; pack the project again")
        names = int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
        end_of_last, last = info.header_offset + 30 + names + info.compress_size, info.filename
    if end_of_last > archive.start_dir:
        raise ArchiveError(last, "the member runs into the archive's directory; pack the project again")


def _zip_chunks(archive: zipfile.ZipFile, info: zipfile.ZipInfo, path: str, limits: ArchiveLimits) -> Iterator[bytes]:
    unpacked = 0
    with archive.open(info) as member:
        while chunk := member.read(_CHUNK):
            unpacked += len(chunk)
            _judge_ratio(path, unpacked, info.compress_size, limits)
            yield chunk


def _judge_ratio(path: str, unpacked: int, packed: int, limits: ArchiveLimits) -> None:
    if unpacked > limits.ratio_floor and unpacked > limits.ratio * max(packed, 1):
        raise ArchiveError(
            path, f"it unpacks to more than {limits.ratio} times its packed size, as a zip bomb does; leave it out"
        )


# ── tar ──────────────────────────────────────────────────────────────────────────────────────────────


class _Metered:
    """The unpacked tar stream. It counts what comes out, so that no header can ask for more than the limits."""

    def __init__(self, stream: BinaryIO | gzip.GzipFile | bz2.BZ2File, raw: BinaryIO, limits: ArchiveLimits) -> None:
        self._stream = stream
        self._raw = raw
        self._limits = limits
        self._total = 0
        self._budget = _TAR_HEADER_BYTES
        self.member = ""

    def allow(self, size: int) -> None:
        """What may come before the next call: a member's bytes and the headers of the next one."""
        self._budget = size + _TAR_HEADER_BYTES

    def read(self, size: int) -> bytes:
        data = self._stream.read(size)
        self._total += len(data)
        self._budget -= len(data)
        # Padding and headers come on top of the files: half a KiB for each and a block for its end.
        if self._total > self._limits.total_bytes + self._limits.members * 2048:
            raise ArchiveError(
                self.member,
                f"the archive unpacks to more than {self._limits.total_bytes // MiB} MiB; "
                "leave data sets and checkpoints out of it",
            )
        if self._budget < 0:
            raise ArchiveError(self.member, "a header of the archive is far too large; pack the project again")
        _judge_ratio(self.member, self._total, self._raw.tell(), self._limits)
        return data


class _StrictTarInfo(tarfile.TarInfo):
    """tarfile takes a damaged header in mid-archive for the end, and so loses members in silence."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        try:
            return super().frombuf(buf, encoding, errors)
        except (tarfile.InvalidHeaderError, tarfile.TruncatedHeaderError) as error:  # type: ignore[attr-defined]
            raise tarfile.ReadError(str(error)) from error


def _read_tar(stream: _Metered, limits: ArchiveLimits) -> dict[str, bytes]:
    tree = Tree(limits)
    try:
        with tarfile.open(fileobj=stream, mode="r|", tarinfo=_StrictTarInfo, encoding="utf-8") as archive:  # type: ignore[call-overload]
            for info in archive:
                tree.count_member()
                stream.member = info.name
                stream.allow(info.size if info.isreg() else 0)
                path = checked_path(info.name, limits)
                if not path or info.isdir() or is_ignored(path):
                    continue
                _refuse_special_tar_member(path, info)
                tree.add(path, _tar_chunks(archive, info))
    except ArchiveError:
        raise
    except _DAMAGE as error:
        raise ArchiveError("", f"the tar archive is damaged ({error}); pack the project again") from error
    return tree.files


def _refuse_special_tar_member(path: str, info: tarfile.TarInfo) -> None:
    if info.issym() or info.islnk():
        raise ArchiveError(path, "the member is a link; put the file itself into the archive (tar --dereference)")
    if not info.isreg():
        raise ArchiveError(path, "the member is not a plain file (device or pipe); leave it out of the archive")
    if info.issparse():
        raise ArchiveError(path, "the member is a sparse file; pack the project without tar --sparse")


def _tar_chunks(archive: tarfile.TarFile, info: tarfile.TarInfo) -> Iterator[bytes]:
    member = archive.extractfile(info)
    assert member is not None  # a regular file always has one
    while chunk := member.read(_CHUNK):
        yield chunk
