import os
import stat

import pytest

from migrator.translation import ProjectTranslation, TranslatedFile
from migrator.translation.output import write

OLD = "import mindspore as ms\n\n\ndef f(x):\n    return x + 1\n\n\ndef g(x):\n    return x - 1\n"
NEW = OLD.replace("x - 1", "x - 2")


def translation(files):
    made = (TranslatedFile(p, t.encode() if isinstance(t, str) else t, "translated") for p, t in files.items())
    return ProjectTranslation("cpu", tuple(made), ())


@pytest.fixture
def out(tmp_path):
    write(translation({"net.py": OLD, "pkg/data.bin": b"\0\1", "train.py": "a = 1\n"}), tmp_path)
    return tmp_path


def files(folder):
    return sorted(
        p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file() and ".mindferry" not in p.parts
    )


NEXT = {"net.py": NEW, "pkg/data.bin": b"\0\1", "train.py": "a = 1\n"}


def test_untouched_files_follow_the_translation(out):
    written = write(translation({"net.py": NEW, "new.py": "b = 1\n"}), out)
    assert (out / "net.py").read_text() == NEW
    assert files(out) == ["net.py", "new.py"]
    assert not (out / "pkg").exists()
    assert (written.merged, written.kept, written.conflicts) == ([], [], [])


def test_an_edit_survives_a_change_elsewhere_in_the_file(out):
    (out / "net.py").write_text(OLD.replace("x + 1", "x + 100"))
    written = write(translation(NEXT), out)
    assert (out / "net.py").read_text() == NEW.replace("x + 1", "x + 100")
    assert written.merged == ["net.py"] and not written.conflicts
    again = write(translation(NEXT), out)
    assert (out / "net.py").read_text() == NEW.replace("x + 1", "x + 100")
    assert again.kept == ["net.py"] and not again.conflicts


def test_an_edit_of_the_same_lines_stays_and_the_conflict_is_shown(out):
    edited = OLD.replace("x - 1", "x - 100")
    (out / "net.py").write_text(edited)
    written = write(translation(NEXT), out)
    assert (out / "net.py").read_text() == edited
    assert [(conflict.path, conflict.line) for conflict in written.conflicts] == [("net.py", 9)]
    shown = (out / "net.py.conflict").read_text()
    assert "<<<<<<< edited here\n    return x - 100\n=======\n    return x - 2\n>>>>>>> new translation\n" in shown


def test_a_conflict_is_told_of_until_it_is_settled(out):
    (out / "net.py").write_text(OLD.replace("x - 1", "x - 100"))
    write(translation(NEXT), out)
    assert [conflict.path for conflict in write(translation(NEXT), out).conflicts] == ["net.py"]
    (out / "net.py.conflict").unlink()
    assert write(translation(NEXT), out).conflicts == []
    assert (out / "net.py").read_text() == OLD.replace("x - 1", "x - 100")


def test_a_merge_that_would_not_parse_is_a_conflict(tmp_path):
    write(translation({"a.py": "x = [\n    1,\n    2,\n    3,\n]\n"}), tmp_path)
    edited = "x = [\n    1,\n    2,\n    3,\n] + [\n    4,\n]\n"
    (tmp_path / "a.py").write_text(edited)
    written = write(translation({"a.py": "x = (\n    1,\n    2,\n    3,\n)\n"}), tmp_path)
    assert written.conflicts and (tmp_path / "a.py").read_text() == edited


def test_a_deleted_file_stays_deleted(out):
    (out / "train.py").unlink()
    assert write(translation(NEXT), out).kept == ["train.py"]
    assert not (out / "train.py").exists()
    written = write(translation({**NEXT, "train.py": "a = 2\n"}), out)
    assert not (out / "train.py").exists()
    assert [conflict.path for conflict in written.conflicts] == ["train.py"]
    assert (out / "train.py.conflict").read_text() == "a = 2\n"


def test_a_moved_file_takes_the_new_translation_where_it_lies(out):
    (out / "nets").mkdir()
    (out / "net.py").rename(out / "nets" / "first.py")
    (out / "nets" / "first.py").write_text(OLD.replace("x + 1", "x + 100"))
    written = write(translation(NEXT), out)
    assert written.merged == ["nets/first.py"]
    assert (out / "nets" / "first.py").read_text() == NEW.replace("x + 1", "x + 100")
    assert not (out / "net.py").exists()


def test_added_files_are_left_alone(out):
    (out / "mine.py").write_text("mine = 1\n")
    (out / "pkg" / "mine.bin").write_bytes(b"\0")
    write(translation({"net.py": NEW}), out)
    assert files(out) == ["mine.py", "net.py", "pkg/mine.bin"]


def test_an_added_file_in_the_place_of_a_new_one_stays(out):
    (out / "new.py").write_text("mine = 1\n")
    written = write(translation({**NEXT, "new.py": "theirs = 1\n"}), out)
    assert (out / "new.py").read_text() == "mine = 1\n"
    assert [conflict.path for conflict in written.conflicts] == ["new.py"]
    assert (out / "new.py.conflict").read_text() == "theirs = 1\n"


def test_an_edited_file_whose_source_is_gone_stays(out):
    (out / "train.py").write_text("a = 3\n")
    assert write(translation({"net.py": NEW}), out).kept == ["train.py"]
    assert (out / "train.py").read_text() == "a = 3\n"


def test_an_edited_binary_file_stays_and_the_new_one_lies_beside_it(out):
    (out / "pkg" / "data.bin").write_bytes(b"\0\2")
    written = write(translation({**NEXT, "pkg/data.bin": b"\0\3"}), out)
    assert (out / "pkg" / "data.bin").read_bytes() == b"\0\2"
    assert (out / "pkg" / "data.bin.conflict").read_bytes() == b"\0\3"
    assert [conflict.path for conflict in written.conflicts] == ["pkg/data.bin"]


def test_without_a_record_everything_counts_as_edited(out):
    (out / ".mindferry" / "record.zip").write_bytes(b"damaged")
    written = write(translation(NEXT), out)
    assert (out / "net.py").read_text() == OLD
    assert [conflict.path for conflict in written.conflicts] == ["net.py"]


def test_nothing_is_written_through_a_link(out, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "net.py").write_text("not ours\n")
    (out / "net.py").unlink()
    (out / "net.py").symlink_to(elsewhere / "net.py")
    (out / "linked").symlink_to(elsewhere)
    written = write(translation({**NEXT, "linked/a.py": "a = 1\n"}), out)
    assert (elsewhere / "net.py").read_text() == "not ours\n"
    assert [path.name for path in elsewhere.iterdir()] == ["net.py"]
    assert {conflict.path for conflict in written.conflicts} == {"net.py", "linked/a.py"}


def test_line_ends_and_modes_of_edited_files_stay(out):
    edited = OLD.replace("x + 1", "x + 100").replace("\n", "\r\n")
    (out / "net.py").write_bytes(edited.encode())
    os.chmod(out / "net.py", 0o755)
    write(translation(NEXT), out)
    assert (out / "net.py").read_bytes() == edited.replace("x - 1", "x - 2").encode()
    assert stat.S_IMODE((out / "net.py").stat().st_mode) == 0o755


def test_edits_follow_a_renamed_source(out):
    (out / "net.py").write_text(OLD.replace("x + 1", "x + 5"))
    written = write(translation({"model.py": NEW, "pkg/data.bin": b"\0\1", "train.py": "a = 1\n"}), out)
    assert files(out) == ["model.py", "pkg/data.bin", "train.py"]
    assert (out / "model.py").read_text() == NEW.replace("x + 1", "x + 5")
    assert (written.merged, written.conflicts) == (["model.py"], [])


def test_of_files_that_are_alike_the_one_with_the_nearest_name_was_moved(tmp_path):
    write(translation({"a.py": OLD, "net.py": OLD}), tmp_path)
    (tmp_path / "a.py").unlink()
    (tmp_path / "pkg").mkdir()
    (tmp_path / "net.py").rename(tmp_path / "pkg" / "net.py")
    written = write(translation({"a.py": OLD, "net.py": NEW}), tmp_path)
    assert (tmp_path / "pkg" / "net.py").read_text() == NEW
    assert (written.merged, written.kept) == (["pkg/net.py"], ["a.py"])


def test_a_conflict_is_a_finding(out):
    (out / "net.py").write_text(OLD.replace("x - 1", "x - 7"))
    (conflict,) = write(translation(NEXT), out).conflicts
    assert (conflict.finding.code, conflict.finding.path, conflict.finding.line) == ("MF010", "net.py", conflict.line)
