"""Where losses are differentiated, the statements that lead to each loss, and the optimizers that step afterwards."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from migrator.names import Kind
from migrator.names.walking import walk
from migrator.rewriting.file import FileWork, Scope
from migrator.rewriting.flow import escapes, exposed, loaded, path_of, paths, stored
from migrator.rewriting.sharing import shown
from migrator.training.carrying import Carriers, writes

LOOPS = (ast.For, ast.AsyncFor, ast.While)


@dataclass(eq=False)
class Backward:
    """One ``backward()`` statement."""

    statement: ast.Expr
    call: ast.Call
    objective: ast.expr
    gradient: ast.expr | None
    retains: bool
    scope: Scope


@dataclass(eq=False)
class Region:
    """The statements that become the forward function: ``block[first:last + 1]`` (none where the loss is computed in
    the backward statement itself), with the names that flow in and out."""

    block: list[ast.stmt]
    first: int
    last: int
    conditions: tuple[tuple[ast.expr, bool], ...] = ()
    """The tests around the backward within the block, outermost first, each with the answer that leads there."""

    @property
    def statements(self) -> tuple[ast.stmt, ...]:
        return tuple(self.block[self.first : self.last + 1])


@dataclass(frozen=True)
class Refused:
    """Why no forward function can be cut out, and the statement that defeats it."""

    reason: str
    node: ast.AST


@dataclass(eq=False)
class Step:
    """``optimizer.step()`` or ``scaler.step(optimizer)``."""

    statement: ast.stmt
    call: ast.Call
    optimizer: ast.expr
    closure: ast.expr | None = None

    @property
    def path(self) -> str:
        return spelled(self.optimizer)


def spelled(optimizer: ast.expr) -> str:
    """What tells an optimizer from others: its path, or what is written (``optimizers["D"]``)."""
    return path_of(optimizer) or ast.unparse(optimizer)


@dataclass(eq=False)
class Training:
    """All that one file does with gradients."""

    backwards: list[Backward] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    zeros: list[tuple[ast.Call, ast.expr, bool]] = field(default_factory=list)
    clips: list[ast.Call] = field(default_factory=list)


def read_training(work: FileWork) -> Training:
    """Finds the statements that differentiate, step, zero and clip."""
    training = Training()
    for call in work.nodes(ast.Call):
        qualified = work.qualified(call.func)
        statement = work.parent(call)
        if qualified in CLIPS:
            training.clips.append(call)
        if qualified == "torch.autograd.backward" and isinstance(statement, ast.Expr) and call.args:
            training.backwards.append(_backward(work, statement, call, call.args[0]))
        function = call.func
        if not isinstance(function, ast.Attribute):
            continue
        if function.attr == "backward" and _hands_on(call):
            continue
        if function.attr == "backward" and isinstance(statement, ast.Expr) and _may_be_loss(work, function.value):
            training.backwards.append(_backward(work, statement, call, function.value))
        elif function.attr == "step":
            step = _step(work, call, function)
            if step is not None:
                training.steps.append(step)
        elif function.attr == "zero_grad" and isinstance(statement, ast.stmt):
            kind = work.value(function.value).kind
            own = work.qualified(function) in work.project.functions
            if kind not in (Kind.INSTANCE, Kind.REFERENCE) and not own:
                training.zeros.append((call, function.value, _is_model(kind, function.value)))
    training.backwards.sort(key=lambda item: (item.call.lineno, item.call.col_offset))
    training.steps.sort(key=lambda item: (item.call.lineno, item.call.col_offset))
    return training


def _hands_on(call: ast.Call) -> bool:
    """Whether what a call is given is only known when it runs: ``loss.backward(*args, **kwargs)``."""
    return any(isinstance(item, ast.Starred) for item in call.args) or any(not item.arg for item in call.keywords)


CLIPS = frozenset(
    f"torch.nn.utils.{name}"
    for name in ("clip_grad_norm_", "clip_grad_norm", "clip_grad_value_", "clip_grad.clip_grad_norm_")
)


def _is_model(kind: Kind, node: ast.expr) -> bool:
    """Whether ``zero_grad`` is a model's: by its kind, and where that is unknown by its name."""
    named = node.value if isinstance(node, ast.Subscript) else node
    return kind is Kind.MODULE or (kind is not Kind.OPTIMIZER and "opt" not in path_of(named).lower())


def _may_be_loss(work: FileWork, node: ast.expr) -> bool:
    value = work.value(node)
    if value.kind is Kind.INSTANCE or value.of in work.project.classes:
        return False
    if isinstance(node, ast.Name) and node.id in ("self", "ctx", "super"):
        return False
    if value.is_tensor:
        return True
    if value.kind not in (Kind.UNKNOWN, Kind.PYTHON, Kind.SEQUENCE):
        return False
    return imports_torch(work) or "loss" in path_of(node).lower()


def imports_torch(work: FileWork) -> bool:
    return any(
        name.partition(".")[0] == "torch"
        for statement in work.nodes(ast.Import, ast.ImportFrom)
        for name in (
            [alias.name for alias in statement.names] if isinstance(statement, ast.Import) else [statement.module or ""]
        )
    )


def _backward(work: FileWork, statement: ast.Expr, call: ast.Call, loss: ast.expr) -> Backward:
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    positional = call.args[1:] if work.qualified(call.func) == "torch.autograd.backward" else call.args
    names = ("gradient", "retain_graph", "create_graph")
    given.update(dict(zip(names, positional, strict=False)))
    while (unscaled := _unscaled(work, statement, loss)) is not None:
        loss = unscaled
    gradient = given.get("gradient") or given.get("grad_tensors")
    if isinstance(gradient, ast.Constant) and gradient.value is None:
        gradient = None
    retain = given.get("retain_graph")
    retains = retain is not None and not (isinstance(retain, ast.Constant) and not retain.value)
    return Backward(statement, call, loss, gradient, retains, function_of(work, statement))


def _unscaled(work: FileWork, statement: ast.Expr, loss: ast.expr) -> ast.expr | None:
    """What mixed precision scales, which changes no gradient that reaches an optimizer: ``scaler.scale(loss)``, a name
    given to that just above, or the ``scaled`` of ``with amp.scale_loss(loss, optimizer) as scaled``."""
    if isinstance(loss, ast.Call) and isinstance(loss.func, ast.Attribute):
        scales = loss.func.attr == "scale" and len(loss.args) == 1
        return loss.args[0] if scales and work.value(loss.func.value).kind in (Kind.SCALER, Kind.UNKNOWN) else None
    if not isinstance(loss, ast.Name):
        return None
    block, above = work.block_of(statement), work.parent(statement)
    before = block[block.index(statement) - 1] if block[0] is not statement else None
    if isinstance(before, ast.Assign) and stored([before]) == {loss.id} and isinstance(before.value, ast.Call):
        named = _unscaled(work, statement, before.value)
        return named if named is not None and path_of(named) else None
    for item in above.items if isinstance(above, ast.With) else ():
        call = item.context_expr
        name = item.optional_vars.id if isinstance(item.optional_vars, ast.Name) else ""
        if name == loss.id and isinstance(call, ast.Call) and path_of(call.func).endswith("amp.scale_loss"):
            return call.args[0] if call.args and path_of(call.args[0]) else None
    return None


def function_of(work: FileWork, node: ast.AST) -> Scope:
    scope = work.scope_of(node)
    while isinstance(scope, ast.Lambda):
        scope = work.scope_of(scope)
    return scope


def _step(work: FileWork, call: ast.Call, function: ast.Attribute) -> Step | None:
    receiver = work.value(function.value)
    statement = work.statement_of(call)
    closure = call.args[0] if call.args else None
    if receiver.kind is Kind.OPTIMIZER and work.qualified(function) not in work.project.functions:
        return Step(statement, call, function.value, closure)
    if receiver.kind is Kind.SCALER and call.args:
        return Step(statement, call, call.args[0])
    if receiver.kind is Kind.UNKNOWN:
        named = function.value.value if isinstance(function.value, ast.Subscript) else function.value
        path = path_of(named).lower()
        if "scaler" in path and call.args:
            return Step(statement, call, call.args[0])
        if "opt" in path.rpartition(".")[2] and not call.args:
            return Step(statement, call, function.value)
    return None


# -- from a loss to the statements that compute it ------------------------------------------------------------------------


def find_region(work: FileWork, carriers: Carriers, backward: Backward) -> Region | Refused:
    """The statements from the first that puts a gradient into the loss up to the last before its ``backward()``."""
    needed = paths(backward.objective)
    if backward.gradient is not None:
        needed = needed | paths(backward.gradient)
    live = _live_before(work, carriers, backward)
    if _computes(work, carriers, backward.objective, needed, live):
        block = work.block_of(backward.statement)
        place = block.index(backward.statement)
        region = run_to(work, carriers, block, place, needed, live)
        return region if region is not None else Region(block, place, place - 1)
    anchor: ast.stmt = backward.statement
    conditions: list[tuple[ast.expr, bool]] = []
    while True:
        block = work.block_of(anchor)
        region = run_to(work, carriers, block, block.index(anchor), needed, live)
        if region is not None:
            region.conditions = tuple(reversed(conditions))
            return region
        above = work.parent(anchor)
        if isinstance(above, ast.If):
            named = {node.target.id for node in walk(above.test) if isinstance(node, ast.NamedExpr)}
            if named & {place.partition(".")[0] for place in needed}:
                return Refused("the loss is computed in the test of an `if`", above)
            conditions.append((above.test, anchor not in above.orelse))
        elif isinstance(above, ast.With | ast.AsyncWith):
            pass
        elif isinstance(above, LOOPS):
            return Refused("the loss is computed before the loop that differentiates it", above)
        else:
            return Refused("the loss is computed outside this function", backward.statement)
        anchor = above


def _live_before(work: FileWork, carriers: Carriers, backward: Backward) -> set[str]:
    """The places of the function that carry a gradient somewhere before (or, in a loop, around) the backward."""
    live: set[str] = set()
    body = backward.scope.body if not isinstance(backward.scope, ast.Lambda) else []
    for _ in range(2):
        for statement in body:
            if statement.lineno > backward.statement.lineno:
                break
            live |= carriers.written(statement, live)
    return live


def _computes(work: FileWork, carriers: Carriers, node: ast.expr, needed: set[str], live: set[str]) -> bool:
    """Whether the loss's expression itself calls a module, rather than only naming what was computed before."""
    return carriers.carries(node, set()) and not (path_of(node) and path_of(node) not in carriers.leaves)


def run_to(
    work: FileWork, carriers: Carriers, block: list[ast.stmt], end: int, needed: set[str], live: set[str]
) -> Region | None:
    """The run of statements in ``block[:end]`` that leads to the needed places; ``end`` −1 means the whole block."""
    wanted = set(needed)
    open_places = set(needed)
    end = len(block) if end < 0 else end
    first, last = end, -1
    for index in range(end - 1, -1, -1):
        statement = block[index]
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        written = carriers.written(statement, live) - carriers.leaves
        leads = any(_touches(place, open_places) for place in written)
        # What a name was before it is bound anew does not lead to the loss.
        anew = bound_anew(statement)
        open_places = {place for place in open_places if not any(f"{place}.".startswith(f"{new}.") for new in anew)}
        if leads:
            first, last = index, max(last, index)
            open_places |= carriers.sources(statement)
            wanted |= paths(statement)
    if last < 0:
        return None
    for index in range(end - 1, last, -1):
        places = {place for place, _ in writes(block[index], work)} | _written_through(
            work, block[:index], block[index]
        )
        if any(_touches(place, needed | wanted) for place in places):
            last = index
            break
    return _with_beginnings(work, block, first, last)


def _written_through(work: FileWork, before: list[ast.stmt], statement: ast.stmt) -> set[str]:
    """The places that a statement changes through a part of them that has a name: ``row = h[0]; row *= 2``."""
    names = set()
    for node in walk(statement):
        changed: ast.expr | None = None
        if isinstance(node, ast.AugAssign):
            changed = node.target
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr.endswith("_"):
            changed = node.func.value
        elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
            changed = node
        while isinstance(changed, ast.Subscript):
            changed = changed.value
        if isinstance(changed, ast.Name):
            names.add(changed.id)
    if not names:
        return set()
    found = set()
    for earlier in (*before, statement):
        for node in walk(earlier):
            if isinstance(node, ast.Assign):
                targets, sources = node.targets, [node.value]
            elif isinstance(node, ast.For):
                targets, sources = [node.target], getattr(node.iter, "elts", [node.iter])
            else:
                continue
            if names.isdisjoint(stored(targets)):
                continue
            for value in sources:
                while (inner := shown(work, value)[0]) is not None:
                    value = inner
                found.add(path_of(value))
    return found - {""}


def _with_beginnings(work: FileWork, block: list[ast.stmt], first: int, last: int) -> Region:
    """Takes in ``loss = 0`` above a loop that adds to it, so that the forward function starts from the beginning."""
    while True:
        run = block[first : last + 1]
        open_names = exposed(run) & stored(run)
        found = first
        for index in range(first - 1, -1, -1):
            statement = block[index]
            if isinstance(statement, ast.Assign | ast.AnnAssign) and stored([statement]) & open_names:
                if not (exposed([statement]) & open_names) and escapes(block[index:first]) is None:
                    if not any(_is_backward(item) for item in block[index:first]):
                        found = index
                break
        if found == first:
            return Region(block, first, last)
        first = found


_BARRIERS = frozenset({"backward", "step", "requires_grad", "requires_grad_"})


def _is_backward(statement: ast.stmt) -> bool:
    return any(isinstance(node, ast.Attribute) and node.attr in _BARRIERS for node in walk(statement))


def bound_anew(statement: ast.stmt) -> set[str]:
    """The places that a plain assignment gives new values."""
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    found: set[str] = set()
    while targets:
        target, *targets = targets
        if isinstance(target, ast.Tuple | ast.List):
            targets = [*targets, *target.elts]
        elif path_of(target):
            found.add(path_of(target))
    return found


def _touches(place: str, wanted: set[str]) -> bool:
    return any(place == item or item.startswith(f"{place}.") or place.startswith(f"{item}.") for item in wanted)


# -- what flows in and out ------------------------------------------------------------------------------------------------


def enclosing_loops(work: FileWork, node: ast.AST) -> Iterator[ast.stmt]:
    """The loops around a node in its own scope, innermost first."""
    for above in work.ancestors(node):
        if isinstance(above, Scope):
            return
        if isinstance(above, LOOPS):
            yield above


def read_afterwards(
    work: FileWork, block: list[ast.stmt], after: int, scope: Scope, apart_from: ast.stmt | None = None
) -> set[str]:
    """The names that may be read once ``block[after]`` has run: what follows, around the loop, in nested functions."""
    found = exposed([statement for statement in block[after + 1 :] if statement is not apart_from])
    node: ast.AST | None = work.parent(block[0])
    current: ast.stmt = block[0]
    while node is not None and node is not scope:
        if isinstance(node, LOOPS):
            found |= exposed([node])
            found |= exposed(node.body)
        if isinstance(node, ast.stmt):
            current = node
            outer = work.block_of(current)
            place = outer.index(current)
            found |= exposed(outer[place + 1 :])
            if isinstance(node, ast.Try):
                found |= exposed(node.finalbody)
        node = work.parent(node)
    inside = {id(child) for statement in block[: after + 1] for child in walk(statement)}
    nested = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
    roots = [scope] if not isinstance(scope, ast.Module) else [work.tree]
    for root in roots:
        for child in walk(root):
            if isinstance(child, nested) and child is not scope and id(child) not in inside:
                found |= loaded(child)
    return found


def declared(scope: Scope, name: str) -> str:
    """``"global"`` or ``"nonlocal"`` where the function says so of a name, else an empty text."""
    for node in walk(scope):
        if isinstance(node, ast.Global | ast.Nonlocal) and name in node.names:
            return "global" if isinstance(node, ast.Global) else "nonlocal"
    return ""
