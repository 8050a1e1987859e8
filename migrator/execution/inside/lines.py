"""Note which lines of the program's own files ran, and which of them inside a training step."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

Trace = Callable[[FrameType, str, Any], Any]


class LineWatcher:
    """Costs one cheap call for each function call; a function is not looked at again once all its lines have run."""

    def __init__(self, project: Path, in_step: Callable[[], bool]) -> None:
        self._root = f"{project}/"
        self._in_step = in_step
        self._seen: dict[CodeType, tuple[set[int], set[int]]] = {}
        self._lines: dict[CodeType, int] = {}

    def start(self) -> None:
        sys.settrace(self._on_call)

    def stop(self) -> None:
        sys.settrace(None)

    def _on_call(self, frame: FrameType, event: str, argument: Any) -> Trace | None:
        code = frame.f_code
        seen = self._seen.get(code)
        if seen is None:
            if not code.co_filename.startswith(self._root):
                return None
            seen = self._seen[code] = (set(), set())
            self._lines[code] = len({line for *_, line in code.co_lines() if line is not None})
        inside = self._in_step()
        marked = seen[inside]
        if len(marked) >= self._lines[code]:
            return None

        def on_line(frame: FrameType, event: str, argument: Any) -> Trace:
            marked.add(frame.f_lineno)
            return on_line

        marked.add(frame.f_lineno)
        return on_line

    def found(self) -> dict[str, dict[str, list[int]]]:
        """By the file's path in the project: the lines that ran, and those that ran in a training step."""
        ran: dict[str, tuple[set[int], set[int]]] = {}
        for code, (outside, inside) in self._seen.items():
            path = code.co_filename.removeprefix(self._root)
            anywhere, in_step = ran.setdefault(path, (set(), set()))
            anywhere |= outside | inside
            in_step |= inside
        # A module's frame starts at line 0, which is no line.
        return {
            path: {"ran": sorted(both[0] - {0}), "in_step": sorted(both[1] - {0})} for path, both in sorted(ran.items())
        }
