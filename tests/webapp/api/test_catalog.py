from __future__ import annotations

from django.contrib.auth.models import User
from django.test import Client

from migrator import reference
from tests.conftest import logged_in

API = "/api/v1/catalog"


def test_it_asks_strangers_who_they_are(db: None) -> None:
    for path in ("", "/coverage", "/rows/torch.nn.Conv2d", "/diagnostics/MF201"):
        assert Client().get(f"{API}{path}").status_code == 401


def test_rows_are_searched_and_paged(alice: User) -> None:
    client = logged_in(alice)
    found = client.get(API, {"q": "conv2d", "limit": 2}).json()
    assert found["count"] > 2 and len(found["items"]) == 2
    after = client.get(API, {"q": "conv2d", "limit": 2, "offset": 2}).json()
    assert {row["name"] for row in found["items"]}.isdisjoint(row["name"] for row in after["items"])
    refused = client.get(API, {"state": "missing"}).json()["items"]
    assert all("missing" in {cell["state"] for cell in row["cells"]} for row in refused) and refused


def test_a_row_has_all_that_its_page_has(alice: User) -> None:
    found = logged_in(alice).get(f"{API}/rows/torch.Tensor.std").json()
    assert (found["asked"], found["name"]) == ("torch.Tensor.std", "torch.std")
    assert found["candidates"][0]["measures"][0]["device"] == reference.matrix().devices[0]
    assert "MF209" in [trap["code"] for trap in found["traps"]]
    assert "import torch" in found["example"]["before"]


def test_coverage_is_what_the_command_prints(alice: User) -> None:
    found = logged_in(alice).get(f"{API}/coverage").json()
    assert found["total"]["equal"] == reference.coverage().total.equal
    assert sum(part["rows"] for part in found["namespaces"]) == found["total"]["rows"]


def test_a_code_has_its_meaning(alice: User) -> None:
    found = logged_in(alice).get(f"{API}/diagnostics/MF202").json()
    assert ["torch.nn.BatchNorm2d", "given(momentum)"] in found["concerned"]
    assert logged_in(alice).get(f"{API}/diagnostics/MF120").json()["kind"] == "rules"


def test_what_is_not_there_answers_404(alice: User) -> None:
    client = logged_in(alice)
    for path in ("rows/torch.nn.Nonsense", "diagnostics/MF299"):
        answer = client.get(f"{API}/{path}")
        assert answer.status_code == 404 and set(answer.json()) == {"error", "detail", "hint"}
