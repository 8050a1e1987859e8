"""Translating one file: parse, apply the rules in their order, settle the imports, render."""

from __future__ import annotations

import ast
import os
import textwrap
import traceback
from collections.abc import Iterable
from dataclasses import dataclass

from migrator import support
from migrator.catalog import Catalog, shipped
from migrator.findings import Finding, Severity
from migrator.names import ProjectNames
from migrator.rewriting.edits import Fragment
from migrator.rewriting.file import FileWork
from migrator.rewriting.source import Source
from migrator.rules import all_rules
from migrator.translation import imports
from migrator.translation.spacing import close_gaps
from migrator.translation.tidying import keep_comments, tidy, tidy_after_imports
from migrator.translation.wrapping import wrap_lines

TARGETS = ("cpu", "ascend", "portable")


@dataclass(frozen=True)
class TranslationResult:
    """``code`` is valid Python wherever the source was; ``line_map[i]`` is the original line of output line i + 1, or 0
    for a new line; ``support`` names the support functions that the code needs."""

    code: str
    findings: tuple[Finding, ...]
    line_map: tuple[int, ...] = ()
    support: tuple[str, ...] = ()

    @property
    def changed(self) -> bool:
        return any(origin == 0 for origin in self.line_map) or bool(self.support)


def translate_source(
    code: str, target: str = "portable", path: str = "<source>", catalog: Catalog | None = None
) -> TranslationResult:
    """Translates one file's text on its own; what it needs of the support functions is written into it.

    Never raises on bad source: text that does not parse comes back unchanged with a finding (MF001). Raises ValueError
    for a target that is none of :data:`TARGETS`.
    """
    if target not in TARGETS:
        raise ValueError(f"target must be one of {', '.join(TARGETS)}, not {target!r}")
    source, finding = parse(code, path)
    if source is None:
        assert finding is not None
        return TranslationResult(code, (finding,), tuple(range(1, code.count("\n") + 2)))
    try:
        names = ProjectNames({path: source.tree})
        for error in names.unread.values():
            raise error
        return translate_file(source, path, names, catalog or shipped(), target, inline_support=True)
    except RecursionError:
        finding = Finding(path, 1, 0, "MF001", Severity.ERROR, "The file is nested too deeply to be read.")
    except Exception as error:
        finding = gave_up(path, error)
    return TranslationResult(code, (finding,), tuple(range(1, code.count("\n") + 2)))


def gave_up(path: str, error: Exception) -> Finding:
    """The finding for a fault of our own: it costs one file its translation, not the project."""
    reason = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{reason.filename.replace(os.sep, '/').rpartition('/migrator/')[2]}:{reason.lineno}"
    message = (
        f"MindFerry failed on this file ({type(error).__name__} at {place}); it is left as it was. Please report this."
    )
    return Finding(path, 1, 0, "MF002", Severity.ERROR, message)


def parse(code: str, path: str) -> tuple[Source | None, Finding | None]:
    """The parsed source, or the finding that says why it cannot be read."""
    try:
        return Source(code), None
    except SyntaxError as error:
        line, message = error.lineno or 1, f"This file does not parse: {error.msg} (line {error.lineno})."
        column = max((error.offset or 1) - 1, 0)
    except (ValueError, RecursionError, MemoryError) as error:
        line, column, message = 1, 0, f"This file cannot be read as Python: {error}."
    return None, Finding(path, line, column, "MF001", Severity.ERROR, message, line)


def translate_file(
    source: Source, path: str, project: ProjectNames, catalog: Catalog, target: str, inline_support: bool
) -> TranslationResult:
    """Applies all rules to one parsed file of a project whose names are resolved.

    Code that is MindSpore's already, or that has nothing to do with torch in a project that never imports it, comes
    back as it is: a second translation changes nothing.
    """
    if imports.names_mindspore(source.tree) or not imports.uses_torch(project):
        return TranslationResult(source.text, (), tuple(range(1, len(source.lines) + 1)))
    work = FileWork(path, source, project.of(path), project, catalog, target)
    for rule in all_rules():
        work.rule = rule.code
        rule.apply(work)
    torch_names = imports.torch_imports(work)
    fragments = tidy(work, work.edits.render())
    leftovers = imports.left_over(work, fragments, torch_names)
    imports.explain(work, leftovers)
    work.write_todos()
    fragments = work.edits.render()
    kept = {node.id for node in leftovers}
    if any(name.id not in {item.name for item in torch_names} for name in leftovers):
        kept.add("*")
    needs = {fragment.need for fragment in fragments if fragment.need}
    plan = imports.plan(work, needs, kept, torch_names)
    extra = ""
    if inline_support and plan.support:
        plan, extra = _inlined(work, plan, needs, kept, torch_names)
    if inline_support and target == "cpu" and any(_DIFFERENTIATES in text for text in (extra, *_texts(fragments))):
        extra = f"{_NAMED}\n{extra}"
    imports.write(work, plan, kept, torch_names, extra, imports.needed_at_import(work, leftovers), leftovers)
    tidy_after_imports(work)
    fragments = keep_comments(work, work.edits.render())
    text, line_map = close_gaps(*wrap_lines(*assemble(fragments, plan.names, source), source.lines))
    ast.parse(text)
    return TranslationResult(text, tuple(sorted(set(work.findings))), line_map, tuple(plan.support))


_DIFFERENTIATES = "grad("
_NAMED = 'globals().setdefault("__name__", __name__)  # MindSpore asks for it, and exec() may run this without one'


def _texts(fragments: Iterable[Fragment]) -> Iterable[str]:
    return (fragment.text for fragment in fragments)


def _inlined(
    work: FileWork, plan: imports.ImportPlan, needs: set[str], kept: set[str], torch_names: list[imports.TorchImport]
) -> tuple[imports.ImportPlan, str]:
    """Puts the support functions into the file: at its top, or, where the code binds a name that they use, inside a
    function of their own so that neither disturbs the other."""
    found = support.closure(plan.support)
    lines = [line for line in support.import_lines(found) if line]
    bound = {node.id for node in work.nodes(ast.Name) if isinstance(node.ctx, ast.Store)} | kept
    bound |= {node.name for node in work.nodes(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)}
    used = {definition.name for definition in found}
    for line in lines:
        names = line.partition("import ")[2].split(", ")
        used |= {name.partition(" as ")[2] or name.partition(".")[0] for name in names}
    clash = plan.clash or bool(bound & used) or any(plan.names[f"support.{name}"] != name for name in plan.support)
    own = [line for line in plan.lines if not line.startswith(f"from {imports.SUPPORT_MODULE} ")]
    text = support.body(found)
    if not clash:
        merged = _merge([*own, *lines])
        return imports.ImportPlan(plan.names, merged, plan.support), f"\n\n{text}\n\n"
    inner = textwrap.indent("\n".join(lines) + "\n\n" + text, "    ", lambda line: line.strip() != "")
    names_out = ", ".join(plan.support)
    local = ", ".join(plan.names[f"support.{name}"] for name in plan.support)
    wrapped = f"\n\ndef _mindspore_support():\n{inner}\n    return {names_out}{',' if len(plan.support) == 1 else ''}\n"
    trailing = "," if len(plan.support) == 1 else ""
    wrapped += f"\n\n{local}{trailing} = _mindspore_support()\n\n"
    return imports.ImportPlan(plan.names, own, plan.support), wrapped


def _merge(lines: Iterable[str]) -> list[str]:
    """Import lines without repetition, names from one module on one line."""
    plain: dict[str, None] = {}
    grouped: dict[str, dict[str, None]] = {}
    for line in lines:
        if line.startswith("from "):
            module, _, names = line[5:].partition(" import ")
            grouped.setdefault(module, {}).update(dict.fromkeys(names.split(", ")))
        else:
            plain[line] = None
    result = sorted(plain, key=lambda text: ("mindspore" in text, text))
    result.extend(f"from {m} import {', '.join(sorted(grouped[m], key=str.lower))}" for m in sorted(grouped))
    return result


def assemble(fragments: list[Fragment], names: dict[str, str], source: Source) -> tuple[str, tuple[int, ...]]:
    """The output text, and for each of its lines the original line that it came from."""
    parts: list[str] = []
    line_map: list[int] = []
    origin_of_line = offset = 0
    for fragment in fragments:
        text = names[fragment.need] if fragment.need else fragment.text
        parts.append(text)
        offset = fragment.origin
        if offset < 0:
            for _ in range(text.count("\n")):
                line_map.append(origin_of_line)
                origin_of_line = 0
            continue
        for line in _lines(text):
            if not origin_of_line and line.strip():
                origin_of_line = source.line_of(offset)
            offset += len(line)
            if line.endswith("\n"):
                line_map.append(origin_of_line or source.line_of(offset - 1))
                origin_of_line = 0
    text = "".join(parts)
    if not text.endswith("\n"):
        line_map.append(origin_of_line or (source.line_of(offset - 1) if offset > 0 else 0))
    return text, tuple(line_map)


def _lines(text: str) -> list[str]:
    pieces = text.split("\n")
    return [piece + "\n" for piece in pieces[:-1]] + ([pieces[-1]] if pieces[-1] else [])
