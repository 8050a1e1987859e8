"""Tensors that are only read as numbers need not be cut off from the gradient first."""

from __future__ import annotations

import ast

from migrator.rewriting.file import FileWork
from migrator.rewriting.rule import Rule, Stage

_READINGS = frozenset({"item", "numpy", "tolist", "size", "shape", "dim", "ndim", "numel", "nelement", "dtype"})
_CONVERSIONS = frozenset({"builtins.float", "builtins.int", "builtins.bool", "builtins.len", "float", "int"})


class DetachedReading(Rule):
    """``loss.data.item()``, ``x.detach().cpu().numpy()`` and ``float(loss.detach())`` read numbers, through which no
    gradient flows anyway: they become ``loss.item()``, ``x.asnumpy()`` and ``float(loss)``. Everywhere else ``.data``
    and ``.detach()`` become ``ops.stop_gradient``.
    """

    code = "MF145"
    title = "What is only read is not cut off first"
    stage = Stage.DEVICE
    examples = (
        (
            "import torch\n\ndef f(x: torch.Tensor):\n    return x.data.item(), x.detach().cpu().numpy(), x.detach()[0]\n",
            "def f(x: Tensor):\n    return x.item(), x.asnumpy(), ops.stop_gradient(x)[0]\n",
        ),
    )
    unchanged = ("def f(x):\n    return x.data.item\n",)

    def apply(self, work: FileWork) -> None:
        for attribute in work.nodes(ast.Attribute):
            if attribute.attr not in ("data", "detach") or not isinstance(attribute.ctx, ast.Load):
                continue
            if work.qualified(attribute) != f"torch.Tensor.{attribute.attr}":
                continue
            cut: ast.expr = attribute
            above = work.parent(attribute)
            if attribute.attr == "detach":
                if not isinstance(above, ast.Call) or above.func is not attribute:
                    continue
                cut = above
            if self.is_read(work, cut):
                work.replace(cut, attribute.value)
                work.replace(attribute, attribute.value)

    def is_read(self, work: FileWork, node: ast.expr) -> bool:
        """Whether what a chain of methods and indices begins with comes out of it as plain numbers."""
        while True:
            above = work.parent(node)
            if isinstance(above, ast.Call) and node in above.args:
                return len(above.args) == 1 and work.qualified(above.func) in _CONVERSIONS
            if isinstance(above, ast.Subscript) and above.value is node and isinstance(above.ctx, ast.Load):
                node = above
                continue
            if not isinstance(above, ast.Attribute):
                return False
            if above.attr in _READINGS:
                return True
            call = work.parent(above)
            if above.attr.endswith("_") or not isinstance(call, ast.Call) or call.func is not above:
                return False
            node = call
