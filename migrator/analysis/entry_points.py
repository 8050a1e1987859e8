"""Which scripts can be run, which of them train, and what arguments they take."""

from __future__ import annotations

import ast
import posixpath
import re
import shlex
from collections.abc import Iterator
from typing import Any

from migrator.analysis import apis
from migrator.analysis.results import Argument, EntryPoint
from migrator.analysis.traces import Facts, FileFacts, is_main_guard
from migrator.findings import Finding, Severity
from migrator.project import Project, ProjectSettings, SettingsError

_NOT_PROGRAMS = re.compile(
    r"(^|/)(tests?|docs?|examples?/data|\.github)/|(^|/)(test_[^/]*|[^/]*_test|conftest|setup)\.py$"
)
_COMMAND = re.compile(r"(?<![\w./-])(?:python3?|torchrun|python3?\s+-m\s+torch\.distributed\.\w+)\s+(.+)")
_LIKELY = ("train", "main", "run", "train_model", "trainer")


def entry_points(project: Project, facts: Facts) -> tuple[list[EntryPoint], list[Finding]]:
    """The scripts that a person would run, likeliest first. Where some train, those that do not are left out: a demo
    at the end of a model's file is not what one migrates. The findings belong to no Python file."""
    findings: list[Finding] = []
    chosen, args = "", ""
    try:
        settings = ProjectSettings.read(project)
        chosen, args = settings.entry or "", settings.args or ""
    except SettingsError as error:
        findings.append(Finding("mindferry.toml", 1, 0, "MF005", Severity.ERROR, f"{error}.", 1))
    commands = _commands(project, facts)
    found = []
    for file in facts.files.values():
        trains = _trains(file, facts)
        reasons = _reasons(file) or _runs_training(file, facts)
        if file.path in commands:
            place, _ = commands[file.path]
            reasons.insert(0, f"{place} runs it")
        if file.path == chosen:
            reasons.insert(0, "mindferry.toml names it")
        elif not reasons or _NOT_PROGRAMS.search(file.path):
            continue
        if trains:
            reasons.append(f"trains at {trains}")
        command = args if file.path == chosen and args else commands.get(file.path, ("", ""))[1]
        found.append(EntryPoint(file.path, "; ".join(reasons), bool(trains), command, tuple(_arguments(file, facts))))
    if any(point.trains for point in found):
        found = [point for point in found if point.trains or point.path == chosen]
    found.sort(key=lambda point: _rank(point, chosen, commands))
    if not found and facts.files:
        message = (
            "No entry point was found: no script has a main guard, parses arguments or trains at its top level. "
            'Name one in mindferry.toml: [run] entry = "train.py".'
        )
        findings.append(Finding("", 0, 0, "MF006", Severity.WARNING, message))
    return found, findings


def _rank(point: EntryPoint, chosen: str, commands: dict[str, tuple[str, str]]) -> tuple[Any, ...]:
    stem = posixpath.basename(point.path)[:-3]
    likely = _LIKELY.index(stem) if stem in _LIKELY else len(_LIKELY)
    return point.path != chosen, point.path not in commands, not point.trains, likely, point.path.count("/"), point.path


def _reasons(file: FileFacts) -> list[str]:
    reasons = []
    for statement in file.tree.body:
        if is_main_guard(statement):
            reasons.append(f"main guard at line {statement.lineno}")
        elif isinstance(statement, ast.Expr | ast.Assign | ast.For | ast.While | ast.With):
            if not reasons and any(
                trace.api in apis.BACKWARD
                for trace in file.between(statement.lineno, statement.end_lineno or statement.lineno)
            ):
                reasons.append(f"trains at its top level (line {statement.lineno})")
            elif not reasons and _parses_arguments(statement):
                reasons.append(f"reads its arguments at line {statement.lineno}")
            elif not reasons and _calls_main(statement):
                reasons.append(f"calls its main function at line {statement.lineno}")
    return reasons


def _runs_training(file: FileFacts, facts: Facts) -> list[str]:
    """The call at the file's top level that ends in a training step."""
    steps = {name for other in facts.files.values() for name, _ in _steps(other)}
    for use in sorted(facts.calls_from.get(file.names.module, ()), key=lambda use: use.line):
        if use.path == file.path and use.call is not None and facts.reach(use.callee) & steps:
            return [f"trains at its top level (line {use.line})"]
    return []


def _steps(file: FileFacts) -> Iterator[tuple[str, int]]:
    """(function, line) of every call that only training makes."""
    for trace in file.traces:
        if trace.api in apis.BACKWARD:
            yield file.function_name(trace.node), trace.line


def _parses_arguments(statement: ast.stmt) -> bool:
    return any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "parse_args"
        for node in ast.walk(statement)
    )


def _calls_main(statement: ast.stmt) -> bool:
    call = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in ("main", "train", "run")


def _trains(file: FileFacts, facts: Facts) -> str:
    """The first place of a training step that running the file may come to; empty where there is none."""
    reached = facts.reach(file.names.module)
    for other in facts.files.values():
        for name, line in _steps(other):
            if name in reached and (name != other.names.module or other is file):
                return f"{other.path}:{line}"
    return ""


# -- arguments ------------------------------------------------------------------------------------------------------


def _arguments(file: FileFacts, facts: Facts) -> Iterator[Argument]:
    reached = facts.reach(file.names.module)
    seen: set[tuple[str, ...]] = set()
    for other in (file, *(f for f in facts.files.values() if f is not file)):
        for node in other.calls:
            if not _adds_argument(node, other):
                continue
            if other.function_name(node) not in reached and not (other is file and _is_click_option(node, other)):
                continue
            if other is not file and isinstance(other.enclosing(node), ast.Module):
                continue
            argument = _argument(node, other)
            if argument is not None and argument.flags not in seen:
                seen.add(argument.flags)
                yield argument


def _is_click_option(node: ast.Call, file: FileFacts) -> bool:
    return file.names.qualified(node.func) in ("click.option", "click.argument")


def _adds_argument(node: ast.Call, file: FileFacts) -> bool:
    adds = isinstance(node.func, ast.Attribute) and node.func.attr == "add_argument"
    return adds or _is_click_option(node, file)


def _argument(node: ast.Call, file: FileFacts) -> Argument | None:
    flags = tuple(a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str))
    if not flags:
        return None
    given = {keyword.arg: keyword.value for keyword in node.keywords}
    action = _plain(given.get("action"), file)
    default = _plain(given.get("default"), file)
    if default is None and action in ("store_true", "store_false"):
        default = action == "store_false"
    choices = _plain(given.get("choices"), file)
    kind = given.get("type")
    return Argument(
        flags=flags,
        default=default,
        help=str(_plain(given.get("help"), file) or ""),
        type="flag" if action in ("store_true", "store_false") else ast.unparse(kind) if kind is not None else "",
        choices=tuple(choices) if isinstance(choices, list | tuple) else (),
        required=bool(_plain(given.get("required"), file)) if "required" in given else False,
    )


def _plain(node: ast.expr | None, file: FileFacts) -> Any:
    """The literal's value where JSON can hold it, else the source text."""
    if node is None:
        return None
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return ast.unparse(node)
    if isinstance(value, tuple | set | frozenset):
        value = list(value)
    if isinstance(value, str | int | float | bool | list | dict | None):
        return value if _json_able(value) else repr(value)
    return repr(value)


def _json_able(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return all(_json_able(item) for item in value)
    if isinstance(value, dict):
        return all(isinstance(key, str) and _json_able(item) for key, item in value.items())
    if isinstance(value, float):
        return value == value and abs(value) != float("inf")
    return value is None or isinstance(value, str | int | bool)


# -- README ---------------------------------------------------------------------------------------------------------


def _commands(project: Project, facts: Facts) -> dict[str, tuple[str, str]]:
    """Script path → (place in a README, arguments) of the first command there that runs it."""
    commands: dict[str, tuple[str, str]] = {}
    for file in project.files:
        name = posixpath.basename(file.path).lower()
        if not name.startswith(("readme", "getting_started", "usage")) or len(file.data) > 1_000_000:
            continue
        folder = posixpath.dirname(file.path)
        text = file.data.decode("utf-8", "replace").replace("\r\n", "\n")
        for number, line in _whole_lines(text):
            match = _COMMAND.search(line)
            if not match:
                continue
            script, arguments = _script(match.group(1))
            for path in (posixpath.normpath(posixpath.join(folder, script)), posixpath.normpath(script)):
                if path in facts.files:
                    commands.setdefault(path, (f"{file.path} line {number}", arguments))
                    break
    return commands


def _whole_lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines with those that a backslash continues; the number is that of the first."""
    pending, start = "", 0
    for number, line in enumerate(text.split("\n"), 1):
        start = start or number
        pending = f"{pending} {line.strip()}".strip()
        if pending.endswith("\\"):
            pending = pending[:-1]
            continue
        yield start, pending
        pending, start = "", 0
    if pending:
        yield start, pending


def _script(command: str) -> tuple[str, str]:
    """The script of a command line, and its arguments as typed."""
    command = command.strip().strip("`$ ").split("`")[0].split("#")[0]
    for stop in (" && ", " | ", " > ", ";"):
        command = command.split(stop)[0]
    try:
        words = shlex.split(command)
    except ValueError:
        words = command.split()
    for index, word in enumerate(words):
        if word == "-m" and index + 1 < len(words):
            return words[index + 1].replace(".", "/") + ".py", shlex.join(words[index + 2 :])
        if word.endswith(".py"):
            return word, shlex.join(words[index + 1 :])
    return "", ""
