"""The probe: which candidate of which row gives torch's numbers on this device.

A candidate is measured with the patterns (:mod:`migrator.catalog.patterns`) that it is meant for: where its condition
holds, and no candidate before it with a condition of its own takes the pattern.
"""

from __future__ import annotations

import ast
import fnmatch
import itertools
import json
import platform
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from migrator.catalog import Candidate, Catalog, Choice, Refusal, Row
from migrator.catalog.condition import ValueOf
from migrator.catalog.measurements import EVIDENCE, file_name, own_folder
from migrator.catalog.patterns import examples, patterns
from migrator.probing.outcomes import Array, difference
from migrator.probing.running import Measured, measured
from migrator.rewriting.edits import Piece

BATCH = 150
FASTER = 2
A_CALL = 0.1
"""Milliseconds; what two ways differ by less than the cost of a call is no difference."""


@dataclass(frozen=True)
class Trial:
    """One candidate with one pattern: torch's program and the translated one. Where the candidate is not ``meant`` for
    the pattern, an earlier one takes it, and what is measured is which of the two is faster."""

    row: str
    candidate: str
    code: str
    translated: str
    meant: bool = True


class _Forced(Catalog):
    """The catalog with one row's choice fixed; evidence is not looked at, since it is about to be made."""

    def __init__(self, catalog: Catalog) -> None:
        self.__dict__.update(catalog.__dict__)
        self.evidence = {}
        self.wanted: tuple[str, Candidate | None] | None = None
        self.used: Candidate | None = None

    def choose(
        self,
        row: Row,
        call: ast.Call,
        value_of: ValueOf,
        target: str,
        receiver: ast.expr | None = None,
        forced: Candidate | None = None,
    ) -> Choice | Refusal:
        if self.wanted is not None and row.name == self.wanted[0]:
            found = super().choose(row, call, value_of, target, receiver, self.wanted[1])
            if isinstance(found, Choice):
                self.used = found.candidate
                return found
        return super().choose(row, call, value_of, target, receiver, forced)

    def reference(
        self,
        row: Row,
        called: bool = False,
        target: str = "cpu",
        annotates: bool = False,
        keywords: frozenset[str] = frozenset(),
    ) -> tuple[Piece, ...] | None:
        """A row without a signature is only ever named, and its first candidate is what is written then."""
        pieces = super().reference(row, called, target, annotates, keywords)
        if pieces is not None and self.wanted is not None and row.name == self.wanted[0] and not row.forms[0].signature:
            first = row.forms[0].candidates[0]
            if self.wanted[1] in (None, first):
                self.used = first
        return pieces


def trials(row: Row, codes: Iterable[str], catalog: _Forced, device: str = "cpu") -> list[Trial]:
    """Which candidate is measured with which pattern. On ``ascend`` that is also what the translator writes there by the
    vendor's documentation alone."""
    from migrator.translation.file import translate_source

    found: list[Trial] = []
    own = {candidate for form in row.forms for candidate in form.candidates}
    for code in codes:
        if device == "ascend":
            catalog.wanted, catalog.used = (row.name, None), None
            done = translate_source(code, target=device, catalog=catalog)
            if catalog.used is not None and catalog.used not in own:
                found.append(Trial(row.name, catalog.used.text, code, done.code))
        for form in row.forms:
            taken = False
            for candidate in form.candidates:
                catalog.wanted, catalog.used = (row.name, candidate), None
                done = translate_source(code, target=device, catalog=catalog)
                if catalog.used is None:
                    continue
                found.append(Trial(row.name, candidate.text, code, done.code, not taken))
                taken = taken or bool(candidate.condition)
            if taken:
                break
    return found


def probe(
    only: str = "*",
    output: Path | None = None,
    fresh: bool = False,
    progress: Callable[[int, int], None] = lambda done, total: None,
    catalog: Catalog | None = None,
    device: str = "cpu",
) -> dict[str, Any]:
    """Measures rows whose name matches ``only`` on ``device`` (``cpu`` or ``ascend``) and writes its evidence; rows that
    the file has already with candidates that they still have are left alone unless ``fresh``. The file is whole at any
    time: what is stopped goes on from the last batch."""
    import importlib.metadata

    forced = _Forced(catalog or Catalog())
    version = importlib.metadata.version("mindspore")
    file = output or (own_folder() or EVIDENCE) / file_name(device, version)
    known = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    rows: dict[str, Any] = {name: one for name, one in known.get("rows", {}).items() if forced.row(name) is not None}
    extra = examples()
    waiting: list[Trial] = []
    for row in {row.name: row for row in forced}.values():
        if not fnmatch.fnmatchcase(row.name, only) or (not fresh and is_current(row, rows.get(row.name), device)):
            continue
        rows.pop(row.name, None)
        codes = patterns(row, extra)
        if codes and row.forms:
            waiting.extend(trials(row, codes, forced, device))
    done = 0
    if waiting:
        progress(0, len(waiting))
    for batch in _batches(waiting):
        grouped: dict[str, list[tuple[Trial, dict[str, Any]]]] = {}
        for trial, found in zip(batch, verdicts(batch, device), strict=True):
            if found is not None:
                grouped.setdefault(trial.row, []).append((trial, found))
        for name, results in grouped.items():
            rows[name] = _entries(results)
        done += len(batch)
        progress(done, len(waiting))
        data = {
            "device": device,
            "mindspore": version,
            "torch": importlib.metadata.version("torch").partition("+")[0],
            "machine": platform.machine(),
            "measured": datetime.now(UTC).isoformat(timespec="seconds"),
            "rows": {name: rows[name] for name in sorted(rows)},
        }
        file.parent.mkdir(parents=True, exist_ok=True)
        draft = file.with_name(f"{file.name}.new")
        draft.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
        draft.replace(file)
    return rows


def _batches(waiting: Iterable[Trial]) -> Iterator[list[Trial]]:
    """Whole rows, so that what was written when the probe is stopped is complete for every row that it names."""
    batch: list[Trial] = []
    for trial in waiting:
        if len(batch) >= BATCH and trial.row != batch[-1].row:
            yield batch
            batch = []
        batch.append(trial)
    if batch:
        yield batch


def verdicts(batch: Sequence[Trial], device: str = "cpu") -> list[dict[str, Any] | None]:
    """What each trial showed; None where torch itself fails.

    A program can break MindSpore for those after it in the same process (measured: one that fails within an indexing
    operator), so what did not work is tried once more in a process of its own.
    """
    theirs = measured("torch", [trial.code for trial in batch], deep=True)
    ours = measured("mindspore", [trial.translated for trial in batch], deep=True, device=device)
    found = [None if one.error else compared(one, other) for one, other in zip(theirs, ours, strict=True)]
    again = [index for index, one in enumerate(found) if one is not None and not _is_equal(one)]
    alone = measured("mindspore", [batch[index].translated for index in again], deep=True, device=device, apart=True)
    for index, other in zip(again, alone, strict=True):
        found[index] = compared(theirs[index], other)
    return found


def _is_equal(verdict: Mapping[str, Any]) -> bool:
    return verdict["status"] == "works" and verdict.get("gradient") not in ("differs", "none")


def is_current(row: Row, measured_before: Mapping[str, Any] | None, device: str = "cpu") -> bool:
    """Whether a row's evidence is of candidates that the row still has. On ``ascend`` there is also evidence of what the
    vendor's documentation names, which the row does not."""
    if not measured_before:
        return False
    own = {candidate.text for form in row.forms for candidate in form.candidates}
    return set(measured_before) <= own or (device == "ascend" and bool(own & set(measured_before)))


def compared(expected: Measured, found: Measured) -> dict[str, Any]:
    """What one pattern showed: "works", "differs" or "fails", and how."""
    if found.error:
        return {"status": "fails", "detail": found.error[:120]}
    verdict = difference(expected.result, found.result)
    result: dict[str, Any] = {"status": "works", "forward_error": _largest(expected.result, found.result)}
    if found.milliseconds is not None:
        result["milliseconds"] = round(found.milliseconds, 4)
    if verdict.startswith("dtype"):
        result["dtype"] = verdict.removeprefix("dtype ")
    elif verdict:
        return {**result, "status": "differs", "detail": verdict}
    if expected.gradients is not None:
        result["gradient"] = _gradient_verdict(expected.gradients, found.gradients)
    return result


def _gradient_verdict(expected: Mapping[str, Any], found: Mapping[str, Any] | None) -> str:
    if all(not np.any(array) for array in expected.values()):
        return "zero"
    if found is None:
        return "none"
    for name, array in expected.items():
        other = found.get(name)
        if other is None or not np.allclose(other, array, rtol=1e-3, atol=1e-4, equal_nan=True):
            return "differs"
    return "equal"


def _largest(expected: Any, found: Any) -> float | None:
    if isinstance(expected, list) and isinstance(found, list):
        errors = [_largest(one, other) for one, other in zip(expected, found, strict=False)]
        return max((error for error in errors if error is not None), default=None)
    if isinstance(expected, Array) and isinstance(found, Array) and expected.shape == found.shape:
        if expected.values.dtype.kind in "fc" and expected.values.size:
            with np.errstate(all="ignore"):
                gap = np.abs(expected.values.astype(np.complex128) - found.values.astype(np.complex128))
            return float(f"{np.max(gap, initial=0.0, where=np.isfinite(gap)):.2g}")
        return 0.0
    return None


def _entries(results: Sequence[tuple[Trial, dict[str, Any]]]) -> dict[str, dict[str, Any]]:
    """A row's entries: candidate → what its patterns showed together."""
    found: dict[str, dict[str, Any]] = {}
    for text in dict.fromkeys(trial.candidate for trial, _ in results if trial.meant):
        found[text] = _merged([one for trial, one in results if trial.meant and trial.candidate == text])
    by_code: dict[str, list[tuple[Trial, dict[str, Any]]]] = {}
    for trial, one in results:
        by_code.setdefault(trial.code, []).append((trial, one))
    pairs: dict[tuple[str, str], list[bool]] = {}
    for ways in by_code.values():
        for (before, slow), (later, quick) in itertools.combinations(ways, 2):
            if _may_take_the_place(before.candidate, later.candidate):
                pairs.setdefault((later.candidate, before.candidate), []).append(_is_faster(slow, quick))
    for (text, earlier), faster in pairs.items():
        if text in found and all(faster):
            found[text].setdefault("faster_than", []).append(earlier)
    return found


def _may_take_the_place(before: str, later: str) -> bool:
    """Speed does not weigh against a call of MindSpore's own, whose making costs more than its running with arguments as
    small as the patterns', nor between a way that writes in place and one that does not."""
    return ("support." in before or "support." not in later) and ("assign_" in before) == ("assign_" in later)


def _is_faster(slow: Mapping[str, Any], quick: Mapping[str, Any]) -> bool:
    """Whether one way gives what the other does, and took less than half of its time."""
    if not (_is_equal(slow) and _is_equal(quick) and slow.get("dtype") == quick.get("dtype")):
        return False
    if slow.get("gradient") != quick.get("gradient") or "milliseconds" not in slow or "milliseconds" not in quick:
        return False
    return bool(slow["milliseconds"] > max(FASTER * quick["milliseconds"], quick["milliseconds"] + A_CALL))


def _merged(results: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """One candidate's patterns as one entry. It works where all patterns do, and partly where some do."""
    states = [one["status"] for one in results]
    right = states.count("works")
    status = "works" if right == len(states) else "partly" if right else states[0]
    entry: dict[str, Any] = {"status": status, "patterns": len(states), "right": right}
    errors = [one["forward_error"] for one in results if one.get("forward_error") is not None]
    if errors:
        entry["forward_error"] = max(errors)
    gradients = [one["gradient"] for one in results if "gradient" in one]
    for verdict in ("differs", "none", "equal", "zero"):
        if verdict in gradients:
            entry["gradient"] = verdict
            break
    times = [one["milliseconds"] for one in results if "milliseconds" in one]
    if times:
        entry["milliseconds"] = min(times)
    for key in ("dtype", "detail"):
        said = next((one[key] for one in results if key in one), None)
        if said:
            entry[key] = said
    return entry
