"""What is taken home must be usable elsewhere: git applies the patch, the archive holds the project."""

import hashlib
import subprocess
import zipfile

from migrator.exports import gather_checkpoints, listed, write_losses, write_metrics, write_patch, write_zip
from migrator.parity.metrics import MetricRow

BEFORE = {
    "same.py": b"x = 1\n",
    "changed.py": b"import torch\n\n\ndef f():\n    return torch.ones(1)\n",
    "crlf.py": b"import torch\r\nx = 1\r\ny = 2\r\n",
    "no_newline.py": b"a = 1\nb = 2",
    "form feed.py": b"a = 1\x0c\nb = 2\n\x85\n",
    "removed.py": b"gone = True\n",
    "data.bin": b"\0\1\2",
    "empty.py": b"",
}
AFTER = {
    "same.py": b"x = 1\n",
    "changed.py": b"from mindspore import ops\n\n\ndef f():\n    return ops.ones(1)\n",
    "crlf.py": b"import mindspore\r\nx = 1\r\ny = 2\r\n",
    "no_newline.py": b"a = 1\nb = 3",
    "form feed.py": b"a = 2\x0c\nb = 2\n\x85\n",
    "new/mindspore_support.py": b"def helper():\n    return 1\n",
    "data.bin": b"\0\1\2",
    "empty.py": b"",
}


def folder(path, files):
    for name, data in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(data)
    return path


def test_git_turns_the_original_into_the_translation(tmp_path):
    source, translated = folder(tmp_path / "a", BEFORE), folder(tmp_path / "b", AFTER)
    write_patch(source, translated, tmp_path / "translated.patch")

    subprocess.run(["git", "apply", "--whitespace=nowarn", "../translated.patch"], cwd=source, check=True)

    found = {path.relative_to(source).as_posix(): path.read_bytes() for path in source.rglob("*") if path.is_file()}
    assert found == AFTER


def test_equal_projects_give_an_empty_patch_and_the_same_archive_every_time(tmp_path):
    source = folder(tmp_path / "a", BEFORE)
    write_patch(source, source, tmp_path / "p")
    for name in ("1.zip", "2.zip"):
        write_zip(source, tmp_path / name, "digits")

    assert (tmp_path / "p").read_bytes() == b""
    assert (tmp_path / "1.zip").read_bytes() == (tmp_path / "2.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "1.zip") as archive:
        assert archive.read("digits/changed.py") == BEFORE["changed.py"]
        assert len(archive.namelist()) == len(BEFORE)


def test_checkpoints_are_gathered_and_listed_with_their_hash(tmp_path):
    folder(tmp_path / "run" / "files", {"out/best.pth": b"weights", "log.txt": b"text"})

    gather_checkpoints(tmp_path / "run", tmp_path / "artifacts" / "checkpoints" / "original")

    (part,) = listed(tmp_path / "artifacts")
    assert (part.name, part.bytes) == ("checkpoints/original/out/best.pth", 7)
    assert part.sha256 == hashlib.sha256(b"weights").hexdigest()
    assert part.kind == "checkpoint original"


def test_series_are_written_with_gaps_and_without_formulas(tmp_path):
    write_losses(tmp_path / "l.csv", [("baseline", (1.0, None, 3.0)), ("replay", (1.0,))])
    write_metrics(tmp_path / "m.csv", [MetricRow("=cmd()", "loss", 1.0, None, None, None)])

    assert (tmp_path / "l.csv").read_text().splitlines() == ["step,baseline,replay", "0,1.0,1.0", "1,,", "2,3.0,"]
    assert "'=cmd()" in (tmp_path / "m.csv").read_text()
