"""Which file of a project an import reaches."""

from __future__ import annotations

from collections.abc import Iterable

LIBRARY_ROOTS = frozenset({"torch", "torchvision", "torchaudio", "torchtext", "numpy", "scipy", "cv2", "os", "sys"})


def module_name(path: str) -> str:
    """``pkg/net.py`` is ``pkg.net``, ``pkg/__init__.py`` is ``pkg``."""
    stem = path[:-3] if path.endswith(".py") else path
    parts = stem.split("/")
    if parts[-1] == "__init__" and len(parts) > 1:
        parts.pop()
    return ".".join(parts)


def package_of(path: str) -> str:
    """The package that relative imports of a file start from: ``pkg`` for ``pkg/net.py`` and ``pkg/__init__.py``, none
    for the files of the project's root."""
    return module_name(f"{path.rpartition('/')[0]}/__init__.py") if "/" in path else ""


def absolute(level: int, module: str, package: str) -> str:
    """The absolute name of what ``from ..module import`` names in a file of this package; empty for the root."""
    if not level:
        return module
    parts = package.split(".") if package else []
    parts = parts[: len(parts) - (level - 1)] if level > 1 else parts
    return ".".join([*parts, *([module] if module else [])])


class Modules:
    """The modules of a project by name. ``paths`` are relative, with ``/``; ``words`` are those of its settings: of
    configuration files and of the command line."""

    def __init__(self, paths: Iterable[str], words: Iterable[str] = ()) -> None:
        self.words = frozenset(words)
        self.name_of = {path: module_name(path) for path in paths}
        self.paths = {name: path for path, name in self.name_of.items()}
        self._endings: dict[str, list[str]] = {}
        for name in self.paths:
            _, dot, rest = name.partition(".")
            while dot:
                self._endings.setdefault(rest, []).append(name)
                _, dot, rest = rest.partition(".")

    def find(self, dotted: str, importer: str) -> str:
        """The module behind ``import dotted``, as seen from the module ``importer``: from the project's root, or from
        the importing script's own folder (``sys.path[0]``), or, failing both, the only one that ends in that name;
        else an empty text."""
        if dotted in self.paths:
            return dotted
        if dotted.partition(".")[0] in LIBRARY_ROOTS:
            return ""  # a module of that name in a package (``layers/torch.py``) is not what is meant
        folder = importer.rpartition(".")[0]
        while folder:
            if f"{folder}.{dotted}" in self.paths:
                return f"{folder}.{dotted}"
            folder = folder.rpartition(".")[0]
        endings = self._endings.get(dotted, ())
        return endings[0] if len(endings) == 1 else ""
