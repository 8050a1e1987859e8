"""``torch.autograd.grad``."""

from __future__ import annotations

import ast

from migrator.catalog.signature import CannotBind, bind
from migrator.findings import Severity
from migrator.rewriting.edits import Moved, Need, Piece
from migrator.rewriting.file import FileWork
from migrator.rewriting.flow import escapes, exposed, path_of, paths, stored
from migrator.rewriting.rule import Rule, Stage
from migrator.rules.backward import name_in
from migrator.training.losses import function_of, read_afterwards, run_to
from migrator.training.plan import plan_of


class AutogradGrad(Rule):
    """``torch.autograd.grad(outputs, inputs)`` becomes ``ms.grad`` of a function of the inputs.

    The statements that lead from the inputs to the outputs move into that function. Inside a forward function that is
    itself differentiated (a gradient penalty), MindSpore gives second derivatives; on CPU some paths from an activation
    through a reshape into a Dense layer lose terms (diagnostic MF221), which the finding says.
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
        for call in list(work.nodes(ast.Call)):
            if work.qualified(call.func) == "torch.autograd.grad":
                self.one(work, call)

    def one(self, work: FileWork, call: ast.Call) -> None:
        try:
            given = bind(_SIGNATURE, call).given
        except CannotBind:
            self.leave(work, call, "its arguments are not spelled out")
            return
        outputs, inputs = given["outputs"], given["inputs"]
        if isinstance(outputs, ast.List | ast.Tuple) and len(outputs.elts) == 1:
            outputs = outputs.elts[0]
        if isinstance(outputs, ast.List | ast.Tuple):
            self.leave(work, call, "it has several outputs")
            return
        listed = list(inputs.elts) if isinstance(inputs, ast.List | ast.Tuple) else [inputs]
        if not all(isinstance(item, ast.Name) for item in listed):
            self.leave(work, call, "its inputs are no plain names")
            return
        names = [item.id for item in listed if isinstance(item, ast.Name)]
        weights = given.get("grad_outputs")
        if isinstance(weights, ast.List | ast.Tuple) and len(weights.elts) == 1:
            weights = weights.elts[0]
        ones = isinstance(weights, ast.Call) and work.qualified(weights.func) in ("torch.ones_like", "torch.ones")
        if ones or (isinstance(weights, ast.Constant) and weights.value is None):
            weights = None
        statement = work.statement_of(call)
        block = work.block_of(statement)
        place = block.index(statement)
        carriers = plan_of(work).carriers
        live = set(names)
        for earlier in block[:place]:
            live |= carriers.written(earlier, live)
        region = run_to(work, carriers, self.after_inputs(block, place, names), -1, paths(outputs), live)
        moved = region.statements if region is not None else ()
        if not moved and not _names(outputs) & set(names):
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
        own = {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)} - _inside(call)
        kept = stored(moved) & (read_afterwards(work, block, place, scope) | own) if moved else set()
        kept |= {n for s in block[last + 1 : place] for n in _names(s)} & stored(moved)
        # A name that the statements read before they bind it anew comes in as it is now.
        rebound = sorted((exposed(list(moved)) & stored(moved)) - set(names))
        taken = ", ".join([*names, *(f"{other}={other}" for other in rebound)])
        definition: list[Piece] = [f"{indent}def {name}({taken}):\n"]
        home: object = None
        if moved and not kept:
            start = work.source.starts[moved[0].lineno - 1]
            end = work.source.starts[moved[-1].end_lineno or moved[-1].lineno]
            home = work.edits.replace_span(start, end, [])
        if moved:
            definition.append(Moved(moved, indent + unit, home))
        definition.extend([f"{indent}{unit}return ", outputs, "\n\n"])
        if home is not None:
            home.pieces = ("\n", *definition)  # type: ignore[attr-defined]
        else:
            work.edits.insert_before(statement, definition)
        pieces: list[Piece] = [Need("support.gradients_by"), f"({name}, ({', '.join(names)},)"]
        if weights is not None:
            pieces.extend([", ", weights])
        work.replace(call, *pieces, ")")
        work.replace(call.func, "")
        if isinstance(given.get("create_graph"), ast.Constant) and given["create_graph"].value:  # type: ignore[attr-defined]
            work.cite(call, "MF221", "torch.autograd.grad")

    def after_inputs(self, block: list[ast.stmt], place: int, names: list[str]) -> list[ast.stmt]:
        """The statements between the last that makes an input and the call."""
        first = 0
        for index in range(place):
            if stored([block[index]]) & set(names) or _made_leaf(block[index], names):
                first = index + 1
        return block[first:place]

    def leave(self, work: FileWork, call: ast.Call, why: str) -> None:
        work.find(
            call,
            "MF139",
            f"torch.autograd.grad was left as it is: {why}. Write the outputs as a function of the inputs and use ms.grad.",
            Severity.ERROR,
            "torch.autograd.grad",
            todo=True,
        )


def _made_leaf(statement: ast.stmt, names: list[str]) -> bool:
    return any(
        isinstance(node, ast.Attribute)
        and node.attr in ("requires_grad_", "requires_grad")
        and path_of(node.value) in names
        for node in ast.walk(statement)
    )


def _inside(call: ast.Call) -> set[str]:
    return _names(call)


def _names(node: ast.AST) -> set[str]:
    return {child.id for child in ast.walk(node) if isinstance(child, ast.Name)}


_SIGNATURE = (
    "(outputs, inputs, grad_outputs=None, retain_graph=None, create_graph=False, only_inputs=True, "
    "allow_unused=None, is_grads_batched=False, materialize_grads=False)"
)
