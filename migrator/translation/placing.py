"""Where the support file has to lie so that every program of the project finds it."""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Iterable, Mapping

from migrator.names import FileNames, ProjectNames
from migrator.names.walking import walk


def support_folders(trees: Mapping[str, ast.Module], names: ProjectNames, users: Iterable[str]) -> list[str]:
    """The folders that need a copy, for the files (``users``) that import from it; ``""`` is the project's root.

    ``python folder/train.py`` finds modules in ``folder`` and not in the project's root, while ``python -m
    package.train`` and programs in the root find them there. So a script in a folder, which is a file that no other
    imports and that uses no relative import, takes a copy beside it where it, or a file that it imports, needs one.
    """
    imports = {path: _imported_files(names.of(path), names) for path in trees}
    imported = {target for targets in imports.values() for target in targets}
    missing = set(users)
    folders = set()
    for path, tree in trees.items():
        if path in imported:
            continue
        needing = _reach(path, imports) & set(users)
        if needing:
            by_itself = _is_script(tree) and not _has_relative_imports(tree)
            folders.add(posixpath.dirname(path) if by_itself else "")
            missing -= needing
    return sorted(folders | {""} if missing else folders)


def _imported_files(file: FileNames, names: ProjectNames) -> set[str]:
    found = set()
    for node in walk(file.tree):
        dotted: list[str] = []
        if isinstance(node, ast.Import):
            dotted = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                package = file.package.split(".") if file.package else []
                package = package[: len(package) - node.level + 1]
                base = ".".join([*package, *([base] if base else [])])
            dotted = [base, *(f"{base}.{alias.name}" if base else alias.name for alias in node.names)]
        for name in dotted:
            module = names.find_module(name, file) if name else None
            if module is not None and module.path != file.path:
                found.add(module.path)
    return found


def _is_script(tree: ast.Module) -> bool:
    """Whether running the file does something: it has statements beside imports, definitions and assignments."""
    for statement in tree.body:
        if isinstance(statement, ast.For | ast.While | ast.With | ast.If | ast.Try):
            return True
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
            return True
    return False


def _has_relative_imports(tree: ast.Module) -> bool:
    return any(isinstance(node, ast.ImportFrom) and node.level for node in walk(tree))


def _reach(path: str, imports: Mapping[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    waiting = [path]
    while waiting:
        current = waiting.pop()
        if current not in seen:
            seen.add(current)
            waiting.extend(imports.get(current, ()))
    return seen
