"""``translate``: write the project anew for MindSpore."""

from __future__ import annotations

import argparse
import gc
from pathlib import Path

from migrator.commands import DONE, FINDINGS, UsageError
from migrator.commands.analyze import write_json

HELP = "write a project of the same layout that runs with plain MindSpore"
MARK = ".mindferry"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("project", metavar="PROJECT", help="a folder, an archive or a Python file")
    parser.add_argument("-o", "--output", metavar="OUT", required=True, help="where the translated project goes")
    parser.add_argument(
        "--target",
        choices=("cpu", "ascend", "portable"),
        help="where the result must run (default: portable)",
    )
    parser.add_argument("--json", metavar="FILE", help="write the translation's document there")
    parser.add_argument("--jobs", metavar="N", type=int, help="processes to use (default: one for each usable core)")
    parser.add_argument(
        "--no-cache", action="store_true", help="translate every file anew (default: unchanged files come from a cache)"
    )


def run(arguments: argparse.Namespace) -> int:
    from migrator.findings import Severity
    from migrator.sources import SourceError, open_project, prepare_output, settings_of
    from migrator.translation import translate_project
    from migrator.translation.cache import CacheFolder
    from migrator.translation.output import write
    from migrator.translation.sharing import usable_cores

    if arguments.jobs is not None and arguments.jobs < 1:
        raise UsageError("--jobs must be 1 or more")
    try:
        project = open_project(arguments.project)
        target = arguments.target or settings_of(project).target
        output = prepare_output(arguments.output, arguments.project, MARK)
    except SourceError as error:
        raise UsageError(str(error)) from error
    # Syntax trees are many objects that live to the end: looking through them for garbage takes a fifth of the time.
    gc.disable()
    memory = None if arguments.no_cache else CacheFolder.of_user()
    translation = translate_project(project, target=target, jobs=arguments.jobs or usable_cores(), memory=memory)
    if memory is not None:
        memory.trim()
    written = write(translation, output)
    if arguments.json:
        write_json(arguments.json, {**translation.to_json(), "edits": written.to_json()})
    for finding in translation.findings:
        if finding.severity != Severity.INFO:
            print(f"{finding.path}:{finding.line}: {finding.severity} {finding.code} {finding.message}")
    statuses = [file.status for file in translation.files]
    counts = ", ".join(f"{statuses.count(status)} {status}" for status in ("translated", "unchanged", "failed"))
    for path in written.merged:
        print(f"{path}: the edits made here were merged with the new translation")
    for path in written.kept:
        print(f"{path}: left as it was edited here")
    for conflict in written.conflicts:
        found = conflict.finding
        print(f"{found.path}:{found.line}: {found.severity} {found.code} {found.message}")
    print(f"{counts}; written to {arguments.output}")
    failed = any(finding.severity == Severity.ERROR for finding in translation.findings)
    return FINDINGS if failed or written.conflicts else DONE


def mark_output(output: Path) -> None:
    """Leave a sign that the folder is ours to write to again."""
    folder = output / MARK
    folder.mkdir(exist_ok=True)
    (folder / "README").write_text("Written by MindFerry; this folder is not part of the project.\n", encoding="utf-8")
