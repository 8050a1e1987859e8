"""Every folder beside this file is one hostile archive: ``make`` writes it, ``SAYS`` is what the refusal must say."""

import importlib
from pathlib import Path

import pytest

from migrator.project import ArchiveError, Project

ATTACKS = sorted(folder.parent.name for folder in Path(__file__).parent.glob("*/make.py"))


@pytest.mark.parametrize("attack", ATTACKS)
def test_it_is_refused_by_name_and_leaves_nothing_behind(attack, tmp_path, monkeypatch):
    recipe = importlib.import_module(f"tests.attacks.{attack}.make")
    archive = tmp_path / "upload" / "archive"
    archive.parent.mkdir()
    recipe.make(archive)
    monkeypatch.chdir(archive.parent)

    with pytest.raises(ArchiveError, match=recipe.SAYS) as refused:
        Project.from_archive(archive)

    if recipe.MEMBER is not None:
        assert refused.value.member == recipe.MEMBER
    assert str(refused.value).isprintable()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [archive]
