"""Translating a whole project: every Python file with names resolved across files, and the support file."""

from __future__ import annotations

import ast
import posixpath
import tokenize
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from migrator import support
from migrator.catalog import Catalog, shipped
from migrator.findings import Finding, Severity
from migrator.names import ProjectNames
from migrator.rewriting.source import Source
from migrator.translation.file import TARGETS, TranslationResult, parse, translate_file
from migrator.translation.placing import support_folders

if TYPE_CHECKING:
    from migrator.project import Project


@dataclass(frozen=True)
class TranslatedFile:
    """One file of the output. ``status`` is ``unchanged`` (byte for byte), ``translated``, or ``failed`` (left as it
    was, see its findings)."""

    path: str
    data: bytes
    status: str
    findings: tuple[Finding, ...] = ()
    line_map: tuple[int, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "path": self.path,
            "status": self.status,
            "findings": [finding.to_json() for finding in self.findings],
            "line_map": list(self.line_map),
        }


@dataclass(frozen=True)
class ProjectTranslation:
    """The translated project: the files that it consists of, the support functions among them."""

    target: str
    files: tuple[TranslatedFile, ...]
    support: tuple[str, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        return tuple(finding for file in self.files for finding in file.findings)

    def to_json(self) -> dict[str, Any]:
        return {
            "target": self.target,
            "support": list(self.support),
            "files": [file.to_json() for file in self.files],
            "findings": [finding.to_json() for finding in self.findings],
        }

    def write_to(self, folder: Path) -> None:
        """Writes all files below ``folder``, which is made where it does not exist."""
        for file in self.files:
            place = folder / file.path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(file.data)


def translate_project(
    project: Project | Path | str, target: str = "portable", jobs: int = 1, catalog: Catalog | None = None
) -> ProjectTranslation:
    """Translates all Python files of a project; the others are handed on as they are.

    A file that does not parse is reported and handed on; the rest goes on. Raises ValueError for an unknown target.
    """
    if target not in TARGETS:
        raise ValueError(f"target must be one of {', '.join(TARGETS)}, not {target!r}")
    contents = _contents(project)
    data_of = dict(contents)
    catalog = catalog or shipped()
    sources: dict[str, tuple[Source, str, str]] = {}
    done: dict[str, TranslatedFile] = {}
    for path, data in contents:
        if not path.endswith(".py"):
            done[path] = TranslatedFile(path, data, "unchanged")
            continue
        text, encoding, finding = decode(data, path)
        source = None
        if text is not None:
            source, finding = parse(text.replace("\r\n", "\n"), path)
        if source is None:
            assert finding is not None
            done[path] = TranslatedFile(path, data, "failed", (finding,))
        else:
            sources[path] = (source, encoding, "\r\n" if text is not None and "\r\n" in text else "\n")
    trees: dict[str, ast.Module] = {path: source.tree for path, (source, _, _) in sources.items()}
    names = ProjectNames(trees)
    needed: set[str] = set()
    users: list[str] = []
    for path, (source, encoding, newline) in sources.items():
        result, failure = _translate(source, path, names, catalog, target)
        if failure is not None:
            done[path] = TranslatedFile(path, data_of[path], "failed", (failure,))
            continue
        assert result is not None
        needed.update(result.support)
        users.extend([path] if result.support else [])
        if result.code == source.text:
            done[path] = TranslatedFile(path, data_of[path], "unchanged", result.findings, result.line_map)
        else:
            data = result.code.replace("\n", newline).encode(encoding)
            done[path] = TranslatedFile(path, data, "translated", result.findings, result.line_map)
    files = [done[path] for path, _ in contents]
    if needed:
        text = support.module_text(sorted(needed))
        for folder in support_folders(trees, names, users):
            place = posixpath.join(folder, support.FILE_NAME)
            files = [file for file in files if file.path != place]
            files.append(TranslatedFile(place, text.encode("utf-8"), "translated"))
    return ProjectTranslation(target, tuple(files), tuple(sorted(needed)))


def _translate(
    source: Source, path: str, names: ProjectNames, catalog: Catalog, target: str
) -> tuple[TranslationResult | None, Finding | None]:
    try:
        return translate_file(source, path, names, catalog, target, inline_support=False), None
    except RecursionError:
        return None, Finding(path, 1, 0, "MF001", Severity.ERROR, "The file is nested too deeply to be translated.")


def _contents(project: Project | Path | str) -> list[tuple[str, bytes]]:
    if isinstance(project, str | Path):
        from migrator.project import Project as Tree

        project = Tree.from_folder(Path(project))
    return [(file.path, file.data) for file in project.files]


def decode(data: bytes, path: str) -> tuple[str | None, str, Finding | None]:
    """Source text by its declared encoding (PEP 263), with the encoding; or the finding that says why not."""
    try:
        encoding, _ = tokenize.detect_encoding(BytesIO(data).readline)
        return data.decode(encoding), encoding, None
    except (SyntaxError, UnicodeDecodeError, LookupError) as error:
        message = f"This file's bytes do not read as its encoding says: {error}."
        return None, "utf-8", Finding(path, 1, 0, "MF001", Severity.ERROR, message, 1)
