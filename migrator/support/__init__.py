"""Helper functions that translated projects carry with them.

The modules of this package are never imported by MindFerry itself: they need MindSpore. They are read as source, and
the functions that a project needs (with what these call in turn) are copied into its ``mindspore_support.py``.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

FOLDER = Path(__file__).parent
FILE_NAME = "mindspore_support.py"

HEADER = '''"""Helper functions for this project on MindSpore, copied here by MindFerry because the project uses them.

Each reproduces a PyTorch behaviour for which MindSpore has no single call on the target devices; its docstring says
which. The file needs nothing but MindSpore and NumPy, and is yours to edit.
"""
'''


@dataclass(frozen=True)
class Definition:
    """A top-level function, class or constant of the support room. ``uses`` are the other definitions that it names,
    ``evaluated`` those of them that must exist when it is defined (bases, decorators, defaults, a constant's value)."""

    name: str
    source: str
    imports: tuple[str, ...]
    uses: tuple[str, ...]
    evaluated: tuple[str, ...]
    order: tuple[str, int]


@lru_cache(maxsize=1)
def definitions() -> dict[str, Definition]:
    """All support definitions by name. Raises ValueError where two modules define the same name, or where one imports a
    name that another defines: in the copied file they would be one."""
    found: dict[str, Definition] = {}
    pending: list[tuple[str, ast.stmt, str, dict[str, str], str]] = []
    for file in sorted(FOLDER.glob("*.py")):
        if file.name == "__init__.py":
            continue
        text = file.read_text(encoding="utf-8")
        tree = ast.parse(text)
        lines = text.splitlines(keepends=True)
        imports: dict[str, str] = {}
        for statement in tree.body:
            if isinstance(statement, ast.Import | ast.ImportFrom):
                for alias in statement.names:
                    local = (alias.asname or alias.name).partition(".")[0]
                    if isinstance(statement, ast.ImportFrom):
                        if statement.module == "__future__":
                            continue
                        if (statement.module or "").startswith("migrator.support"):
                            continue
                        shown = f"from {statement.module} import {alias.name}"
                    else:
                        shown = f"import {alias.name}"
                    imports[local] = shown + (f" as {alias.asname}" if alias.asname else "")
            for name in _defined(statement):
                start = min([statement.lineno, *(d.lineno for d in getattr(statement, "decorator_list", []))])
                source = "".join(lines[start - 1 : statement.end_lineno])
                pending.append((name, statement, source, imports, file.name))
    names = {name for name, *_ in pending}
    for name, statement, source, imports, file_name in pending:
        if name in found:
            raise ValueError(f"support function {name!r} is defined twice")
        loaded = {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}
        for clashing in sorted(imports.keys() & names):
            raise ValueError(
                f"{file_name} imports {clashing!r}, the name of a support definition: import it as another"
            )
        found[name] = Definition(
            name=name,
            source=source,
            imports=tuple(sorted(imports[local] for local in loaded & imports.keys())),
            uses=tuple(sorted((loaded & names) - {name})),
            evaluated=tuple(sorted((_evaluated(statement) & names) - {name})),
            order=(file_name, statement.lineno),
        )
    return found


def _evaluated(node: ast.AST) -> set[str]:
    """The names that are read while a statement runs, which the bodies of its functions are not."""
    if isinstance(node, ast.Name):
        return {node.id}
    if isinstance(node, ast.Lambda):
        return _evaluated(node.args)
    if isinstance(node, ast.FunctionDef):
        parts: list[ast.AST] = [node.args, *node.decorator_list]
    else:
        parts = list(ast.iter_child_nodes(node))
    return {name for part in parts for name in _evaluated(part)}


def _defined(statement: ast.stmt) -> list[str]:
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return [statement.name]
    if isinstance(statement, ast.Assign):
        return [target.id for target in statement.targets if isinstance(target, ast.Name)]
    if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
        return [statement.target.id]
    return []


def closure(names: Iterable[str]) -> list[Definition]:
    """The named definitions with all that they use, constants first, in the order of the room. Raises KeyError."""
    known = definitions()
    wanted: dict[str, Definition] = {}
    waiting = list(names)
    while waiting:
        definition = known[waiting.pop()]
        if definition.name not in wanted:
            wanted[definition.name] = definition
            waiting.extend(definition.uses)
    return _ordered(wanted)


def _ordered(wanted: dict[str, Definition]) -> list[Definition]:
    """File order, but a base class or a constant stands before what is evaluated with it at import time."""
    done: dict[str, Definition] = {}
    placing: set[str] = set()

    def place(definition: Definition) -> None:
        if definition.name in done or definition.name in placing:
            return
        placing.add(definition.name)
        for used in definition.evaluated:
            if used in wanted:
                place(wanted[used])
        done[definition.name] = definition

    for definition in sorted(wanted.values(), key=lambda item: item.order):
        place(definition)
    return list(done.values())


def import_lines(found: Iterable[Definition]) -> list[str]:
    """The import statements that definitions need, merged and sorted."""
    plain: set[str] = set()
    grouped: dict[str, set[str]] = {}
    for definition in found:
        for line in definition.imports:
            if line.startswith("from "):
                module, _, name = line[5:].partition(" import ")
                grouped.setdefault(module, set()).add(name)
            else:
                plain.add(line)
    standard = sorted(line for line in plain if "mindspore" not in line and "numpy" not in line)
    third = sorted(line for line in plain if line not in standard)
    from_standard = sorted(m for m in grouped if not m.startswith(("mindspore", "numpy")))
    from_third = sorted(m for m in grouped if m not in from_standard)
    lines = [*standard, *(f"from {m} import {', '.join(sorted(grouped[m]))}" for m in from_standard)]
    if lines:
        lines.append("")
    lines.extend([*third, *(f"from {m} import {', '.join(sorted(grouped[m]))}" for m in from_third)])
    return lines


def body(found: Iterable[Definition]) -> str:
    """The definitions' source, two blank lines apart."""
    return "\n\n".join(definition.source.strip("\n") + "\n" for definition in found)


def module_text(names: Iterable[str]) -> str:
    """The support file of a project that uses ``names``."""
    found = closure(names)
    return HEADER + "\n" + "\n".join(import_lines(found)) + "\n\n\n" + body(found)
