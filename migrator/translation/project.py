"""Translating a whole project: every Python file with names resolved across files, and the support file."""

from __future__ import annotations

import posixpath
import re
import tokenize
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from migrator import support
from migrator.catalog import Catalog, shipped
from migrator.findings import Finding, Severity
from migrator.names import ProjectNames
from migrator.names.modules import Modules
from migrator.rewriting.source import Source
from migrator.rules import all_rules
from migrator.translation.cache import Memory, NoMemory, content_digest
from migrator.translation.facts import FileFacts, components
from migrator.translation.file import TARGETS, gave_up, parse, translate_file
from migrator.translation.placing import support_folders
from migrator.translation.sharing import shared_out

if TYPE_CHECKING:
    from migrator.project import Project


#: Files that settings are written in, up to this size: a layer or an optimizer may be chosen by a name in one of them.
SETTINGS = (".json", ".yaml", ".yml", ".toml", ".cfg", ".ini", ".conf", ".gin", ".sh")
SETTINGS_BYTES = 200_000
_WORD = re.compile(r"[A-Za-z_][A-Za-z_0-9]*")

#: Less source than this is not worth a process of its own: it is a few hundredths of a second's work.
SHARE_BYTES = 20_000


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
    project: Project | Path | str,
    target: str = "portable",
    jobs: int = 1,
    catalog: Catalog | None = None,
    memory: Memory | None = None,
    arguments: str = "",
) -> ProjectTranslation:
    """Translates all Python files of a project; the others are handed on as they are.

    ``jobs`` is the number of processes; ``memory`` remembers translations between calls; ``arguments`` is the command
    line that the program will run with, where it is known. A file that does not parse is reported and handed on; the
    rest goes on. Raises ValueError for an unknown target.
    """
    if target not in TARGETS:
        raise ValueError(f"target must be one of {', '.join(TARGETS)}, not {target!r}")
    contents = dict(_contents(project))
    remembered: Memory = NoMemory() if memory is None or catalog is not None else memory
    work = _Work(contents, target, catalog, remembered, arguments)
    done = work.translated(jobs)
    needed = sorted({name for file in done.values() for name in file.support})
    files = []
    for path, data in contents.items():
        if path in done:
            files.append(done[path].file(data, work.facts[path]))
        elif path in work.unread:
            files.append(TranslatedFile(path, data, "failed", (work.unread[path],)))
        else:
            files.append(TranslatedFile(path, data, "unchanged"))
    if needed:
        users = [path for path, file in done.items() if file.support]
        for folder, served in support_folders(work.facts, work.modules, users).items():
            place = posixpath.join(folder, support.FILE_NAME)
            text = work.support_text(sorted({name for path in served for name in done[path].support})).encode("utf-8")
            files = [file for file in files if file.path != place]
            files.append(TranslatedFile(place, text, "translated"))
    return ProjectTranslation(target, tuple(files), tuple(needed))


@dataclass(frozen=True)
class _Done:
    """What became of one file: its new text, or None where it stays as it is."""

    path: str
    status: str
    code: str | None
    findings: tuple[Finding, ...] = ()
    line_map: tuple[int, ...] = ()
    support: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {**vars(self), "findings": [finding.to_json() for finding in self.findings]}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> _Done:
        return cls(
            data["path"],
            data["status"],
            data["code"],
            tuple(Finding.from_json(item) for item in data["findings"]),
            tuple(data["line_map"]),
            tuple(data["support"]),
        )

    def file(self, original: bytes, facts: FileFacts) -> TranslatedFile:
        data = original
        if self.code is not None:
            # What the rules add is ASCII but for the comments, where an escape does no harm.
            data = self.code.replace("\n", facts.newline).encode(facts.encoding, "backslashreplace")
        return TranslatedFile(self.path, data, self.status, self.findings, self.line_map)


class _Work:
    """One project on its way: what is known of its files, and which of them were translated before."""

    def __init__(
        self,
        contents: Mapping[str, bytes],
        target: str,
        catalog: Catalog | None,
        memory: Memory,
        arguments: str = "",
    ) -> None:
        self.target = target
        self.catalog = catalog
        self.memory = memory
        self.contents = {path: data for path, data in contents.items() if path.endswith(".py")}
        self.digests = {path: content_digest(data) for path, data in self.contents.items()}
        self.sources: dict[str, Source] = {}
        self.facts: dict[str, FileFacts] = {}
        self.unread: dict[str, Finding] = {}
        self._read()
        self.modules = Modules(self.facts, {*_words_of_settings(contents), *_WORD.findall(arguments)})
        self.uses_torch = any(facts.torch for facts in self.facts.values())
        self.is_translated = any(facts.support for facts in self.facts.values())
        self.reads_gradients = any(facts.gradients for facts in self.facts.values())

    def _read(self) -> None:
        """Finds the facts of all files, parsing those that it does not remember."""
        key = self.memory.key("facts", sorted(self.contents))
        known: dict[str, Any] = self.memory.get(key) or {}
        found: dict[str, Any] = {}
        for path, data in self.contents.items():
            digest = self.digests[path]
            if digest in known:
                self.facts[path] = FileFacts.from_json(known[digest])
                found[digest] = known[digest]
                continue
            text, encoding, finding = decode(data, path)
            if text is not None:
                newline = "\r\n" if "\r\n" in text else "\n"
                source, finding = parse(text.replace("\r\n", "\n"), path)
                if source is not None:
                    self.sources[path] = source
                    self.facts[path] = FileFacts.of(source.tree, encoding, newline)
                    found[digest] = self.facts[path].to_json()
                    continue
            assert finding is not None
            self.unread[path] = finding
        if found.keys() != known.keys():
            self.memory.put(key, found)

    def source(self, path: str) -> Source:
        if path not in self.sources:
            text, _, _ = decode(self.contents[path], path)
            self.sources[path] = Source((text or "").replace("\r\n", "\n"))
        return self.sources[path]

    def translated(self, jobs: int) -> dict[str, _Done]:
        """Every file that could be read, from memory where its group of files is the same as it was."""
        done: dict[str, _Done] = {}
        missing: dict[str, list[str]] = {}
        facts = [self.uses_torch, self.reads_gradients, self.is_translated]
        surroundings = [self.target, facts, sorted(self.modules.paths), sorted(self.modules.words)]
        for group in components(self.facts, self.modules):
            key = self.memory.key("files", surroundings, [[path, self.digests[path]] for path in group])
            known = self.memory.get(key)
            if known is None:
                missing[key] = group
            else:
                done.update((item["path"], _Done.from_json(item)) for item in known)
        size = sum(len(self.contents[path]) for group in missing.values() for path in group)
        jobs = min(jobs, size // SHARE_BYTES + 1)
        tasks = self._tasks(list(missing.values()), jobs)
        made = shared_out(tasks, jobs, lambda task: [self._translate(path, task[0]) for path in task[1]])
        fresh = {item["path"]: item for items in made for item in items}
        for key, group in missing.items():
            self.memory.put(key, [fresh[path] for path in group])
        done.update((path, _Done.from_json(item)) for path, item in fresh.items())
        return {path: done[path] for path in self.facts}

    def _tasks(self, groups: list[list[str]], jobs: int) -> list[tuple[int, tuple[_Names, list[str]]]]:
        """Groups of files as pieces of work; a group that is more than one process's share is read here and split."""
        if groups:
            self.catalog = self.catalog or shipped()
            all_rules()
        weights = [sum(len(self.contents[path]) for path in group) for group in groups]
        tasks: list[tuple[int, tuple[_Names, list[str]]]] = []
        for group, weight in zip(groups, weights, strict=True):
            names = _Names(self, group)
            if jobs > 1 and weight > sum(weights) / jobs and len(group) > 1:
                names.read()
                tasks.extend((len(self.contents[path]), (names, [path])) for path in group)
            else:
                tasks.append((weight, (names, group)))
        return tasks

    def _translate(self, path: str, names: _Names) -> dict[str, Any]:
        source = self.source(path)
        project = names.read()
        assert self.catalog is not None
        try:
            if path in project.unread:
                raise project.unread[path]
            if self.is_translated and not self.facts[path].torch:
                return _Done(path, "unchanged", None, (), tuple(range(1, len(source.lines) + 1))).to_json()
            result = translate_file(source, path, project, self.catalog, self.target, inline_support=False)
            if unknown := set(result.support) - support.names():
                raise KeyError(f"no support function {', '.join(sorted(unknown))}")
        except RecursionError:
            message = "The file is nested too deeply to be translated."
            return _Done(path, "failed", None, (Finding(path, 1, 0, "MF001", Severity.ERROR, message),)).to_json()
        except Exception as error:
            return _Done(path, "failed", None, (gave_up(path, error),)).to_json()
        if result.code == source.text:
            return _Done(path, "unchanged", None, result.findings, result.line_map).to_json()
        return _Done(path, "translated", result.code, result.findings, result.line_map, result.support).to_json()

    def support_text(self, needed: list[str]) -> str:
        key = self.memory.key("support", self.target, needed)
        text = self.memory.get(key)
        if not isinstance(text, str):
            text = support.module_text(needed, self.target)
            self.memory.put(key, text)
        return text


class _Names:
    """The names of one group of files, read when they are asked for."""

    def __init__(self, work: _Work, group: list[str]) -> None:
        self.work = work
        self.group = group
        self._project: ProjectNames | None = None

    def read(self) -> ProjectNames:
        if self._project is None:
            trees = {path: self.work.source(path).tree for path in self.group}
            self._project = ProjectNames(trees, self.work.modules)
            self._project.uses_torch = self.work.uses_torch
            self._project.reads_gradients = self.work.reads_gradients
        return self._project


def _words_of_settings(contents: Mapping[str, bytes]) -> Iterator[str]:
    for path, data in contents.items():
        if path.endswith(SETTINGS) and len(data) <= SETTINGS_BYTES:
            yield from _WORD.findall(data.decode("utf-8", "replace"))


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
