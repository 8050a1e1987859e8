"""The rows of torch, torch.Tensor, torch.linalg, torch.fft and torch.special hold together."""

import ast
import json
import re
import time

import pytest
import tomli

from migrator import support
from migrator.catalog import DATA, EVIDENCE, Catalog, Row
from migrator.catalog.signature import parse_signature
from migrator.catalog.template import passes_all

FILES = [DATA / f"{name}.toml" for name in ("torch", "torch.Tensor", "torch.linalg", "torch.fft", "torch.special")]
ROWS = {name: Row.parse(name, data) for file in FILES for name, data in tomli.loads(file.read_text()).items()}


@pytest.mark.parametrize("name", sorted(ROWS))
def test_its_signatures_and_templates_parse(name):
    for form in ROWS[name].forms:
        if form.signature:
            parse_signature(form.signature)
        for candidate in form.candidates:
            template = (
                candidate.template.replace("(...)", "()") if passes_all(candidate.template) else candidate.template
            )
            ast.parse(template, mode="eval")
            if candidate.condition:
                ast.parse(candidate.condition, mode="eval")


def test_its_support_functions_exist():
    known = support.definitions()
    named = {
        function
        for row in ROWS.values()
        for form in row.forms
        for candidate in form.candidates
        for function in re.findall(r"\bsupport\.(\w+)", candidate.template)
    }
    assert sorted(named - known.keys()) == []


def test_its_aliases_lead_to_rows():
    catalog = Catalog()
    lost = [name for name, row in ROWS.items() if row.alias and not row.alias.startswith("torch.nn.")]
    assert [name for name in lost if catalog.row(name) is None] == []


def test_an_unconditional_candidate_ends_most_forms():
    """So that an argument which only shows itself when the program runs has a way through."""
    closed = [name for name, row in ROWS.items() if row.forms and row.forms[-1].candidates[-1].condition]
    assert closed == []


def test_evidence_is_of_candidates_that_the_rows_have():
    catalog = Catalog()
    for file in EVIDENCE.glob("*.json"):
        for name, candidates in json.loads(file.read_text())["rows"].items():
            row = catalog.row(name)
            assert row is not None, name
            texts = {candidate.text for form in row.forms for candidate in form.candidates}
            assert set(candidates) <= texts, name


def test_it_loads_quickly():
    times = []
    for _ in range(5):
        start = time.process_time()
        Catalog()
        times.append(time.process_time() - start)
    print(f"the catalog loads in {min(times) * 1000:.0f} ms")
    assert min(times) < 0.05
