import os
import stat
import zipfile

import pytest

from migrator.project import ArchiveError, ArchiveLimits, OtherFile, Project, SourceFile


def zipped(path, files):
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def test_sources_and_other_files_come_sorted_by_path():
    project = Project.from_files("p", {"b.txt": b"2", "a.py": b"1"})
    assert project.files == (SourceFile("a.py", b"1"), OtherFile("b.txt", b"2"))
    assert project.sources == (SourceFile("a.py", b"1"),)
    assert "a.py" in project
    assert project.read_bytes("b.txt") == b"2"


def test_a_missing_file_is_named():
    with pytest.raises(FileNotFoundError, match=r"p has no file train\.py"):
        Project.from_files("p", {}).read_bytes("train.py")


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"x = 1\r\n", "x = 1\r\n"),
        (b"\xef\xbb\xbfx = 1\n", "x = 1\n"),
        (b"# coding: latin-1\ns = '\xe9'\n", "# coding: latin-1\ns = 'é'\n"),
        (b"\x0c\tx = 1", "\x0c\tx = 1"),
    ],
)
def test_text_keeps_line_ends_and_follows_the_declared_encoding(data, text):
    source = SourceFile("a.py", data)
    assert source.text == text
    assert source.text.encode(source.encoding) == data


@pytest.mark.parametrize("data", [b"x = 1\ns = '\xe9'\n", b"# coding: no-such\n"])
def test_text_that_does_not_decode_is_a_syntax_error_as_in_python(data):
    with pytest.raises(SyntaxError):
        _ = SourceFile("a.py", data).text


def test_one_folder_at_the_top_is_the_project(tmp_path):
    path = zipped(tmp_path / "v1.zip", {"digits/train.py": "", "digits/data/x.npy": "", "__MACOSX/digits/._x": ""})
    project = Project.from_archive(path)
    assert project.name == "digits"
    assert [file.path for file in project.files] == ["data/x.npy", "train.py"]


def test_a_package_at_the_top_keeps_its_folder(tmp_path):
    project = Project.from_archive(zipped(tmp_path / "v1.zip", {"net/__init__.py": "", "net/train.py": ""}))
    assert project.name == "v1"
    assert [file.path for file in project.files] == ["net/__init__.py", "net/train.py"]


def test_several_things_at_the_top_are_left_as_they_are(tmp_path):
    project = Project.from_archive(zipped(tmp_path / "v1.tar.gz", {"net/train.py": "", "README": ""}))
    assert project.name == "v1"
    assert [file.path for file in project.files] == ["README", "net/train.py"]


def test_a_folder_comes_back_byte_for_byte(tmp_path):
    contents = {"train.py": b"\xff\xfe\r\n\t", "a/b/c.bin": bytes(range(256)), "empty": b""}
    project = Project.from_files("p", contents)
    project.write_to(tmp_path / "p")
    assert Project.from_folder(tmp_path / "p") == project


def test_written_files_have_no_special_modes(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        member = zipfile.ZipInfo("run.sh")
        member.external_attr = (stat.S_IFREG | stat.S_ISUID | 0o777) << 16
        archive.writestr(member, "#!/bin/sh\n")
    Project.from_archive(tmp_path / "a.zip").write_to(tmp_path / "p")
    mode = (tmp_path / "p/run.sh").stat().st_mode
    assert mode & (stat.S_ISUID | stat.S_ISGID | stat.S_IXUSR) == 0


def test_it_does_not_write_over_anything(tmp_path):
    (tmp_path / "mine.txt").write_text("keep")
    with pytest.raises(FileExistsError):
        Project.from_files("p", {"train.py": b""}).write_to(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_folder_is_read_without_caches_and_environments(tmp_path):
    for name in ("train.py", ".git/HEAD", "__pycache__/train.pyc", ".venv/lib/a.py", "node_modules/a.js"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    assert [file.path for file in Project.from_folder(tmp_path).files] == ["train.py"]


def test_a_link_inside_the_folder_is_read(tmp_path):
    (tmp_path / "a.py").write_text("x")
    (tmp_path / "b.py").symlink_to("a.py")
    assert Project.from_folder(tmp_path).read_bytes("b.py") == b"x"


@pytest.mark.parametrize("target", ["/etc/passwd", "/etc", "../outside.py"])
def test_a_link_out_of_the_folder_is_refused_by_name(target, tmp_path):
    (tmp_path / "p").mkdir()
    (tmp_path / "outside.py").write_text("")
    (tmp_path / "p/link").symlink_to(target)
    with pytest.raises(ArchiveError, match="link: the link leads out"):
        Project.from_folder(tmp_path / "p")


def test_a_pipe_in_the_folder_is_refused_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ArchiveError, match="pipe: this is not a plain file"):
        Project.from_folder(tmp_path)


def test_the_limits_hold_for_folders(tmp_path):
    (tmp_path / "big.bin").write_bytes(bytes(100))
    with pytest.raises(ArchiveError, match=r"big\.bin"):
        Project.from_folder(tmp_path, ArchiveLimits(member_bytes=99))


def test_a_missing_folder_is_said_so(tmp_path):
    with pytest.raises(NotADirectoryError, match="is not a folder"):
        Project.from_folder(tmp_path / "nowhere")
