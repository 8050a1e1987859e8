"""``optimizer.param_groups[0]["lr"]``, read and assigned."""

from __future__ import annotations

import ast

from migrator.names import Kind
from migrator.rewriting.augmented import unfolded
from migrator.rewriting.bindings import reaching
from migrator.rewriting.edits import Need, Piece
from migrator.rewriting.file import FileWork
from migrator.rewriting.rule import Rule, Stage


class LearningRates(Rule):
    """``group["lr"]`` is read and assigned through support functions.

    MindSpore's optimizers keep the rate in a Parameter, which a scheduler shares: what is assigned must go into it, and
    what is printed or computed with must come out as the number that it was set to, not with float32's further digits.
    """

    code = "MF137"
    title = "Learning rates are Parameters"
    stage = Stage.TRAINING
    examples = (
        (
            "import torch\n\nw = torch.nn.Linear(2, 1)\nopt = torch.optim.SGD(w.parameters(), lr=0.1)\n"
            'for group in opt.param_groups:\n    group["lr"] *= 0.5\n',
            "w = nn.Dense(2, 1)\nopt = SGD(w.trainable_params(), lr=0.1)\n"
            "for group in opt.param_groups:\n    set_learning_rate(group, learning_rate(group) * 0.5)\n",
        ),
    )

    def apply(self, work: FileWork) -> None:
        for node in work.nodes(ast.Subscript):
            key = node.slice
            if not (isinstance(key, ast.Constant) and key.value in ("lr", "initial_lr")):
                continue
            if not self.is_group(work, node.value) or self.in_custom_optimizer(work, node):
                continue
            above = work.parent(node)
            if isinstance(node.ctx, ast.Load):
                work.replace(node, *self.read(node, str(key.value)))
            elif key.value != "lr":
                continue
            elif isinstance(above, ast.Assign) and len(above.targets) == 1:
                work.replace(above, Need("support.set_learning_rate"), "(", node.value, ", ", above.value, ")")
            elif isinstance(above, ast.AugAssign):
                value = unfolded(above, *self.read(node, "lr"))
                work.replace(above, Need("support.set_learning_rate"), "(", node.value, ", ", *value, ")")

        for call in work.nodes(ast.Call):
            if isinstance(call.func, ast.Attribute) and call.func.attr == "get" and call.args:
                key = call.args[0]
                if isinstance(key, ast.Constant) and key.value in ("lr", "initial_lr"):
                    if self.is_group(work, call.func.value) and not self.in_custom_optimizer(work, call):
                        work.replace(call.func, "")
                        work.replace(call, *self.read(call.func, str(key.value)))

    def read(self, node: ast.Subscript | ast.Attribute, key: str) -> list[Piece]:
        return [Need("support.learning_rate"), "(", node.value, ")" if key == "lr" else f', "{key}")']

    def is_group(self, work: FileWork, node: ast.expr) -> bool:
        """``opt.param_groups[0]``, or the variable of a loop over ``param_groups``."""
        if isinstance(node, ast.Subscript):
            return isinstance(node.value, ast.Attribute) and node.value.attr == "param_groups"
        if not isinstance(node, ast.Name):
            return False
        for above in work.ancestors(node):
            sources = []
            if isinstance(above, ast.For):
                sources = [(above.target, above.iter)]
            elif isinstance(above, ast.ListComp | ast.GeneratorExp):
                sources = [(generator.target, generator.iter) for generator in above.generators]
            for target, iterated in sources:
                bound = {name.id for name in ast.walk(target) if isinstance(name, ast.Name)}
                if node.id in bound and _names_groups(iterated):
                    return True
        # The variable below its loop, and ``group = optimizer.param_groups[0]``.
        return any(
            _names_groups(binding.value) if binding.element else self.is_group(work, binding.value)
            for binding in reaching(work, node)
            if isinstance(binding.value, ast.expr) and not isinstance(binding.value, ast.Name)
        )

    def in_custom_optimizer(self, work: FileWork, node: ast.AST) -> bool:
        """A project's own optimizer keeps its rates as plain numbers."""
        for above in work.ancestors(node):
            if isinstance(above, ast.ClassDef):
                info = work.names.class_of.get(above)
                return info is not None and work.project.kind_of(info.qualified) is Kind.OPTIMIZER
        return False


def _names_groups(node: ast.AST) -> bool:
    return any(isinstance(child, ast.Attribute) and child.attr == "param_groups" for child in ast.walk(node))
