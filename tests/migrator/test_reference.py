from __future__ import annotations

import json
import subprocess
import sys

import pytest

from migrator import catalog as engine
from migrator import reference
from migrator.catalog.rows import Candidate, Row

LOADS = """
import sys
from migrator import reference
reference.matrix()
print(*sorted({"torch", "mindspore"} & set(sys.modules)))
"""


def test_every_row_is_listed_once_with_every_device() -> None:
    matrix = reference.matrix()
    names = [row.name for row in matrix.entries]
    assert len(names) == len(set(names)) > 500
    assert [device.partition(",")[0] for device in matrix.devices] == ["cpu", "ascend"]
    assert all([cell.device for cell in row.cells] == list(matrix.devices) for row in matrix.entries)
    assert {cell.state for row in matrix.entries for cell in row.cells} <= set(reference.STATES)
    assert sum(matrix.counts.values()) == len(names)


def test_loading_it_imports_neither_library() -> None:
    outcome = subprocess.run([sys.executable, "-c", LOADS], capture_output=True, text=True, check=True)
    assert outcome.stdout.strip() == ""


def test_it_is_searched_by_all_words_of_a_query() -> None:
    found = reference.search(reference.matrix(), "NN conv2d", "", "")
    assert "torch.nn.Conv2d" in [row.name for row in found]
    assert all("conv2d" in (row.name + row.choice).lower() for row in found)


def test_a_name_leads_to_the_row_that_speaks_for_it() -> None:
    found = reference.entry("torch.Tensor.absolute")
    assert found is not None and found.name == "torch.Tensor.abs"


def test_it_is_filtered_by_state() -> None:
    for state in reference.STATES:
        found = reference.search(reference.matrix(), "", state, "")
        assert all(state in {cell.state for cell in entry.cells} for entry in found)
    assert reference.search(reference.matrix(), "", "works", "")


def test_a_layer_has_its_ways_in_order_with_their_conditions_and_traps() -> None:
    found = reference.entry("torch.nn.Conv2d")
    assert found is not None
    ways = found.candidates
    assert (ways[0].text, ways[0].condition) == ("support.Conv2d(...)", "bias is None")
    assert ways[1].text.startswith("nn.Conv2d(") and "padding == 0" in ways[1].condition
    assert ways[-1].condition == ""
    assert [trap.code for trap in found.traps] == ["MF201"]


def test_a_row_without_patterns_is_shown_by_its_arguments() -> None:
    example = reference.example("torch.nn.Conv2d")
    assert example is not None
    assert "torch.nn.Conv2d(in_channels, out_channels, kernel_size)" in example.before
    assert "nn.Conv2d(in_channels, out_channels, kernel_size" in example.after and "torch" not in example.after


def test_a_refused_row_is_missing_and_says_why() -> None:
    row = next(row for row in reference.matrix().entries if row.refused)
    assert {cell.state for cell in row.cells} == {"missing"}


def test_an_unknown_name_has_no_row() -> None:
    assert reference.entry("torch.nn.Nonsense") is None
    assert reference.example("torch.nn.Nonsense") is None


@pytest.mark.parametrize(
    ("measured", "state"),
    [
        ({"status": "works", "gradient": "equal"}, "works"),
        ({"status": "works", "gradient": "none"}, "differs"),
        ({"status": "works", "dtype": "float32 for float64"}, "differs"),
        ({"status": "partly", "right": 1}, "differs"),
        ({"status": "differs", "right": 0, "detail": "values"}, "differs"),
        ({"status": "fails", "right": 0, "detail": "no kernel"}, "missing"),
    ],
)
def test_what_was_measured_becomes_one_state(measured: dict[str, object], state: str) -> None:
    row = Row.parse("torch.made_up", {"signature": "(input)", "to": ["mint.made_up(input)"]})
    rows = {"torch.made_up": {"mint.made_up(input)": {"patterns": 2, "right": 2} | measured}}
    assert [cell.state for cell in reference.entry_of(row, {"cpu": rows}, ("cpu", "ascend")).cells] == [
        state,
        "documented only",
    ]


def test_what_nobody_measured_is_said_to_be_so() -> None:
    row = Row.parse("torch.made_up", {"signature": "(input)", "to": ["mint.made_up(input)"]})
    assert [cell.state for cell in reference.entry_of(row, {"cpu": {}}, ("cpu",)).cells] == ["not measured"]


def test_coverage_adds_up_and_claims_what_the_matrix_shows() -> None:
    covered, matrix = reference.coverage(), reference.matrix()
    assert covered.total.rows == len(matrix.entries) == covered.total.equal + sum(covered.total.lacking.values())
    assert sum(part.rows for part in covered.namespaces) == covered.total.rows
    assert sum(part.equal for part in covered.namespaces) == covered.total.equal
    assert set(covered.total.lacking) <= set(reference.REASONS)
    equal = [entry for entry in matrix.entries if not entry.lacks[0]]
    assert len(equal) == covered.total.equal


def test_no_row_claims_what_the_evidence_does_not_show() -> None:
    """Against the file itself: a row that is said to be equal has evidence of every candidate that may be written, and
    none of it speaks of a difference."""
    evidence = json.loads((engine.EVIDENCE / "mindspore-2.10.0-cpu.json").read_text())["rows"]
    for entry in reference.matrix().entries:
        if entry.lacks[0]:
            continue
        measured = evidence[entry.name]
        texts = {Candidate(line.text, line.condition).text for line in entry.candidates}
        unusable = {text for text in texts if measured.get(text, {}).get("status") in ("fails", "differs")}
        for text in texts - unusable:
            found = measured[text]
            assert found["status"] == "works" and found["right"] == found["patterns"] > 0, (entry.name, text)
            assert found.get("gradient") not in ("differs", "none") and not found.get("dtype"), (entry.name, text)


@pytest.mark.parametrize(
    ("statuses", "reason"),
    [
        (["works", "works"], ""),
        (["works", None], "in part"),
        (["works", "partly"], "values differ"),
        (["works", "fails"], ""),
        (["differs", "works"], ""),
        (["fails", "fails"], "nothing runs"),
        ([None, None], "not measured"),
    ],
)
def test_every_candidate_that_may_be_written_must_be_equal(statuses: list[str | None], reason: str) -> None:
    row = Row.parse("torch.made_up", {"signature": "(input)", "to": ["mint.one(input)", "mint.two(input)"]})
    measured = {
        text: {"status": status, "patterns": 2, "right": 2}
        for text, status in zip(("mint.one(input)", "mint.two(input)"), statuses, strict=True)
        if status
    }
    assert reference.entry_of(row, {"cpu": {"torch.made_up": measured}}, ("cpu",)).lacks == (reason,)


def test_an_unknown_name_has_close_ones() -> None:
    assert reference.close_to("torch.nn.Conv2D")[0] == "torch.nn.Conv2d"
    assert "torch.nn.functional.gelu" in reference.close_to("torch.gelu")
    assert reference.close_to("nonsense.of.mine") == []


def test_a_namespace_is_a_module_or_the_tensor() -> None:
    spaces = {entry.name: entry.namespace for entry in reference.matrix().entries}
    assert spaces["torch.nn.Module.train"] == "torch.nn"
    assert spaces["torch.Tensor.abs"] == "torch.Tensor"
    assert spaces["torch.nn.functional.gelu"] == "torch.nn.functional"
