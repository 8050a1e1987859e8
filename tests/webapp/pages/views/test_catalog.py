from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.conftest import logged_in
from webapp.pages import catalog


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


@pytest.mark.parametrize("state", list(catalog.STATES))
def test_a_row_of_every_state_is_shown(alice: User, state: str) -> None:
    for row in catalog.search(catalog.matrix(), "", state, "")[:5]:
        page = logged_in(alice).get(f"/catalog/{row.name}")
        assert page.status_code == 200 and state in page.content.decode()
