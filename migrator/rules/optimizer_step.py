"""``optimizer.step()`` and ``zero_grad()``."""

from __future__ import annotations

import ast

from migrator.rewriting.edits import Need, Piece
from migrator.rewriting.file import FileWork
from migrator.rewriting.flow import is_true, path_of
from migrator.rewriting.rule import Rule, Stage
from migrator.training.forward_function import drop
from migrator.training.losses import function_of
from migrator.training.plan import Mode, plan_of


class OptimizerStep(Rule):
    """``optimizer.step()`` becomes ``optimizer(grads)``, and ``zero_grad()`` goes.

    A MindSpore optimizer is called with the gradients; there is nothing to zero. Where gradients are added up over
    several backward passes, looked at, or shared between functions, they are kept in the parameters, and support
    functions clear and apply them.
    """

    code = "MF133"
    title = "An optimizer is called with the gradients"
    stage = Stage.TRAINING
    unchanged = ("scheduler.step()\n",)

    def apply(self, work: FileWork) -> None:
        file_plan = plan_of(work)
        training = file_plan.training
        direct = {id(step): plan for plan in file_plan.plans if plan.mode is Mode.DIRECT for step in plan.steps}
        for step in training.steps:
            plan = direct.get(id(step))
            if step.closure is not None:
                continue
            if plan is not None:
                work.replace(step.call, step.optimizer, f"({plan.gradients})")
            else:
                work.replace(step.call, Need("support.apply_gradients"), "(", step.optimizer, ")")
            work.replace(step.call.func, "")
        for call, target, module in training.zeros:
            statement = work.parent(call)
            if function_of(work, call) in file_plan.direct_scopes and isinstance(statement, ast.Expr):
                drop(work, statement)
                continue
            listing = ".trainable_params()" if module else ".parameters"
            if path_of(target) == "self" and module:
                listing = ".trainable_params()"
            given = [*call.args, *(keyword.value for keyword in call.keywords)]
            kept: list[Piece] = [", set_to_none=", given[0]] if given and not is_true(given[0]) else []
            work.replace(call, Need("support.clear_gradients"), "(", target, listing, *kept, ")")
            work.replace(call.func, "")
