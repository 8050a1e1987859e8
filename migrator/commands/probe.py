"""``probe``: measure the catalog's candidates on this device against torch."""

from __future__ import annotations

import argparse
import collections
import importlib.util
import sys
from pathlib import Path

from migrator.commands import DONE, UsageError

HELP = "measure this device: every candidate of the catalog against torch; writes its evidence file"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--only", metavar="PATTERN", default="*", help="rows whose name matches, as torch.linalg.*")
    parser.add_argument(
        "--device", choices=["cpu", "ascend"], default="cpu", help="what MindSpore runs on (default: cpu)"
    )
    parser.add_argument("--fresh", action="store_true", help="measure rows again that the evidence has already")
    parser.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        type=Path,
        help="the evidence file (default: in MINDFERRY_EVIDENCE, or the catalog's)",
    )


def run(arguments: argparse.Namespace) -> int:
    for library in ("torch", "mindspore"):
        if importlib.util.find_spec(library) is None:
            raise UsageError(f"the probe compares MindSpore with torch; {library} is not installed here")
    from migrator.probing.probe import probe

    def progress(done: int, total: int) -> None:
        width = 40 * done // max(total, 1)
        end = "" if sys.stderr.isatty() and done < total else "\n"
        print(f"\r[{'#' * width:<40}] {done} of {total} trials", end=end, file=sys.stderr, flush=True)

    rows = probe(arguments.only, arguments.output, arguments.fresh, progress, device=arguments.device)
    states = collections.Counter(entry["status"] for candidates in rows.values() for entry in candidates.values())
    print(f"{len(rows)} rows with evidence; candidates: {', '.join(f'{n} {s}' for s, n in states.most_common())}")
    return DONE
