"""The report's document and its schema are derived from the same classes."""

import json
import math

import pytest
from jsonschema import Draft202012Validator, ValidationError

from migrator.parity.judge import judge
from migrator.report import SCHEMA_VERSION, ProjectPart, Report, schema, to_json

PARTS = {
    "schema_version", "project", "analysis", "translation", "baseline", "replay", "free_run", "parity", "artifacts",
    "environment", "verdict",
}  # fmt: skip


@pytest.fixture
def report(tmp_path):
    parity = judge(tmp_path, None, None, None)
    project = ProjectPart("digits", "train.py", "", "portable", 1, 1, 10)
    return Report(SCHEMA_VERSION, project, None, None, None, None, None, parity, (), {"python": "3.11"}, parity.verdict)


def test_it_has_the_agreed_parts_and_keeps_its_schema(report, tmp_path):
    report.write(tmp_path / "report.json")

    found = json.loads((tmp_path / "report.json").read_text())

    assert set(found) == PARTS
    Draft202012Validator(schema()).validate(found)
    assert len(found["parity"]["ladder"]) == 8


def test_the_schema_refuses_what_the_classes_do_not_have(report):
    document = to_json(report)
    for damage in ({"verdict": 3}, {"surprise": 1}, {"environment": {"python": 3}}):
        with pytest.raises(ValidationError):
            Draft202012Validator(schema()).validate({**document, **damage})
    del document["parity"]["trajectory"]["tolerance"]
    with pytest.raises(ValidationError):
        Draft202012Validator(schema()).validate(document)


def test_numbers_that_json_does_not_know_become_null():
    assert to_json({"a": math.nan, "b": [math.inf, 1.0]}) == {"a": None, "b": [None, 1.0]}
