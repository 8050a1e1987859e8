"""What in a file has to move, line by line, and who uses which function of the project."""

from __future__ import annotations

import ast
import bisect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from migrator.analysis import apis
from migrator.analysis.known_packages import known
from migrator.analysis.reading import ParsedFile, code_line_numbers
from migrator.names import FileNames, Kind, ProjectNames

Function = ast.FunctionDef | ast.AsyncFunctionDef

PACKAGE = "package"
"""The role of a line that uses a package which cannot stay; what it is for depends on the code around it."""

IMPORT = "import"
"""The role of a line that imports what has to move: it goes with the rest of its file."""


@dataclass(frozen=True, eq=False)
class Trace:
    """One place that names a PyTorch API (or uses a value of PyTorch)."""

    line: int
    api: str
    role: str
    node: ast.AST


@dataclass(frozen=True, eq=False)
class Use:
    """A place where a function or class of the project is called (``call``) or handed on (no ``call``)."""

    path: str
    line: int
    callee: str
    caller: str
    call: ast.Call | None


@dataclass(eq=False)
class FileFacts:
    """A parsed file with its names, its traces in line order, and the uses that it makes of project functions."""

    parsed: ParsedFile
    names: FileNames
    code: frozenset[int]
    traces: list[Trace] = field(default_factory=list)
    uses: list[Use] = field(default_factory=list)
    parents: dict[ast.AST, ast.AST] = field(default_factory=dict)
    arrays: list[int] = field(default_factory=list)
    calls: list[ast.Call] = field(default_factory=list)
    imports: list[ast.Import | ast.ImportFrom] = field(default_factory=list)

    @property
    def path(self) -> str:
        return self.parsed.path

    @property
    def tree(self) -> ast.Module:
        assert self.parsed.tree is not None
        return self.parsed.tree

    def between(self, first: int, last: int) -> list[Trace]:
        lines = self.trace_lines
        return self.traces[bisect.bisect_left(lines, first) : bisect.bisect_right(lines, last)]

    @cached_property
    def trace_lines(self) -> list[int]:
        return [trace.line for trace in self.traces]

    def code_between(self, first: int, last: int) -> int:
        return sum(1 for number in self.code if first <= number <= last)

    def has_arrays(self, first: int, last: int) -> bool:
        position = bisect.bisect_left(self.arrays, first)
        return position < len(self.arrays) and self.arrays[position] <= last

    def enclosing(self, node: ast.AST) -> ast.AST:
        """The innermost function around a node, or the module."""
        above = self.parents.get(node)
        while above is not None and not isinstance(above, Function):
            above = self.parents.get(above)
        return above or self.tree

    def function_name(self, node: ast.AST) -> str:
        """The qualified name of the function around a node; the module's own name at top level."""
        function = self.enclosing(node)
        info = self.names.function_of.get(function)
        return info.qualified if info else self.names.module


@dataclass(eq=False)
class Facts:
    """The facts of all files that could be read."""

    project: ProjectNames
    files: Mapping[str, FileFacts]
    uses_of: Mapping[str, list[Use]]
    calls_from: Mapping[str, list[Use]]

    def reach(self, name: str) -> set[str]:
        """Every project function that ``name`` may end up calling, itself included."""
        seen: set[str] = set()
        waiting = [name]
        while waiting:
            current = waiting.pop()
            if current not in seen:
                seen.add(current)
                waiting.extend(use.callee for use in self.calls_from.get(current, ()))
        return seen


def gather(parsed_files: list[ParsedFile]) -> Facts:
    trees = {parsed.path: parsed.tree for parsed in parsed_files if parsed.tree is not None}
    project = ProjectNames(trees)
    files: dict[str, FileFacts] = {}
    uses_of: dict[str, list[Use]] = {}
    calls_from: dict[str, list[Use]] = {}
    for parsed in parsed_files:
        if parsed.tree is None:
            continue
        facts = FileFacts(parsed, project.of(parsed.path), code_line_numbers(parsed))
        files[parsed.path] = facts
        _read_file(project, facts)
        for use in facts.uses:
            uses_of.setdefault(use.callee, []).append(use)
            calls_from.setdefault(use.caller, []).append(use)
    return Facts(project, files, uses_of, calls_from)


def _read_file(project: ProjectNames, facts: FileFacts) -> None:
    nodes: list[ast.AST] = [facts.tree]
    for node in nodes:
        for child in ast.iter_child_nodes(node):
            facts.parents[child] = node
            nodes.append(child)
    arrays: set[int] = set()
    for node in nodes:
        if isinstance(node, ast.Import | ast.ImportFrom):
            facts.imports.append(node)
            facts.traces.extend(_imported(node, project, facts))
        elif isinstance(node, ast.Attribute | ast.Name):
            trace = _trace(node, facts) or _trace_of_package(node, project, facts)
            if trace is not None:
                facts.traces.append(trace)
            facts.uses.extend(_uses(node, project, facts))
            if facts.names.value(node).kind is Kind.ARRAY or facts.names.qualified(node).startswith("numpy."):
                arrays.add(node.lineno)
        elif isinstance(node, ast.ClassDef):
            if _is_a_model(node, project, facts):
                facts.traces.append(Trace(node.lineno, "torch.nn.Module", "model", node))
        elif isinstance(node, ast.Call):
            facts.calls.append(node)
            if _makes_a_model(node, project, facts):
                facts.traces.append(Trace(node.lineno, "torch.nn.Module", "model", node.func))
            facts.uses.extend(_module_call(node, project, facts))
    facts.traces.sort(key=lambda trace: trace.line)
    facts.arrays = sorted(arrays)


def _imported(node: ast.Import | ast.ImportFrom, project: ProjectNames, facts: FileFacts) -> Iterator[Trace]:
    if isinstance(node, ast.ImportFrom):
        names = [] if node.level else [node.module or ""]
    else:
        names = [alias.name for alias in node.names]
    for name in names:
        if apis.root_of(name) in apis.ROOTS or _has_to_go(name, project, facts):
            yield Trace(node.lineno, name, IMPORT, node)
            return


def _trace_of_package(node: ast.Attribute | ast.Name, project: ProjectNames, facts: FileFacts) -> Trace | None:
    api = facts.names.qualified(node)
    above = facts.parents.get(node)
    if isinstance(above, ast.Attribute) and facts.names.qualified(above).startswith(f"{api}."):
        return None
    return Trace(node.lineno, api, PACKAGE, node) if _has_to_go(api, project, facts) else None


def _has_to_go(name: str, project: ProjectNames, facts: FileFacts) -> bool:
    """Whether a name is of a package that needs a counterpart or blocks, and not of the project's own of that name."""
    root = apis.root_of(name)
    use, _ = known().get(root, ("reusable", ""))
    return use != "reusable" and root not in apis.ROOTS and project.find_module(root, facts.names) is None


def _trace(node: ast.Attribute | ast.Name, facts: FileFacts) -> Trace | None:
    api = facts.names.qualified(node)
    if apis.root_of(api) not in apis.ROOTS:
        return None
    above = facts.parents.get(node)
    if isinstance(above, ast.Attribute) and apis.root_of(facts.names.qualified(above)) in apis.ROOTS:
        below_is_module = facts.names.value(node).kind is Kind.REFERENCE
        if below_is_module:
            return None
    return Trace(node.lineno, api, apis.role_of(api), node)


def _makes_a_model(call: ast.Call, project: ProjectNames, facts: FileFacts) -> bool:
    """Making an instance of a project's module moves a line too, even in a file that does not import PyTorch: a
    MindSpore cell has to be told that it is to be trained. So does calling a class that is chosen by its name."""
    if facts.names.value(call).kind is not Kind.MODULE:
        return False
    made = facts.names.qualified(call.func)
    chosen = facts.names.value(call.func)
    return made in project.classes or chosen.of in project.classes or bool(chosen.items)


def _is_a_model(node: ast.ClassDef, project: ProjectNames, facts: FileFacts) -> bool:
    """Whether a class is a model through another one of the project, and has a ``forward`` to become ``construct``."""
    info = facts.names.class_of.get(node)
    return info is not None and "forward" in info.methods and project.kind_of(info.qualified) is Kind.MODULE


def _uses(node: ast.Attribute | ast.Name, project: ProjectNames, facts: FileFacts) -> Iterator[Use]:
    if not isinstance(node.ctx, ast.Load):
        return
    target = facts.names.qualified(node)
    if isinstance(node, ast.Name) and not target:
        value = facts.names.value(node)
        target = value.of if value.kind is Kind.REFERENCE else ""
    if not target:
        return
    above = facts.parents.get(node)
    call = above if isinstance(above, ast.Call) and above.func is node else None
    caller = facts.function_name(node)
    if target in project.classes:
        for info in project.lineage(target):
            for name, method in info.methods.items():
                if name in ("__init__", "__post_init__", "setup"):
                    yield Use(facts.path, node.lineno, method.qualified, caller, call)
    elif target in project.functions:
        yield Use(facts.path, node.lineno, target, caller, call)


def _module_call(node: ast.Call, project: ProjectNames, facts: FileFacts) -> Iterator[Use]:
    """``model(x)`` uses ``forward``, ``transform(x)`` uses ``__call__``."""
    value = facts.names.value(node.func)
    if value.kind is Kind.REFERENCE or value.of not in project.classes:
        return
    for name in ("forward", "__call__"):
        method = project.method(value.of, name)
        if method is not None:
            yield Use(facts.path, node.lineno, method.qualified, facts.function_name(node), node)


def is_main_guard(statement: ast.stmt) -> bool:
    """``if __name__ == "__main__":`` in either order."""
    if not isinstance(statement, ast.If) or not isinstance(statement.test, ast.Compare):
        return False
    sides = [statement.test.left, *statement.test.comparators]
    names = {side.id for side in sides if isinstance(side, ast.Name)}
    texts = {side.value for side in sides if isinstance(side, ast.Constant)}
    return "__name__" in names and "__main__" in texts
