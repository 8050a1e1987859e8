"""``analyze``: what stays, what moves, and why."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from migrator.commands import DONE, FINDINGS, UsageError

HELP = "say what stays and what moves, what blocks, and where training starts"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("project", metavar="PROJECT", help="a folder, an archive or a Python file")
    parser.add_argument("--json", metavar="FILE", help="write the whole analysis there (- for standard output)")
    parser.add_argument(
        "-o", "--output", metavar="FILE", help="write it there too; the ending says how: .json, .sarif, .md or .html"
    )


def run(arguments: argparse.Namespace) -> int:
    from migrator.analysis import analyze_project
    from migrator.analysis.writing import WRITERS
    from migrator.sources import SourceError, open_project

    writer = WRITERS.get(Path(arguments.output).suffix) if arguments.output else None
    if arguments.output and writer is None:
        raise UsageError(f"{arguments.output} should end in {', '.join(WRITERS)}")
    try:
        project = open_project(arguments.project)
    except SourceError as error:
        raise UsageError(str(error)) from error
    analysis = analyze_project(project)
    found = analysis.to_json()
    if writer is not None:
        write_text(arguments.output, writer(analysis))
    if arguments.json == "-":
        print(json.dumps(found, indent=1))
    else:
        if arguments.json:
            write_json(arguments.json, found)
        _print(found)
    findings = [finding for file in found["files"] for finding in file["findings"]]
    return FINDINGS if any(finding["severity"] == "error" for finding in findings) else DONE


def write_json(name: str, value: Mapping[str, Any]) -> None:
    """Write a document where the user wants it. Raises UsageError where that is not possible."""
    write_text(name, json.dumps(value, indent=1) + "\n")


def write_text(name: str, text: str) -> None:
    """Write a text where the user wants it. Raises UsageError where that is not possible."""
    try:
        Path(name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{name} cannot be written: {error.strerror}") from error


def _print(found: Mapping[str, Any]) -> None:
    files = [file for file in found["files"] if file["path"].endswith(".py")]
    share = found["share_reusable"]
    lines = sum(file["lines"] for file in files)
    print(f"{len(files)} Python files, {lines} lines; {share:.0%} of the code stays as it is.")
    for file in files:
        mark = "stays" if file["kept"] else "moves"
        print(f"  {mark}  {file['path']}  ({file['role']}, {file['lines']} lines)")
    for point in found["entry_points"]:
        print(f"Training may start in {point['path']}: {point['reason']}.")
    findings = [finding for file in found["files"] for finding in file["findings"]]
    for finding in findings:
        print(f"{finding['path']}:{finding['line']}: {finding['severity']} {finding['code']} {finding['message']}")
    if findings:
        print(f"{len(findings)} findings.")
