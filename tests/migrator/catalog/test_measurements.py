"""Shipped evidence, and what an installation measured itself."""

import ast
import json
import os

import pytest

from migrator import reference
from migrator.catalog import Catalog, measurements, shipped
from migrator.translation.cache import engine_version

TRIL = "torch.tril"


def evidence_file(folder, rows, device="cpu", mindspore="2.10.0", measured="2999-01-01T00:00:00+00:00"):
    folder.mkdir(exist_ok=True)
    data = {"device": device, "mindspore": mindspore, "measured": measured, "rows": rows}
    file = folder / measurements.file_name(device, mindspore)
    file.write_text(json.dumps(data))
    return file


def says(status, row=TRIL):
    return {row: {candidate.text: {"status": status} for candidate in Catalog().row(row).forms[0].candidates}}


def status_of(device="cpu", row=TRIL):
    return set(measurements.statuses(measurements.evidence())[device][row].values())


@pytest.fixture
def own(tmp_path, monkeypatch):
    monkeypatch.setenv("MINDFERRY_EVIDENCE", str(tmp_path / "own"))
    return tmp_path / "own"


def test_without_own_measurements_it_is_what_ships(own):
    (one,) = measurements.evidence()
    assert (one.title, one.shipped, one.own) == ("cpu, MindSpore 2.10.0", True, False)
    assert len(one.rows) > 500


def test_newer_evidence_takes_the_place_of_the_shipped_row_by_row(own):
    evidence_file(own, says("fails"))
    (one,) = measurements.evidence()
    assert (one.shipped, one.own) == (True, True)
    assert status_of() == {"fails"}
    assert status_of(row="torch.triu") == {"works"}


def test_older_evidence_does_not(own, monkeypatch, tmp_path):
    evidence_file(tmp_path / "shipped", says("works"), measured="2030-01-01T00:00:00+00:00")
    monkeypatch.setattr(measurements, "EVIDENCE", tmp_path / "shipped")
    evidence_file(own, says("fails"), measured="2029-01-01T00:00:00+00:00")
    assert status_of() == {"works"}


def test_of_two_versions_on_one_device_the_newest_holds(own):
    evidence_file(own, says("fails"), mindspore="2.9.1")
    assert status_of() == {"works"}
    evidence_file(own, says("differs"), mindspore="2.11.0")
    assert status_of() == {"differs"}
    assert [one.mindspore for one in measurements.evidence()] == ["2.10.0", "2.11.0", "2.9.1"]


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{", '{"device": "cpu"}', '{"device": 1, "mindspore": "3", "rows": {}}', "\udcff",
     '{"device": "cpu", "mindspore": "3", "rows": {"torch.tril": {"mint.tril(input)": {"status": "perfect"}}}}',
     '{"device": "cpu", "mindspore": "3", "rows": {"torch.tril": ["works"]}}'],
)  # fmt: skip
def test_a_broken_file_is_passed_over_with_a_line_in_the_log(own, caplog, text):
    own.mkdir()
    (own / "mindspore-3-cpu.json").write_bytes(text.encode(errors="surrogateescape"))
    assert [one.mindspore for one in measurements.evidence()] == ["2.10.0"]
    assert "mindspore-3-cpu.json is passed over" in caplog.text


def test_the_translator_goes_by_it_from_then_on(own):
    row = shipped().row(TRIL)
    call = ast.parse("torch.tril(x)", mode="eval").body
    first = shipped().choose(row, call, lambda _: None, "ascend").candidate
    evidence_file(own, {TRIL: {first.text: {"status": "fails"}}}, device="ascend")
    catalog = shipped()
    assert not catalog.usable(row, first, "ascend")
    assert not catalog.usable(row, first, "portable")
    assert catalog.usable(row, first, "cpu")


def test_a_later_way_that_is_equal_and_twice_as_fast_is_written(own):
    row = shipped().row("torch.nn.functional.one_hot")
    call = ast.parse("F.one_hot(x, num_classes=3)", mode="eval").body
    first, second = row.forms[0].candidates
    measured = {one.text: {"status": "works"} for one in (first, second)}
    evidence_file(own, {row.name: measured})
    assert shipped().choose(row, call, lambda _: None, "cpu").candidate == first
    measured[second.text]["faster_than"] = [first.text]
    evidence_file(own, {row.name: measured}, measured="2999-01-02T00:00:00+00:00")
    assert shipped().choose(row, call, lambda _: None, "cpu").candidate == second
    # Nothing was measured on the other device that portable code has to run on.
    assert shipped().choose(row, call, lambda _: None, "portable").candidate == first


def test_the_matrix_shows_a_newly_measured_device(own):
    assert "ascend" in reference.matrix().devices
    evidence_file(own, says("differs"), device="ascend", mindspore="2.9.1")
    matrix = reference.matrix()
    assert matrix.devices == ("cpu, MindSpore 2.10.0", "ascend, MindSpore 2.9.1")
    entry = next(entry for entry in matrix.entries if entry.name == TRIL)
    assert [cell.state for cell in entry.cells] == ["works", "differs"]
    other = next(entry for entry in matrix.entries if entry.name == "torch.triu")
    assert other.cells[1].state == "documented only"


def test_what_the_documentation_alone_names_is_shown_where_it_was_measured(own):
    before = next(entry for entry in reference.matrix().entries if entry.name == TRIL)
    evidence_file(own, {TRIL: {"mint.tril(...)": {"status": "works"}}}, device="ascend", mindspore="2.9.1")
    entry = next(entry for entry in reference.matrix().entries if entry.name == TRIL)
    assert [line.text for line in entry.candidates] == [*(line.text for line in before.candidates), "mint.tril(...)"]
    assert entry.cells == (before.cells[0], reference.Measure("ascend, MindSpore 2.9.1", "works"))
    assert entry.lacks[0] == before.lacks[0]


def test_translations_that_were_remembered_before_are_not_used_after(own):
    engine_version.cache_clear()
    before = engine_version()
    evidence_file(own, says("fails"))
    engine_version.cache_clear()
    assert engine_version() != before
    engine_version.cache_clear()


def test_no_folder_is_no_error(monkeypatch, tmp_path):
    monkeypatch.setenv("MINDFERRY_EVIDENCE", str(tmp_path / "missing"))
    assert measurements.own_files() == []
    monkeypatch.delenv("MINDFERRY_EVIDENCE")
    assert measurements.own_files() == []
    assert len(measurements.evidence()) == 1
    assert os.environ.get("MINDFERRY_EVIDENCE") is None
