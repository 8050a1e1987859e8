"""What a well-meant archive may look like. The hostile ones stand in tests/attacks/."""

import contextlib
import io
import stat
import tarfile
import tempfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.archives import ArchiveError, ArchiveLimits, read_archive

SMALL = ArchiveLimits(members=5, total_bytes=3000, member_bytes=2000)


def zipped(path, files):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def tarred(path, files, mode="w:gz"):
    with tarfile.open(path, mode) as archive:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return path


FILES = {"train.py": b"print(1)\r\n", "model/net.py": b"", "données/größe.txt": bytes(range(256))}


def test_it_reads_a_zip(tmp_path):
    assert read_archive(zipped(tmp_path / "a.zip", FILES), ArchiveLimits()) == FILES


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2"])
def test_it_reads_a_tar_whatever_its_packing_and_name(mode, tmp_path):
    assert read_archive(tarred(tmp_path / "upload", FILES, mode), ArchiveLimits()) == FILES


@pytest.mark.parametrize("format", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT, tarfile.USTAR_FORMAT])
def test_it_reads_long_names_in_every_tar_format(format, tmp_path):
    name = "a" * 90 + "/" + "b" * 90 + "/train.py"
    with tarfile.open(tmp_path / "a.tar", "w", format=format) as archive:
        archive.addfile(tarfile.TarInfo(name))
    assert read_archive(tmp_path / "a.tar", ArchiveLimits()) == {name: b""}


def test_it_takes_leading_dots_and_double_slashes_for_what_they_are(tmp_path):
    path = tarred(tmp_path / "a.tgz", {"./train.py": b"1", "./model//net.py": b"2"})
    assert read_archive(path, ArchiveLimits()) == {"train.py": b"1", "model/net.py": b"2"}


def test_it_reads_utf8_names_of_packers_that_do_not_say_so(tmp_path):
    path = zipped(tmp_path / "a.zip", {"größe.txt": b""})
    data = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.index(mark) + offset
        data[at : at + 2] = b"\0\0"
    path.write_bytes(data)
    assert read_archive(path, ArchiveLimits()) == {"größe.txt": b""}


def test_it_leaves_out_version_control_caches_and_what_finders_leave(tmp_path):
    clutter = {".git/config": b"", "pkg/__pycache__/a.pyc": b"", "__MACOSX/._train.py": b"", "data/.DS_Store": b""}
    path = zipped(tmp_path / "a.zip", {**clutter, "train.py": b"", ".gitignore": b""})
    assert set(read_archive(path, ArchiveLimits())) == {"train.py", ".gitignore"}


def test_links_in_an_environment_that_is_left_out_do_no_harm(tmp_path):
    with tarfile.open(tmp_path / "a.tgz", "w:gz") as archive:
        link = tarfile.TarInfo(".venv/bin/python")
        link.type, link.linkname = tarfile.SYMTYPE, "/usr/bin/python3"
        archive.addfile(link)
        archive.addfile(tarfile.TarInfo("train.py"))
    assert read_archive(tmp_path / "a.tgz", ArchiveLimits()) == {"train.py": b""}


def test_an_archive_inside_the_archive_stays_a_file(tmp_path):
    bomb = zipped(tmp_path / "inner.zip", {"zeros.bin": bytes(64 * 1024 * 1024)}).read_bytes()
    path = zipped(tmp_path / "a.zip", {"train.py": b"", "inner.zip": bomb})
    assert read_archive(path, ArchiveLimits())["inner.zip"] == bomb


def test_mode_bits_are_not_an_obstacle(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        member = zipfile.ZipInfo("run.sh")
        member.external_attr = (stat.S_IFREG | stat.S_ISUID | stat.S_ISGID | 0o777) << 16
        archive.writestr(member, "#!/bin/sh\n")
    assert read_archive(tmp_path / "a.zip", ArchiveLimits()) == {"run.sh": b"#!/bin/sh\n"}


@pytest.mark.parametrize("pack", [zipped, tarred])
@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({f"{n}.py": b"" for n in range(6)}, "more than 5 members"),
        ({"a.bin": bytes(2001)}, "a.bin: the file is larger"),
        ({"a.bin": bytes(1900), "b.bin": bytes(1900)}, "b.bin: the files are together larger"),
    ],
)
def test_the_limits_hold_in_zip_and_tar(pack, files, says, tmp_path):
    with pytest.raises(ArchiveError, match=says):
        read_archive(pack(tmp_path / "archive", files), SMALL)


@pytest.mark.parametrize("pack", [zipped, tarred])
def test_a_file_of_zeros_is_welcome_while_it_is_small(pack, tmp_path):
    path = pack(tmp_path / "archive", {"mask.bin": bytes(4 * 1024 * 1024)})
    assert len(read_archive(path, ArchiveLimits())["mask.bin"]) == 4 * 1024 * 1024


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_damage_is_always_an_archive_error_or_harmless(data):
    with tempfile.TemporaryDirectory() as folder:
        pack, mode = data.draw(st.sampled_from([(zipped, None), (tarred, "w"), (tarred, "w:gz"), (tarred, "w:bz2")]))
        path = Path(folder) / "archive"
        pack(path, FILES, mode) if mode else pack(path, FILES)
        content = bytearray(path.read_bytes())
        for _ in range(data.draw(st.integers(1, 4))):
            content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
        path.write_bytes(content[: data.draw(st.integers(1, len(content)))])
        with contextlib.suppress(ArchiveError):
            files = read_archive(path, SMALL)
            assert not any(name.startswith("/") or ".." in name.split("/") for name in files)
