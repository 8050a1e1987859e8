"""``api``: what becomes of one PyTorch API and how that is known, or what the whole catalog covers."""

from __future__ import annotations

import argparse
import json
import textwrap
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from migrator.commands import DONE, UsageError

if TYPE_CHECKING:
    from migrator.reference import Coverage, Entry, Example, Measure

HELP = "show what becomes of a PyTorch API: candidates, conditions, what was measured, traps, an example"
WIDTH = 100


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", nargs="?", help="a qualified name, as torch.nn.Conv2d")
    parser.add_argument("--coverage", action="store_true", help="instead: what the catalog covers on this device")
    parser.add_argument("--json", action="store_true", help="print it as JSON")


def run(arguments: argparse.Namespace) -> int:
    from migrator import reference

    if bool(arguments.name) == arguments.coverage:
        raise UsageError("name one API, as torch.nn.Conv2d, or ask for --coverage")
    if arguments.coverage:
        covered = reference.coverage()
        print(json.dumps(covered.to_json(), indent=1) if arguments.json else _coverage(covered))
        return DONE
    name = arguments.name.strip()
    entry = reference.entry(name)
    if entry is None:
        close = reference.close_to(name)
        hint = f"; did you mean {', '.join(close)}?" if close else "; write it in full, as torch.nn.Conv2d"
        raise UsageError(f"the catalog has no row for {name}{hint}")
    example = reference.example(name)
    print(json.dumps(_as_json(name, entry, example), indent=1) if arguments.json else _text(name, entry, example))
    return DONE


def _as_json(name: str, entry: Entry, example: Example | None) -> dict[str, Any]:
    return {"asked": name, **asdict(entry), "example": asdict(example) if example else None}


def _text(name: str, entry: Entry, example: Example | None) -> str:
    lines = [entry.name if name == entry.name else f"{name} is {entry.name}"]
    lines += [f"  {entry.name}{signature}" for signature in entry.signatures]
    if entry.note:
        lines += ["", *_wrapped(entry.note)]
    if entry.documented:
        lines += ["", f"The vendor's API mapping: {entry.documented}."]
    if entry.refused:
        lines += ["", "It has no counterpart:", *_wrapped(entry.refused)]
    if entry.candidates:
        lines += ["", "Candidates: the first whose condition holds and which works on the target is written."]
    for number, candidate in enumerate(entry.candidates, 1):
        lines.append(f"  {number}. {candidate.text}")
        if candidate.condition:
            lines.append(f"     when {candidate.condition}")
        lines += [f"     {_measure(measure)}" for measure in candidate.measures]
    if entry.traps:
        lines += ["", "Diagnostics: what differs in silence, and is written out."]
    for trap in entry.traps:
        lines.append(f"  {trap.code}  {trap.title}{f' (when {trap.condition})' if trap.condition else ''}")
    if example is not None:
        lines += ["", "Before:", textwrap.indent(example.before.strip(), "    ")]
        lines += ["", "After, translated now for cpu:", textwrap.indent(example.after.strip(), "    ")]
    return "\n".join(lines)


def _measure(measure: Measure) -> str:
    parts = [measure.state]
    if measure.patterns:
        parts.append(f"{measure.right} of {measure.patterns} patterns right")
    if measure.error is not None:
        parts.append(f"error {measure.error:.2g}")
    if measure.gradient:
        parts.append(f"gradient {measure.gradient}")
    if measure.latency_ms is not None:
        parts.append(f"{measure.latency_ms:.2g} ms")
    if measure.detail:
        parts.append(measure.detail)
    return f"{measure.device}: {', '.join(parts)}"


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent="  ", subsequent_indent="  ", break_long_words=False)


def _coverage(covered: Coverage) -> str:
    from migrator.reference import REASONS

    total = covered.total
    share = total.equal / total.rows if total.rows else 0.0
    lines = [
        f"{total.rows} rows, and {covered.aliases} further names that lead to them.",
        f"{total.equal} ({share:.0%}) are measured equal on {covered.device}: every way that may be written gave torch's "
        "value, shape, dtype and gradient.",
        "The others:",
    ]
    lines += [f"  {count:5}  {reason}: {REASONS[reason]}" for reason, count in total.lacking.items()]
    width = max(len(part.namespace) for part in covered.namespaces)
    lines += ["", f"{'namespace':{width}}  {'rows':>5}  {'equal':>5}  the others"]
    for part in covered.namespaces:
        others = ", ".join(f"{count} {reason}" for reason, count in part.lacking.items())
        lines.append(f"{part.namespace:{width}}  {part.rows:5}  {part.equal:5}  {others}".rstrip())
    return "\n".join(lines)
