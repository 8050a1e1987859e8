"""What must hold of every translation, whatever the project: counted over folders of projects.

    python -m tests.benchmarks.quality FOLDER...

takes each FOLDER for one project, translates it, and prints how many of its files break which promise, with the places.
Exit code 1 where any is broken. Nothing is run and nothing is written beside a temporary folder.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import io
import itertools
import json
import re
import subprocess
import sys
import tempfile
import time
import tokenize
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from migrator.project import ArchiveLimits, Project
from migrator.translation import ProjectTranslation, TranslatedFile, translate_project

ROOTS = ("torch", "torchvision")
PROMISES = (
    "is translated without a fault of ours",
    "parses",
    "keeps all comments",
    "uses no name that it does not bind",
    "imports nothing that it does not use",
    "leaves no variable unused, nor defines a name twice",
    "leaves no backward() without a finding",
    "leaves no torch without a finding",
    "does not change in a second translation",
    "leaves no block empty",
    "breaks no line anew where it changes nothing else",
    "adds no blank lines beside blank lines",
    "says no remark twice above one statement",
)
LONG_LINES = "writes no line longer than 120 that was none"
"""Counted too, and not yet kept: a call that gets longer by what MindSpore must be told stays on its line."""
_NUMBER = re.compile(r"line \d+")
_RUFF = {"F821": PROMISES[3], "F401": PROMISES[4], "F811": PROMISES[5], "F841": PROMISES[5]}


@dataclass(frozen=True, order=True)
class Fault:
    """A broken promise: ``line`` is the output's, 0 for the file as a whole."""

    promise: str
    path: str
    line: int
    detail: str


def faults(project: Project, target: str = "cpu") -> list[Fault]:
    """Every promise that the project's translation breaks."""
    translation = translate_project(project, target=target)
    found: list[Fault] = []
    for file in translation.files:
        if file.path.endswith(".py"):
            original = project.read_bytes(file.path) if file.path in project else None
            found.extend(_of_file(file, original))
    found.extend(_of_names(project, translation))
    found.extend(_of_a_second_time(project, translation, target))
    return sorted(found)


def _of_file(file: TranslatedFile, original: bytes | None) -> Iterator[Fault]:
    for finding in file.findings:
        if finding.code == "MF002":
            yield Fault(PROMISES[0], file.path, 0, finding.message)
    text = text_of(file.data)
    if text is None or any(finding.code == "MF001" for finding in file.findings):
        return
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        yield Fault(PROMISES[1], file.path, error.lineno or 0, str(error.msg))
        return
    before = text_of(original) if original is not None else None
    if before is not None:
        for comment in comments(before) - comments(text):
            yield Fault(PROMISES[2], file.path, 0, comment)
    backwards = {
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "backward"
    }
    lines = text.split("\n")
    for line in unexplained(file, text, tree, sorted(backwards)):
        yield Fault(PROMISES[6], file.path, line, lines[line - 1].strip())
    for line in unexplained(file, text, tree, sorted(_torch_lines(tree))):
        yield Fault(PROMISES[7], file.path, line, lines[line - 1].strip())
    if before is not None and file.status == "translated":
        yield from _as_a_reader_sees_it(file, before, text, tree)


def _as_a_reader_sees_it(file: TranslatedFile, before: str, text: str, tree: ast.Module) -> Iterator[Fault]:
    """What nobody would write by hand."""
    old, new = before.split("\n"), text.split("\n")
    for line in _empty_blocks(tree) if "pass" in text else ():
        origin = file.line_map[line - 1]
        if not origin or old[origin - 1].strip() != "pass":
            yield Fault(PROMISES[9], file.path, line, new[line - 2].strip())
    for line in _broken_anew(old, new):
        yield Fault(PROMISES[10], file.path, line, new[line - 1].strip())
    known = {len(line) for line in old}
    longest = max(known, default=0)
    for number, line in enumerate(new, 1):
        if len(line) > max(120, longest) and not line.lstrip().startswith("#"):
            yield Fault(LONG_LINES, file.path, number, line.strip())
    blank = max(_blank_runs(old).values(), default=0)
    for number, run in _blank_runs(new).items():
        if run > max(blank, 2):
            yield Fault(PROMISES[11], file.path, number, f"{run} blank lines")
    for number, (above, below) in enumerate(itertools.pairwise(new), 2):
        if "TODO(mindferry" in above and above.strip() == below.strip():
            yield Fault(PROMISES[12], file.path, number, below.strip())


def _empty_blocks(tree: ast.Module) -> Iterator[int]:
    """The lines of each ``pass`` that is all of a block, but for those of functions and classes."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.ExceptHandler):
            for name in ("body", "orelse", "finalbody"):
                block = getattr(node, name, None)
                if isinstance(block, list) and len(block) == 1 and isinstance(block[0], ast.Pass):
                    yield block[0].lineno


def _broken_anew(old: list[str], new: list[str]) -> Iterator[int]:
    """The places at which lines that say the same as before begin and end elsewhere."""
    matcher = difflib.SequenceMatcher(None, [line.strip() for line in old], [line.strip() for line in new], False)
    for kind, start, end, place, last in matcher.get_opcodes():
        if kind == "replace":
            said = ["".join("".join(part).split()) for part in (old[start:end], new[place:last])]
            if said[0] == said[1]:
                yield place + 1


def _blank_runs(lines: list[str]) -> dict[int, int]:
    """How many blank lines end at each line (from 1) that ends a run of them."""
    found, run = {}, 0
    for number, line in enumerate(lines, 1):
        if line.strip():
            if run:
                found[number - 1] = run
            run = 0
        else:
            run += 1
    return found


def text_of(data: bytes) -> str | None:
    """The text of a source, with plain line ends; None where its bytes do not read."""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        return data.decode(encoding).replace("\r\n", "\n")
    except (SyntaxError, UnicodeDecodeError):
        return None


def comments(text: str) -> Counter[str]:
    return Counter(
        token.string.strip()
        for token in tokenize.generate_tokens(io.StringIO(text).readline)
        if token.type == tokenize.COMMENT
    )


def _torch_lines(tree: ast.Module) -> set[int]:
    """The lines that use a name of torch's."""
    bound, others = set(ROOTS), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            for alias in node.names:
                source = alias.name if isinstance(node, ast.Import) else "." * node.level + (node.module or "")
                name = (alias.asname or alias.name).split(".")[0]
                (bound if source.split(".")[0] in ROOTS else others).add(name)
        elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            others.add(node.id)
        elif isinstance(node, ast.arg):
            others.add(node.arg)
    return {node.lineno for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id in bound - others}


def unexplained(file: TranslatedFile, text: str, tree: ast.Module, lines: list[int]) -> Iterator[int]:
    """The lines of the output that neither a finding at their original nor a remark above them explains."""
    output = text.split("\n")
    starts = {
        line: node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.stmt)
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    for line in lines:
        origin = file.line_map[line - 1] if file.line_map else line
        if any(finding.line <= origin <= max(finding.end_line, finding.line) for finding in file.findings):
            continue
        above = starts.get(line, line) - 2
        while above >= 0 and output[above].lstrip().startswith(("#", "@")):
            if "TODO(mindferry" in output[above]:
                break
            above -= 1
        else:
            yield line


def _of_names(project: Project, translation: ProjectTranslation) -> Iterator[Fault]:
    """What ruff says of the names of the output that it did not say of the original."""
    with tempfile.TemporaryDirectory() as place:
        before, after = Path(place, "before"), Path(place, "after")
        project.write_to(before)
        translation.write_to(after)
        known = Counter((path, code, _NUMBER.sub("", message)) for path, code, message, _ in _complaints(before))
        for path, code, message, line in _complaints(after):
            if known[path, code, _NUMBER.sub("", message)]:
                known[path, code, _NUMBER.sub("", message)] -= 1
            else:
                yield Fault(_RUFF[code], path, line, f"{code} {message}")


def _complaints(folder: Path) -> list[tuple[str, str, str, int]]:
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache", "--exit-zero", "--output-format=json"]
    command += ["--no-respect-gitignore", "--ignore-noqa", f"--select={','.join(_RUFF)}", "."]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=True)
    return [
        (
            str(Path(item["filename"]).relative_to(folder.resolve())),
            item["code"],
            item["message"],
            item["location"]["row"],
        )
        for item in json.loads(done.stdout)
        if item["code"] in _RUFF and not _is_interface(item["filename"], item["code"], item["message"])
    ]


def _is_interface(path: str, code: str, message: str) -> bool:
    """Whether a package takes something from its own modules for others to import."""
    own = Path(path).parent.name
    return code == "F401" and path.endswith("__init__.py") and message.startswith(("`.", f"`{own}."))


def _of_a_second_time(project: Project, once: ProjectTranslation, target: str) -> Iterator[Fault]:
    contents = {file.path: file.data for file in once.files}
    again = translate_project(Project.from_files(project.name, contents), target=target)
    for file in again.files:
        if contents.get(file.path) != file.data:
            old = (text_of(contents.get(file.path, b"")) or "").split("\n")
            new = (text_of(file.data) or "").split("\n")
            line = next((n for n, (a, b) in enumerate(zip(old, new, strict=False), 1) if a != b), 0)
            yield Fault(PROMISES[8], file.path, line, new[line - 1].strip() if line else "its length changed")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.quality", description=__doc__.splitlines()[0])
    parser.add_argument("folders", metavar="FOLDER", nargs="+", type=Path)
    parser.add_argument("--target", default="cpu", choices=("cpu", "ascend", "portable"))
    parser.add_argument("--show", type=int, default=5, help="places to print for each promise (default: 5)")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")
    total: Counter[str] = Counter()
    files = lines = 0
    for folder in arguments.folders:
        project = Project.from_folder(folder, ArchiveLimits(members=100_000, total_bytes=1 << 31))
        own_lines = sum(source.data.count(b"\n") for source in project.sources)
        started = time.process_time()
        found = faults(project, arguments.target)
        seconds = time.process_time() - started
        files += len(project.sources)
        lines += own_lines
        print(f"{project.name}: {len(project.sources)} files, {own_lines} lines, {len(found)} faults, {seconds:.1f} s")
        for promise in (*PROMISES, LONG_LINES):
            places = [fault for fault in found if fault.promise == promise]
            total[promise] += len({fault.path for fault in places})
            for fault in places[: arguments.show]:
                print(f"    not: {promise}: {fault.path}:{fault.line}: {fault.detail[:160]}")
            if len(places) > arguments.show:
                print(f"    … and {len(places) - arguments.show} more")
    print(f"\n{files} files, {lines} lines. Of them, so many files do not keep the promise that each")
    for promise in (*PROMISES, LONG_LINES):
        print(f"{total[promise]:6}  {promise}")
    return 1 if any(total[promise] for promise in PROMISES) else 0


if __name__ == "__main__":
    sys.exit(main())
