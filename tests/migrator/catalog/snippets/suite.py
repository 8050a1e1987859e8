"""Makes the snippets, runs them under both libraries and counts.

python -m tests.migrator.catalog.snippets.suite torch torch.Tensor torch.linalg … [--each N] [--out FILE]
"""

from __future__ import annotations

import argparse
import collections
import pickle
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path
from typing import Any

from migrator.catalog.patterns import program
from migrator.probing.outcomes import difference
from migrator.probing.running import outcomes
from tests.migrator.catalog.snippets.patterns import RANDOM, Snippet

NAMESPACES = ("torch", "torch.Tensor", "torch.linalg", "torch.fft", "torch.special")


def collected(namespace: str, each: int) -> list[tuple[Snippet, Any]]:
    """Snippets of a namespace with torch's results: what torch ran, at most ``each`` a name, different results first."""
    offered = _in_torch(namespace)
    ran = outcomes("torch", [snippet.code for snippet in offered])
    again = outcomes("torch", [snippet.code for snippet in offered])
    by_api: dict[str, list[tuple[Snippet, Any]]] = collections.defaultdict(list)
    seen: set[tuple[str, bytes]] = set()
    for snippet, (state, result), (other, repeated) in zip(offered, ran, again, strict=True):
        if state != "ok" or other != "ok" or len(by_api[snippet.api]) >= each:
            continue
        if not snippet.shape_only and difference(result, repeated):
            continue
        key = (snippet.api, pickle.dumps(result))
        if key in seen and snippet.origin == "pattern" and zlib.crc32(snippet.code.encode()) % 3:
            continue
        seen.add(key)
        by_api[snippet.api].append((snippet, result))
    return [pair for pairs in by_api.values() for pair in pairs]


def _in_torch(namespace: str) -> list[Snippet]:
    """The offers, made in a process of their own: listing them imports torch."""
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder, "offers")
        command = [sys.executable, "-m", __spec__.name, "--offer", namespace, "--out", str(answer)]
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
        found: list[Snippet] = pickle.loads(answer.read_bytes())
    return found


def offers(namespace: str) -> list[Snippet]:
    from tests.migrator.catalog.snippets import layers, programs, tables, training
    from tests.migrator.catalog.snippets.docstrings import from_namespace
    from tests.migrator.catalog.snippets.patterns import candidates

    offered = {**layers.HOMES, **training.HOMES, **programs.HOMES, **tables.HOMES}.get(namespace)
    made = from_namespace(namespace) if _is_module(namespace) else []
    if offered is not None:
        return [*made, *offered()]
    for number, (api, expression) in enumerate(candidates(namespace)):
        try:
            code = program(expression, alias="th" if number % 17 == 0 else "torch")
        except SyntaxError:
            continue
        made.append(Snippet(api, code, api.rpartition(".")[2] in RANDOM))
    return made


def _is_module(namespace: str) -> bool:
    import torch

    home = torch
    for part in namespace.split(".")[1:]:
        home = getattr(home, part, None)
    return home is not None


def judge(pairs: list[tuple[Snippet, Any]]) -> list[tuple[Snippet, str, str]]:
    """(snippet, verdict, translated code); the verdict is empty for equal, ``dtype …``, ``refused``, or what is wrong."""
    from migrator import translate_source

    translated, refused = [], []
    for snippet, _ in pairs:
        done = translate_source(snippet.code, target="cpu")
        translated.append(done.code)
        refused.append(any(finding.severity.value == "error" for finding in done.findings))
    ran = outcomes("mindspore", translated)
    verdicts = []
    for (snippet, expected), code, (state, result), said_no in zip(pairs, translated, ran, refused, strict=True):
        verdict = difference(expected, result, snippet.shape_only) if state == "ok" else result
        if said_no and verdict:
            verdict = f"refused: {verdict}"
        verdicts.append((snippet, verdict, code))
    return verdicts


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("namespaces", nargs="*", default=NAMESPACES)
    parser.add_argument("--each", type=int, default=14)
    parser.add_argument("--offer")
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    if options.offer:
        options.out.write_bytes(pickle.dumps(offers(options.offer)))
        return
    everything = []
    for namespace in options.namespaces:
        kept = options.cache / f"{namespace}.pickle" if options.cache else None
        if kept is not None and kept.exists():
            pairs = pickle.loads(kept.read_bytes())
        else:
            pairs = collected(namespace, options.each)
            if kept is not None:
                kept.write_bytes(pickle.dumps(pairs))
        verdicts = judge(pairs)
        everything.extend(verdicts)
        counts = collections.Counter(
            "equal"
            if not v
            else "dtype"
            if v.startswith("dtype")
            else "refused"
            if v.startswith("refused")
            else "wrong"
            for _, v, _ in verdicts
        )
        apis = {snippet.api for snippet, *_ in verdicts}
        share = (counts["equal"] + counts["dtype"]) / max(len(verdicts), 1)
        print(
            f"{namespace}: {len(verdicts)} snippets on {len(apis)} names, {share:.1%} right;", dict(counts), flush=True
        )
    if options.out:
        options.out.write_bytes(pickle.dumps(everything))


if __name__ == "__main__":
    main()
