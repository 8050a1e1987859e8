"""Snippets from the examples in torch's own docstrings; random inputs are replaced by the numbers that were drawn."""

from __future__ import annotations

import ast
import inspect
from typing import Any

from tests.migrator.catalog.snippets.patterns import RANDOM, Snippet, left_out

_DRAWS = frozenset("rand randn randint randperm normal rand_like randn_like randint_like empty bernoulli".split())


def examples(text: str) -> list[list[str]]:
    """The example blocks of a docstring as lists of statements."""
    blocks: list[list[str]] = [[]]
    for line in text.splitlines():
        stripped = line.strip()
        if stripped.startswith(">>> "):
            blocks[-1].append(stripped[4:])
        elif stripped.startswith("... ") and blocks[-1]:
            blocks[-1][-1] += "\n" + stripped[4:]
    return [block for block in blocks if block]


class _Literals(ast.NodeTransformer):
    """Draws of random numbers become the numbers."""

    def __init__(self, space: dict[str, Any]) -> None:
        self.space = space

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if isinstance(node.func, ast.Attribute) and node.func.attr in _DRAWS:
            value = eval(compile(ast.Expression(node), "draw", "eval"), self.space)
            import torch

            if isinstance(value, torch.Tensor) and value.numel() <= 200:
                number = value.double().mul(1000).round().div(1000) if value.is_floating_point() else value
                text = f"torch.tensor({number.tolist()}, dtype={value.dtype})"
                return ast.parse(text, mode="eval").body
        return node


def snippets_of(api: str, text: str) -> list[Snippet]:
    """One snippet for every expression that an example shows."""
    import torch

    torch.manual_seed(0)
    torch.set_default_dtype(torch.float32)
    found: list[Snippet] = []
    for block in examples(text):
        space: dict[str, Any] = {"torch": torch}
        done: list[str] = ["import torch"]
        for source in block:
            try:
                tree = ast.parse(source)
                tree = ast.fix_missing_locations(_Literals(space).visit(tree))
                source = ast.unparse(tree)
                last = tree.body[-1]
                if isinstance(last, ast.Expr) and api.rpartition(".")[2] in source:
                    value = eval(compile(ast.Expression(last.value), "example", "eval"), space)
                    if value is not None:
                        expression = ast.unparse(last.value)
                        lead = [ast.unparse(s) for s in tree.body[:-1]]
                        random = api.rpartition(".")[2] in RANDOM
                        code = "\n".join([*done, *lead, f"result = {expression}"]) + "\n"
                        found.append(Snippet(api, code, random, "docstring"))
                    if not source.partition("(")[0].endswith("_"):
                        continue
                else:
                    exec(compile(tree, "example", "exec"), space)
            except Exception:
                continue
            done.append(source)
    return found


def from_namespace(namespace: str) -> list[Snippet]:
    import torch

    home = torch
    for part in namespace.split(".")[1:]:
        home = getattr(home, part)
    found = []
    for name in dir(home):
        if left_out(name):
            continue
        text = inspect.getdoc(getattr(home, name, None)) or ""
        if ">>>" in text and "set_default" not in text:
            found.extend(snippets_of(f"{namespace}.{name}", text))
    return found
