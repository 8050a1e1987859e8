"""Decorators that only compile, mark or cast are taken out."""

from __future__ import annotations

import ast

from migrator.rewriting.edits import Need
from migrator.rewriting.file import FileWork
from migrator.rewriting.rule import Rule, Stage

COMPILING = frozenset(
    "torch.compile torch.jit.script torch.jit.script_if_tracing torch.jit.script_method torch.jit.ignore "
    "torch.jit.unused torch.jit.export torch.jit.interface torch.compiler.disable "
    "torch.compiler.allow_in_graph torch._dynamo.disable torch._dynamo.allow_in_graph torch.fx.wrap "
    "torch.cuda.amp.custom_fwd torch.cuda.amp.custom_bwd torch.amp.custom_fwd torch.amp.custom_bwd "
    "torch.autograd.function.once_differentiable".split()
)
OVERLOADS = frozenset({"torch.jit._overload", "torch.jit._overload_method"})
CASTING = frozenset({"torch.autocast", "torch.amp.autocast", "torch.cuda.amp.autocast"})


class Decorators(Rule):
    """``@torch.jit.script``, ``@torch.jit.ignore`` and ``@torch.compile`` change how a function runs and not what it
    computes: they go. On CPU ``@autocast()`` goes too, because mixed precision is left out there. Overloads that
    TorchScript reads become those that type checkers read.
    """

    code = "MF143"
    title = "A decorator that only compiles or casts is taken out"
    stage = Stage.DEVICE
    examples = (
        ("import torch\n\n@torch.jit.script\ndef double(x):\n    return x * 2\n", "def double(x):\n    return x * 2\n"),
        (
            "import torch\n\n@torch.compile(mode='max-autotune')  # fast\n@staticmethod\ndef double(x):\n    return x * 2\n",
            "# fast\n@staticmethod\ndef double(x):\n    return x * 2\n",
        ),
        (
            "import torch\n\n@torch.jit._overload\ndef double(x: int) -> int:\n    pass\n",
            "@typing.overload\ndef double(x: int) -> int:\n    pass\n",
        ),
    )
    unchanged = ("@script\ndef double(x):\n    return x * 2\n",)

    def apply(self, work: FileWork) -> None:
        for decorated in work.nodes(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef):
            for decorator in decorated.decorator_list:
                if self.has_no_use(work, decorator):
                    self.take_out(work, decorator)
                elif self.overloads(work, decorator):
                    work.replace(decorator, Need("typing"), ".overload")

    def overloads(self, work: FileWork, decorator: ast.expr) -> bool:
        """Whether a decorator is TorchScript's overload, perhaps under the name of the one that type checkers read."""
        if isinstance(decorator, ast.Name):
            for statement in work.nodes(ast.ImportFrom):
                names = [alias for alias in statement.names if (alias.asname or alias.name) == decorator.id]
                if any(f"{statement.module}.{alias.name}" in OVERLOADS for alias in names):
                    return True
        return work.qualified(decorator) in OVERLOADS

    def has_no_use(self, work: FileWork, decorator: ast.expr) -> bool:
        qualified = work.qualified(decorator.func if isinstance(decorator, ast.Call) else decorator)
        if qualified in CASTING and work.target == "cpu":
            work.cite(decorator, "MF222", qualified)
            return True
        return qualified in COMPILING

    def take_out(self, work: FileWork, decorator: ast.expr) -> None:
        line_start = work.source.starts[decorator.lineno - 1]
        line_end = work.source.starts[decorator.end_lineno or decorator.lineno]
        work.edits.replace_span(line_start, line_end, [])
        for node in ast.walk(decorator):
            if isinstance(node, ast.Call | ast.Attribute | ast.Name):
                work.replace(node, "")
