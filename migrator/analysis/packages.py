"""Third-party packages: which stay, which need a MindSpore counterpart, which block."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator

from migrator.analysis.known_packages import known
from migrator.analysis.results import Package
from migrator.analysis.traces import Facts, FileFacts
from migrator.findings import Finding, Severity
from migrator.names import Kind


def packages(facts: Facts) -> tuple[list[Package], dict[str, list[Finding]]]:
    """The packages in use, those that block first, and findings by path for those that do not simply stay."""
    places: dict[str, list[tuple[str, int]]] = {}
    for file in facts.files.values():
        for name, line in _imports(file, facts):
            places.setdefault(name, []).append((file.path, line))
    found = []
    findings: dict[str, list[Finding]] = {}
    for name, where in sorted(places.items()):
        use, detail = known().get(name, ("", ""))
        if not use:
            handed = _handed_a_tensor(facts, name)
            use = "counterpart" if handed else "reusable"
            detail = (
                f"not known to MindFerry; it is handed a tensor at {handed}, so look whether it needs PyTorch"
                if handed
                else "not known to MindFerry; no tensor is handed to it, so it stays"
            )
        found.append(Package(name, use, detail, tuple(f"{path}:{line}" for path, line in where)))
        if use == "reusable" or name in ("torch", "torchvision", "torchaudio", "torchtext"):
            continue
        code, severity = ("MF003", Severity.ERROR) if use == "blocks" else ("MF004", Severity.WARNING)
        verb = "has no counterpart in MindSpore" if use == "blocks" else "needs a counterpart in MindSpore"
        for path in dict.fromkeys(path for path, _ in where):
            line = next(line for other, line in where if other == path)
            message = f"The package {name} {verb}: {detail}."
            findings.setdefault(path, []).append(Finding(path, line, 0, code, severity, message, line, name))
    order = ("blocks", "counterpart", "reusable")
    return sorted(found, key=lambda package: (order.index(package.use), package.name)), findings


def _imports(file: FileFacts, facts: Facts) -> Iterator[tuple[str, int]]:
    for node in file.imports:
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            names = [node.module] if node.module and not node.level else []
        for name in names:
            root = name.partition(".")[0]
            if root in sys.stdlib_module_names or facts.project.find_module(name, file.names) is not None:
                continue
            if facts.project.find_module(root, file.names) is not None or _is_folder(root, facts):
                continue
            yield root, node.lineno


def _is_folder(root: str, facts: Facts) -> bool:
    """A folder of the project without an ``__init__.py`` is a package as well."""
    return any(path.startswith(f"{root}/") or f"/{root}/" in path for path in facts.files)


def _handed_a_tensor(facts: Facts, package: str) -> str:
    tensors = (Kind.TENSOR, Kind.PARAMETER, Kind.BATCH, Kind.MODULE, Kind.OPTIMIZER, Kind.LOADER)
    for file in facts.files.values():
        for node in file.calls:
            if not file.names.qualified(node.func).startswith(f"{package}."):
                continue
            values = [*node.args, *(keyword.value for keyword in node.keywords)]
            if any(file.names.value(value).kind in tensors for value in values):
                return f"{file.path}:{node.lineno}"
    return ""
