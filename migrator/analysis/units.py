"""Dividing a file into units: what each is for, and the lines that say so."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from migrator.analysis import apis
from migrator.analysis.flow import Conversion
from migrator.analysis.results import FileAnalysis, Unit
from migrator.analysis.traces import IMPORT, PACKAGE, Facts, FileFacts, Function, Trace, is_main_guard
from migrator.findings import Finding
from migrator.names import Kind

UNSETTLED = "tensor"
"""The role of code that only computes with tensors, until its users say what for."""

SPLIT = "does several things and is split"
"""The reason of a mixed unit until its parts are settled and can be listed."""

DOMINANT = 0.6
"""A file has the role that this part of its moving lines has; below it the file is mixed."""

SMALL = 2
"""Lines of plain Python between two pieces of one role that go with them (a print between two training statements)."""

_CLASS_ROLES = {
    Kind.MODULE: "model",
    Kind.DATASET: "data",
    Kind.SAMPLER: "data",
    Kind.TRANSFORM: "data",
    Kind.LOADER: "data",
    Kind.OPTIMIZER: "training",
    Kind.SCHEDULER: "training",
    Kind.DISTRIBUTION: "model",
}

_VERBS = {
    "model": "computes with tensors",
    "data": "prepares the data",
    "training": "trains",
    "checkpoint": "saves or loads",
    "inference": "runs without gradients",
    "device": "says where to compute",
}


@dataclass(frozen=True)
class _Piece:
    role: str
    line: int
    end_line: int
    traces: tuple[Trace, ...]


@dataclass(frozen=True)
class Divided:
    """The units of one file before their roles are settled by their users."""

    facts: FileFacts
    units: tuple[Unit, ...]
    functions: tuple[tuple[int, str], ...]
    """(index in units, qualified name) of the units that are functions."""


def divide(facts: FileFacts, facts_of_project: Facts) -> Divided:
    return _Divider(facts, facts_of_project).divide()


class _Divider:
    def __init__(self, facts: FileFacts, project: Facts) -> None:
        self.facts = facts
        self.project = project
        self.units: list[Unit] = []
        self.functions: list[tuple[int, str]] = []

    def divide(self) -> Divided:
        waiting: list[ast.stmt] = []
        for statement in self.facts.tree.body:
            if isinstance(statement, Function | ast.ClassDef):
                self.blocks(waiting, "")
                waiting = []
                if isinstance(statement, ast.ClassDef):
                    self.class_unit(statement, "")
                else:
                    self.function_unit(statement, "")
            else:
                waiting.append(statement)
        self.blocks(waiting, "")
        return Divided(self.facts, tuple(self.units), tuple(self.functions))

    # -- blocks -----------------------------------------------------------------------------------------------------

    def blocks(self, statements: Sequence[ast.stmt], owner: str) -> None:
        for piece in self.pieces(statements):
            lines = _lines(piece.line, piece.end_line)
            name = f"{owner}, {lines}" if owner else lines
            self.units.append(Unit(name, "block", piece.role, self.reason_of(piece), piece.line, piece.end_line))

    def pieces(self, statements: Sequence[ast.stmt]) -> list[_Piece]:
        found: list[_Piece] = []
        for statement in statements:
            if _is_docstring(statement):
                continue
            found.extend(self.pieces_of(statement))
        return _merged(found, self.facts)

    def pieces_of(self, statement: ast.stmt) -> list[_Piece]:
        first, last = _extent(statement)
        traces = self.facts.between(first, last)
        role = settle(traces)
        inner = list(_inner_blocks(statement))
        if not inner or (role != "mixed" and not (traces and is_main_guard(statement))):
            if role == "mixed":
                role = strongest(traces)
            return [_Piece(role, first, last, tuple(traces))]
        found = []
        start = first
        for body in inner:
            body_start = _extent(body[0])[0]
            if body_start > start:
                header = self.facts.between(start, body_start - 1)
                role = settle(header)
                found.append(
                    _Piece(strongest(header) if role == "mixed" else role, start, body_start - 1, tuple(header))
                )
            for inner_statement in body:
                found.extend(self.pieces_of(inner_statement))
            start = _extent(body[-1])[1] + 1
        if start <= last:
            rest = self.facts.between(start, last)
            found.append(_Piece(strongest(rest), start, last, tuple(rest)))
        return found

    # -- functions and classes --------------------------------------------------------------------------------------

    def function_unit(self, node: Function, owner: str) -> None:
        first, last = _extent(node)
        name = f"{owner}.{node.name}" if owner else node.name
        info = self.facts.names.function_of.get(node)
        if info is not None:
            self.functions.append((len(self.units), info.qualified))
        traces = self.facts.between(first, last)
        role = settle(traces)
        if role == "mixed":
            pieces = self.pieces(node.body)
            kinds = {piece.role for piece in pieces} - {"reusable", UNSETTLED}
            if len(kinds) == 1:
                role = kinds.pop()
            else:
                self.units.append(Unit(name, "function", "mixed", SPLIT, first, last))
                self.blocks(node.body, name)
                return
        self.units.append(
            Unit(name, "function", role, self.reason_of(_Piece(role, first, last, tuple(traces))), first, last)
        )

    def class_unit(self, node: ast.ClassDef, owner: str) -> None:
        first, last = _extent(node)
        name = f"{owner}.{node.name}" if owner else node.name
        traces = self.facts.between(first, last)
        role, why = self.class_role(node)
        place = len(self.units)
        self.units.append(Unit(name, "class", role or "reusable", why, first, last))
        methods = [item for item in node.body if isinstance(item, Function)]
        for method in methods:
            self.function_unit(method, name)
        inner = self.units[place + 1 :]
        if role:
            self.keep_only_other(place + 1, role)
            return
        roles = Counter(unit.role for unit in inner if unit.role not in ("reusable", UNSETTLED))
        unsettled = any(unit.role == UNSETTLED for unit in inner)
        if not traces:
            self.units[place] = replace(self.units[place], reason=self.plain_reason(first, last))
            self.keep_only_other(place + 1, "reusable")
        elif len(roles) > 1 or "mixed" in roles:
            self.units[place] = replace(self.units[place], role="mixed", reason=SPLIT)
        else:
            role = next(iter(roles), UNSETTLED if unsettled else settle(traces))
            if role == "mixed":
                role = strongest(traces)
            piece = _Piece(role, first, last, tuple(traces))
            self.units[place] = replace(self.units[place], role=role, reason=self.reason_of(piece))
            self.keep_only_other(place + 1, role)

    def keep_only_other(self, start: int, role: str) -> None:
        """Of a class's methods, only those with a role of their own stay units beside the class itself."""
        own = {"reusable", UNSETTLED, role} if role != "reusable" else {"reusable"}
        if role == "model":
            own |= {"device", "data"}
            self.units[start:] = [
                replace(unit, role="model") if unit.name.endswith((".forward", ".__init__")) else unit
                for unit in self.units[start:]
            ]
        if role == "data":
            own |= {"device", "model"}
        kept: list[Unit] = []
        functions = dict(self.functions)
        renumbered = [(index, name) for index, name in self.functions if index < start]
        inside_kept = 0
        for index in range(start, len(self.units)):
            unit = self.units[index]
            if unit.kind == "function":
                inside_kept = unit.end_line if unit.role not in own else 0
            if (unit.kind == "function" and unit.role not in own) or (
                unit.kind == "block" and unit.line <= inside_kept
            ):
                if index in functions:
                    renumbered.append((start + len(kept), functions[index]))
                kept.append(unit)
        self.units[start:] = kept
        self.functions = renumbered

    def class_role(self, node: ast.ClassDef) -> tuple[str, str]:
        info = self.facts.names.class_of.get(node)
        if info is None:
            return "", ""
        bases = self.project.project.library_bases(info.qualified)
        if any(base == "torch.autograd.Function" for base in bases):
            return "model", "a torch.autograd.Function: forward and backward of one operation"
        kind = self.project.project.kind_of(info.qualified)
        role = _CLASS_ROLES.get(kind, "")
        if role:
            base = next((base for base in bases if apis.root_of(base) in apis.ROOTS), bases[0] if bases else "")
            through = next((b for b in info.bases if b in self.project.project.classes), "")
            via = f" through {through.rpartition('.')[2]}" if through else ""
            return role, f"a {base}{via} (line {node.lineno})"
        return "", ""

    # -- reasons ----------------------------------------------------------------------------------------------------

    def reason_of(self, piece: _Piece) -> str:
        if piece.role == "reusable":
            return self.plain_reason(piece.line, piece.end_line)
        shown = _salient(piece.traces, piece.role)
        listed = ", ".join(f"{_short(trace.api)} at line {trace.line}" for trace in shown)
        if piece.role == IMPORT:
            return f"imports {', '.join(dict.fromkeys(trace.api for trace in piece.traces))}"
        if piece.role == UNSETTLED or all(trace.role in (IMPORT, PACKAGE) for trace in piece.traces):
            packages = dict.fromkeys(apis.root_of(trace.api) for trace in piece.traces if trace.role == PACKAGE)
            return f"uses {', '.join(packages)}: {listed}" if packages else f"computes with tensors: {listed}"
        return f"{_VERBS.get(piece.role, piece.role)}: {listed}"

    def plain_reason(self, first: int, last: int) -> str:
        what = "NumPy" if self.facts.has_arrays(first, last) else "plain Python"
        return f"{what}; nothing of PyTorch is named or reaches it"


# -- settling roles -------------------------------------------------------------------------------------------------


def settle(traces: Sequence[Trace]) -> str:
    """The one role of code with these traces; ``mixed`` where it has several."""
    if not traces:
        return "reusable"
    roles = {trace.role for trace in traces} - {apis.NEUTRAL, IMPORT, PACKAGE}
    if not roles:
        return IMPORT if all(trace.role == IMPORT for trace in traces) else UNSETTLED
    if "training" in roles and any(trace.api in apis.BACKWARD for trace in traces):
        rest = roles - {"device", "model"}
    elif "inference" in roles:
        rest = roles - {"device", "model", "training"}
    elif roles >= {"model", "training"}:
        rest = roles - {"device", "model"}
    else:
        rest = roles - {"device"}
        arithmetic = [trace for trace in traces if trace.role == apis.NEUTRAL]
        if not rest and len(arithmetic) > len(traces) // 2:
            return UNSETTLED
        rest = rest or roles
    return rest.pop() if len(rest) == 1 else "mixed"


def strongest(traces: Iterable[Trace]) -> str:
    """The role of one statement that has several: what it does before where it does it."""
    roles = {trace.role for trace in traces}
    for role in ("checkpoint", "training", "inference", "data", "model", "device", IMPORT):
        if role in roles:
            return role
    return UNSETTLED if roles else "reusable"


def _merged(pieces: list[_Piece], facts: FileFacts) -> list[_Piece]:
    result: list[_Piece] = []
    for index, piece in enumerate(pieces):
        following = pieces[index + 1].role if index + 1 < len(pieces) else ""
        small = facts.code_between(piece.line, piece.end_line) <= SMALL
        if result and piece.role in ("reusable", UNSETTLED) and small and following == result[-1].role != "reusable":
            piece = replace(piece, role=following)
        if result and piece.role == UNSETTLED and result[-1].role not in ("reusable", IMPORT):
            piece = replace(piece, role=result[-1].role)
        if result and result[-1].role == piece.role:
            last = result.pop()
            piece = _Piece(piece.role, last.line, piece.end_line, (*last.traces, *piece.traces))
        result.append(piece)
    return result


def settle_by_users(divided: Sequence[Divided], facts: Facts, found: Sequence[Conversion]) -> dict[str, list[Unit]]:
    """Gives code that only computes with tensors the role of the code that uses it, and says where arrays end."""
    units = {part.facts.path: list(part.units) for part in divided}
    for _ in range(3):
        for part in divided:
            for index, name in part.functions:
                unit = units[part.facts.path][index]
                if unit.role == UNSETTLED:
                    role, why = _role_of_users(name, facts, units)
                    if role:
                        units[part.facts.path][index] = replace(unit, role=role, reason=f"{unit.reason}; {why}")
    for part in divided:
        mine = units[part.facts.path]
        for waiting in (UNSETTLED, IMPORT):
            fallback = _fallback(mine)
            for index, unit in enumerate(mine):
                if unit.role == waiting:
                    converts = any(c.path == part.facts.path and unit.line <= c.line <= unit.end_line for c in found)
                    mine[index] = replace(unit, role="data" if converts and waiting == UNSETTLED else fallback)
        _say_where_arrays_end(part, mine, found)
        _say_where_tensors_come_in(part, mine, facts)
        _join_blocks(mine)
        _list_parts(mine)
    return units


def _role_of_users(name: str, facts: Facts, units: dict[str, list[Unit]]) -> tuple[str, str]:
    roles: Counter[str] = Counter()
    places: dict[str, str] = {}
    for use in facts.uses_of.get(name, ()):
        around = _innermost(units[use.path], use.line)
        if around is not None and around.role not in (UNSETTLED, IMPORT, "reusable", "mixed"):
            roles[around.role] += 1
            places.setdefault(around.role, f"{use.path}:{use.line}")
    if not roles:
        return "", ""
    role = roles.most_common(1)[0][0]
    return role, f"used for {role} at {places[role]}"


def _innermost(units: Iterable[Unit], line: int) -> Unit | None:
    around = [unit for unit in units if unit.line <= line <= unit.end_line]
    return min(around, key=lambda unit: unit.end_line - unit.line, default=None)


def _fallback(units: Iterable[Unit]) -> str:
    lines: Counter[str] = Counter()
    for unit in units:
        if unit.role not in ("reusable", "mixed", UNSETTLED, IMPORT):
            lines[unit.role] += unit.end_line - unit.line + 1
    return lines.most_common(1)[0][0] if lines else "model"


def _say_where_arrays_end(part: Divided, units: list[Unit], found: Sequence[Conversion]) -> None:
    for index, unit in enumerate(units):
        if unit.role == "reusable" and unit.kind in ("function", "class"):
            inside = _methods(part.facts, unit)
            fed = [conversion for conversion in found if conversion.feeders & inside]
            if fed:
                what = unit.reason.partition(";")[0]
                places = ", ".join(dict.fromkeys(conversion.place for conversion in fed[:3]))
                units[index] = replace(unit, reason=f"{what}; its results become tensors only at {places}")
        here = [c for c in found if c.path == part.facts.path and unit.line <= c.line <= unit.end_line]
        if unit.role == "reusable" or not here:
            continue
        if unit.role in ("data", "inference", "mixed") or unit.kind == "class":
            first = here[0]
            what = "NumPy" if first.from_arrays else "plain Python"
            units[index] = replace(unit, reason=f"{unit.reason}; {what} until the tensor at {first.place}")


def _methods(facts: FileFacts, unit: Unit) -> set[str]:
    """The qualified names of the functions that a unit holds."""
    return {
        info.qualified for info in facts.names.function_of.values() if unit.line <= info.node.lineno <= unit.end_line
    }


def _say_where_tensors_come_in(part: Divided, units: list[Unit], facts: Facts) -> None:
    """A file that does not import PyTorch and has to move all the same: say who hands it tensors."""
    if any(trace.role == IMPORT for trace in part.facts.traces):
        return
    for index, name in part.functions:
        unit = units[index]
        uses = [use for use in facts.uses_of.get(name, ()) if use.call is not None and use.path != part.facts.path]
        if unit.role != "reusable" and uses:
            places = ", ".join(dict.fromkeys(f"{use.path}:{use.line}" for use in uses[:3]))
            units[index] = replace(unit, reason=f"{unit.reason}; tensors come in from {places}")


def _list_parts(units: list[Unit]) -> None:
    """A mixed unit says what it was split into."""
    for index, unit in enumerate(units):
        if unit.role != "mixed" or not unit.reason.startswith(SPLIT):
            continue
        inner = [other for other in units[index + 1 :] if unit.line <= other.line and other.end_line <= unit.end_line]
        if unit.kind == "class":
            parts = [f"{u.role} in {u.name.rpartition('.')[2]}" for u in inner if u.kind == "function"]
        else:
            parts = [f"{u.role} ({_lines(u.line, u.end_line)})" for u in inner if u.role != "reusable"]
        units[index] = replace(unit, reason=unit.reason.replace(SPLIT, f"{SPLIT}: {', '.join(parts)}", 1))


def _join_blocks(units: list[Unit]) -> None:
    """Blocks that came to have the same role and stand one after the other become one."""
    index = 1
    while index < len(units):
        above, below = units[index - 1], units[index]
        same_owner = above.name.partition(", line")[0] == below.name.partition(", line")[0] or (
            above.name.startswith("line") and below.name.startswith("line")
        )
        if above.kind == below.kind == "block" and above.role == below.role and same_owner:
            owner = below.name.partition(", line")[0] if not below.name.startswith("line") else ""
            name = _lines(above.line, below.end_line)
            reason = above.reason if above.reason == below.reason else f"{above.reason}; {below.reason}"
            name = f"{owner}, {name}" if owner else name
            units[index - 1 : index + 1] = [Unit(name, "block", above.role, reason, above.line, below.end_line)]
        else:
            index += 1


# -- whole files ----------------------------------------------------------------------------------------------------


def file_analysis(
    facts: FileFacts, units: list[Unit], project: Facts, found: Sequence[Conversion], findings: Sequence[Finding]
) -> FileAnalysis:
    last = len(facts.parsed.lines)
    lines = last - 1 if last > 1 and not facts.parsed.lines[-1] else last
    if not facts.traces:
        unit = Unit(facts.names.module, "module", "reusable", _kept_reason(facts, project, found), 1, max(lines, 1))
        counted = (("reusable", len(facts.code)),) if facts.code else ()
        return FileAnalysis(facts.path, "reusable", lines, True, (unit,), tuple(findings), counted)
    roles = lines_by_role(facts, units)
    moving = {role: count for role, count in roles.items() if role != "reusable"}
    total = sum(moving.values())
    role = max(moving, key=lambda name: moving[name], default="mixed")
    if total and moving.get(role, 0) < DOMINANT * total:
        role = "mixed"
    return FileAnalysis(facts.path, role, lines, False, tuple(units), tuple(findings), tuple(sorted(roles.items())))


def lines_by_role(facts: FileFacts, units: Sequence[Unit]) -> Counter[str]:
    """Lines of code by the role of the innermost unit around them; lines outside all units stay as they are."""
    owner: dict[int, str] = {}
    for unit in sorted(units, key=lambda unit: unit.line - unit.end_line):
        for line in range(unit.line, unit.end_line + 1):
            owner[line] = unit.role
    return Counter(owner.get(line, "reusable") for line in facts.code)


def _kept_reason(facts: FileFacts, project: Facts, found: Sequence[Conversion]) -> str:
    what = "NumPy only" if facts.arrays else "plain Python"
    if not facts.code:
        return "no code"
    mine = {info.qualified for info in facts.names.function_of.values()}
    fed = [conversion for conversion in found if conversion.feeders & mine]
    if fed:
        places = ", ".join(dict.fromkeys(conversion.place for conversion in fed[:3]))
        return f"{what}; its results become tensors only at {places}"
    users = sorted({use.path for name in mine for use in project.uses_of.get(name, ()) if use.path != facts.path})
    used = f"; used by {', '.join(users[:3])}" if users else ""
    return f"{what}; nothing of PyTorch is named or reaches it{used}"


# -- small questions ------------------------------------------------------------------------------------------------


def _lines(first: int, last: int) -> str:
    return f"lines {first}–{last}" if first != last else f"line {first}"


def _extent(node: ast.stmt) -> tuple[int, int]:
    first = node.lineno
    for decorator in getattr(node, "decorator_list", ()):
        first = min(first, decorator.lineno)
    return first, node.end_lineno or node.lineno


def _inner_blocks(statement: ast.stmt) -> Iterable[list[ast.stmt]]:
    if isinstance(statement, Function | ast.ClassDef):
        return
    for name in ("body", "orelse", "finalbody"):
        body = getattr(statement, name, None)
        if isinstance(body, list) and body and name == "body":
            yield body
            for handler in getattr(statement, "handlers", ()):
                yield handler.body
        elif isinstance(body, list) and body:
            yield body
    for case in getattr(statement, "cases", ()):
        yield case.body


def _is_docstring(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )


def _salient(traces: Sequence[Trace], role: str) -> list[Trace]:
    """At most three traces that made the role: calls that only it makes, then its own, then any."""
    chosen: dict[str, Trace] = {}
    ranked = sorted(
        (trace for trace in traces if trace.role != IMPORT),
        key=lambda trace: (trace.api not in apis.BACKWARD, trace.role != role, trace.line),
    )
    for trace in ranked:
        if len(chosen) < 3 and (trace.role == role or not chosen):
            chosen.setdefault(trace.api, trace)
    return sorted(chosen.values(), key=lambda trace: trace.line)


def _short(api: str) -> str:
    return api.removeprefix("torch.")
