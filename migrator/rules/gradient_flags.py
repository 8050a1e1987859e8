"""``requires_grad`` and ``is_leaf`` of tensors."""

from __future__ import annotations

import ast

from migrator.names import Kind
from migrator.names.walking import walk
from migrator.rewriting.edits import Need
from migrator.rewriting.file import FileWork
from migrator.rewriting.flow import COMPREHENSIONS, path_of
from migrator.rewriting.rule import Rule, Stage
from migrator.rules.module_parameters import freezes
from migrator.training.losses import function_of
from migrator.training.plan import plan_of


class GradientFlags(Rule):
    """``y.requires_grad`` and ``y.is_leaf`` become what the program says of ``y``.

    MindSpore's tensors do not know whether they were computed from a parameter. What a function computed from a model
    itself needs a gradient wherever recording is on (``if loss.requires_grad: loss.backward()``). In the plain statements of a program of
    one file (not in functions, loops and comprehensions, where a name may be anything) reading tells it: a tensor needs
    a gradient where it is computed from one that does, and is a leaf where it was not computed. Its ``grad`` is None
    where nothing is differentiated.
    """

    code = "MF142"
    title = "Whether a tensor needs a gradient is read from the program"
    stage = Stage.TRAINING
    examples = (
        (
            "import torch\n\nx = torch.tensor([1.0], requires_grad=True)\ny = x * 2\n"
            "flags = (y.requires_grad, y.is_leaf, y.detach().requires_grad)\n",
            "x = ms.tensor([1.0])\ny = x * 2\nflags = (True, False, False)\n",
        ),
    )
    unchanged = ("class Box:\n    requires_grad = True\n\nflag = Box().requires_grad\n",)

    def apply(self, work: FileWork) -> None:
        stores = any(node.attr == "grad" and isinstance(node.ctx, ast.Store) for node in work.nodes(ast.Attribute))
        for node in work.nodes(ast.Attribute):
            if node.attr == "grad" and work.value(node.value).kind is Kind.PARAMETER and isinstance(node.ctx, ast.Load):
                # A frozen parameter never gets one.
                if work.project.told(freezes):
                    work.replace(node, Need("support.gradient_of"), "(", node.value, ")")
                continue
            if node.attr == "grad" and not stores and not plan_of(work).plans:
                if work.value(node.value).kind is Kind.TENSOR and _is_plain(work, node):
                    work.replace(node, "None")
                continue
            if node.attr not in ("requires_grad", "is_leaf") or not isinstance(node.ctx, ast.Load):
                continue
            if node.attr == "requires_grad" and _leads_to_a_checkpoint(work, node):
                work.replace(node, Need("support.is_grad_enabled"), "()")
                continue
            kind = work.value(node.value).kind
            if node.attr == "requires_grad" and not isinstance(function_of(work, node), ast.Module):
                if kind in (Kind.TENSOR, Kind.UNKNOWN) and self.carries_in_function(work, node):
                    work.replace(node, Need("support.is_grad_enabled"), "()")
                    continue
            if kind is Kind.PARAMETER and node.attr == "is_leaf":
                work.replace(node, "True")
            elif kind is Kind.TENSOR and _is_plain(work, node):
                needs = self.needs_gradient(work, node)
                leaf = not needs or path_of(node.value) in plan_of(work).carriers.leaves
                work.replace(node, str(needs if node.attr == "requires_grad" else leaf))

    def carries_in_function(self, work: FileWork, node: ast.Attribute) -> bool:
        """Whether the function that asks computed the tensor itself, from a model or a parameter: it needs a gradient
        wherever recording is on (``if loss.requires_grad: loss.backward()`` in a closure)."""
        carriers = plan_of(work).carriers
        live: set[str] = set()
        for earlier in getattr(function_of(work, node), "body", []):
            if earlier.lineno >= node.lineno:
                break
            live |= carriers.written(earlier, live)
        return carriers.carries(node.value, live)

    def needs_gradient(self, work: FileWork, node: ast.Attribute) -> bool:
        carriers = plan_of(work).carriers
        live: set[str] = set()
        statement = work.statement_of(node)
        for earlier in work.tree.body:
            if earlier.lineno >= statement.lineno:
                break
            live |= carriers.written(earlier, live)
        return carriers.carries(node.value, live)


_CHECKPOINTS = frozenset({"torch.utils.checkpoint.checkpoint", "torch.utils.checkpoint.checkpoint_sequential"})


def _leads_to_a_checkpoint(work: FileWork, node: ast.Attribute) -> bool:
    """``if self.efficient and any(x.requires_grad for x in inputs): checkpoint(...)``."""
    statement = work.statement_of(node)
    if not isinstance(statement, ast.If) or not any(part is node for part in walk(statement.test)):
        return False
    calls = (part for inner in statement.body for part in walk(inner) if isinstance(part, ast.Call))
    return any(work.qualified(call.func) in _CHECKPOINTS for call in calls)


def _is_plain(work: FileWork, node: ast.Attribute) -> bool:
    """Whether an attribute is read in a statement that runs once, of a name that such statements alone bind."""
    if len(work.project.files) > 1 or not isinstance(function_of(work, node), ast.Module):
        return False
    names = {part.id for part in ast.walk(node.value) if isinstance(part, ast.Name)}
    bindings = [other for other in work.nodes(ast.Name) if other.id in names and isinstance(other.ctx, ast.Store)]
    return all(_runs_once(work, place) for place in (node, *bindings))


def _runs_once(work: FileWork, node: ast.AST) -> bool:
    repeated = (ast.For, ast.AsyncFor, ast.While, ast.comprehension, *COMPREHENSIONS)
    return not any(isinstance(above, repeated) for above in work.ancestors(node))
