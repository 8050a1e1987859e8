"""``loss.backward()``: a forward function and ``ms.value_and_grad``."""

from __future__ import annotations

import ast

from migrator.findings import Severity
from migrator.rewriting.edits import Need, Piece
from migrator.rewriting.file import FileWork
from migrator.rewriting.flow import path_of
from migrator.rewriting.rule import Rule, Stage
from migrator.training.forward_function import ForwardFunction, reduces, weights
from migrator.training.losses import Region, imports_torch
from migrator.training.plan import Mode, Plan, plan_of


class BackwardRule(Rule):
    """``loss.backward()`` becomes a forward function and ``ms.value_and_grad``.

    The statements from the first that calls the model up to the one that gives the loss move into a function
    ``forward_fn``, which ``ms.value_and_grad`` runs once, as plain Python: what is printed, branched on or stored in it
    keeps its order. Values that are read afterwards come back as auxiliary outputs, counters through ``nonlocal``.
    Where the model's call is too far away (another function, an episode), the computation is recorded as it runs and
    differentiated by the support function ``backward``. For Ascend, gradients of a project that trains in several
    processes go through ``nn.DistributedGradReducer``; elsewhere the parameters' own hooks average them.
    """

    code = "MF130"
    title = "backward() becomes value_and_grad"
    stage = Stage.TRAINING
    examples = (
        (
            "import torch\n\nw = torch.nn.Linear(3, 1)\nopt = torch.optim.SGD(w.parameters(), lr=0.1)\n"
            "for x, y in data:\n    opt.zero_grad()\n    loss = ((w(x) - y) ** 2).mean()\n    loss.backward()\n"
            "    opt.step()\n",
            "w = nn.Dense(3, 1)\nopt = SGD(w.trainable_params(), lr=0.1)\n\ndef forward_fn(x, y):\n"
            "    loss = ((w(x) - y) ** 2).mean()\n    return loss\n\n"
            "grad_fn = ms.value_and_grad(forward_fn, None, opt.parameters)\n\n"
            "for x, y in data:\n    loss, grads = grad_fn(x, y)\n    opt(grads)\n",
        ),
    )
    unchanged = ("class Node:\n    def backward(self):\n        return self.child\n",)

    def apply(self, work: FileWork) -> None:
        file_plan = plan_of(work)
        for plan in file_plan.plans:
            if plan.mode is Mode.RECORDED:
                self.record(work, plan)
            elif plan.leader is None:
                assert isinstance(plan.region, Region)
                ForwardFunction(work, plan, plan.region).write()
        if file_plan.records:
            self.start_recording(work)
        known = {plan.backward.call for plan in file_plan.plans}
        for call in work.nodes(ast.Call):
            if isinstance(call.func, ast.Attribute) and call.func.attr == "backward" and call not in known:
                self.not_seen_through(work, call, call.func)

    def not_seen_through(self, work: FileWork, call: ast.Call, function: ast.Attribute) -> None:
        """A method of that name that is not a tensor's, or that may be one."""
        receiver = work.value(function.value)
        own = work.qualified(function) in work.project.functions or receiver.of in work.project.classes
        if own or path_of(function.value) in ("self", "ctx") or ast.unparse(function.value) == "super()":
            message = f"{ast.unparse(function)}() is a method of its own, not a tensor's: it stays."
            work.find(call, "MF131", message, Severity.INFO)
        else:
            message = (
                f"It cannot be told what {ast.unparse(function)}() differentiates. Where it is a loss, write a forward "
                "function and ms.value_and_grad with the right weights."
            )
            work.find(call, "MF131", message, todo=imports_torch(work))

    def record(self, work: FileWork, plan: Plan) -> None:
        region = plan.region
        if not isinstance(region, Region):
            work.find(
                plan.backward.statement,
                "MF132",
                f"The computation of this loss is recorded as it runs: no forward function can be cut out, because "
                f"{region.reason} (line {getattr(region.node, 'lineno', 0)}).",
                Severity.INFO,
                "torch.Tensor.backward",
            )
        pieces: list[Piece] = [Need("support.backward"), "(", plan.backward.objective]
        # Without an optimizer or a leaf that was made here, whatever the loss depends on: that may be more than the
        # models whose names can be seen.
        known = bool(plan.optimizers or plan.leaves)
        if known:
            pieces.extend([", ", *weights(plan)])
        if plan.backward.gradient is not None:
            pieces.extend([", " if known else ", gradient=", plan.backward.gradient])
        if plan.backward.retains:
            pieces.append(", retain_graph=True")
        work.replace(plan.backward.call, *pieces, ")")
        work.replace(plan.backward.call.func, "")
        if reduces(work):
            statement = plan.backward.statement
            listed: list[Piece] = weights(plan) if known or plan.modules else []
            averaged: list[Piece] = [Need("support.average_kept_gradients"), "(", *listed, ")\n"]
            if listed:
                work.edits.insert_after(statement, [work.source.indent_of(statement), *averaged])
            else:
                work.find(statement, "MF132", _NOT_AVERAGED, api="torch.nn.parallel.DistributedDataParallel", todo=True)

    def start_recording(self, work: FileWork) -> None:
        body = work.tree.body
        place = 0
        # The support file is imported where torch was.
        of_torch = next((index for index, statement in enumerate(body) if _names_torch(statement)), -1)
        for index, statement in enumerate(body):
            docstring = index == 0 and isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
            if docstring or isinstance(statement, ast.Import | ast.ImportFrom):
                place = index + 1
            elif not isinstance(statement, ast.If | ast.Try) and index > of_torch:
                break
        if place < len(body):
            gap = "\n\n\n" if isinstance(body[place], ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) else "\n\n"
            work.edits.insert_before(body[place], [Need("support.record_gradients"), f"(){gap}"])


def _names_torch(statement: ast.stmt) -> bool:
    names = [alias.name for alias in statement.names] if isinstance(statement, ast.Import) else []
    if isinstance(statement, ast.ImportFrom) and not statement.level:
        names = [statement.module or ""]
    return any(name.partition(".")[0] in ("torch", "torchvision") for name in names)


_NOT_AVERAGED = (
    "Which parameters this loss has cannot be read, so their gradients are not averaged over the processes. Call "
    "average_kept_gradients(parameters) of the support file after it."
)
