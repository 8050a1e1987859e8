"""``torch.autograd.grad``."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass

from migrator.catalog.signature import CannotBind, bind
from migrator.findings import Severity
from migrator.names import Kind
from migrator.names.walking import walk
from migrator.rewriting.edits import Moved, Need, Piece
from migrator.rewriting.file import FileWork, Scope
from migrator.rewriting.flow import escapes, exposed, parameters, path_of, paths, stored
from migrator.rewriting.rule import Rule, Stage
from migrator.training.forward_function import name_in
from migrator.training.handed import Handed, after_inputs, handed
from migrator.training.losses import function_of, read_afterwards, run_to
from migrator.training.plan import plan_of


class AutogradGrad(Rule):
    """``torch.autograd.grad(outputs, inputs)`` becomes ``ms.grad`` of a function of the inputs.

    The statements that lead from the inputs to the outputs move into that function. The inputs are tensors, lists of
    them (the fast weights of an inner loop), the values of a dictionary, or a model's parameters. With
    ``create_graph=True`` (a gradient penalty, meta-learning) the inner gradient is compiled where it can be, because
    MindSpore's second derivatives lose terms otherwise (diagnostic MF221); what the function reads of the ones around
    it then comes in as an argument. A function that is handed outputs and inputs (``penalty(y, x)``) is handed what
    computes the ones from the others too. What is computed a second time for its gradient leaves running statistics as
    they are; where dropout in it draws anew, a finding says so.
    """

    code = "MF139"
    title = "autograd.grad becomes a gradient function"
    stage = Stage.TRAINING
    examples = (
        (
            "import torch\n\n\ndef slope(x):\n    x.requires_grad_(True)\n    y = torch.tanh(x)\n"
            "    return torch.autograd.grad(y.sum(), x)[0]\n",
            "def slope(x):\n\n    def function(x):\n        y = mint.tanh(x)\n        return y.sum()\n\n"
            "    return gradients_by(function, (x,))[0]\n",
        ),
    )

    def apply(self, work: FileWork) -> None:
        handings: dict[ast.AST, Handed] = {}
        for call in list(work.nodes(ast.Call)):
            if work.qualified(call.func) == "torch.autograd.grad":
                self.one(work, call, handings)
        for found in handings.values():
            self.hand_over(work, found)

    def one(self, work: FileWork, call: ast.Call, handings: dict[ast.AST, Handed]) -> None:
        try:
            given = bind(_SIGNATURE, call).given
        except CannotBind:
            self.leave(work, call, "its arguments are not spelled out")
            return
        outputs = _alone(given["outputs"])
        if any(isinstance(item, ast.Starred) for item in getattr(outputs, "elts", ())):
            self.leave(work, call, "its outputs are not spelled out")
            return
        inputs = _inputs(work, given["inputs"])
        if inputs is None:
            self.leave(work, call, "which inputs it has cannot be read")
            return
        names = list(inputs.names)
        weights = _alone(given["grad_outputs"]) if "grad_outputs" in given else None
        ones = isinstance(weights, ast.Call) and work.qualified(weights.func) in ("torch.ones_like", "torch.ones")
        if ones or (isinstance(weights, ast.Constant) and weights.value is None):
            weights = None
        statement = work.statement_of(call)
        carriers = plan_of(work).carriers
        # What is differentiated by is there before the function begins.
        made = [*names, *(path.partition(".")[0] for path in paths(given["inputs"]))]
        moved: tuple[ast.stmt, ...] = ()
        for around in _conditions(work, statement):
            block = work.block_of(around)
            place = block.index(around)
            live = set(names)
            for earlier in block[:place]:
                live |= carriers.written(earlier, live)
            region = run_to(work, carriers, after_inputs(block, place, made), -1, paths(outputs), live)
            moved = region.statements if region is not None else ()
            if moved or carriers.carries(outputs, live):
                break
        found: Handed | None = None
        if not moved and not _names(outputs) & set(names) and not carriers.carries(outputs, live):
            found = handed(work, carriers, outputs, inputs.names) if inputs.names == inputs.taken else None
            if found is not None and handings.setdefault(found.function, found) is not found:
                found = None
            if found is None:
                self.leave(work, call, "its outputs are computed in another block than it stands in")
                return
        if escapes(moved) is not None:
            self.leave(work, call, "a statement between inputs and outputs leaves the block")
            return
        indent = work.source.indent_of(statement)
        unit = "\t" if "\t" in indent else "    "
        scope = function_of(work, statement)
        name = name_in(work, scope, "function")
        last = block.index(moved[-1]) if moved else place - 1
        elsewhere = set(walk(block[place])) - set(walk(call))
        own = {node.id for node in elsewhere if isinstance(node, ast.Name)}
        own -= _inside(call) if block[place] is statement else set()
        own |= _names(weights) if weights is not None else set()
        kept = stored(moved) & (read_afterwards(work, block, place, scope) | own) if moved else set()
        kept |= {n for s in block[last + 1 : place] for n in _names(s)} & stored(moved)
        # A name that the statements read before they bind it anew comes in as it is now.
        rebound = sorted((exposed(list(moved)) & stored(moved)) - set(names))
        taken = ", ".join([*inputs.taken, *(f"{other}={other}" for other in rebound)])
        second = isinstance(given.get("create_graph"), ast.Constant) and bool(given["create_graph"].value)  # type: ignore[attr-defined]
        inside = stored(moved) | set(names) | ({found.outputs} if found is not None else set())
        passed = self.passed(work, [*moved, outputs], inside, scope) if second else []
        passed = [] if rebound or "=" in taken else passed
        taken = ", ".join([*passed, *inputs.taken]) if passed else taken
        definition: list[Piece] = [f"{indent}def {name}({taken}):\n"]
        if inputs.opening:
            definition.append(f"{indent}{unit}{inputs.opening}\n")
        if found is not None:
            definition.append(f"{indent}{unit}{found.outputs} = {found.added}({taken})\n")
        home: object = None
        alone = _for_nobody_else(moved, kept)
        if alone:
            start = work.source.starts[alone[0].lineno - 1]
            end = work.source.starts[alone[-1].end_lineno or alone[-1].lineno]
            home = work.edits.replace_span(start, end, [])
        if moved:
            definition.append(Moved(moved, indent + unit, home))
        definition.extend([f"{indent}{unit}return ", outputs, "\n\n"])
        if home is not None:
            home.pieces = ("\n", *definition)  # type: ignore[attr-defined]
        else:
            work.edits.insert_before(statement, definition)
        chosen = "differentiable_gradients_by" if second else "gradients_by"
        pieces: list[Piece] = [Need(f"support.{chosen}"), f"({name}, ", *inputs.written]
        if weights is not None:
            pieces.extend([", ", weights])
        if passed:
            pieces.append(f", given={_tuple(passed)}")
        twice = [
            *(moved if alone != moved else ()),
            *(s for h in (found.calls if found else ()) for s in h.region.statements),
        ]
        if any(_runs_a_model(work, node) for node in twice):
            pieces.append(", again=True")
            if any(_draws(work, node) for node in twice):
                work.find(call, "MF139", _DRAWS_ANEW, Severity.WARNING, "torch.autograd.grad")
        work.replace(call, *pieces, ")")
        work.replace(call.func, "")
        if second:
            work.cite(call, "MF221", "torch.autograd.grad")

    def passed(self, work: FileWork, nodes: Sequence[ast.AST], own: set[str], scope: Scope) -> list[str]:
        """The tensors of the function around that the statements read: compiled, they must come in as arguments."""
        found = {
            node.id
            for statement in nodes
            for node in walk(statement)
            if isinstance(node, ast.Name) and work.value(node).kind in (Kind.TENSOR, Kind.BATCH) and node.id not in own
        }
        return sorted(found & (stored(getattr(scope, "body", [])) | parameters(scope)))

    def hand_over(self, work: FileWork, found: Handed) -> None:
        """Gives the function a parameter for what computes the outputs, and each call of it such a function."""
        listed = found.function.args
        ends = [*listed.posonlyargs, *listed.args, *listed.kwonlyargs, *listed.defaults]
        ends.extend(default for default in listed.kw_defaults if default is not None)
        end = max(work.source.span(node)[1] for node in ends)
        optional = "=None" if listed.defaults and not listed.kwonlyargs else ""
        work.edits.replace_span(end, end, [f", {found.added}{optional}"])
        for handing in found.calls:
            statement = work.statement_of(handing.call)
            indent = work.source.indent_of(statement)
            unit = "\t" if "\t" in indent else "    "
            name = name_in(work, function_of(work, statement), f"{handing.outputs}_of")
            definition: list[Piece] = [f"{indent}def {name}({', '.join(handing.inputs)}):\n"]
            definition.append(Moved(handing.region.statements, indent + unit))
            definition.append(f"{indent}{unit}return {handing.outputs}\n\n")
            work.edits.insert_before(statement, definition)
            close = work.source.span(handing.call)[1] - 1
            while work.source.text[close - 1].isspace():
                close -= 1
            comma = "" if work.source.text[close - 1] == "," else ","
            work.edits.replace_span(close, close, [f"{comma} {found.added}={name}"])

    def leave(self, work: FileWork, call: ast.Call, why: str) -> None:
        work.find(
            call,
            "MF139",
            f"torch.autograd.grad was left as it is: {why}. Write the outputs as a function of the inputs and use ms.grad.",
            Severity.ERROR,
            "torch.autograd.grad",
            todo=True,
        )


@dataclass(frozen=True)
class _Inputs:
    """What is differentiated by: the names it is known under, the parameters of the function, a line that the function
    begins with, and what is handed over."""

    names: tuple[str, ...]
    taken: tuple[str, ...]
    written: tuple[Piece, ...]
    opening: str = ""


def _inputs(work: FileWork, node: ast.expr) -> _Inputs | None:
    listed = list(node.elts) if isinstance(node, ast.List | ast.Tuple) else [node]
    if (before := _before_parameters(node)) is not None:
        return _Inputs(before, before, (node,))
    plain = [item.id for item in listed if isinstance(item, ast.Name)]
    if len(plain) == len(listed) and plain:
        if listed[0] is node and _is_list(work, node):
            return _Inputs((plain[0],), (f"*{plain[0]}",), (node,))
        return _Inputs(tuple(plain), tuple(plain), (_tuple(plain),))
    if len(listed) == 1 and isinstance(node, ast.Call) and not isinstance(node.func, ast.Lambda):
        inner = node.args[0] if _callee(node) in ("list", "tuple") and len(node.args) == 1 else node
        if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Attribute):
            holder = inner.func.value
            if inner.func.attr == "parameters" and not inner.args:
                return _Inputs((), (), (node,))
            if inner.func.attr == "values" and isinstance(holder, ast.Name):
                return _Inputs(
                    (holder.id,),
                    ("*values", f"{holder.id}={holder.id}"),
                    (node,),
                    f"{holder.id} = type({holder.id})(zip({holder.id}, values))",
                )
    if all(isinstance(item, ast.Attribute) and work.value(item).kind is Kind.PARAMETER for item in listed):
        return _Inputs((), (), ("(", *(piece for item in listed for piece in (item, ", ")), ")"))
    if isinstance(node, ast.Attribute) and work.value(node).kind in (Kind.SEQUENCE, Kind.MODULE):
        return _Inputs((), (), (node,))  # a list of parameters
    return None


def _conditions(work: FileWork, statement: ast.stmt) -> list[ast.stmt]:
    """A statement, and the conditions and contexts that it stands in, from the inside out."""
    found = [statement]
    for above in work.ancestors(statement):
        if isinstance(above, ast.If | ast.With):
            found.append(above)
        elif isinstance(above, ast.stmt):
            break
    return found


def _before_parameters(node: ast.expr) -> tuple[str, ...] | None:
    """The tensors before a model's parameters: ``(z,) + tuple(net.parameters())``, ``[z, *net.parameters()]``."""
    first: list[ast.expr] = []
    rest: ast.expr | None = None
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add) and isinstance(node.left, ast.List | ast.Tuple):
        first, rest = node.left.elts, node.right
        rest = rest.args[0] if isinstance(rest, ast.Call) and _callee(rest) in ("list", "tuple") and rest.args else rest
    elif isinstance(node, ast.List | ast.Tuple) and node.elts and isinstance(node.elts[-1], ast.Starred):
        first, rest = node.elts[:-1], node.elts[-1].value
    if not isinstance(rest, ast.Call) or not isinstance(rest.func, ast.Attribute) or rest.func.attr != "parameters":
        return None
    names = tuple(item.id for item in first if isinstance(item, ast.Name))
    return names if names and len(names) == len(first) else None


def _is_list(work: FileWork, node: ast.expr) -> bool:
    """Whether a name stands for several tensors: as reading tells, or since it is gone through beside others."""
    kind = work.value(node).kind
    if kind is Kind.SEQUENCE or not isinstance(node, ast.Name):
        return kind is Kind.SEQUENCE
    return kind in (Kind.UNKNOWN, Kind.PYTHON) and any(
        isinstance(call, ast.Call) and _callee(call) == "zip" and node.id in {path_of(item) for item in call.args}
        for call in walk(work.scope_of(node))
    )


def _runs_a_model(work: FileWork, node: ast.AST) -> bool:
    return any(isinstance(call, ast.Call) and work.value(call.func).kind is Kind.MODULE for call in walk(node))


def _draws(work: FileWork, node: ast.AST) -> bool:
    """Whether a model that statements call has dropout in it, as far as its class can be read."""
    models = {work.value(call.func).of for call in walk(node) if isinstance(call, ast.Call)}
    return any(
        isinstance(part, ast.Name | ast.Attribute) and "ropout" in info.module.qualified(part)
        for model in models
        if model in work.project.classes
        for info in work.project.lineage(model)
        for part in walk(info.node)
    )


_DRAWS_ANEW = (
    "What is differentiated here is computed a second time for its gradient, and dropout in it draws anew: the gradient is "
    "that of another draw. Compute it in one function with what uses it, or without dropout."
)


def _tuple(names: Sequence[str]) -> str:
    return f"({', '.join(names)}{',' if len(names) == 1 else ''})"


def _alone(node: ast.expr) -> ast.expr:
    """The one element of a list of one, or the node itself."""
    if isinstance(node, ast.List | ast.Tuple) and len(node.elts) == 1:
        return node.elts[0]
    return node


def _callee(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _for_nobody_else(moved: Sequence[ast.stmt], kept: set[str]) -> Sequence[ast.stmt]:
    """The last of the statements that compute the outputs which bind nothing that is read elsewhere."""
    first = len(moved)
    while first and stored([moved[first - 1]]) and not stored([moved[first - 1]]) & kept:
        first -= 1
    return moved if not kept else moved[first:]


def _inside(call: ast.Call) -> set[str]:
    return _names(call)


def _names(node: ast.AST) -> set[str]:
    return {child.id for child in walk(node) if isinstance(child, ast.Name)}


_SIGNATURE = (
    "(outputs, inputs, grad_outputs=None, retain_graph=None, create_graph=False, only_inputs=True, "
    "allow_unused=None, is_grads_batched=False, materialize_grads=False)"
)
