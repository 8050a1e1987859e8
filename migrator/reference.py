"""The catalog as people read it: single APIs with their evidence, a matrix of API by device, and what is covered.

The command ``api``, the web's pages and the documentation take their words from here. A state is what was measured, or
says that nothing was: no row claims more than the evidence files show.
"""

from __future__ import annotations

import difflib
import inspect
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property, lru_cache
from typing import Any

from migrator import catalog as engine
from migrator.catalog import diagnostics, measurements
from migrator.catalog.diagnostics import diagnostic
from migrator.catalog.documentation import mapping
from migrator.catalog.patterns import examples as patterns_of_apis
from migrator.catalog.patterns import program
from migrator.catalog.rows import Row
from migrator.catalog.signature import parse_signature
from migrator.names import ProjectNames
from migrator.rules import all_rules
from migrator.translation.file import parse, translate_file

# Best first: what an API is on a device is the best of what its candidates are.
STATES = {
    "works": "Measured: same value, shape, dtype and gradient",
    "differs": "Measured: runs, but differs from PyTorch",
    "missing": "Measured or known: nothing that works here",
    "documented only": "Not measured here: only the vendor's documentation says so",
    "not measured": "Nobody has measured it on this device yet",
}
# Where there is no evidence of this device, the vendor's documentation is what the translator goes by.
DOCUMENTED = "ascend"
_STATE_OF_STATUS = {"works": "works", "partly": "differs", "differs": "differs", "fails": "missing"}

# Why a row lacks measured equality, in the order in which one is looked for.
REASONS = {
    "values differ": "some pattern gave another value or shape",
    "gradient differs": "values are PyTorch's, the gradient is not, or there is none",
    "dtype differs": "values are PyTorch's, the dtype is not",
    "nothing runs": "every way that was tried raised an error",
    "refused": "MindSpore has no counterpart, and the row says why",
    "in part": "some of its ways are equal, others were not measured: no pattern reaches them",
    "not measured": "nobody has measured it on this device yet",
}


@dataclass(frozen=True)
class Measure:
    """What the probe found out about one candidate on one device. ``right`` of ``patterns`` gave PyTorch's result;
    ``reason`` is one of the REASONS where it is not equal; what is not ``written`` is passed over by the translator."""

    device: str
    state: str
    patterns: int = 0
    right: int = 0
    error: float | None = None
    gradient: str = ""
    latency_ms: float | None = None
    detail: str = ""
    reason: str = ""
    written: bool = True


@dataclass(frozen=True)
class CandidateLine:
    """One way to write the API, and when."""

    text: str
    condition: str
    measures: tuple[Measure, ...]


@dataclass(frozen=True)
class TrapLine:
    """A diagnostic that concerns an API, and when."""

    code: str
    title: str
    condition: str


@dataclass(frozen=True)
class Entry:
    """One API. ``documented`` is what the vendor's mapping says of it; ``cells`` has one measure a device, of the best
    candidate there; ``lacks`` says for each device which of the REASONS keeps the row from measured equality, empty
    where nothing does."""

    name: str
    choice: str
    note: str
    refused: str
    documented: str
    traps: tuple[TrapLine, ...]
    signatures: tuple[str, ...]
    candidates: tuple[CandidateLine, ...]
    cells: tuple[Measure, ...]
    lacks: tuple[str, ...]

    @property
    def namespace(self) -> str:
        """The module that the API is found in; ``torch.Tensor`` counts as one."""
        return _namespace(self.name)


@dataclass(frozen=True)
class Matrix:
    """All APIs by all devices that evidence was written for."""

    devices: tuple[str, ...]
    entries: tuple[Entry, ...]

    @cached_property
    def namespaces(self) -> list[str]:
        return sorted({entry.namespace for entry in self.entries})

    @cached_property
    def counts(self) -> Counter[str]:
        """How many APIs are in which state on the first device."""
        return Counter(entry.cells[0].state for entry in self.entries if entry.cells)


@dataclass(frozen=True)
class Share:
    """How much of a namespace was measured to be equal on a device: ``lacking`` counts the others by reason."""

    namespace: str
    rows: int
    equal: int
    lacking: Mapping[str, int]


@dataclass(frozen=True)
class Coverage:
    """What the catalog covers on one device. ``aliases`` are further names that lead to rows counted here."""

    device: str
    aliases: int
    total: Share
    namespaces: tuple[Share, ...]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Example:
    """A program before and after."""

    before: str
    after: str


@dataclass(frozen=True)
class CodePage:
    """What there is to say about a finding's code. ``kind`` is ``diagnostics`` or ``rules``; what follows ``unchanged``
    is a diagnostic's alone: ``concerned`` are APIs with the condition under which a call is concerned."""

    code: str
    kind: str
    title: str
    text: str
    examples: tuple[Example, ...]
    unchanged: tuple[str, ...]
    remedy: str = ""
    concerned: tuple[tuple[str, str], ...] = ()
    measurement: str = ""
    source: tuple[str, ...] = ()


def matrix() -> Matrix:
    """The whole catalog with the newest evidence."""
    return _matrix(measurements.stamps())


@lru_cache(maxsize=2)
def _matrix(_stamps: tuple[tuple[str, int, int], ...]) -> Matrix:
    evidence = {one.title: one.rows for one in measurements.evidence()}
    devices = tuple(evidence) or ("cpu",)
    if not any(device.startswith(DOCUMENTED) for device in devices):
        devices += (DOCUMENTED,)
    rows = {row.name: row for row in engine.shipped()}
    entries = tuple(entry_of(row, evidence, devices) for _, row in sorted(rows.items()))
    return Matrix(devices, entries)


def search(matrix: Matrix, query: str, state: str, namespace: str) -> list[Entry]:
    """Entries whose name or choice holds every word of the query, in any case."""
    words = query.lower().split()
    return [
        entry
        for entry in matrix.entries
        if all(word in entry.name.lower() or word in entry.choice.lower() for word in words)
        and (not state or any(cell.state == state for cell in entry.cells))
        and (not namespace or entry.namespace == namespace)
    ]


def entry(name: str) -> Entry | None:
    """The entry that a name leads to: its own, or that of the API that it is an alias or a method form of."""
    row = engine.shipped().row(name)
    if row is None:
        return None
    found = matrix()
    return next((entry for entry in found.entries if entry.name == row.name), None) or entry_of(row, {}, found.devices)


def close_to(name: str) -> list[str]:
    """Names in the catalog that an unknown one may have meant, closest first."""
    known = engine.shipped().names()
    tail = name.rpartition(".")[2].lower()
    same_tail = [each for each in known if each.rpartition(".")[2].lower() == tail]
    return list(dict.fromkeys([*difflib.get_close_matches(name, known, n=4, cutoff=0.75), *same_tail]))[:6]


def coverage(device: int = 0) -> Coverage:
    """What is covered on one of the matrix's devices (the first: the one that this product was measured on)."""
    found = matrix()
    parts: dict[str, list[Entry]] = {}
    for each in found.entries:
        parts.setdefault(each.namespace, []).append(each)
    names = len(engine.shipped().names())
    return Coverage(
        device=found.devices[device],
        aliases=names - len(found.entries),
        total=_share("all", found.entries, device),
        namespaces=tuple(_share(namespace, entries, device) for namespace, entries in sorted(parts.items())),
    )


def _share(namespace: str, entries: Iterable[Entry], device: int) -> Share:
    lacking = Counter(entry.lacks[device] for entry in entries)
    equal = lacking.pop("", 0)
    ordered = {reason: lacking[reason] for reason in REASONS if lacking[reason]}
    return Share(namespace, equal + sum(ordered.values()), equal, ordered)


def example(name: str) -> Example | None:
    """The API's first example as a program, and what becomes of it; None where the catalog has no example."""
    row = engine.shipped().row(name)
    if row is None:
        return None
    extra = _patterns()
    patterns = [*extra.get(name, ()), *row.examples, *extra.get(row.name, ())]
    # What the probe needs to make a layer's weights equal is no way to write a program.
    readable = [pattern for pattern in patterns if ":=" not in pattern]
    found = [pattern for pattern in (*readable, _call(row), *patterns) if pattern]
    if not found:
        return None
    before = program(found[0], row.setup if found[0] in row.examples else "").replace(
        "import torch\n", "import torch\n\n", 1
    )
    return Example(before, written(before))


@lru_cache(maxsize=1)
def _patterns() -> dict[str, list[str]]:
    return patterns_of_apis()


def _call(row: Row) -> str:
    """A call with the arguments that have to be given, under torch's names; empty for methods and attributes."""
    signature = next((form.signature for form in row.forms if form.signature), "")
    parameters = parse_signature(signature) if signature else ()
    if not parameters or parameters[0].name == "self" or any(parameter.variadic for parameter in parameters):
        return ""
    given = [p.name for p in parameters if p.default is None and not p.rest]
    return f"{row.name}({', '.join(given)})"


@lru_cache(maxsize=1)
def codes() -> frozenset[str]:
    """The codes of findings that have a page of their own: diagnostics and rules."""
    return frozenset(diagnostics.codes()) | {rule.code for rule in all_rules()}


@lru_cache(maxsize=128)
def code_page(code: str) -> CodePage | None:
    """What there is to say about a finding's code; None where it has no page."""
    if code in diagnostics.codes():
        found = diagnostic(code)
        return CodePage(
            code,
            "diagnostics",
            found.title,
            found.trap,
            tuple(Example(trigger.source, written(trigger.source)) for trigger in found.triggers),
            found.quiet,
            found.remedy,
            concerned_by(code),
            f"{diagnostics.PRELUDE}\n{found.measurement}",
            found.source,
        )
    rule = next((rule for rule in all_rules() if rule.code == code), None)
    if rule is None:
        return None
    text = inspect.cleandoc(type(rule).__doc__ or "").replace("``", "`")
    examples = tuple(Example(before, after) for before, after in rule.examples)
    return CodePage(code, "rules", rule.title, text, examples, rule.unchanged)


def concerned_by(code: str) -> tuple[tuple[str, str], ...]:
    """The rows that name a diagnostic, each with the condition under which it concerns a call."""
    rows = {row.name: row for row in engine.shipped()}
    traps = ((name, trap) for name, row in rows.items() for trap in row.diagnostics)
    return tuple(sorted((name, trap.condition) for name, trap in traps if trap.code == code))


def written(source: str) -> str:
    """A translation without the support functions that come with it: how it reads in a project."""
    parsed, _ = parse(source, "example.py")
    assert parsed is not None
    names = ProjectNames({"example.py": parsed.tree})
    return translate_file(parsed, "example.py", names, engine.shipped(), "cpu", inline_support=False).code


@lru_cache(maxsize=8192)
def _namespace(name: str) -> str:
    """The part before the first that is a class, or that has a row itself and so is no module."""
    if name.startswith("torch.Tensor."):
        return "torch.Tensor"
    known, parts = engine.shipped(), name.split(".")
    for end in range(1, len(parts)):
        if parts[end][0].isupper() or known.row(".".join(parts[: end + 1])) is not None:
            return ".".join(parts[:end])
    return ".".join(parts[:-1])


def entry_of(row: Row, evidence: Mapping[str, Mapping[str, Any]], devices: tuple[str, ...]) -> Entry:
    """A row with what ``evidence`` (device → row → candidate → what was measured) says about it."""
    found = {device: evidence.get(device, {}).get(row.name, {}) for device in devices}

    def line(text: str, template: str, condition: str) -> CandidateLine:
        return CandidateLine(
            template, condition, tuple(_measure(device, found[device].get(text)) for device in devices)
        )

    own = [candidate for form in row.forms for candidate in form.candidates]
    lines = tuple(line(each.text, each.template, each.condition) for each in own)
    # What the translator writes there by the documentation alone, and the probe measured there all the same.
    texts = (text for device in devices if device.startswith(DOCUMENTED) for text in found[device])
    documented = tuple(line(text, text, "") for text in dict.fromkeys(texts) if text not in {each.text for each in own})
    by_device = [
        [each.measures[i] for each in (*lines, *(documented if device.startswith(DOCUMENTED) else ()))]
        for i, device in enumerate(devices)
    ]
    return Entry(
        name=row.name,
        choice=lines[0].text if lines else "",
        note=row.note,
        refused=row.refused,
        documented=_documented(row.name),
        traps=tuple(TrapLine(trap.code, diagnostic(trap.code).title, trap.condition) for trap in row.diagnostics),
        signatures=tuple(form.signature for form in row.forms if form.signature),
        candidates=lines + documented,
        cells=tuple(_best(device, measures, row) for device, measures in zip(devices, by_device, strict=True)),
        lacks=tuple(_lacking(measures) for measures in by_device),
    )


def _documented(name: str) -> str:
    known = mapping().get(name)
    if known is None:
        return ""
    agreement = "with the same meaning" if known.same else "with differences"
    return f"mindspore.{known.api}, {agreement}"


def _measure(device: str, found: Mapping[str, Any] | None) -> Measure:
    if found is None:
        state = "documented only" if device.startswith(DOCUMENTED) else "not measured"
        return Measure(device, state, reason="not measured")
    state = _STATE_OF_STATUS[found["status"]]
    reason = {"works": "", "differs": "values differ", "missing": "nothing runs"}[state]
    if state == "works" and found.get("gradient") in ("differs", "none"):
        state, reason = "differs", "gradient differs"
    elif state == "works" and found.get("dtype"):
        state, reason = "differs", "dtype differs"
    return Measure(
        device,
        state,
        found.get("patterns", 0),
        found.get("right", 0),
        found.get("forward_error"),
        found.get("gradient", ""),
        found.get("milliseconds"),
        found.get("detail", "") or found.get("dtype", ""),
        reason,
        found["status"] in ("works", "partly"),
    )


def _best(device: str, measures: list[Measure], row: Row) -> Measure:
    if not measures:
        reason = row.refused or "No way to write it in MindSpore is known."
        return Measure(device, "missing", detail=reason, reason="refused")
    order = list(STATES)
    return min(measures, key=lambda measure: order.index(measure.state))


def _lacking(measures: list[Measure]) -> str:
    """Why a row with these candidates is not equal on a device; every one that may be written has to be."""
    written = [measure for measure in measures if measure.written] or measures
    if not written:
        return "refused"
    reasons = {measure.reason for measure in written}
    if reasons == {"", "not measured"}:
        return "in part"
    return next((reason for reason in REASONS if reason in reasons), "")
