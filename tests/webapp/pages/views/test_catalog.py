from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from migrator import reference as catalog
from tests.conftest import logged_in


def test_it_asks_strangers_to_log_in(db: None) -> None:
    assert Client().get("/catalog/")["Location"] == "/login/?next=/catalog/"
    assert Client().get("/catalog/torch.nn.Conv2d").status_code == 302


def test_it_lists_and_pages(alice: User) -> None:
    client = logged_in(alice)
    first = client.get("/catalog/").content.decode()
    assert "torch.Tensor.abs" in first and 'rel="next"' in first
    assert "not measured" in first and "documented only" in first
    assert 'rel="prev"' in client.get("/catalog/?page=2").content.decode()


def test_a_search_answers_with_the_rows_alone(alice: User) -> None:
    answer = logged_in(alice).get("/catalog/", {"q": "conv2d"}, headers={"HX-Request": "true"}).content.decode()
    assert "torch.nn.Conv2d" in answer and "<html" not in answer
    assert "No API matches" in logged_in(alice).get("/catalog/?q=<script>zzz").content.decode()


def test_a_row_shows_signature_ways_traps_and_an_example(alice: User) -> None:
    page = logged_in(alice).get("/catalog/torch.nn.Conv2d").content.decode()
    for text in ("torch.nn.Conv2d(in_channels", "padding == 0", "MF201", "Example", "documented only"):
        assert text in page
    assert logged_in(alice).get("/catalog/torch.nn.Nonsense").status_code == 404


def test_a_row_leads_to_its_diagnostics(alice: User) -> None:
    page = logged_in(alice).get("/catalog/torch.nn.BatchNorm2d").content.decode()
    assert 'href="/catalog/diagnostics/MF202"' in page and "given(momentum)" in page


def test_the_catalog_shows_what_is_covered(alice: User) -> None:
    page = logged_in(alice).get("/catalog/").content.decode()
    covered = catalog.coverage()
    assert "Measured equal" in page and f'<td class="number">{covered.total.equal}</td>' in page
    assert all(part.namespace in page for part in covered.namespaces)


def test_a_diagnostic_has_a_page_of_its_own(alice: User) -> None:
    page = logged_in(alice).get("/catalog/diagnostics/MF201").content.decode()
    for text in ("pad by themselves", "Conv2d", "How it is known", "/catalog/torch.nn.Conv2d", "No finding comes from"):
        assert text in page
    assert "MF201" in logged_in(alice).get("/catalog/diagnostics/").content.decode()


@pytest.mark.parametrize("code", sorted(catalog.codes()))
def test_every_code_that_has_a_page_shows_it(alice: User, code: str) -> None:
    page = logged_in(alice).get(f"/catalog/diagnostics/{code}")
    assert page.status_code == 200 and f"<title>{code}" in page.content.decode()


def test_strangers_and_unknown_codes_see_no_page(alice: User) -> None:
    assert Client().get("/catalog/diagnostics/MF201").status_code == 302
    assert Client().get("/catalog/diagnostics/").status_code == 302
    assert logged_in(alice).get("/catalog/diagnostics/MF299").status_code == 404


@pytest.mark.parametrize("state", list(catalog.STATES))
def test_a_row_of_every_state_is_shown(alice: User, state: str) -> None:
    for row in catalog.search(catalog.matrix(), "", state, "")[:5]:
        page = logged_in(alice).get(f"/catalog/{row.name}")
        assert page.status_code == 200 and state in page.content.decode()
