"""``clip_grad_norm_`` and ``clip_grad_value_``."""

from __future__ import annotations

import ast

from migrator.catalog.signature import bind
from migrator.rewriting.edits import Need, Piece
from migrator.rewriting.file import FileWork
from migrator.rewriting.rule import Rule, Stage
from migrator.training.losses import function_of
from migrator.training.plan import Mode, Plan, plan_of


class GradientClipping(Rule):
    """Clipping by norm or value acts on the gradients that the optimizer is then called with.

    ``ops.clip_by_global_norm`` equals torch's ``clip_grad_norm_`` to 3e-8 (measured on MindSpore 2.10.0) and is written
    for Ascend. Elsewhere a support function is: the former compiles a graph, and MindSpore warns at each call with all
    gradients written out ("Constant value tensor are detected in tuple or list").
    """

    code = "MF134"
    title = "Gradients are clipped before the optimizer is called"
    stage = Stage.TRAINING

    def apply(self, work: FileWork) -> None:
        file_plan = plan_of(work)
        for call in file_plan.training.clips:
            by_value = "value" in work.qualified(call.func)
            plan = self.plan_before(work, call)
            statement = work.parent(call)
            if plan is None:
                name = "clip_gradient_value" if by_value else "clip_gradient_norm"
                work.replace(call.func, Need(f"support.{name}"))
                continue
            arguments = self.arguments(call, by_value)
            limit = arguments.get("clip_value" if by_value else "max_norm")
            if limit is None:
                continue
            grads = plan.gradients
            work.cite(call, "MF233", work.qualified(call.func))
            if by_value and isinstance(statement, ast.Expr):
                work.replace(call, f"{grads} = ", Need("ops"), f".clip_by_value({grads}, -(", limit, "), ", limit, ")")
                if isinstance(limit, ast.Constant):
                    work.replace(
                        call, f"{grads} = ", Need("ops"), f".clip_by_value({grads}, -", limit, ", ", limit, ")"
                    )
            elif isinstance(statement, ast.Expr) and work.target == "ascend" and "norm_type" not in arguments:
                work.replace(call, f"{grads} = ", Need("ops"), f".clip_by_global_norm({grads}, ", limit, ")")
            elif isinstance(statement, ast.Assign) and len(statement.targets) == 1:
                norm = arguments.get("norm_type")
                pieces: list[Piece] = [", ", norm] if norm is not None else []
                work.replace(
                    statement, f"{grads}, ", statement.targets[0], " = ", Need("support.clip_by_norm"),
                    f"({grads}, ", limit, *pieces, ")",
                )  # fmt: skip
            else:
                norm = arguments.get("norm_type")
                pieces = [", ", norm] if norm is not None else []
                if isinstance(statement, ast.Expr):
                    work.replace(
                        call, f"{grads} = ", Need("support.clip_by_norm"), f"({grads}, ", limit, *pieces, ")[0]"
                    )
                else:
                    work.replace(
                        call, f"({grads} := ", Need("support.clip_by_norm"), f"({grads}, ", limit, *pieces, "))[1]"
                    )
            work.replace(call.func, "")

    def arguments(self, call: ast.Call, by_value: bool) -> dict[str, ast.expr]:
        text = "(parameters, clip_value, foreach=None)" if by_value else _NORM
        return dict(bind(text, call).given)

    def plan_before(self, work: FileWork, call: ast.Call) -> Plan | None:
        """The plan whose gradients, still in a variable, this call clips."""
        scope = function_of(work, call)
        found = None
        for plan in plan_of(work).plans:
            before = plan.backward.call.lineno, plan.backward.call.col_offset
            if plan.backward.scope is scope and plan.mode is Mode.DIRECT and before < (call.lineno, call.col_offset):
                found = plan
        return found


_NORM = "(parameters, max_norm, norm_type=2.0, error_if_nonfinite=False, foreach=None)"
