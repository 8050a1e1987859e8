"""How fast translation is here, beside what LibCST takes to read the same files.

    python -m tests.benchmarks.translation [--corpus FOLDER] [--repeat N]

The corpus is the repository's own samples and test programs, and FOLDER (or what MINDFERRY_BENCHMARK_CORPUS names) where
one is given. Every number is the best of N runs; commands are cold processes, measured with their children, whose modules are
compiled, as LibCST's are. Nothing here passes or fails: a machine that is busy or slow prints other numbers, so look at
the ratios.
"""

from __future__ import annotations

import argparse
import compileall
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PEER = """
import pathlib, sys
import libcst
from libcst.metadata import MetadataWrapper, ScopeProvider
for path in sorted(pathlib.Path(sys.argv[1]).rglob("*.py")):
    try:
        module = libcst.parse_module(path.read_bytes())
    except Exception:
        continue
    if sys.argv[2] == "scopes":
        MetadataWrapper(module, unsafe_skip_copy=True).resolve(ScopeProvider)
"""


@dataclass(frozen=True)
class Cost:
    """Seconds on the clock, and of all processors together."""

    wall: float
    cpu: float


def command(arguments: Sequence[str], environment: dict[str, str] | None = None) -> Cost:
    """What one process costs from its start to its end, its children included."""
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, *arguments],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=ROOT,
        env={**os.environ, **(environment or {})},
    )
    _, _, usage = os.wait4(process.pid, 0)
    return Cost(time.perf_counter() - started, usage.ru_utime + usage.ru_stime)


def best(repeat: int, run: Callable[[], Cost]) -> Cost:
    costs = [run() for _ in range(repeat)]
    return Cost(min(cost.wall for cost in costs), min(cost.cpu for cost in costs))


def own_corpus(folder: Path, lines: int) -> Path:
    """The samples and the test programs, each a folder, copied until they have so many lines."""
    programs = [*(ROOT / "migrator" / "samples").iterdir(), *(ROOT / "tests" / "programs").iterdir()]
    programs = sorted(path for path in programs if (path / "mindferry.toml").is_file())
    written = number = 0
    while written < lines:
        for program in programs:
            for path in sorted(program.rglob("*.py")):
                place = folder / f"{program.name}_{number}" / path.relative_to(program)
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(path.read_bytes())
                written += path.read_bytes().count(b"\n")
        number += 1
    return folder


def line_count(folder: Path) -> int:
    return sum(path.read_bytes().count(b"\n") for path in folder.rglob("*.py"))


def show(what: str, cost: Cost, lines: int, peer: Cost | None = None) -> None:
    ratio = "" if peer is None else f"  {peer.wall / cost.wall:6.1f}x  {peer.cpu / cost.cpu:6.1f}x"
    speed = f"{lines / cost.wall:9.0f} lines/s" if lines else " " * 17
    print(f"  {what:44} {cost.wall:7.2f} s  {cost.cpu:7.2f} s cpu  {speed}{ratio}")


def compare(name: str, corpus: Path, repeat: int, place: Path) -> None:
    """Cold commands over a corpus, beside LibCST's; the ratios are LibCST's scopes by ours, on the clock and in cpu."""
    lines = line_count(corpus)
    print(f"{name}: {lines} lines in {sum(1 for _ in corpus.rglob('*.py'))} files")
    parse = best(repeat, lambda: command(["-c", PEER, str(corpus), "parse"]))
    scopes = best(repeat, lambda: command(["-c", PEER, str(corpus), "scopes"]))
    show("LibCST: parse", parse, lines, scopes)
    show("LibCST: parse and scopes", scopes, lines, scopes)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    for jobs in sorted({1, cores}):
        options = ["--no-cache", "--jobs", str(jobs)]
        show(
            f"translate, {jobs} process(es)", best(repeat, lambda o=options: translate(corpus, place, o)), lines, scopes
        )
    first = translate(corpus, place, [], place / "cache")
    show("translate, filling an empty cache", first, lines, scopes)
    again = best(repeat, lambda: translate(corpus, place, [], place / "cache"))
    show("translate again, nothing edited", again, lines, scopes)
    edited = best(repeat, lambda: edit_and_translate(corpus, place))
    show("translate again, one file edited", edited, lines, scopes)
    print(
        f"  the cache saves {1 - again.cpu / first.cpu:.0%} of the work; after one edit {1 - edited.cpu / first.cpu:.0%}"
    )


def translate(corpus: Path, place: Path, options: Sequence[str], cache: Path | None = None) -> Cost:
    with tempfile.TemporaryDirectory(dir=place) as out:
        environment = {"MINDFERRY_CACHE": str(cache)} if cache is not None else {}
        return command(["-m", "migrator", "translate", str(corpus), "-o", f"{out}/out", *options], environment)


def edit_and_translate(corpus: Path, place: Path) -> Cost:
    """With a comment more at the end of the middle file, which is taken back afterwards."""
    paths = sorted(path for path in corpus.rglob("*.py") if b"import torch" in path.read_bytes())
    path = paths[len(paths) // 2]
    data = path.read_bytes()
    path.write_bytes(data + f"\n# edited at {time.time_ns()}\n".encode())
    try:
        return translate(corpus, place, [], place / "cache")
    finally:
        path.write_bytes(data)


def warm_file(repeat: int) -> None:
    """One file in a process that has translated before."""
    from migrator import translate_source

    sources = [path.read_text(encoding="utf-8", errors="replace") for path in (ROOT / "tests/programs").rglob("*.py")]
    longest = sorted((source for source in sources if "import torch" in source), key=len)[-3:]
    text = "\n".join("\n".join(longest).split("\n")[:300])
    while (found := translate_source(text, target="cpu")).findings and found.findings[0].code == "MF001":
        text = text.rpartition("\n")[0]
    translate_source(text, target="cpu")
    seconds = []
    for number in range(max(repeat, 5)):
        started = time.process_time()
        translate_source(f"{text}\n# {number}\n", target="cpu")
        seconds.append(time.process_time() - started)
    print(f"one file of {text.count(chr(10))} lines, warm: {statistics.median(seconds) * 1000:.1f} ms cpu")


def catalog(repeat: int) -> None:
    from migrator.catalog import Catalog

    seconds = []
    for _ in range(max(repeat, 5)):
        started = time.process_time()
        loaded = Catalog()
        seconds.append(time.process_time() - started)
    print(f"the catalog of {len(loaded)} rows: {min(seconds) * 1000:.1f} ms cpu to load")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.translation", description=__doc__.split("\n")[0])
    parser.add_argument("--corpus", metavar="FOLDER", default=os.environ.get("MINDFERRY_BENCHMARK_CORPUS"))
    parser.add_argument("--repeat", metavar="N", type=int, default=3, help="runs of each (default: 3)")
    parser.add_argument(
        "--lines", metavar="N", type=int, default=12_000, help="size of our own corpus (default: 12000)"
    )
    arguments = parser.parse_args()
    compileall.compile_dir(ROOT / "migrator", quiet=2)
    print("seconds on the clock, of processors, and (x) LibCST's parse and scopes by the same of ours\n")
    with tempfile.TemporaryDirectory() as place:
        (Path(place) / "own").mkdir()
        corpus = own_corpus(Path(place) / "own", arguments.lines)
        compare("samples and test programs", corpus, arguments.repeat, Path(place))
    if arguments.corpus:
        with tempfile.TemporaryDirectory() as place:
            copy = Path(place) / "corpus"
            for path in Path(arguments.corpus).rglob("*.py"):
                target = copy / path.relative_to(arguments.corpus)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(path.read_bytes())
            compare(arguments.corpus, copy, arguments.repeat, Path(place))
    print()
    warm_file(arguments.repeat)
    catalog(arguments.repeat)
    return 0


if __name__ == "__main__":
    sys.exit(main())
