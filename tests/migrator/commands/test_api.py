"""``python -m migrator api``: a row as text and as JSON, and what the catalog covers."""

import json

import pytest

from migrator import reference
from migrator.cli import main


def test_it_shows_candidates_conditions_evidence_traps_and_an_example(capsys):
    assert main(["api", "torch.nn.Conv2d"]) == 0
    said = capsys.readouterr().out
    for text in (
        "torch.nn.Conv2d(in_channels, out_channels",
        "  2. nn.Conv2d(",
        "when padding == 0 and padding_mode == 'zeros'",
        "ascend: documented only",
        "MF201  MindSpore's convolutions pad",
        "Before:",
        "After, translated now for cpu:",
        "pad_mode='valid', has_bias=True",
    ):
        assert text in said


def test_it_shows_what_was_measured(capsys):
    measured = next(entry for entry in reference.matrix().entries if entry.cells[0].state == "works")
    assert main(["api", measured.name]) == 0
    said = capsys.readouterr().out
    assert f"{reference.matrix().devices[0]}: works" in said and "patterns right" in said


@pytest.mark.parametrize(
    ("name", "leads_to"),
    [
        ("torch.Tensor.relu", "torch.relu"),
        ("torch.selu", "torch.nn.functional.selu"),
        ("torch.Tensor.absolute", "torch.Tensor.abs"),
    ],
)
def test_it_follows_aliases_and_methods_that_are_functions(name, leads_to, capsys):
    assert main(["api", name]) == 0
    assert capsys.readouterr().out.startswith(f"{name} is {leads_to}\n")


def test_it_says_why_there_is_no_counterpart(capsys):
    refused = next(entry for entry in reference.matrix().entries if entry.refused)
    assert main(["api", refused.name]) == 0
    assert "It has no counterpart:" in capsys.readouterr().out


def test_json_has_the_same(capsys):
    assert main(["api", "torch.Tensor.std", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["asked"], found["name"]) == ("torch.Tensor.std", "torch.std")
    assert found["traps"][0]["code"] == "MF209" and found["candidates"][0]["measures"]
    assert "import torch" in found["example"]["before"] and "torch" not in found["example"]["after"]


def test_an_unknown_name_is_bad_usage_with_close_ones(capsys):
    assert main(["api", "torch.nn.Conv2D"]) == 2
    said = capsys.readouterr().err
    assert "the catalog has no row for torch.nn.Conv2D; did you mean torch.nn.Conv2d" in said
    assert len(said.strip().splitlines()) == 1


@pytest.mark.parametrize("arguments", [[], ["torch.add", "--coverage"]])
def test_it_wants_a_name_or_the_coverage(arguments, capsys):
    assert main(["api", *arguments]) == 2
    assert "or ask for --coverage" in capsys.readouterr().err


def test_coverage_counts_rows_equality_and_reasons(capsys):
    assert main(["api", "--coverage"]) == 0
    said = capsys.readouterr().out
    covered = reference.coverage()
    assert said.startswith(f"{covered.total.rows} rows, and {covered.aliases} further names")
    assert f"{covered.total.equal} (" in said
    for reason in covered.total.lacking:
        assert f"{reason}: {reference.REASONS[reason]}" in said
    assert all(part.namespace in said for part in covered.namespaces)


def test_coverage_as_json_is_what_the_page_shows(capsys):
    assert main(["api", "--coverage", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads(json.dumps(reference.coverage().to_json()))


def test_every_row_can_be_shown(capsys):
    for entry in reference.matrix().entries[::25]:
        assert main(["api", entry.name]) == 0, entry.name
    assert capsys.readouterr().out
