"""Masks that a loss uses twice."""

from __future__ import annotations

import ast

from migrator.names.walking import walk
from migrator.rewriting.edits import Need
from migrator.rewriting.file import FileWork
from migrator.rewriting.rule import Rule, Stage
from migrator.training.losses import function_of
from migrator.training.plan import plan_of

_CASTS = frozenset("float double half bfloat16 int long to type type_as".split())


class ComparedValues(Rule):
    """``mask = loss > limit`` becomes ``mask = ops.stop_gradient(loss > limit)`` where the mask is turned into numbers
    more than once and what is compared has a gradient.

    A comparison has no gradient in torch. MindSpore sends one back through ``mask.float()``, and where two of them come
    together at the mask it stops: "For primitive[Add], the input argument[x] must be a type of ..., but got
    Tensor[Bool]" (measured on MindSpore 2.10.0).
    """

    code = "MF156"
    title = "A mask that is used twice has no gradient"
    stage = Stage.MODEL
    examples = (
        (
            "import torch\n\n\ndef masked(net, x):\n    loss = net(x).pow(2)\n    hard = loss > loss.mean()\n"
            "    return (loss * hard.float()).sum() / hard.float().sum()\n\n\nmasked(torch.nn.Linear(2, 1), torch.ones(3, 2))\n",
            "def masked(net, x):\n    loss = net(x).pow(2)\n    hard = ops.stop_gradient(loss > loss.mean())\n"
            "    return (loss * hard.float()).sum() / hard.float().sum()\n\n\nmasked(nn.Dense(2, 1), ops.ones((3, 2)))\n",
        ),
    )
    unchanged = ("def f(a, b):\n    mask = a > b\n    return mask.float() + mask.float()\n",)

    def apply(self, work: FileWork) -> None:
        for assignment in work.nodes(ast.Assign):
            target, value = assignment.targets[0], assignment.value
            if len(assignment.targets) == 1 and isinstance(target, ast.Name) and isinstance(value, ast.Compare):
                scope = function_of(work, assignment)
                casts = [node for node in walk(scope) if self.casts(node, target.id)]
                if len(casts) > 1 and self.has_gradient(work, value, assignment):
                    work.edits.wrap(value, [Need("ops"), ".stop_gradient("], [")"])

    def casts(self, node: ast.AST, name: str) -> bool:
        """Whether a node is a cast of what has that name: ``mask.float()``."""
        function = node.func if isinstance(node, ast.Call) else None
        if not isinstance(function, ast.Attribute) or function.attr not in _CASTS:
            return False
        return isinstance(function.value, ast.Name) and function.value.id == name

    def has_gradient(self, work: FileWork, value: ast.Compare, statement: ast.stmt) -> bool:
        carriers = plan_of(work).carriers
        live: set[str] = set()
        for earlier in getattr(function_of(work, statement), "body", []):
            if earlier.lineno > statement.lineno:
                break
            live |= carriers.written(earlier, live)
        return any(carriers.carries(side, live) for side in (value.left, *value.comparators))
