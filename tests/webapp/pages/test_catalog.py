from __future__ import annotations

import subprocess
import sys

import pytest

from migrator.catalog.rows import Row
from webapp.pages import catalog

LOADS = """
import sys
import webapp.pages.catalog as catalog
catalog.matrix()
print(*sorted({"torch", "mindspore"} & set(sys.modules)))
"""


def test_every_row_is_listed_once_with_every_device() -> None:
    matrix = catalog.matrix()
    names = [row.name for row in matrix.entries]
    assert len(names) == len(set(names)) > 500
    assert [device.partition(",")[0] for device in matrix.devices] == ["cpu", "ascend"]
    assert all([cell.device for cell in row.cells] == list(matrix.devices) for row in matrix.entries)
    assert {cell.state for row in matrix.entries for cell in row.cells} <= set(catalog.STATES)
    assert sum(matrix.counts.values()) == len(names)


def test_loading_it_imports_neither_library() -> None:
    outcome = subprocess.run([sys.executable, "-c", LOADS], capture_output=True, text=True, check=True)
    assert outcome.stdout.strip() == ""


def test_it_is_searched_by_all_words_of_a_query() -> None:
    found = catalog.search(catalog.matrix(), "NN conv2d", "", "")
    assert "torch.nn.Conv2d" in [row.name for row in found]
    assert all("conv2d" in (row.name + row.choice).lower() for row in found)


def test_a_name_leads_to_the_row_that_speaks_for_it() -> None:
    found = catalog.entry("torch.Tensor.absolute")
    assert found is not None and found.name == "torch.Tensor.abs"


def test_it_is_filtered_by_state() -> None:
    for state in catalog.STATES:
        found = catalog.search(catalog.matrix(), "", state, "")
        assert all(state in {cell.state for cell in entry.cells} for entry in found)
    assert catalog.search(catalog.matrix(), "", "works", "")


def test_a_layer_has_its_ways_in_order_with_their_conditions_and_traps() -> None:
    found = catalog.entry("torch.nn.Conv2d")
    assert found is not None
    ways = found.candidates
    assert ways[0].text.startswith("nn.Conv2d(") and "padding == 0" in ways[0].condition
    assert ways[-1].condition == ""
    assert found.diagnostics == ("MF201",)


def test_a_row_without_patterns_is_shown_by_its_arguments() -> None:
    example = catalog.example("torch.nn.Conv2d")
    assert example is not None
    assert "torch.nn.Conv2d(in_channels, out_channels, kernel_size)" in example.before
    assert "nn.Conv2d(in_channels, out_channels, kernel_size" in example.after and "torch" not in example.after


def test_a_refused_row_is_missing_and_says_why() -> None:
    row = next(row for row in catalog.matrix().entries if row.refused)
    assert {cell.state for cell in row.cells} == {"missing"}


def test_an_unknown_name_has_no_row() -> None:
    assert catalog.entry("torch.nn.Nonsense") is None
    assert catalog.example("torch.nn.Nonsense") is None


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
    assert [cell.state for cell in catalog._entry(row, {"cpu": rows}, ("cpu", "ascend")).cells] == [
        state,
        "documented only",
    ]


def test_what_nobody_measured_is_said_to_be_so() -> None:
    row = Row.parse("torch.made_up", {"signature": "(input)", "to": ["mint.made_up(input)"]})
    assert [cell.state for cell in catalog._entry(row, {"cpu": {}}, ("cpu",)).cells] == ["not measured"]
