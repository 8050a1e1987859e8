"""schemathesis sends what the API's description allows, and what it forbids: nothing may end in a 500."""

from __future__ import annotations

import pytest
import schemathesis
from django.contrib.auth.models import User
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import booleans
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from tests.conftest import bearer
from webapp.submissions.models import Submission
from webapp.teams.models import Team

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_nothing_that_can_be_sent_breaks_it(
    server: str, alice: User, bob: User, team: Team, submission: Submission
) -> None:
    schema = schemathesis.openapi.from_url(f"{server}/api/v1/openapi.json")
    headers = bearer(alice, team)
    real = {"pk": submission.pk, "name": "digits", "slug": "vision", "number": 1, "username": "bob", "path": "train.py"}
    real["code"] = "MF201"
    tried = 0
    for found in schema.get_all_operations():
        operation = found.ok()

        @settings(
            max_examples=20, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
        )
        @given(case=operation.as_strategy(), known=booleans())
        def send(case: schemathesis.Case, known: bool) -> None:
            if known:
                case.path_parameters.update({name: real[name] for name in case.path_parameters})
            _check(case, headers)

        send()
        tried += 1
    assert tried > 25


def _check(case: schemathesis.Case, headers: dict[str, str]) -> None:
    if case.method == "DELETE":
        case.query["confirm"] = "not so"
    response = case.call(headers=headers, timeout=20)
    checks = [not_a_server_error]
    if response.status_code < 300:
        checks += [response_schema_conformance, content_type_conformance]
    case.validate_response(response, checks=checks)
    if response.status_code >= 400:
        assert set(response.json()) == {"error", "detail", "hint"}
