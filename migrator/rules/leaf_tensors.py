"""Tensors that the program itself asks gradients of."""

from __future__ import annotations

import ast

from migrator.names import Kind
from migrator.names.walking import walk
from migrator.rewriting.edits import Need, Piece
from migrator.rewriting.file import FileWork
from migrator.rewriting.flow import is_true, path_of, stored
from migrator.rewriting.rule import Rule, Stage
from migrator.training.forward_function import drop
from migrator.training.handed import handed_names
from migrator.training.losses import function_of, read_afterwards
from migrator.training.plan import plan_of


class LeafTensors(Rule):
    """``torch.tensor(…, requires_grad=True)`` becomes a ``Parameter`` where a loss is differentiated by it.

    ``ms.value_and_grad`` takes its weights as Parameters; the gradients are kept in each one's ``grad``. A ``.grad``
    that is compared with None is asked for with a support function, since it does not exist before the first
    backward pass.
    """

    code = "MF136"
    title = "A tensor with requires_grad becomes a Parameter"
    stage = Stage.TRAINING
    examples = (
        (
            "import torch\n\nx = torch.tensor([1.0, 2.0], requires_grad=True)\n(x ** 2).sum().backward()\n"
            "result = x.grad\n",
            "x = Parameter(ms.tensor([1.0, 2.0]))\n\ndef forward_fn():\n    return (x ** 2).sum()\n"
            "grad_fn = ms.value_and_grad(forward_fn, None, [x])\n_, grads = grad_fn()\naccumulate_gradients([x], grads)\nresult = x.grad\n",
        ),
    )

    def apply(self, work: FileWork) -> None:
        for compare in work.nodes(ast.Compare):
            left = compare.left
            if (
                isinstance(left, ast.Attribute)
                and left.attr == "grad"
                and isinstance(compare.ops[0], ast.Is | ast.IsNot)
            ):
                work.replace(left, Need("support.gradient_of"), "(", left.value, ")")
        inputs = self.inputs_of_grad(work)
        wanted = bool(plan_of(work).plans) or self.in_an_optimizer(work)
        for call in work.nodes(ast.Call):
            statement = work.parent(call)
            function = call.func
            if isinstance(function, ast.Attribute) and function.attr == "requires_grad_":
                self.made_to(work, call, function, statement, inputs)
            elif not wanted:
                continue
            elif self.asks(call) and work.value(call).kind is Kind.TENSOR:
                named = (
                    {path_of(target) for target in statement.targets} if isinstance(statement, ast.Assign) else set()
                )
                if not named & inputs or any(named & set(plan.leaves) for plan in plan_of(work).plans):
                    work.edits.wrap(call, [Need("Parameter"), "("], [")"])
        for assign in work.nodes(ast.Assign) if wanted else ():
            target = assign.targets[0]
            if isinstance(target, ast.Attribute) and target.attr == "requires_grad" and path_of(target.value):
                if work.value(target.value).kind is Kind.TENSOR and is_true(assign.value):
                    work.replace(assign, target.value, " = ", Need("support.leaf_tensor"), "(", target.value, ")")

        for call in work.nodes(ast.Call):
            self.made_by_callee(work, call, inputs)
            self.copied(work, call)

    def copied(self, work: FileWork, call: ast.Call) -> None:
        """``x.clone()`` of what became a Parameter: MindSpore's copy of one is a Parameter without its gradient."""
        receiver: ast.expr | None = None
        if work.qualified(call.func) == "torch.Tensor.clone" and isinstance(call.func, ast.Attribute):
            receiver = call.func.value
        elif work.qualified(call.func) == "torch.clone" and call.args:
            receiver = call.args[0]
        if receiver is not None and path_of(receiver) in plan_of(work).carriers.leaves:
            work.replace(call, Need("support.clone"), "(", receiver, ")")
            work.replace(call.func, "")

    def made_by_callee(self, work: FileWork, call: ast.Call, inputs: set[str]) -> None:
        """``f(x)`` where ``f`` asks gradients of its argument, and ``x`` is read afterwards: it must be the same one. Not
        where ``f`` has them from ``autograd.grad``, which leaves nothing in the tensor."""
        info = work.project.functions.get(work.qualified(call.func))
        if info is None:
            return
        asked = self.asked_of(info.node) - (inputs if info.module is work.names else set())
        if not asked:
            return
        names = [argument.arg for argument in (*info.node.args.posonlyargs, *info.node.args.args)]
        if info.owner is not None and isinstance(call.func, ast.Attribute) and names[:1] == ["self"]:
            names = names[1:]
        given = [*zip(names, call.args, strict=False), *((keyword.arg, keyword.value) for keyword in call.keywords)]
        statement = work.statement_of(call)
        block = work.block_of(statement)
        for name, value in given:
            if name not in asked or not isinstance(value, ast.Name) or work.value(value).kind is not Kind.TENSOR:
                continue
            later = read_afterwards(work, block, block.index(statement), function_of(work, statement))
            if value.id in later and value.id not in stored([statement]):
                made: list[Piece] = [f"{work.source.indent_of(statement)}{value.id} = "]
                work.edits.insert_before(statement, [*made, Need("support.leaf_tensor"), f"({value.id})\n"])

    def asked_of(self, function: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
        """The parameters of a function that it asks gradients of."""
        found = set()
        for node in walk(function):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                if node.func.attr == "requires_grad_" and all(is_true(item) for item in node.args):
                    found.add(path_of(node.func.value))
            elif isinstance(node, ast.Assign) and is_true(node.value):
                found |= {
                    path_of(target.value)
                    for target in node.targets
                    if isinstance(target, ast.Attribute) and target.attr == "requires_grad"
                }
        return found & {argument.arg for argument in (*function.args.posonlyargs, *function.args.args)}

    def inputs_of_grad(self, work: FileWork) -> set[str]:
        """The names that ``autograd.grad`` differentiates by: those stay plain tensors."""
        return handed_names(work) | {
            node.id
            for call in work.nodes(ast.Call)
            if work.qualified(call.func) == "torch.autograd.grad"
            for node in walk(call)
            if isinstance(node, ast.Name)
        }

    def made_to(
        self, work: FileWork, call: ast.Call, function: ast.Attribute, statement: ast.AST | None, inputs: set[str]
    ) -> None:
        kind = work.value(function.value).kind
        asked = kind in (Kind.TENSOR, Kind.BATCH) or (kind is Kind.UNKNOWN and path_of(function.value) in inputs)
        wanted = next(iter([*call.args, *(keyword.value for keyword in call.keywords)]), None)
        if kind is Kind.PARAMETER and isinstance(statement, ast.Expr):
            work.replace(call, function, " = ", "True" if wanted is None else wanted)
            work.replace(function, function.value, ".requires_grad")
            return
        if isinstance(wanted, ast.Constant) and wanted.value is False and work.value(function.value).is_tensor:
            bound = isinstance(statement, ast.Expr) and path_of(function.value)
            target: list[Piece] = [function.value, " = "] if bound else []
            work.replace(call, *target, Need("ops"), ".stop_gradient(", function.value, ")")
            work.replace(function, "")
            return
        if kind is Kind.UNKNOWN and wanted is not None and not asked:
            work.replace(call, Need("support.set_requires_grad"), "(", function.value, ", ", wanted, ")")
            work.replace(function, "")
            return
        if not asked or (wanted is not None and not is_true(wanted)):
            return
        named = {path_of(target) for target in statement.targets} if isinstance(statement, ast.Assign) else set()
        if inputs & (named | {path_of(function.value)}):
            if isinstance(statement, ast.Expr):
                drop(work, statement)
            else:
                work.replace(call, function.value)
        elif isinstance(statement, ast.Expr) and path_of(function.value):
            work.replace(call, function.value, " = ", Need("support.leaf_tensor"), "(", function.value, ")")
        else:
            work.replace(call, Need("support.leaf_tensor"), "(", function.value, ")")
        work.replace(function, "")

    def in_an_optimizer(self, work: FileWork) -> bool:
        return any(work.value(call).kind is Kind.OPTIMIZER for call in work.nodes(ast.Call))

    def asks(self, call: ast.Call) -> bool:
        return any(keyword.arg == "requires_grad" and is_true(keyword.value) for keyword in call.keywords)
