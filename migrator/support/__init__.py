"""Helper functions that translated projects carry with them.

The modules of this package are never imported by MindFerry itself: they need MindSpore. They are read as source, and
the functions that a project needs (with what these call in turn) are copied into its ``mindspore_support.py``.
"""

from __future__ import annotations

import ast
import re
import symtable
from collections.abc import Iterable, Set
from dataclasses import dataclass
from functools import cache, lru_cache
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


_TOP_LEVEL = re.compile(r"^(?:(?:def|class) (\w+)|(\w+)(?:: [^=\n]+)? = )", re.MULTILINE)


@lru_cache(maxsize=1)
def _homes() -> dict[str, Path]:
    """The file of every definition, found without parsing. Raises ValueError where two files define the same name."""
    homes: dict[str, Path] = {}
    for file in sorted(FOLDER.glob("*.py")):
        if file.name == "__init__.py":
            continue
        for match in _TOP_LEVEL.finditer(file.read_text(encoding="utf-8")):
            name = match[1] or match[2]
            if homes.setdefault(name, file) != file:
                raise ValueError(f"support function {name!r} is defined in {homes[name].name} and in {file.name}")
    return homes


def names() -> Set[str]:
    """The names of all support definitions."""
    return _homes().keys()


def definitions() -> dict[str, Definition]:
    """All support definitions by name. Raises ValueError where two of their names clash."""
    return {name: definition(name) for name in names()}


@cache
def definition(name: str) -> Definition:
    """One definition, for which nothing but its own lines is read. Raises KeyError."""
    file = _homes()[name]
    text, places, imports = _outline(file)
    begin, end = places[name]
    source = _own_lines(text[begin:end])
    table = symtable.symtable(source, str(file), "exec")
    evaluated = _evaluated(table)
    loaded = evaluated | _global_names(table)
    return Definition(
        name=name,
        source=source,
        imports=tuple(sorted(imports[local] for local in loaded & imports.keys())),
        uses=tuple(sorted((loaded & names()) - {name})),
        evaluated=tuple(sorted((evaluated & names()) - {name})),
        order=(file.name, text.count("\n", 0, begin)),
    )


@cache
def _outline(file: Path) -> tuple[str, dict[str, tuple[int, int]], dict[str, str]]:
    """A file's text, the place of each definition in it with its decorators, and what it imports. Raises ValueError
    where it imports a name that another file defines, because in the copied file they would be one, and where it
    defines a name twice."""
    text = file.read_text(encoding="utf-8")
    begins: list[tuple[int, str]] = []
    for match in _TOP_LEVEL.finditer(text):
        begin = match.start()
        while begin and text[text.rfind("\n", 0, begin - 1) + 1] == "@":
            begin = text.rfind("\n", 0, begin - 1) + 1
        begins.append((begin, match[1] or match[2]))
    ends = [begin for begin, _ in begins[1:]] + [len(text)]
    places: dict[str, tuple[int, int]] = {}
    for (begin, name), end in zip(begins, ends, strict=True):
        if name in places:
            raise ValueError(f"{file.name} defines {name!r} twice")
        places[name] = (begin, end)
    imports = _imports(ast.parse(text[: begins[0][0]] if begins else text))
    for clashing in sorted(imports.keys() & names()):
        raise ValueError(f"{file.name} imports {clashing!r}, the name of a support definition: import it as another")
    return text, places, imports


def _own_lines(text: str) -> str:
    """A definition's lines without the comments of the next one below it, and without the text that says what a
    constant is."""
    lines = text.splitlines(keepends=True)
    while not lines[-1].strip() or lines[-1].startswith("#"):
        lines.pop()
    if not lines[0].startswith(("def ", "class ", "@")):
        lines = lines[: ast.parse(text).body[0].end_lineno]
    return "".join(lines)


def _imports(tree: ast.Module) -> dict[str, str]:
    """The import statement of every name that a file imports from outside the room."""
    imports: dict[str, str] = {}
    for statement in tree.body:
        if isinstance(statement, ast.ImportFrom):
            module = statement.module or ""
            if module == "__future__" or module.startswith("migrator.support"):
                continue
            for alias in statement.names:
                shown = f"from {module} import {alias.name}"
                imports[alias.asname or alias.name] = shown + (f" as {alias.asname}" if alias.asname else "")
        elif isinstance(statement, ast.Import):
            for alias in statement.names:
                shown = f"import {alias.name}" + (f" as {alias.asname}" if alias.asname else "")
                imports[(alias.asname or alias.name).partition(".")[0]] = shown
    return imports


def _global_names(scope: symtable.SymbolTable) -> set[str]:
    """The names that a function or class reads from outside itself, its inner scopes included."""
    found = {symbol.get_name() for symbol in scope.get_symbols() if symbol.is_referenced() and symbol.is_global()}
    return found.union(*(_global_names(inner) for inner in scope.get_children()))


_RUN_AT_ONCE = ("listcomp", "setcomp", "dictcomp", "genexpr")


def _evaluated(scope: symtable.SymbolTable) -> set[str]:
    """The names that are read while a statement runs, which the bodies of its functions are not."""
    found = {symbol.get_name() for symbol in scope.get_symbols() if symbol.is_referenced() and symbol.is_global()}
    at_once = (
        inner for inner in scope.get_children() if inner.get_type() == "class" or inner.get_name() in _RUN_AT_ONCE
    )
    return found.union(*(_evaluated(inner) for inner in at_once))


def closure(names: Iterable[str]) -> list[Definition]:
    """The named definitions with all that they use, constants first, in the order of the room. Raises KeyError."""
    wanted: dict[str, Definition] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in wanted:
            wanted[name] = definition(name)
            waiting.extend(wanted[name].uses)
    return _ordered(wanted)


def _ordered(wanted: dict[str, Definition]) -> list[Definition]:
    """File order, but a base class or a constant stands before what is evaluated with it at import time, and what a
    function uses before a constant that is made by calling it."""
    done: dict[str, Definition] = {}
    placing: set[tuple[str, bool]] = set()

    def place(definition: Definition, runs: bool) -> None:
        if (definition.name, runs) in placing:
            return
        placing.add((definition.name, runs))
        is_constant = not definition.source.startswith(("def ", "class ", "@"))
        for used in definition.uses if runs else definition.evaluated:
            if used in wanted:
                place(wanted[used], runs or is_constant)
        done.setdefault(definition.name, definition)

    for definition in sorted(wanted.values(), key=lambda item: item.order):
        place(definition, runs=False)
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


def module_text(names: Iterable[str], target: str = "portable") -> str:
    """The support file of a project that uses ``names``; where that may run on a CPU, it also sets what MindSpore needs to
    be fast there."""
    found = closure(names)
    pictures = any(line.startswith("from PIL ") for definition in found for line in definition.imports)
    header = HEADER.replace("MindSpore and NumPy,", "MindSpore, NumPy and Pillow,") if pictures else HEADER
    if target == "ascend":
        return header + "\n" + "\n".join(import_lines(found)) + "\n\n\n" + body(found)
    lines = _with_imports(import_lines(found), "import os", "import mindspore as ms")
    return header + "\n" + "\n".join(lines) + "\n\n" + SETTINGS[target] + "\n\n" + body(found)


_MEASURED = """# With these a small network trains five to ten times as fast on a CPU as with MindSpore's defaults: operators run as
# they are called instead of in threads that wait for each other, and convolutions without AVX-512 (measured).
os.environ.setdefault("ONEDNN_MAX_CPU_ISA", "AVX2")
"""
SETTINGS = {
    "cpu": _MEASURED + "ms.runtime.launch_blocking()\n",
    "portable": _MEASURED + 'if ms.get_context("device_target") == "CPU":\n    ms.runtime.launch_blocking()\n',
}
"""What the support file sets for each target. oneDNN, which reads the variable with its first convolution, is not there on
an NPU, where operators are best launched without waiting."""


def _with_imports(lines: list[str], standard: str, third: str) -> list[str]:
    """Import lines of the standard library, a blank one, and the others, with one more of each."""
    cut = lines.index("") if "" in lines else 0
    first, rest = lines[:cut], lines[cut:] if cut else ["", *lines]
    return [*sorted({*first, standard}, key=lambda line: (line.startswith("from"), line)), "",
            *sorted({*rest[1:], third}, key=lambda line: (line.startswith("from"), line))]  # fmt: skip
