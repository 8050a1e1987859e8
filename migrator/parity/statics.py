"""What can be said of a translated project without running it: does every file parse, does every name resolve?"""

from __future__ import annotations

import ast
import builtins
import symtable
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

FRAMEWORK = frozenset({"torch", "torchvision", "torchaudio", "torchtext"})
_MODULE_NAMES = frozenset(
    {"__file__", "__name__", "__doc__", "__path__", "__package__", "__spec__", "__loader__", "__builtins__"}
)
_KNOWN = frozenset(dir(builtins)) | _MODULE_NAMES


@dataclass(frozen=True)
class Problem:
    """Something at a line (from 1) of a translated file."""

    path: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.text}"


@dataclass(frozen=True)
class Statics:
    """``files`` Python files were looked at; ``broken_before`` did not parse in the original either."""

    files: int
    broken: tuple[Problem, ...]
    broken_before: tuple[str, ...]
    unresolved: tuple[Problem, ...]


def look_at(translated: Path, source: Path) -> Statics:
    """Parse all Python files of ``translated`` and look for names that nothing defines, PyTorch's among them."""
    broken: list[Problem] = []
    before: list[str] = []
    unresolved: list[Problem] = []
    count = 0
    for path in sorted(translated.rglob("*.py")):
        relative = path.relative_to(translated).as_posix()
        count += 1
        problem = parse_problem(path.read_bytes(), relative)
        if problem is not None:
            original = source / relative
            if original.is_file() and parse_problem(original.read_bytes(), relative) is not None:
                before.append(relative)
            else:
                broken.append(problem)
            continue
        own = frozenset(name for name in FRAMEWORK if _is_there(name, (path.parent, translated)))
        unresolved.extend(names_left_open(path.read_bytes(), relative, own))
    return Statics(count, tuple(broken), tuple(before), tuple(unresolved))


def parse_problem(data: bytes, path: str) -> Problem | None:
    try:
        ast.parse(data, path)
    except SyntaxError as error:
        return Problem(path, error.lineno or 0, error.msg or "it is not valid Python")
    except ValueError as error:
        return Problem(path, 0, str(error))
    return None


def _is_there(name: str, folders: Iterable[Path]) -> bool:
    """Whether the program has a module of that name itself."""
    return any((folder / f"{name}.py").is_file() or (folder / name).is_dir() for folder in folders)


def names_left_open(data: bytes, path: str, own: frozenset[str] = frozenset()) -> list[Problem]:
    """Imports of PyTorch, but for modules of the program's ``own`` that are called so, and global names that the file
    uses and nowhere binds. Nothing where it imports ``*``."""
    tree = ast.parse(data, path)
    problems = [
        Problem(path, node.lineno, f"{name} is still imported")
        for node, name in _framework_imports(tree)
        if name.partition(".")[0] not in own
    ]
    if any(isinstance(node, ast.ImportFrom) and any(a.name == "*" for a in node.names) for node in ast.walk(tree)):
        return problems
    open_names = set(_open_names(symtable.symtable(data.decode("utf-8", "replace"), path, "exec")))
    if open_names:
        for node in ast.walk(tree):
            if isinstance(node, ast.Name) and node.id in open_names:
                open_names.discard(node.id)
                problems.append(Problem(path, node.lineno, f"the name {node.id} is not defined"))
    return sorted(problems, key=lambda problem: problem.line)


def _framework_imports(tree: ast.Module) -> Iterator[tuple[ast.stmt, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names: Iterable[str] = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names = [node.module or ""]
        else:
            continue
        for name in names:
            if name.partition(".")[0] in FRAMEWORK:
                yield node, name


def _open_names(table: symtable.SymbolTable, bound: frozenset[str] | None = None) -> Iterator[str]:
    if bound is None:
        bound = frozenset(s.get_name() for s in table.get_symbols() if s.is_assigned() or s.is_imported())
        bound |= frozenset(_declared_globals(table))
    for symbol in table.get_symbols():
        name = symbol.get_name()
        free = (
            symbol.is_global() if table.get_type() != "module" else not (symbol.is_assigned() or symbol.is_imported())
        )
        if symbol.is_referenced() and free and name not in bound and name not in _KNOWN:
            yield name
    for child in table.get_children():
        yield from _open_names(child, bound)


def _declared_globals(table: symtable.SymbolTable) -> Iterator[str]:
    for child in table.get_children():
        for symbol in child.get_symbols():
            if symbol.is_declared_global() and symbol.is_assigned():
                yield symbol.get_name()
        yield from _declared_globals(child)
