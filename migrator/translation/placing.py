"""Where the support file has to lie so that every program of the project finds it."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping

from migrator.names.modules import Modules
from migrator.translation.facts import FileFacts, imported_files, reached_files


def support_folders(facts: Mapping[str, FileFacts], modules: Modules, users: Iterable[str]) -> dict[str, set[str]]:
    """The folders that need a copy, and the files (of the ``users``, which import from it) that will find it there;
    ``""`` is the project's root.

    ``python folder/train.py`` finds modules in ``folder`` and not in the project's root, while ``python -m
    package.train`` and programs in the root find them there. So a script in a folder, which is a file that no other
    imports and that uses no relative import, takes a copy beside it where it, or a file that it imports, needs one.
    """
    imports = {path: imported_files(path, own, modules) for path, own in facts.items()}
    imported = {target for targets in imports.values() for target in targets}
    reached = {path: reached_files(path, own, modules) for path, own in facts.items()}
    users = set(users)
    missing = set(users)
    folders: dict[str, set[str]] = {}
    for path, own in facts.items():
        if path in imported:
            continue
        needing = _reach(path, reached) & users
        if needing:
            by_itself = own.script and not own.imports_relatively
            folders.setdefault(posixpath.dirname(path) if by_itself else "", set()).update(needing)
            missing -= needing
    if missing:
        folders.setdefault("", set()).update(missing)
    return dict(sorted(folders.items()))


def _reach(path: str, imports: Mapping[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    waiting = [path]
    while waiting:
        current = waiting.pop()
        if current not in seen:
            seen.add(current)
            waiting.extend(imports.get(current, ()))
    return seen
