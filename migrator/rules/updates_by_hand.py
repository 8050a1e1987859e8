"""``w -= lr * w.grad``: parameters that the program updates itself."""

from __future__ import annotations

import ast

from migrator.names import Kind
from migrator.rewriting.augmented import unfolded
from migrator.rewriting.edits import Need
from migrator.rewriting.file import FileWork
from migrator.rewriting.flow import path_of
from migrator.rewriting.rule import Rule, Stage
from migrator.training.plan import plan_of


class UpdatesByHand(Rule):
    """An augmented assignment to a parameter writes into it.

    ``w -= g`` changes a torch parameter in place; in MindSpore it would bind ``w`` to a new tensor and leave the
    parameter, and the model that owns it, as they were.
    """

    code = "MF138"
    title = "Updating a parameter by hand writes into it"
    stage = Stage.TRAINING
    examples = (
        (
            "import torch\n\nnet = torch.nn.Linear(2, 1)\nwith torch.no_grad():\n    for p in net.parameters():\n"
            "        p -= 0.1 * p\n",
            "net = nn.Dense(2, 1)\nwith ms._no_grad():\n    for p in net.trainable_params():\n"
            "        assign_(p, p - 0.1 * p)\n",
        ),
    )

    def apply(self, work: FileWork) -> None:
        leaves = plan_of(work).carriers.leaves
        for node in work.nodes(ast.AugAssign):
            place = node.target
            data = isinstance(place, ast.Attribute) and place.attr == "data"
            owner = place.value if isinstance(place, ast.Attribute) and data else place
            if not isinstance(owner, ast.Name | ast.Attribute):
                continue
            if not (
                _is_parameter(work, node, owner) or path_of(owner) in leaves or _runs_over(work, node, owner, leaves)
            ):
                continue
            work.replace(node, Need("support.assign_"), "(", owner, ", ", *unfolded(node, owner), ")")


def _is_parameter(work: FileWork, node: ast.AST, owner: ast.expr) -> bool:
    """Whether a place held a parameter before the assignment (which reading takes to bind a tensor)."""
    if isinstance(owner, ast.Attribute):
        return work.value(owner).kind is Kind.PARAMETER or any(
            isinstance(other.ctx, ast.Store) and path_of(other) == path_of(owner) and other is not owner
            and work.value(other).kind is Kind.PARAMETER
            for other in work.nodes(ast.Attribute)
        )  # fmt: skip
    scope = work.scope_of(node)
    return any(
        other.id == path_of(owner) and work.value(other).kind is Kind.PARAMETER and work.scope_of(other) is scope
        for other in work.nodes(ast.Name)
    )


def _runs_over(work: FileWork, node: ast.AST, owner: ast.expr, leaves: frozenset[str]) -> bool:
    """Whether a name is the variable of a loop over tensors that gradients are asked of."""
    for above in work.ancestors(node):
        if isinstance(above, ast.For) and path_of(owner) in {path_of(item) for item in ast.walk(above.target)}:
            return any(path_of(item) in leaves for item in ast.walk(above.iter) if path_of(item))
    return False
