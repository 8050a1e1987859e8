"""Argument patterns: the calls of an API that the probe measures and that pages show as examples.

They are a row's ``examples`` (with its ``setup``) and those of ``catalog/examples/NAMESPACE.toml``: expressions over
:data:`INPUTS`, or small programs that assign ``result`` last.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from pathlib import Path

import tomli

from migrator.catalog.rows import Row

EXAMPLES = Path(__file__).parent / "examples"

INPUTS = {
    "x": "torch.tensor([[0.5, -1.2, 2.0], [1.5, 0.3, -0.7]])",
    "y": "torch.tensor([[1.0, 0.4, -0.6], [-2.0, 0.8, 0.9]])",
    "p": "torch.tensor([[0.2, 0.7, 0.5], [0.9, 0.1, 0.4]])",
    "v": "torch.tensor([1.0, 3.0, 2.0, 3.0])",
    "w": "torch.tensor([0.5, -1.0, 2.0, 4.0])",
    "i": "torch.tensor([[3, 1, 2], [0, 5, 1]])",
    "j": "torch.tensor([[1, 2, 4], [3, 1, 2]])",
    "k": "torch.tensor([2, 0, 1, 2])",
    "b": "torch.tensor([[True, False, True], [False, True, True]])",
    "c": "torch.tensor([[False, False, True], [True, True, False]])",
    "s": "torch.tensor(1.5)",
    "n": "torch.tensor(3)",
    "d": "torch.tensor([[0.5, -1.2], [2.0, 3.5]], dtype=torch.float64)",
    "A": "torch.tensor([[4.0, 1.0, 0.5], [1.0, 3.0, 0.2], [0.5, 0.2, 2.0]])",
    "B": "torch.tensor([[1.0, 2.0], [0.5, -1.0], [3.0, 1.0]])",
    "Q": "torch.arange(24.0).reshape(2, 3, 4)",
    "R": "torch.linspace(-1.0, 1.0, 24).reshape(2, 4, 3)",
    "z": "torch.tensor([1.0 + 2.0j, -0.5 + 1.0j, 3.0 - 1.0j])",
    "f": "torch.tensor([1.0, float('nan'), -2.0, float('inf')])",
    "g": "torch.tensor([[0, 2, 1], [1, 0, 0]])",
    "m": "torch.tensor([0, 1])",
    "e": "torch.tensor([[1.0, 3.0, 5.0], [2.0, 4.0, 6.0]])",
    "nv": "torch.tensor([0.5, -1.5, 2.0, 0.1])",
    "nx": "torch.linspace(-2.0, 3.0, 12).reshape(3, 4)",
    "ny": "torch.linspace(1.5, -1.0, 12).reshape(3, 4)",
    "ns": "torch.sin(torch.arange(48.0)).reshape(2, 4, 6)",
    "ni": "torch.cos(torch.arange(288.0) * 0.7).reshape(2, 4, 6, 6)",
    "nd": "torch.sin(torch.arange(480.0) * 0.3).reshape(1, 4, 5, 4, 6)",
    "np": "torch.sigmoid(torch.linspace(-2.0, 2.0, 12).reshape(3, 4))",
    "nt": "(torch.arange(12).reshape(3, 4) % 3 == 0).float()",
    "nq": "torch.softmax(torch.sin(torch.arange(12.0)).reshape(3, 4), 1)",
    "nc": "torch.tensor([1, 0, 3])",
    "nc2": "torch.arange(12).reshape(2, 6) % 4",
    "nk": "torch.tensor([[1, 2, 0, 4], [3, 1, 1, 2]])",
    "ng": "torch.tensor([1.0, -1.0, 1.0])",
    "ng4": "torch.where(torch.arange(12).reshape(3, 4) % 2 == 0, 1.0, -1.0)",
    "nw": "torch.tensor([0.2, 1.0, 0.5, 2.0])",
    "nlp": "torch.log_softmax(torch.sin(torch.arange(12.0)).reshape(3, 4), 1)",
    "nm3": "torch.triu(torch.ones(3, 3), 1).bool()",
    "ne": "torch.sin(torch.arange(24.0) * 0.9).reshape(3, 2, 4)",
    "ne2": "torch.cos(torch.arange(40.0) * 0.4).reshape(5, 2, 4)",
}
"""What the patterns' names stand for: matrices, vectors, integers, bools, numbers, complex numbers, indices; names with
``n`` are for layers: sequences, images, volumes, probabilities, targets, classes, masks."""


OF_MEMBERS = {
    "enum.Enum": ("result = [[member.name, member.value] for member in {name}]",),
    "torchvision.models.WeightsEnum": (
        "shown = [(member, member.transforms()) for member in {name}]\nresult = [[repr(member), member.url, images.crop_size, "
        "images.resize_size, images.mean, images.std, images.interpolation.value] for member, images in shown]",
        "result = [{name}.DEFAULT.name, {name}['DEFAULT'].url, {name}.DEFAULT.meta['num_params']]",
        "weights = {name}.DEFAULT\nresult = weights.meta['categories'][:3]",
    ),
}
"""The patterns of rows whose members are like one another, by what describes these."""


def program(example: str, setup: str = "", alias: str = "torch") -> str:
    """The example as a program with the inputs that it uses: an expression, or statements of which the last one assigns
    ``result``. Raises SyntaxError."""
    tree = ast.parse(example)
    last = tree.body[-1]
    lines = example.splitlines()
    if isinstance(last, ast.Expr):
        lines[last.lineno - 1] = f"result = {lines[last.lineno - 1]}"
    elif not (isinstance(last, ast.Assign) and ast.unparse(last.targets[0]) == "result"):
        raise SyntaxError("the last statement of an example assigns result")
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    used = {node.id for node in names} - {node.id for node in names if isinstance(node.ctx, ast.Store)}
    inputs = [f"{name} = {source}" for name, source in INPUTS.items() if name in used]
    head = [f"import {alias}" if alias == "torch" else f"import torch as {alias}"]
    text = "\n".join([*inputs, *([setup] if setup else []), *lines])
    return "\n".join([*head, text.replace("torch.", f"{alias}.")]) + "\n"


def patterns(row: Row, extra: Mapping[str, list[str]]) -> list[str]:
    """The programs of a row's argument patterns; where it has none of its own, those of :data:`OF_MEMBERS`."""
    found = []
    imported = f"import {row.name.partition('.')[0]}\n" if row.name.startswith("torchvision") else ""
    general = [imported + text.format(name=row.name) for text in OF_MEMBERS.get(row.members, ())]
    for expression in [*row.examples, *extra.get(row.name, ())] or general:
        try:
            found.append(program(expression, row.setup))
        except SyntaxError as error:
            raise ValueError(f"{row.name}: the example {expression!r} is no program: {error}") from error
    return found


def examples() -> dict[str, list[str]]:
    """The argument patterns that stand beside the catalog, by API."""
    found: dict[str, list[str]] = {}
    for file in sorted(EXAMPLES.glob("*.toml")):
        for name, listed in tomli.loads(file.read_text(encoding="utf-8")).items():
            found.setdefault(name, []).extend(listed)
    return found
