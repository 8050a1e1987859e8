"""SARIF 2.1.0 (OASIS standard): the findings as code hosts and editors read them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from migrator.analysis.codes import CODES
from migrator.analysis.results import Analysis, Effort
from migrator.findings import Finding, Severity

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"

_LEVELS = {Severity.INFO: "note", Severity.WARNING: "warning", Severity.ERROR: "error"}


def sarif(analysis: Analysis) -> str:
    findings = sorted(analysis.all_findings())
    rules = sorted({finding.code for finding in findings})
    log = {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": "MindFerry", "rules": [_rule(code) for code in rules]}},
                "originalUriBaseIds": {"PROJECT": {"description": {"text": f"The root of {analysis.name}"}}},
                "columnKind": "unicodeCodePoints",
                "results": list(_results(findings, rules, analysis.effort)),
                "properties": {"shareReusable": round(analysis.share_reusable, 4), "effort": analysis.effort.total},
            }
        ],
    }
    return json.dumps(log, indent=2, ensure_ascii=False) + "\n"


def _rule(code: str) -> dict[str, Any]:
    known = CODES.get(code)
    if known is None:
        return {"id": code}
    return {"id": code, "shortDescription": {"text": known.title}, "help": {"text": known.help}}


def _results(findings: Iterable[Finding], rules: list[str], effort: Effort) -> Iterable[dict[str, Any]]:
    for finding in findings:
        result: dict[str, Any] = {
            "ruleId": finding.code,
            "ruleIndex": rules.index(finding.code),
            "level": _LEVELS[finding.severity],
            "message": {"text": finding.message},
        }
        if finding.path:
            location: dict[str, Any] = {
                "artifactLocation": {"uri": quote(finding.path), "uriBaseId": "PROJECT"},
            }
            if finding.line:
                region = {"startLine": finding.line, "startColumn": finding.column + 1}
                if finding.end_line > finding.line:
                    region["endLine"] = finding.end_line
                location["region"] = region
            result["locations"] = [{"physicalLocation": location}]
        result["properties"] = {"effort": effort.of(finding)}
        if finding.api:
            result["properties"]["api"] = finding.api
        yield result
