"""A row of the catalog: one PyTorch API, what it becomes, and what differs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way to write the API in MindSpore: a template, and the condition under which it applies."""

    template: str
    condition: str = ""

    @property
    def text(self) -> str:
        return f"{self.template} when {self.condition}" if self.condition else self.template

    @classmethod
    def parse(cls, text: str) -> Candidate:
        template, _, condition = text.partition(" when ")
        return cls(template.strip(), condition.strip())

    @property
    def api(self) -> str:
        """The dotted name that the template calls first: ``ops.max``."""
        head = self.template.partition("(")[0]
        return head.strip()


@dataclass(frozen=True, slots=True)
class Trap:
    """A diagnostic's code, and the condition under which a call has the trap."""

    code: str
    condition: str = ""

    @classmethod
    def parse(cls, text: str) -> Trap:
        code, _, condition = text.partition(" when ")
        return cls(code.strip(), condition.strip())


@dataclass(frozen=True, slots=True)
class Form:
    """One signature of an API with its candidates, best first. ``signature`` is empty for a name that is not called."""

    signature: str
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True)
class Row:
    """One API. ``alias`` points to the row that says it all; ``refused`` says why there is nothing to write.

    ``ascend`` is what the vendor's migration guide writes, for that target only; ``harmless`` names arguments that may
    be dropped on top of those that always may; ``diagnostics`` are the numbered traps that the row avoids; ``examples``
    are the argument patterns that the probe measures; the result of an ``in_place`` row takes the receiver's place.
    ``loses`` are attributes of torch's that only the last candidate keeps: it is written where the program asks for one.

    What is found below a row with ``members`` (an enumeration's members and what these offer) keeps its name; where the
    name that ``members`` gives has a row for an attribute (``torchvision.models.WeightsEnum.meta``), that one is followed.
    """

    name: str
    forms: tuple[Form, ...] = ()
    reference: str = ""
    alias: str = ""
    refused: str = ""
    code: str = ""
    harmless: tuple[str, ...] = ()
    diagnostics: tuple[Trap, ...] = ()
    examples: tuple[str, ...] = ()
    setup: str = ""
    note: str = ""
    in_place: bool = False
    ascend: tuple[Candidate, ...] = ()
    members: str = ""
    loses: tuple[str, ...] = ()

    @cached_property
    def namespace(self) -> str:
        return self.name.rpartition(".")[0]

    @classmethod
    def parse(cls, name: str, data: Mapping[str, Any]) -> Row:
        """Reads a row as the data files have it: ``signature`` + ``to``, or several ``forms``."""
        raw_forms = data.get("forms") or ([data] if "to" in data else [])
        forms = tuple(
            Form(form.get("signature", ""), tuple(Candidate.parse(text) for text in _listed(form["to"])))
            for form in raw_forms
        )
        unknown = set(data) - _FIELDS
        if unknown:
            raise ValueError(f"{name}: the catalog knows no field {', '.join(sorted(unknown))}")
        return cls(
            name=name,
            forms=forms,
            reference=data.get("reference", ""),
            alias=data.get("alias", ""),
            refused=data.get("refused", ""),
            code=data.get("code", ""),
            harmless=tuple(data.get("harmless", ())),
            diagnostics=tuple(Trap.parse(text) for text in data.get("diagnostics", ())),
            examples=tuple(data.get("examples", ())),
            setup=data.get("setup", ""),
            note=data.get("note", ""),
            in_place=bool(data.get("in_place", False)),
            ascend=tuple(Candidate.parse(text) for text in _listed(data.get("ascend", []))),
            members=data.get("members", ""),
            loses=tuple(data.get("loses", ())),
        )


_FIELDS = frozenset(
    "signature to forms reference alias refused code harmless diagnostics examples setup note in_place ascend "
    "members loses".split()
)


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
