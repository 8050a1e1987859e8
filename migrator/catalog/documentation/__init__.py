"""What the vendor's documentation says of an API where we have no device to measure on: MindSpore's PyTorch mapping.

``mapping.json`` has the 514 rows of https://www.mindspore.cn/docs/en/master/note/api_mapping/pytorch_api_mapping.html
with MindSpore's name, whether the page calls the two the same, and the parameters that the installed MindSpore takes
(none where it hides them behind ``*args``). It is evidence of its own kind: written for the target ``ascend`` only.
"""

from __future__ import annotations

import ast
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from migrator.catalog.rows import Candidate, Row
from migrator.catalog.signature import Binding, Parameter

FILE = Path(__file__).parent / "mapping.json"


@dataclass(frozen=True, slots=True)
class Documented:
    """One row of the mapping: ``api`` without ``mindspore.``; ``same`` where the page says that the two agree."""

    api: str
    same: bool
    parameters: tuple[str, ...] | None

    def candidate(self, call: ast.Call, binding: Binding, harmless: frozenset[str]) -> Candidate | None:
        """The mint function or class with the call's arguments, where it is documented to take every one of them."""
        if not self.same or not self.api.startswith("mint.") or binding.rest:
            return None
        if any(keyword.arg not in binding.names() for keyword in call.keywords):
            return None
        given = [p for p in binding.parameters if binding.has(p.name) and p.name not in harmless]
        if self.parameters is not None and any(p.name not in self.parameters for p in given):
            return None
        if any(p.variadic for p in binding.parameters):
            return Candidate(f"{self.api}({_spelled(given)})")
        first = tuple(p.name for p in given[: len(call.args)])
        if self.parameters is not None and first != self.parameters[: len(first)]:
            return None
        return Candidate(f"{self.api}(...)")

    def method(self, call: ast.Call, binding: Binding, harmless: frozenset[str]) -> Candidate | None:
        """The Tensor method of the same name."""
        if not self.same or not self.api.startswith("Tensor.") or binding.rest or len(binding.parameters) == 0:
            return None
        receiver, *others = binding.parameters
        if any(p.variadic for p in others) or any(k.arg not in binding.names() for k in call.keywords):
            return None
        given = [p for p in others if binding.has(p.name) and p.name not in harmless]
        return Candidate(f"{receiver.name}.{self.api.removeprefix('Tensor.')}({_spelled(given, len(call.args))})")


def _spelled(given: list[Parameter], positional: int = 1) -> str:
    return ", ".join(p.name if index < positional else f"{p.name}={p.name}" for index, p in enumerate(given))


@lru_cache(maxsize=1)
def mapping() -> dict[str, Documented]:
    """The vendor's mapping by torch's name."""
    rows = json.loads(FILE.read_text(encoding="utf-8"))["rows"]
    return {
        name: Documented(row["api"], row["same"], tuple(row["parameters"]) if "parameters" in row else None)
        for name, row in rows.items()
    }


def documented_row(name: str) -> Row | None:
    """The row of an API that only the mapping knows: MindSpore's name for it, and why it is not written by itself."""
    found = mapping().get(name)
    if found is None:
        return None
    return Row(
        name=name,
        code="MF110",
        refused=f"MindSpore's documentation names mindspore.{found.api} for it, which nobody has measured against "
        "torch; write it by hand",
    )
