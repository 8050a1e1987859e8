"""Whether what a name stands for is held by somebody else too, who must see what an in-place method does to it."""

from __future__ import annotations

import ast
import enum
from collections.abc import Sequence

from migrator.findings import Severity
from migrator.names import Kind
from migrator.names.walking import walk
from migrator.rewriting.bindings import Binding, reaching, read_later
from migrator.rewriting.edits import Need, Piece
from migrator.rewriting.file import FileWork
from migrator.rewriting.flow import path_of

NO_GRAD = frozenset({"torch.no_grad", "torch.inference_mode", "torch.autograd.no_grad"})
"""What switches the recording of gradients off, as a context and as a decorator."""
GRAD_MODES = NO_GRAD | {"torch.set_grad_enabled", "torch.enable_grad", "torch.autograd.set_grad_enabled"}
"""What switches the recording of gradients, off or on."""
_LOOKING_UP = frozenset({"get", "setdefault"})

_SHOWN = frozenset(
    "view reshape view_as reshape_as flatten squeeze unsqueeze T t transpose swapaxes permute narrow select "
    "diagonal detach data contiguous chunk split unbind".split()
)
"""Methods and properties that show a tensor in another way, in torch and in MindSpore."""
_COPIED = frozenset("ravel mT movedim moveaxis expand expand_as unfold as_strided real imag unflatten swapdims".split())
"""Those that show a tensor in torch, and may copy in MindSpore."""
_PIECES = frozenset({"chunk", "split", "unbind", "tensor_split"})


class Hold(enum.IntEnum):
    """How somebody else holds what a name stands for, as far as writing into it goes."""

    NOBODY = 0
    TENSOR = 1  # the tensor itself, under another name
    ROWS = 2  # as rows or another part by index: MindSpore writes through these, in gradients too
    SHAPE = 3  # in another shape: MindSpore writes through these outside of gradients
    COPY = 4  # torch shows it, MindSpore copies


WRITTEN_THROUGH = frozenset({Hold.TENSOR, Hold.ROWS, Hold.SHAPE})
"""The holds that something is written into for."""


def is_reached(work: FileWork, node: ast.AST, how: Hold) -> bool:
    """Whether what is written into a tensor reaches the one that holds it: through another shape only where nothing
    is recorded for gradients."""
    return how in (Hold.TENSOR, Hold.ROWS) or (how is Hold.SHAPE and not _may_have_gradients(work, node))


def cite_hold(work: FileWork, node: ast.AST, how: Hold, api: str = "", written_back: bool = False) -> None:
    """Notes the trap of views that are changed: as a warning where the holder does not see the change."""
    if how is not Hold.NOBODY:
        if written_back or is_reached(work, node, how):
            work.cite(node, "MF214", api)
        else:
            work.find(node, "MF214", _NOT_REACHED, Severity.WARNING, api)


_NOT_REACHED = (
    "In torch this changes another tensor too, which it is a view of. Here that one keeps its values: "
    "assign to it by index if it should change."
)


def _may_have_gradients(work: FileWork, node: ast.AST) -> bool:
    if without_gradients(work, node):
        return False
    if isinstance(work.scope_of(node), ast.Module):
        return any(attribute.attr in ("backward", "autograd") for attribute in work.nodes(ast.Attribute))
    return True


_RESHAPED = frozenset("view reshape view_as reshape_as flatten squeeze unsqueeze contiguous".split())


def way_back(work: FileWork, place: ast.expr, value: Sequence[Piece] = ()) -> tuple[Piece, ...]:
    """What puts a tensor that has another shape by now (``flat = x.view(-1)``), or a new ``value`` for it, back into
    the one that it shows: ``assign_(x, flat.reshape(x.shape))``. Empty where there is no such way, or more than one."""
    step: ast.expr | None = place
    if isinstance(place, ast.Name):
        bindings = reaching(work, place)
        step = bindings[0].value if len(bindings) == 1 and not bindings[0].element else None
    if step is None:
        return ()
    value = value or (place,)
    names: list[str] = []
    turned: tuple[Piece, ...] = ()
    while (inner := shown(work, step)[0]) is not None:
        called = step.func if isinstance(step, ast.Call) else step
        if not isinstance(called, ast.Attribute):
            return ()
        names.append(called.attr)
        if isinstance(step, ast.Call) and called.attr in ("transpose", "swapaxes") and len(step.args) == 2:
            turned = (".swapaxes(", step.args[0], ", ", step.args[1], ")")
        step = inner
    base = step
    if not path_of(base) or (isinstance(base, ast.Name) and not _still_bound(work, base)):
        return ()
    if all(name in _RESHAPED for name in names):
        back: tuple[Piece, ...] = (*value, ".reshape(", base, ".shape)")
    elif names in (["T"], ["t"]):
        back = (*value, ".T")
    elif names in (["transpose"], ["swapaxes"]) and turned:
        back = (*value, *turned)
    else:
        return ()
    return (Need("support.assign_"), "(", base, ", ", *back, ")")


def shared(work: FileWork, name: ast.Name) -> bool:
    """The variable of a loop, an argument, an entry of a dictionary: changed for whoever holds it, unless its new value
    goes on into a computation with gradients here. What is a part of a tensor is asked of :func:`hold`."""
    scope = work.scope_of(name)
    if not _is_anothers(work, scope, name.id):
        return False
    return is_written_through(work, name)


def is_written_through(work: FileWork, name: ast.Name) -> bool:
    """Whether a holder outside is written to: where no gradient is taken, or the new value is not read here."""
    if without_gradients(work, name):
        return True
    statement = work.statement_of(name)
    end = (statement.end_lineno or 0, statement.end_col_offset or 0)
    return not any(
        isinstance(node, ast.Name)
        and node.id == name.id
        and isinstance(node.ctx, ast.Load)
        and (node.lineno, node.col_offset) > end
        for node in walk(work.scope_of(name))
    )


def hold(work: FileWork, place: ast.expr) -> Hold:
    """How somebody else, who is read later, holds the tensor of a place that is written into."""
    return _hold(work, place, work.statement_of(place), 0)


def data_owner(work: FileWork, place: ast.expr) -> ast.expr | None:
    """``x`` of ``x.data`` or ``x.detach()``, where writing into that changes the values of ``x`` alone: a tensor that is
    no parameter and of which nobody holds another part or shape."""
    if isinstance(place, ast.Call):
        place = place.func if not place.args else place
    if not isinstance(place, ast.Attribute) or place.attr not in ("data", "detach"):
        return None
    owner = place.value
    kind = work.value(owner).kind
    if kind is Kind.UNKNOWN:
        # What a loop runs over may well be a model's parameters.
        if not isinstance(owner, ast.Name) or any(binding.element for binding in reaching(work, owner)):
            return None
    elif not path_of(owner) or kind not in (Kind.TENSOR, Kind.BATCH):
        return None
    return owner if hold(work, owner) is Hold.NOBODY else None


def cuts_a_part(work: FileWork, place: ast.expr) -> bool:
    """Whether a place is the ``.data`` of a part or another shape of a tensor that is no parameter: ``x[0].data``."""
    if not isinstance(place, ast.Attribute) or place.attr != "data" or isinstance(place.value, ast.Name):
        return False
    inner = shown(work, place.value)[0]
    return inner is not None and work.value(inner).kind in (Kind.TENSOR, Kind.BATCH)


def _hold(work: FileWork, place: ast.expr, statement: ast.stmt, depth: int) -> Hold:
    if depth > 8:
        return Hold.NOBODY
    if not isinstance(place, ast.Name):
        base, how = shown(work, place)
        if base is None or not _is_held(work, base, statement, depth):
            return Hold.NOBODY
        return max(how, _hold(work, base, statement, depth + 1))
    bindings = reaching(work, place)
    found = [_held_by(work, binding, statement, depth) for binding in bindings]
    if depth == 0:
        found.append(_shown_elsewhere(work, place, bindings, statement))
    return max(found, default=Hold.NOBODY)


def _held_by(work: FileWork, binding: Binding, statement: ast.stmt, depth: int) -> Hold:
    """How what a name was bound to is held by others."""
    value = binding.value
    if value is None:
        return Hold.NOBODY
    if binding.element:
        if isinstance(value, ast.Call) and _attribute(value) in _PIECES:
            base, how = shown(work, value)
        elif work.value(value).kind in (Kind.TENSOR, Kind.PARAMETER):
            base, how = value, Hold.ROWS
        else:
            return Hold.NOBODY
    else:
        base, how = shown(work, value)
        if base is None and isinstance(value, ast.Name) and work.value(value).is_tensor:
            base, how = value, Hold.TENSOR
    if base is None or not _is_held(work, base, statement, depth):
        return Hold.NOBODY
    return max(how, _hold(work, base, statement, depth + 1))


def _is_held(work: FileWork, base: ast.expr, statement: ast.stmt, depth: int) -> bool:
    """Whether anybody can still see a tensor that a part was taken of."""
    while True:
        inner, _ = shown(work, base)
        if inner is None:
            break
        base = inner
    if isinstance(base, ast.Attribute | ast.Subscript):
        return True
    if isinstance(base, ast.Call):
        return work.value(base).kind is Kind.PARAMETER
    if not isinstance(base, ast.Name):
        return False
    bindings = reaching(work, base)
    if not bindings:
        return True  # another scope's
    if any(binding.argument for binding in bindings):
        return True
    if _still_bound(work, base) and read_later(work, base.id, statement, base):
        return True
    return any(_held_by(work, binding, statement, depth + 1) is not Hold.NOBODY for binding in bindings)


def _still_bound(work: FileWork, base: ast.Name) -> bool:
    """Whether the statement that a part was taken in leaves the name to what the part was taken of."""
    taken = work.statement_of(base)
    if isinstance(taken, ast.Assign):
        return not any(isinstance(node, ast.Name) and node.id == base.id for t in taken.targets for node in walk(t))
    return True


def _shown_elsewhere(work: FileWork, place: ast.Name, bindings: list[Binding], statement: ast.stmt) -> Hold:
    """Whether another name, an attribute or a list holds the same tensor or a part of it, and is read later."""
    scope = work.scope_of(place)
    if not bindings or any(binding.value is None or not work.value(binding.place).is_tensor for binding in bindings):
        return Hold.NOBODY
    found = Hold.NOBODY
    for node in walk(scope):
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and node is not statement:
            target, value = node.targets[0], node.value
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and _attribute(node.value) == "append":
            if len(node.value.args) != 1 or not isinstance(node.value.func, ast.Attribute):
                continue
            target, value = node.value.func.value, node.value.args[0]
        else:
            continue
        how = Hold.TENSOR
        while not isinstance(value, ast.Name):
            inner, part = shown(work, value)
            if inner is None:
                break
            value, how = inner, max(how, part)
        if not isinstance(value, ast.Name) or value.id != place.id or not isinstance(value.ctx, ast.Load):
            continue
        if (isinstance(target, ast.Name) and target.id == place.id) or work.scope_of(value) is not scope:
            continue
        if not any(binding in bindings for binding in reaching(work, value)):
            continue
        if isinstance(target, ast.Name) and not read_later(work, target.id, statement):
            continue
        if not _comes_before(work, node, statement):
            continue
        found = max(found, how)
    return found


def _comes_before(work: FileWork, node: ast.stmt, statement: ast.stmt) -> bool:
    if node.lineno < statement.lineno:
        return True
    loops = [above for above in work.ancestors(statement) if isinstance(above, ast.For | ast.While)]
    return any(loop in work.ancestors(node) for loop in loops)


def shown(work: FileWork, node: ast.expr) -> tuple[ast.expr | None, Hold]:
    """What an expression shows a part or another shape of, and how; None where it makes a tensor of its own."""
    if isinstance(node, ast.Subscript):
        if isinstance(node.value, ast.Call) and _attribute(node.value) in _PIECES:
            return shown(work, node.value)
        if work.value(node.value).kind in (Kind.TENSOR, Kind.PARAMETER) and is_basic(work, node.slice):
            return node.value, Hold.ROWS
        return None, Hold.NOBODY
    called = node.func if isinstance(node, ast.Call) else node
    if not isinstance(called, ast.Attribute):
        return None, Hold.NOBODY
    how = Hold.SHAPE if called.attr in _SHOWN else Hold.COPY if called.attr in _COPIED else Hold.NOBODY
    if how is Hold.NOBODY:
        return None, how
    if (
        called.attr == "view"
        and isinstance(node, ast.Call)
        and any(work.value(argument).kind is Kind.DTYPE for argument in node.args)
    ):
        how = Hold.COPY  # the same bytes as another dtype
    if called.attr in ("data", "detach", "contiguous"):
        how = Hold.TENSOR
    if work.value(called.value).kind in (Kind.TENSOR, Kind.PARAMETER):
        return called.value, how
    if isinstance(node, ast.Call) and node.args and work.qualified(called) == f"torch.{called.attr}":
        return node.args[0], how
    return None, Hold.NOBODY


def is_piece(work: FileWork, place: ast.expr) -> bool:
    """``parts[0]`` of ``parts = x.split(2)`` or ``first, *parts = x``: what holds the pieces is a tuple."""
    if not isinstance(place, ast.Subscript) or not isinstance(place.value, ast.Name):
        return False
    for binding in reaching(work, place.value):
        value = binding.value
        if isinstance(binding.place, ast.Starred):
            return True
        if isinstance(value, ast.Call) and _attribute(value) in _PIECES and shown(work, value)[0] is not None:
            return True
    return False


def is_basic(work: FileWork, index: ast.expr) -> bool:
    """Whether an index is of whole numbers, ranges and ellipses, which show a part; a list or a tensor copies."""
    parts = index.elts if isinstance(index, ast.Tuple) else [index]
    for part in parts:
        if isinstance(part, ast.Slice | ast.Constant):
            continue
        if isinstance(part, ast.List | ast.Compare | ast.ListComp):
            return False
        if isinstance(part, ast.UnaryOp) and isinstance(part.op, ast.Invert):
            return False
        if work.value(part).kind not in (Kind.PYTHON, Kind.UNKNOWN):
            return False
    return True


def _attribute(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def without_gradients(work: FileWork, node: ast.AST) -> bool:
    """Whether a node stands in ``with torch.no_grad():`` or in a function that is decorated with it."""
    for above in work.ancestors(node):
        if isinstance(above, ast.With):
            if any(_switches_off(work, item.context_expr) for item in above.items):
                return True
        elif isinstance(above, ast.FunctionDef | ast.AsyncFunctionDef):
            return any(_switches_off(work, item) for item in above.decorator_list)
    return False


def _switches_off(work: FileWork, node: ast.expr) -> bool:
    return work.qualified(node.func if isinstance(node, ast.Call) else node) in NO_GRAD


def _is_anothers(work: FileWork, scope: ast.AST, name: str) -> bool:
    if isinstance(scope, ast.FunctionDef | ast.AsyncFunctionDef):
        arguments = scope.args
        if name in {a.arg for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}:
            return True
    if isinstance(scope, ast.Lambda) and name in {argument.arg for argument in scope.args.args}:
        return True
    for node in walk(scope):
        if isinstance(node, ast.For | ast.comprehension):
            if any(isinstance(item, ast.Name) and item.id == name for item in walk(node.target)):
                return True
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                values = _assigned(target, node.value, name)
                if any(_looks_up(work, value) for value in values):
                    return True
    return False


def _assigned(target: ast.expr, value: ast.expr, name: str) -> list[ast.expr]:
    if isinstance(target, ast.Name):
        return [value] if target.id == name else []
    if isinstance(target, ast.Tuple | ast.List):
        if isinstance(value, ast.Tuple | ast.List) and len(value.elts) == len(target.elts):
            return [found for t, v in zip(target.elts, value.elts, strict=True) for found in _assigned(t, v, name)]
    return []


def _looks_up(work: FileWork, node: ast.expr) -> bool:
    """``state["m"]``, ``self.ring``, ``state.get("m")``; a part of a tensor is a view, into which nothing can write."""
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Attribute) and node.func.attr in _LOOKING_UP
    return isinstance(node, ast.Subscript | ast.Attribute) and not work.value(node.value).is_tensor
