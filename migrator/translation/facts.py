"""What a project's translation needs to know of every file before it reads any of them closely.

Facts come from one file's text alone, so they can be remembered by its content; with them the files that have to do
with each other are found, and the rest of the project need not even be parsed.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from migrator.names.modules import Modules, absolute, package_of
from migrator.names.reading import beginning
from migrator.names.walking import walk
from migrator.training.plan import reads_gradient
from migrator.translation.imports import REPLACED_ROOTS, SUPPORT_MODULE


@dataclass(frozen=True)
class FileFacts:
    """``imports`` has (level, module, names) of every import; ``script`` says that running the file does something;
    ``support`` says that
    it imports the support file, as only translated files do; ``newline`` is what its lines end in; ``named`` are the
    beginnings of the names that ``import_module`` is given."""

    imports: tuple[tuple[int, str, tuple[str, ...]], ...]
    torch: bool
    gradients: bool
    script: bool
    support: bool = False
    encoding: str = "utf-8"
    newline: str = "\n"
    named: tuple[str, ...] = ()

    @classmethod
    def of(cls, tree: ast.Module, encoding: str = "utf-8", newline: str = "\n") -> FileFacts:
        imports: dict[tuple[int, str, tuple[str, ...]], None] = {}
        gradients = False
        named: dict[str, None] = {}
        for node in walk(tree):
            if isinstance(node, ast.Import):
                imports.update(dict.fromkeys((0, alias.name, ()) for alias in node.names))
            elif isinstance(node, ast.ImportFrom):
                imports[node.level, node.module or "", tuple(alias.name for alias in node.names)] = None
            elif isinstance(node, ast.Attribute):
                gradients = gradients or reads_gradient(node)
            elif isinstance(node, ast.Call) and node.args and _called(node.func) == "import_module":
                named[beginning(node.args[0])] = None
        support = any(module == SUPPORT_MODULE for _, module, _ in imports)
        torch = any(not level and module.partition(".")[0] in REPLACED_ROOTS for level, module, _ in imports)
        begun = tuple(name for name in named if name)
        return cls(tuple(imports), torch, gradients, _does_something(tree), support, encoding, newline, begun)

    @property
    def imports_relatively(self) -> bool:
        return any(level for level, _, _ in self.imports)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> FileFacts:
        imports = tuple((int(level), str(module), tuple(names)) for level, module, names in data["imports"])
        return cls(**{**data, "imports": imports, "named": tuple(data["named"])})


def _called(function: ast.expr) -> str:
    return (
        function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""
    )


def _does_something(tree: ast.Module) -> bool:
    """Whether a module has statements beside imports, definitions and assignments."""
    for statement in tree.body:
        if isinstance(statement, ast.For | ast.While | ast.With | ast.If | ast.Try):
            return True
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
            return True
    return False


def imported_names(path: str, facts: FileFacts) -> list[str]:
    """The absolute dotted names that a file's imports may mean by a module."""
    package = package_of(path)
    found: dict[str, None] = {}
    for level, module, names in facts.imports:
        base = absolute(level, module, package)
        if base:
            found[base] = None
        found.update((f"{base}.{name}" if base else name, None) for name in names)
    return list(found)


def imported_files(path: str, facts: FileFacts, modules: Modules) -> set[str]:
    """The files of the project that a file imports."""
    importer = modules.name_of[path]
    found = {modules.find(name, importer) for name in imported_names(path, facts)}
    return {modules.paths[name] for name in found if name} - {path}


def reached_files(path: str, facts: FileFacts, modules: Modules) -> set[str]:
    """The files that run where a file's imports do, and may where it imports by name: the packages around them too."""
    importer = modules.name_of[path]
    found = set()
    for name in imported_names(path, facts):
        while name:
            found.add(modules.paths.get(modules.find(name, importer), path))
            name = name.rpartition(".")[0]
    for begun in facts.named:
        found |= {other for name, other in modules.paths.items() if f".{begun}" in f".{name}"}
    return found - {path}


def components(facts: Mapping[str, FileFacts], modules: Modules) -> list[list[str]]:
    """The files in groups that have nothing to do with each other: no file of one imports a file of another, nor a
    package around one. Sorted, and each group sorted."""
    group: dict[str, str] = {path: path for path in facts}

    def root(path: str) -> str:
        while group[path] != path:
            group[path] = group[group[path]]
            path = group[path]
        return path

    for path, own in facts.items():
        for reached in reached_files(path, own, modules):
            if reached in group:
                group[root(reached)] = root(path)
    members: dict[str, list[str]] = {}
    for path in sorted(facts):
        members.setdefault(root(path), []).append(path)
    return sorted(members.values())
