"""The import lines of a translated file: torch's go, MindSpore's come, each only where it is used."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Container, Iterable
from dataclasses import dataclass, field

from migrator.names import FileNames, Kind, ProjectNames
from migrator.names.modules import absolute
from migrator.names.walking import walk
from migrator.rewriting.edits import Fragment, Kept
from migrator.rewriting.file import FileWork
from migrator.rewriting.flow import path_of

REPLACED_ROOTS = frozenset({"torch", "torchvision", "einops"})

_GROUPED = {
    "nn": ("mindspore", "nn"),
    "ops": ("mindspore", "ops"),
    "mint": ("mindspore", "mint"),
    "Tensor": ("mindspore", "Tensor"),
    "Parameter": ("mindspore", "Parameter"),
    "communication": ("mindspore", "communication"),
    "amp": ("mindspore", "amp"),
    "optim": ("mindspore.experimental", "optim"),
    "lr_scheduler": ("mindspore.experimental.optim", "lr_scheduler"),
    "vision": ("mindspore.dataset", "vision"),
    "transforms": ("mindspore.dataset", "transforms"),
    "initializer": ("mindspore.common", "initializer"),
}

_PLAIN = {
    "ms": ("mindspore", "ms"),
    "np": ("numpy", "np"),
    "dataset": ("mindspore.dataset", "ds"),
    "math": ("math", "math"),
    "contextlib": ("contextlib", "contextlib"),
    "types": ("types", "types"),
    "typing": ("typing", "typing"),
}

SUPPORT_MODULE = "mindspore_support"
WIDTH = 120
INDENT = "    "


@dataclass
class ImportPlan:
    """Local names for what the output needs, and the lines that import them."""

    names: dict[str, str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    support: list[str] = field(default_factory=list)
    clash: bool = False


@dataclass(frozen=True)
class TorchImport:
    """One name that a torch import statement binds."""

    statement: ast.Import | ast.ImportFrom
    alias: ast.alias
    name: str
    of: str = ""
    """What it is, where it is taken from a module of the project that imports it in turn."""


def torch_imports(work: FileWork) -> list[TorchImport]:
    """All names bound by imports of the packages that a translation replaces."""
    found = []
    for statement in work.nodes(ast.Import, ast.ImportFrom):
        for alias in statement.names:
            if isinstance(statement, ast.ImportFrom):
                replaced = not statement.level and _root(statement.module or "") in REPLACED_ROOTS
                replaced = replaced or (statement.module, alias.name) == ("tensorboardX", "SummaryWriter")
                if replaced and work.project.find_module(statement.module or "", work.names) is not None:
                    replaced = False
                name = alias.asname or alias.name
            else:
                replaced = _root(alias.name) in REPLACED_ROOTS
                name = alias.asname or _root(alias.name)
            handed_on = _handed_on(work, statement, alias) if not replaced else ""
            if replaced or handed_on:
                found.append(TorchImport(statement, alias, name, handed_on))
    return found


def _handed_on(work: FileWork, statement: ast.Import | ast.ImportFrom, alias: ast.alias) -> str:
    """What of torch ``from common import nn`` names, where ``common`` imports it itself and will do so no longer."""
    if isinstance(statement, ast.Import):
        return ""
    module = work.project.find_module(absolute(statement.level, statement.module or "", work.names.package), work.names)
    value = work.project.bound(module, alias.name) if module is not None else None
    if module is None or value is None or value.kind not in (Kind.REFERENCE, Kind.DTYPE):
        return ""
    library = _root(value.of) in REPLACED_ROOTS and _root(value.of) not in work.project.modules
    imported = alias.name not in module.globals or _is_imported(module, alias.name)
    return value.of if library and imported else ""


def _is_imported(module: FileNames, name: str) -> bool:
    """Whether a module binds a name by importing it, and in no other way."""
    bound = [
        (alias.asname or alias.name).partition(".")[0]
        for node in walk(module.tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    ]
    own = {node.id for node in walk(module.tree) if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)}
    return name in bound and name not in own


def names_torch(tree: ast.Module) -> bool:
    """Whether a module imports what a translation replaces, anywhere in it."""
    for node in walk(tree):
        if isinstance(node, ast.Import) and any(_root(alias.name) in REPLACED_ROOTS for alias in node.names):
            return True
        if isinstance(node, ast.ImportFrom) and not node.level and _root(node.module or "") in REPLACED_ROOTS:
            return True
    return False


def uses_torch(project: ProjectNames) -> bool:
    """Whether any file of a project imports what a translation replaces."""
    if project.uses_torch is None:
        project.uses_torch = any(names_torch(file.tree) for file in project.files.values())
    return project.uses_torch


def names_mindspore(tree: ast.Module) -> bool:
    """Whether a module imports MindSpore at its top level: then it is translated already."""
    for node in tree.body:
        if isinstance(node, ast.Import) and any(_root(alias.name) == "mindspore" for alias in node.names):
            return True
        if isinstance(node, ast.ImportFrom) and _root(node.module or "") in ("mindspore", SUPPORT_MODULE):
            return True
    return False


def _root(dotted: str) -> str:
    return dotted.partition(".")[0]


def left_over(work: FileWork, fragments: Iterable[Fragment], imports: list[TorchImport]) -> list[ast.Name]:
    """The uses of torch's names that came through to the output."""
    bound = {item.name for item in imports}
    starred = any(item.name == "*" for item in imports)
    there = Kept(fragments)
    rebound = _rebound(work, bound)
    found = []
    for node in work.nodes(ast.Name):
        by_star = starred and _root(work.qualified(node)) in REPLACED_ROOTS and node.id not in rebound
        if (node.id not in bound and not by_star) or not isinstance(node.ctx, ast.Load):
            continue
        if node.id in rebound and _root(work.qualified(node)) not in REPLACED_ROOTS:
            continue
        if work.qualified(node) and _root(work.qualified(node)) not in REPLACED_ROOTS:
            continue
        if there.has(work.source.span(node)):
            found.append(node)
    return found


def explain(work: FileWork, leftovers: Iterable[ast.Name]) -> None:
    """Says of every use of torch that came through, and of which no rule said anything, that it did."""
    for name in leftovers:
        if any(item.line <= name.lineno <= max(item.end_line, item.line) for item in work.findings):
            continue
        node: ast.AST = name
        while isinstance(above := work.parent(node), ast.Attribute):
            node = above
        shown = ast.unparse(node)
        work.rule = "MF112"
        work.find(
            node,
            "MF112",
            f"{shown} is used as a value, for which nothing in MindSpore stands. Write what is meant by hand.",
            api=work.qualified(node) or work.qualified(name),
            todo=True,
        )


def _rebound(work: FileWork, names: set[str]) -> set[str]:
    """Names that an import binds and that the code also binds itself (``F`` as a local variable)."""
    own = {node.id for node in work.nodes(ast.Name) if isinstance(node.ctx, ast.Store)}
    own.update(argument.arg for argument in work.nodes(ast.arg))
    return names & own


def _by_stars(work: FileWork) -> set[str]:
    """The names that ``from utils import *`` binds to what another file of the project defines itself."""
    found = set()
    for star in work.names.star_imports:
        module = work.project.modules.get(star)
        for name, value in module.globals.items() if module is not None else ():
            library = value.kind is Kind.REFERENCE and not (
                value.of in work.project.classes or value.of in work.project.functions
            )
            if not name.startswith("_") and not library:
                found.add(name)
    return found


def plan(work: FileWork, needs: Iterable[str], kept: set[str], imports: list[TorchImport]) -> ImportPlan:
    """Chooses local names that clash with nothing and writes the lines. ``kept`` are torch names still in use."""
    vanishing = {item.name for item in imports} - kept
    taken = set(kept)
    needless = {target for fallback in _fallbacks(work, vanishing) for target in fallback.targets}
    stored = {node.id for node in work.nodes(ast.Name) if isinstance(node.ctx, ast.Store) and node not in needless}
    arguments = {argument.arg for argument in work.nodes(ast.arg)}
    defined = {node.name for node in work.nodes(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)}
    taken |= stored | arguments | defined
    existing: dict[str, str] = {}
    for statement in work.tree.body:
        if isinstance(statement, ast.Import):
            for alias in statement.names:
                existing[alias.asname or _root(alias.name)] = (
                    f"import {alias.name}" if alias.asname or "." not in alias.name else f"import {_root(alias.name)}"
                )
        elif isinstance(statement, ast.ImportFrom) and not statement.level:
            for alias in statement.names:
                existing[alias.asname or alias.name] = f"from {statement.module} import {alias.name}"
    for name in vanishing:
        existing.pop(name, None)
    everywhere = {
        (alias.asname or _root(alias.name)) for s in work.nodes(ast.Import, ast.ImportFrom) for alias in s.names
    }
    taken |= everywhere - vanishing - existing.keys()
    taken |= _by_stars(work)
    result = ImportPlan()
    grouped: dict[str, list[str]] = {}
    plain: list[str] = []
    for need in sorted(set(needs)):
        if need.startswith("support."):
            name = need.removeprefix("support.")
            local = name
            wanted = f"from {SUPPORT_MODULE} import {name}"
            if existing.get(name) != wanted and (name in taken or name in existing):
                local = f"ms_{name.lstrip('_')}"
            result.names[need] = local
            result.support.append(name)
            if existing.get(local) != wanted + ("" if local == name else f" as {local}"):
                grouped.setdefault(SUPPORT_MODULE, []).append(name if local == name else f"{name} as {local}")
            continue
        if need.startswith("builtins."):
            name = need.removeprefix("builtins.")
            hidden = name in taken or name in existing
            result.names[need] = need if hidden else name
            if hidden and "import builtins" not in (*existing.values(), *plain):
                plain.append("import builtins")
            continue
        if need in _GROUPED:
            module, name = _GROUPED[need]
            line, preferred = f"from {module} import {name}", name
        else:
            module, preferred = _PLAIN[need]
            name, line = "", f"import {module}"
        already = [local for local, text in existing.items() if text == line and local not in taken]
        if already:
            result.names[need] = already[0]
            continue
        local = preferred
        if preferred in taken or preferred in existing:
            result.clash = True
            local = "mindspore" if need == "ms" else f"ms_{preferred}"
        result.names[need] = local
        if name:
            grouped.setdefault(module, []).append(name if local == name else f"{name} as {local}")
        else:
            plain.append(line if local == module else f"{line} as {local}")
    result.lines = sorted(plain, key=lambda text: ("mindspore" in text, text))
    for module in sorted(grouped, key=lambda text: (text == SUPPORT_MODULE, text)):
        result.lines.append(f"from {module} import {', '.join(sorted(grouped[module], key=str.lower))}")
    return result


def _fallbacks(work: FileWork, vanishing: Container[str]) -> list[ast.Assign]:
    """What stands in for a name of torch where its import fails (``except ImportError: SummaryWriter = None``): what
    takes its place is always there. Only where nothing else is tried."""
    found: list[ast.Assign] = []
    for attempt in work.nodes(ast.Try):
        taken = [alias for part in attempt.body if isinstance(part, ast.ImportFrom) for alias in part.names]
        names = {alias.asname or alias.name for alias in taken}
        if not all(isinstance(part, ast.ImportFrom) for part in attempt.body) or attempt.orelse or attempt.finalbody:
            continue
        instead = [part for handler in attempt.handlers for part in handler.body if not isinstance(part, ast.Pass)]
        assigned = [part for part in instead if isinstance(part, ast.Assign) and isinstance(part.value, ast.Constant)]
        targets = {path_of(target) for part in assigned for target in part.targets}
        if len(assigned) == len(instead) and targets <= names and all(name in vanishing for name in names):
            found.extend(assigned)
    return found


def needed_at_import(work: FileWork, leftovers: Iterable[ast.Name]) -> set[str]:
    """The names among the uses left over that Python looks up while it imports the file: in base classes, decorators,
    default values and statements that always run; not those in a function's body or under a condition."""
    return {node.id for node in leftovers if not _waits(work, node)}


def _waits(work: FileWork, node: ast.AST) -> bool:
    child = node
    for above in work.ancestors(node):
        if isinstance(above, ast.Lambda):
            return True
        if isinstance(above, ast.FunctionDef | ast.AsyncFunctionDef | ast.If) and child in above.body:
            return True
        if isinstance(above, ast.If) and child in above.orelse:
            return True
        child = above
    return False


def write(
    work: FileWork,
    plan: ImportPlan,
    kept: set[str],
    imports: list[TorchImport],
    extra: str = "",
    at_import: Iterable[str] = (),
    leftovers: Iterable[ast.Name] | None = None,
) -> None:
    """Replaces the torch import statements; ``extra`` is put below the new lines (inlined support functions).

    What is still needed of torch in parts that may never run (``torch.onnx.export`` in a function) must not keep the
    rest from running where torch is missing: such imports may fail. Names ``at_import`` are imported without ado.
    ``leftovers`` are the uses themselves: an import in a function stays for those in that function.
    """
    for fallback in _fallbacks(work, {item.name for item in imports} - kept):
        work.remove(fallback)
    scopes = None if leftovers is None else [(node.id, set(work.ancestors(node))) for node in leftovers]
    by_statement: dict[ast.Import | ast.ImportFrom, list[TorchImport]] = {}
    for item in imports:
        by_statement.setdefault(item.statement, []).append(item)
    text = "".join(f"{_fitted(line)}\n" for line in plan.lines) + extra
    anchor = _anchor(work, [s for s in by_statement if work.parent(s) is work.tree])
    for statement, items in by_statement.items():
        used = kept if scopes is None else _used_in(work, statement, kept, scopes)
        gone = {item.alias for item in items if item.name not in used and not (item.name == "*" and "*" in kept)}
        staying = [alias for alias in statement.names if alias not in gone]
        direct = [item for item in items if item.of and item.alias in staying]
        if direct:
            indent = work.source.indent_of(statement)
            work.edits.insert_before(statement, [f"{indent}{_spell_direct(item)}\n" for item in direct])
            gone |= {item.alias for item in direct}
            items = [item for item in items if item not in direct]
            staying = [alias for alias in staying if alias not in gone]
        may_fail = (
            any(item.alias in staying for item in items)
            and work.parent(statement) is work.tree
            and work.source.lines[statement.lineno - 1].lstrip() == work.source.lines[statement.lineno - 1]
            and not any(item.name in at_import for item in items if item.alias in staying)
        )
        if may_fail:
            work.replace(statement, _spell_guarded(statement, staying))
            continue
        if not gone:
            continue
        if staying:
            work.replace(statement, spelled(statement, staying))
        else:
            work.remove(statement)
    if text:
        if anchor is not None:
            work.edits.insert_before(anchor, [text])
        else:
            _insert_at_top(work, text, followed="record_gradients" in plan.support)


def _fitted(line: str) -> str:
    """An import line in as many lines as it needs."""
    head, _, names = line.partition(" import ")
    if len(line) <= WIDTH:
        return line
    together = names.replace(" as ", "\xa0as\xa0")
    filled = textwrap.fill(together, WIDTH, initial_indent=INDENT, subsequent_indent=INDENT).replace("\xa0", " ")
    return f"{head} import (\n{filled},\n)"


def _used_in(work: FileWork, statement: ast.stmt, kept: set[str], scopes: list[tuple[str, set[ast.AST]]]) -> set[str]:
    """The names among ``kept`` that are used where an import statement binds them, and not bound again below."""
    scope = work.scope_of(statement)
    nearer = {
        (other, alias.asname or alias.name.partition(".")[0])
        for imported in work.nodes(ast.Import, ast.ImportFrom)
        for alias in imported.names
        if (other := work.scope_of(imported)) not in (scope, work.tree)
    }
    return (kept - {name for name, _ in scopes}) | {
        name for name, around in scopes if scope in around and not any((other, name) in nearer for other in around)
    }


def _anchor(work: FileWork, statements: list[ast.stmt]) -> ast.stmt | None:
    return min(statements, key=lambda s: s.lineno) if statements else None


def spelled(statement: ast.Import | ast.ImportFrom, aliases: list[ast.alias]) -> str:
    names = ", ".join(f"{a.name} as {a.asname}" if a.asname else a.name for a in aliases)
    if isinstance(statement, ast.ImportFrom):
        return f"from {'.' * statement.level}{statement.module or ''} import {names}"
    return f"import {names}"


def _spell_direct(item: TorchImport) -> str:
    module, _, name = item.of.rpartition(".")
    wanted = f"{name} as {item.name}" if name != item.name else name
    return f"from {module} import {wanted}" if module else f"import {wanted}"


def _spell_guarded(statement: ast.Import | ast.ImportFrom, aliases: list[ast.alias]) -> str:
    names = dict.fromkeys(
        alias.asname or (_root(alias.name) if isinstance(statement, ast.Import) else alias.name) for alias in aliases
    )
    otherwise = "pass" if "*" in names else " = ".join(names) + " = None"
    return (
        f"try:\n    {spelled(statement, aliases)}\n"
        f"except ImportError:  # only what is marked TODO(mindferry) below needs PyTorch\n    {otherwise}"
    )


def _insert_at_top(work: FileWork, text: str, followed: bool) -> None:
    """Below the docstring, ``from __future__`` and the first run of imports; above everything else. It may be
    ``followed`` by a line that starts the recording."""
    last: ast.stmt | None = None
    for index, statement in enumerate(work.tree.body):
        docstring = index == 0 and isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
        if docstring or isinstance(statement, ast.Import | ast.ImportFrom):
            last = statement
        else:
            break
    if last is not None:
        work.edits.insert_after(last, [text])
    elif work.tree.body:
        first = work.tree.body[0]
        defines = isinstance(first, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        gap = "\n\n" if defines and not followed else "\n"
        work.edits.insert_before(first, [text + gap], ahead=True)
    else:
        work.edits.replace_span(0, 0, [text])
