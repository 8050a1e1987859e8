"""The committed pages of docs/ are the ones that the data makes."""

import re

import pytest

from migrator import documentation
from migrator.catalog.diagnostics import codes
from migrator.rules import all_rules

PAGES = documentation.pages()


@pytest.mark.parametrize("name", sorted(PAGES))
def test_the_committed_page_is_the_one_that_is_made(name):
    path = documentation.DOCS / name
    assert path.exists() and path.read_text() == PAGES[name], "run `make docs`"


def test_there_are_no_other_pages():
    there = {
        path.relative_to(documentation.DOCS).as_posix()
        for folder in ("diagnostics", "rules")
        for path in (documentation.DOCS / folder).iterdir()
    }
    assert there == PAGES.keys() - {documentation.FINDINGS}


def test_every_diagnostic_and_every_rule_has_a_page_that_findings_leads_to():
    linked = set(re.findall(r"\]\(((?:diagnostics|rules)/MF\d{3}\.md)\)", PAGES[documentation.FINDINGS]))
    assert linked == PAGES.keys() - {documentation.FINDINGS}
    assert {page[-8:-3] for page in linked} >= set(codes()) | {rule.code for rule in all_rules()}


def test_a_page_shows_the_trap_the_remedy_an_example_and_how_it_is_known():
    page = PAGES["diagnostics/MF201.md"]
    for text in (
        "# MF201: ",
        "pad_mode='valid', has_bias=True",
        "- `torch.nn.Conv2d`",
        "assert naive.bias is None",
        "https://",
    ):
        assert text in page
    assert "when `given(momentum)`" in PAGES["diagnostics/MF202.md"]
