"""The forward function that a ``backward()`` becomes: what moves into it, and what is written around it."""

from __future__ import annotations

import ast
from weakref import WeakKeyDictionary

from migrator.names import Kind
from migrator.names.walking import children, walk
from migrator.rewriting.bound import first_binding, surely_bound, surely_stored
from migrator.rewriting.edits import Moved, Need, Piece
from migrator.rewriting.file import FileWork, Scope
from migrator.rewriting.flow import exposed, parameters, path_of, stored
from migrator.rewriting.sharing import GRAD_MODES
from migrator.training.losses import Region, enclosing_loops, read_afterwards
from migrator.training.plan import Mode, Plan, open_names, plan_of
from migrator.training.processes import reducer_of, wraps_models

_DATA = frozenset({Kind.TENSOR, Kind.BATCH, Kind.SEQUENCE, Kind.MAPPING, Kind.UNKNOWN, Kind.ARRAY})
_GROWING = frozenset("append extend insert update add appendleft setdefault pop popleft".split())
_TENSORS = frozenset({Kind.TENSOR, Kind.BATCH, Kind.PARAMETER})


def reduces(work: FileWork) -> bool:
    """Whether gradients are averaged over several processes where they are computed."""
    return work.target == "ascend" and work.project.told(wraps_models)


def weights(plan: Plan) -> list[Piece]:
    """The parameters that a loss is differentiated by: the optimizers', else the models' that it is computed with."""
    parts = [_parameters_of(plan, optimizer) for optimizer in plan.optimizers]
    if not parts:
        parts = [[f"{module}.trainable_params()"] for module in plan.modules]
    if len(parts) == 1 and not plan.leaves:
        return parts[0]
    pieces: list[Piece] = ["["]
    for part in parts:
        pieces.extend(["*", *part, ", "])
    for leaf in plan.leaves:
        pieces.extend([leaf, ", "])
    pieces[-1] = "]"
    return pieces


def _parameters_of(plan: Plan, optimizer: ast.expr) -> list[Piece]:
    pieces: list[Piece] = [optimizer, ".parameters"]
    if optimizer in plan.absent and len(plan.optimizers) > 1:
        return ["(", *pieces, " if ", optimizer, " is not None else [])"]
    rounds = plan.rounds.get(optimizer, ())
    if not rounds:
        return pieces
    names = {node.id for each in rounds for node in walk(each) if isinstance(node, ast.Name)}
    name = next(name for name in ("parameter", "weight", "own_parameter") if name not in names)
    heads: list[Piece] = []
    for each in rounds:
        heads.extend([" for ", each.target, " in ", each.iter])
        for condition in each.ifs if isinstance(each, ast.comprehension) else ():
            heads.extend([" if ", condition])
    return ["[", name, *heads, f" for {name} in ", *pieces, "]"]


def drop(work: FileWork, statement: ast.stmt, moved: ast.expr | None = None) -> None:
    """Takes a statement out, also from a line that it shares with others (``a(); b(); c()``). ``moved`` is the part of
    it that is written elsewhere."""
    staying = set() if moved is None else {id(node) for node in walk(moved)}
    block = work.block_of(statement)
    place = block.index(statement)
    start, end = work.source.span(statement)
    if place + 1 < len(block) and block[place + 1].lineno == statement.end_lineno:
        work.edits.replace_span(start, work.source.span(block[place + 1])[0], [])
    elif place > 0 and block[place - 1].end_lineno == statement.lineno:
        work.edits.replace_span(work.source.span(block[place - 1])[1], end, [])
    else:
        work.remove(statement)
    # After the statement's own: of two replacements of the same span the first one counts.
    for call in walk(statement):
        if isinstance(call, ast.Call) and id(call) not in staying:
            work.replace(call, "")
            work.replace(call.func, "")


_taken: WeakKeyDictionary[ast.AST, set[str]] = WeakKeyDictionary()


def name_in(work: FileWork, scope: Scope, wanted: str) -> str:
    """A name that a function does not use yet; the same one may serve in the next function."""
    taken = _taken.setdefault(scope, set())
    if not taken:
        taken.add("")
        taken.update(node.id for node in walk(scope) if isinstance(node, ast.Name))
        taken.update(node.arg for node in walk(scope) if isinstance(node, ast.arg))
        taken.update(node.name for node in work.nodes(ast.FunctionDef, ast.ClassDef))
    name, number = wanted, 1
    while name in taken:
        number += 1
        name = f"{wanted}_{number}"
    taken.add(name)
    return name


class ForwardFunction:
    """Cuts one region out and writes the function, the gradient function and the call."""

    def __init__(self, work: FileWork, plan: Plan, region: Region) -> None:
        self.work = work
        self.plan = plan
        self.region = region
        self.backward = plan.backward
        self.plans = [plan, *(other for other in plan_of(work).plans if other.leader is plan)]
        self.scope = plan.backward.scope
        self.statements = region.statements
        self.stored = stored(self.statements)
        self.open = open_names(region, self.backward)
        self.loop = self._hoist_above()
        self.state: dict[str, str] = {}
        self.parameters: list[str] = []
        self.outputs: list[str] = []
        self.beginnings: list[str] = []
        self.reducing: list[Piece] = []
        self.reducer = ""
        self._sort_names()

    # -- which name goes where --------------------------------------------------------------------------------------

    def _hoist_above(self) -> ast.stmt | None:
        """The outermost loop around, as long as it does not make the optimizers or models anew."""
        found: ast.stmt | None = None
        roots = {path.partition(".")[0] for path in self.plan.makers}
        roots |= {module.partition(".")[0] for module in self.plan.modules if not self.plan.optimizers}
        roots |= {leaf.partition(".")[0] for leaf in self.plan.leaves}
        thaws = any(
            isinstance(node, ast.Attribute) and (node.attr in ("requires_grad_", "add_param_group") or _freezes(node))
            for node in walk(self.scope)
        )
        listed = any(not path_of(optimizer) for optimizer in self.plan.optimizers)
        if thaws or listed or roots & _optional(self.scope):
            return None
        for loop in enclosing_loops(self.work, self.backward.statement):
            if stored([loop]) & roots:
                break
            found = loop
        if self.region.block and self.region.last >= self.region.first and found is not None:
            if not any(node is self.statements[0] for node in walk(found)):
                return None
        return found if found is None else self._above_grad_modes(found, roots)

    def _above_grad_modes(self, loop: ast.stmt, roots: set[str]) -> ast.stmt:
        """The loop, or the ``with torch.set_grad_enabled(train)`` around it: where recording is off, MindSpore makes no
        gradient function ("In no_grad context, you can not calculate gradient")."""
        above = self.work.parent(loop)
        while isinstance(above, ast.With) and any(_sets_grad_mode(self.work, item) for item in above.items):
            if stored([above]) & roots:
                break
            loop, above = above, self.work.parent(above)
        return loop

    def _kind(self, name: str) -> Kind:
        """What a name is where the region binds it, or where it reads it first."""
        kinds = []
        for statement in (*self.statements, self.backward.statement):
            for node in walk(statement):
                if isinstance(node, ast.Name) and node.id == name:
                    value = self.work.value(node)
                    if value.kind is Kind.SEQUENCE and value.element().is_tensor:
                        return Kind.TENSOR
                    if value.kind in (Kind.SEQUENCE, Kind.MAPPING) and not value.items:
                        kinds.append(Kind.UNKNOWN)
                    kinds.append(value.kind)
        for kind in kinds:
            if kind in _TENSORS:
                return kind
        known = [kind for kind in kinds if kind is not Kind.UNKNOWN]
        return known[-1] if known else Kind.UNKNOWN

    def _declared(self, name: str) -> str:
        if isinstance(self.scope, ast.Module):
            return ""
        for node in walk(self.scope):
            if isinstance(node, ast.Global | ast.Nonlocal) and name in node.names:
                return "global" if isinstance(node, ast.Global) else "nonlocal"
        return ""

    def _sort_names(self) -> None:
        work, scope = self.work, self.scope
        place = self.region.last if self.statements else self.region.first
        afterwards = read_afterwards(work, self.region.block, place, scope, self.backward.statement)
        if not self.statements:
            afterwards = set()
        objective = path_of(self.backward.objective)
        if not self.direct_result:
            objective = ""
        body = scope.body if isinstance(scope, ast.Module | ast.FunctionDef | ast.AsyncFunctionDef) else []
        local = stored(body) | parameters(scope)
        around = stored([self.loop]) if self.loop is not None else local
        before = parameters(scope) | stored(_before(self.statements, body))
        looped = next(enclosing_loops(work, self.backward.statement), None) is not None
        keyword = "global" if isinstance(scope, ast.Module) else "nonlocal"
        candidates = [name for name in self._in_order() if name in self.stored and name in afterwards]
        tensors = [name for name in candidates if self._kind(name) in _TENSORS and name != objective]
        grown = self._grown()
        for name in sorted(self.stored):
            declared = self._declared(name)
            if declared:
                self.state[name] = declared
            elif name in grown and (name in self.open or name in afterwards):
                self.state[name] = keyword
            elif name in self.open:
                if self._kind(name) in (Kind.TENSOR, Kind.BATCH, Kind.SEQUENCE, Kind.MAPPING) or (
                    self._kind(name) is Kind.UNKNOWN and tensors
                ):
                    if name in before or (looped and name in local):
                        if name in before:
                            continue
                        self.state[name] = keyword
                elif name in before or looped:
                    self.state[name] = keyword
        for name in candidates:
            if name in self.state or name == objective:
                continue
            self.outputs.append(name)
        leaves = {leaf.partition(".")[0] for leaf in self.plan.leaves}
        for name in self._in_order():
            if name not in self.open or name in self.state or name in self.parameters or name in leaves:
                continue
            if name in grown and name not in self.stored:
                continue
            kind = self._kind(name)
            if name in self.stored:
                if name in before:
                    self.parameters.append(name)
            elif name in around and name in local and kind in _DATA and name != "self":
                if self.loop is None and kind not in (Kind.TENSOR, Kind.BATCH) and name not in parameters(scope):
                    continue
                if self._is_called(name):
                    continue
                self.parameters.append(name)
        self._settle_conditional(before)

    def _settle_conditional(self, before: set[str]) -> None:
        """Names that only one branch binds: ``hidden`` where the model is recurrent, a second loss where it is asked
        for. They are handed in, or begin as None, so that the function can give them back in any case."""
        stored_always = surely_stored(self.statements)
        for name in self.outputs:
            if name not in stored_always and name not in self.parameters:
                if name in before:
                    self.parameters.append(name)
                else:
                    self.beginnings.append(name)
        first = self.statements[0] if self.statements else self.backward.statement
        bound = surely_bound(self.work, first, self.scope) | parameters(self.scope)
        for name in self.parameters:
            if name not in bound:
                place = first_binding(self.work, first, self.scope, name)
                self.work.edits.insert_before(place, [f"{self.work.source.indent_of(place)}{name} = None\n"])

    def _grown(self) -> set[str]:
        """What the region changes in place: lists and dictionaries, and tensors from outside that it writes into. They
        must not be handed in: MindSpore finds what to differentiate by its arguments, and raises "Can not find top cell
        for backward" or "Can not modify tensor id of input tensor" where these have changed."""
        found = set()
        for statement in self.statements:
            for node in walk(statement):
                target: ast.expr | None = None
                written = False
                if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add):
                    made = isinstance(node.value, ast.List | ast.ListComp | ast.Tuple)
                    target = node.target if made or self.work.value(node.target).kind is Kind.SEQUENCE else None
                elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _GROWING:
                    target = node.func.value
                elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
                    target, written = node.value, True
                if isinstance(target, ast.Name):
                    if not self.work.value(target).is_tensor or (written and target.id in self.open):
                        found.add(target.id)
        return found

    def _is_called(self, name: str) -> bool:
        return any(
            isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name
            for statement in (*self.statements, self.backward.statement)
            for node in walk(statement)
        )

    def _in_order(self) -> list[str]:
        found: dict[str, tuple[int, int]] = {}
        for statement in (*self.statements, self.backward.statement):
            for node in walk(statement):
                if isinstance(node, ast.Name):
                    position = (node.lineno, node.col_offset)
                    found[node.id] = min(found.get(node.id, position), position)
        return sorted(found, key=lambda name: found[name])

    @property
    def direct_result(self) -> bool:
        """Whether what comes back first is the loss under its own name. The attribute of a further output
        (``out.loss``) comes back with that."""
        root, _, attribute = path_of(self.backward.objective).partition(".")
        if not root or self.backward.gradient is not None:
            return False
        return not attribute or root not in self.stored

    # -- writing ----------------------------------------------------------------------------------------------------

    def write(self) -> None:
        work = self.work
        several = sum(plan.backward.scope is self.scope and plan.leader is None for plan in plan_of(work).plans) > 1
        label = path_of(self.backward.objective).rpartition(".")[2] if several else ""
        forward = name_in(work, self.scope, f"forward_{label}" if label else "forward_fn")
        gradient = name_in(work, self.scope, f"grad_{label}" if label else "grad_fn")
        name = "grads" if _reusable(self.scope, "grads") else name_in(work, self.scope, "gradients")
        for plan in self.plans:
            plan.gradients = name
        anchor = self.loop if self.loop is not None else self._first_statement()
        indent = work.source.indent_of(anchor)
        inner = indent + _unit(work)
        here = work.source.indent_of(self._first_statement())
        make: list[Piece] = [
            Need("ms"), ".value_and_grad(", forward, ", None, ", *weights(self.plan),
            ", has_aux=True)" if self.outputs else ")",
        ]  # fmt: skip
        self._reduce()
        call = self._call(forward, gradient, make, here)
        home: object = None
        definition_at_call = self.loop is None
        if self.statements:
            start, end, tail = self._span()
            # On a line that it shares with others the call needs no indentation, unless it is an `if` of its own.
            shares = work.source.text[start - 1 : start] not in ("\n", "")
            lead = f"\n{here}" if self._condition() else ""
            if not shares:
                call = [*self._remarks(end, here), *call]
            pieces: list[Piece] = [] if definition_at_call else [lead if shares else here, *call, tail]
            home = work.edits.replace_span(start, end, pieces)
        definition = self._definition(forward, indent, inner, home)
        if definition_at_call:
            if self.statements:
                lead = "\n" if work.source.text[start - 1 : start] not in ("\n", "") else ""
                assert home is not None
                home.pieces = (lead, *definition, here, *call, tail)  # type: ignore[attr-defined]
            else:
                work.edits.insert_before(self._first_statement(), definition)
        else:
            position = _above_comments(work, anchor)
            lead = "" if _after_blank(work, position) else "\n"
            kept: list[Piece] = [lead, *definition, "\n", indent, gradient, " = ", *make]
            if self.reducer:
                kept.extend(["\n", indent, self.reducer, " = ", *reducer_of(work.project, weights(self.plan))])
            kept.append("\n\n")
            work.edits.replace_span(position, position, kept)
        for plan in self.plans:
            self._finish(plan, call if not self.statements else None)

    def _reduce(self) -> None:
        """Settles what averages the gradients over the processes: a cell made beside the gradient function, or beside
        the optimizer in the object's ``__init__``; a function, where either would be made anew at each step."""
        work = self.work
        if not reduces(work):
            return
        if self.loop is not None:
            self.reducer = called = name_in(work, self.scope, "grad_reducer")
        else:
            called = self._reducer_of_object()
        function: list[Piece] = [called] if called else [Need("support.average_gradients")]
        self.reducing = [self.plan.gradients, " = ", *function, f"({self.plan.gradients})"]

    def _reducer_of_object(self) -> str:
        """``self.grad_reducer``, made below ``self.optimizer = optimizer``; empty where the optimizer is no attribute
        that ``__init__`` simply sets."""
        work = self.work
        owner = next((above for above in work.ancestors(self.backward.call) if isinstance(above, ast.ClassDef)), None)
        paths = [path_of(optimizer) for optimizer in self.plan.optimizers]
        if owner is None or len(paths) != 1 or self.plan.rounds.get(self.plan.optimizers[0]):
            return ""
        if any(isinstance(node, ast.Attribute) and node.attr == "grad_reducer" for node in walk(owner)):
            return ""
        for method in owner.body:
            for statement in method.body if isinstance(method, ast.FunctionDef) and method.name == "__init__" else ():
                if isinstance(statement, ast.Assign) and paths == [path_of(item) for item in statement.targets]:
                    made = reducer_of(work.project, [f"{paths[0]}.parameters"])
                    line: list[Piece] = [work.source.indent_of(statement), "self.grad_reducer = ", *made, "\n"]
                    if (owner, paths[0]) not in plan_of(work).reducers:
                        plan_of(work).reducers.add((owner, paths[0]))
                        work.edits.insert_after(statement, line)
                    return "self.grad_reducer"
        return ""

    def _remarks(self, after: int, here: str) -> list[Piece]:
        """The comment lines directly above a ``backward()`` that goes: they move to where the gradients are computed,
        whose indentation is ``here``."""
        work, statement = self.work, self.backward.statement
        if self.plan.mode is not Mode.DIRECT or len(self.plans) > 1:
            return []
        source = work.source
        indent = source.indent_of(statement)
        last = first = source.line_of(source.span(statement)[0])
        while first > 1 and source.lines[first - 2].startswith(f"{indent}#") and source.starts[first - 2] >= after:
            first -= 1
        work.edits.replace_span(source.starts[first - 1], source.starts[last - 1], [])
        return [f"{line.strip()}\n{here}" for line in source.lines[first - 1 : last - 1]]

    def _first_statement(self) -> ast.stmt:
        return self.statements[0] if self.statements else self.region.block[self.region.first]

    def _span(self) -> tuple[int, int, str]:
        """From the start of the first statement's line to the end of the last one's, or to the statement that shares
        it; and the text that ends the call's line."""
        source = self.work.source
        start = source.span(self.statements[0])[0]
        line_start = source.starts[source.line_of(start) - 1]
        if not source.text[line_start:start].strip():
            start = line_start
        last = self.statements[-1]
        end = source.span(last)[1]
        line_end = source.starts[last.end_lineno or last.lineno]
        rest = source.text[end:line_end].strip()
        if rest.startswith(";") and rest.strip("; "):
            offset = source.text.index(";", end) + 1
            while source.text[offset] in " \t":
                offset += 1
            owner = self.work.parent(last)
            one_line = getattr(owner, "lineno", 0) == last.lineno and not isinstance(owner, ast.Module)
            return start, offset, "; " if one_line else "\n" + source.indent_of(self.statements[0])
        return start, line_end, "\n"

    def _definition(self, forward: str, indent: str, inner: str, home: object) -> list[Piece]:
        pieces: list[Piece] = []
        if not isinstance(self.scope, ast.Module):
            bound = parameters(self.scope) | _bound_outside(self.scope, self.statements)
            for name, how in sorted(self.state.items()):
                if how == "nonlocal" and name not in bound:
                    pieces.extend([f"{indent}{name} = None\n"])
        pieces.append(f"{indent}def {forward}({', '.join(self.parameters)}):\n")
        for how in ("global", "nonlocal"):
            names = sorted(name for name, kind in self.state.items() if kind == how)
            if names:
                pieces.append(f"{inner}{how} {', '.join(names)}\n")
        pieces.extend(f"{inner}{name} = None\n" for name in self.beginnings)
        if self.statements:
            pieces.append(Moved(self.statements, inner, home))
        pieces.extend([f"{inner}return ", *self._objective()])
        if self.outputs:
            pieces.append(f", {self._auxiliary}")
        pieces.append("\n")
        return pieces

    def _objective(self) -> list[Piece]:
        if self.backward.gradient is None:
            return [self.backward.objective]
        if isinstance(self.backward.objective, ast.Name | ast.Attribute):
            return ["(", self.backward.objective, " * ", self.backward.gradient, ").sum()"]
        return ["((", self.backward.objective, ") * ", self.backward.gradient, ").sum()"]

    @property
    def _auxiliary(self) -> str:
        """The further outputs as they are written: in a tuple of their own where none is sure to be a tensor, because
        value_and_grad counts only tensors and collections as outputs."""
        names = ", ".join(self.outputs)
        always = surely_stored(self.statements) | (set(self.parameters) & self.open - self.stored)
        if any(name in always and self._kind(name) in _TENSORS for name in self.outputs):
            return names
        return f"({names},)" if len(self.outputs) == 1 else f"({names})"

    def _call(self, forward: str, gradient: str, make: list[Piece], here: str) -> list[Piece]:
        result = path_of(self.backward.objective) if self.direct_result else "_"
        results = f"{result}, {self._auxiliary}" if self.outputs else result
        arguments = f"({', '.join(self.parameters)})"
        left = f"({results})" if self.outputs else result
        condition = self._condition()
        at_call = here if condition is None else here + _unit(self.work)
        making: list[Piece] = [] if self.loop is not None else [f"{gradient} = ", *make, f"\n{at_call}"]
        full: list[Piece] = [f"{left}, {self.plan.gradients} = {gradient}{arguments}"]
        if self.reducing:
            full.extend([f"\n{at_call}", *self.reducing])
        if condition is None:
            return [*making, *full]
        otherwise = f"\n{here}else:\n{at_call}{results} = {forward}{arguments}"
        return ["if ", *condition, f":\n{at_call}", *making, *full, otherwise]

    def _condition(self) -> list[Piece] | None:
        """What of the tests of the ``if`` statements around the backward may be asked before the forward function
        runs; else, where the program may have switched recording off, whether it has."""
        work, region = self.work, self.region
        above = [self.backward.statement, *work.ancestors(self.backward.statement)]
        place = next(index for index, statement in enumerate(region.block) if statement in above)
        settled = stored(region.block[region.first : place + 1])
        tests: list[tuple[ast.expr, bool]] = []
        switched = any(
            isinstance(statement, ast.With) and any(_sets_grad_mode(work, item) for item in statement.items)
            for statement in work.ancestors(region.block[region.first])
        )
        for test, answer in region.conditions:
            several = answer and isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And)
            tests.extend((part, answer) for part in (test.values if several else [test]))  # type: ignore[attr-defined]
            switched |= any(isinstance(node, ast.Attribute) and node.attr == "requires_grad" for node in walk(test))
        asked = [
            (test, answer) for test, answer in tests if not _asks(test) and not exposed([ast.Expr(test)]) & settled
        ]
        if not asked:
            return [Need("support.is_grad_enabled"), "()"] if switched else None
        if len(asked) == len(tests):
            asked = list(region.conditions)
        pieces: list[Piece] = []
        for test, answer in asked:
            several = len(asked) > 1 and isinstance(test, ast.BoolOp | ast.IfExp | ast.Lambda)
            written: list[Piece] = ["(", test, ")"] if several or not answer else [test]
            pieces.extend([" and " if pieces else "", "" if answer else "not ", *written])
        return pieces

    def _finish(self, plan: Plan, call: list[Piece] | None) -> None:
        """What takes the place of the backward statement itself."""
        statement = plan.backward.statement
        self.work.replace(plan.backward.call.func, "")
        if plan.mode is Mode.DIRECT:
            if call is None:
                drop(self.work, statement, self.backward.objective)
            else:
                self.work.replace(plan.backward.call, *call)
            return
        keep: list[Piece] = [
            Need("support.accumulate_gradients"),
            "(",
            *weights(plan),
            ", ",
            plan.gradients,
            ")",
        ]
        if call is not None:
            here = self.work.source.indent_of(statement)
            keep = [*call, f"\n{here}", *keep]
        self.work.replace(plan.backward.call, *keep)


def _sets_grad_mode(work: FileWork, item: ast.withitem) -> bool:
    call = item.context_expr
    return isinstance(call, ast.Call) and work.qualified(call.func) in GRAD_MODES


def _asks(test: ast.expr) -> bool:
    """Whether a test calls something, which may answer otherwise a second time."""
    return any(isinstance(node, ast.Call | ast.NamedExpr) for node in walk(test))


def _unit(work: FileWork) -> str:
    """One step of indentation as the file has it."""
    for line in work.source.lines:
        body = line.lstrip(" \t")
        if body.strip() and line[: len(line) - len(body)]:
            lead = line[: len(line) - len(body)]
            return "\t" if lead.startswith("\t") else lead if len(lead) in (2, 3, 4, 8) else "    "
    return "    "


def _freezes(node: ast.Attribute) -> bool:
    return node.attr == "requires_grad" and isinstance(node.ctx, ast.Store)


def _optional(scope: Scope) -> set[str]:
    """The arguments that may be left out: ``optimizer=None`` of a function that also evaluates."""
    if not isinstance(scope, ast.FunctionDef | ast.AsyncFunctionDef):
        return set()
    positional = [*scope.args.posonlyargs, *scope.args.args]
    pairs = [
        *zip(reversed(positional), reversed(scope.args.defaults), strict=False),
        *zip(scope.args.kwonlyargs, scope.args.kw_defaults, strict=True),
    ]
    return {argument.arg for argument, default in pairs if isinstance(default, ast.Constant) and default.value is None}


def _before(statements: tuple[ast.stmt, ...], body: list[ast.stmt]) -> list[ast.AST]:
    """The nodes of a function that stand above the region."""
    if not statements:
        return list(body)
    line = statements[0].lineno
    found: list[ast.AST] = []
    waiting: list[ast.AST] = list(body)
    while waiting:
        node = waiting.pop(0)
        if getattr(node, "lineno", 0) >= line:
            continue
        if getattr(node, "end_lineno", 0) < line:
            found.append(node)
            continue
        if isinstance(node, ast.For | ast.AsyncFor):
            found.append(node.target)
        if isinstance(node, ast.With | ast.AsyncWith):
            found.extend(item.optional_vars for item in node.items if item.optional_vars is not None)
        waiting.extend(child for child in children(node) if isinstance(child, ast.stmt | ast.ExceptHandler))
    return found


def _bound_outside(scope: Scope, statements: tuple[ast.stmt, ...]) -> set[str]:
    inside = {id(node) for statement in statements for node in walk(statement)}
    found = set()
    for node in walk(scope):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and id(node) not in inside:
            found.add(node.id)
    return found


def _reusable(scope: Scope, name: str) -> bool:
    return not any(isinstance(node, ast.Name | ast.arg) and getattr(node, "id", getattr(node, "arg", "")) == name
                   for node in walk(scope))  # fmt: skip


def _above_comments(work: FileWork, statement: ast.stmt) -> int:
    """The start of the line of a statement, or of the comment lines that stand directly above it."""
    source = work.source
    line = source.line_of(source.span(statement)[0])
    indent = source.indent_of(statement)
    while line > 1:
        above = source.lines[line - 2]
        if not above.startswith(f"{indent}#"):
            break
        line -= 1
    return source.starts[line - 1]


def _after_blank(work: FileWork, position: int) -> bool:
    """Whether a line starts the file or a block, or follows a blank one."""
    above = work.source.text[:position].rstrip(" \t")
    return not above or above.endswith("\n\n") or above.rstrip().endswith(":")
