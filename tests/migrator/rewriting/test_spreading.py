"""Spread arguments that the source shows are written out."""

import ast

import pytest

from migrator import translate_source


def last(code: str) -> str:
    return translate_source(f"import torch\n{code}", target="cpu").code.strip().splitlines()[-1]


@pytest.mark.parametrize(
    ("code", "line"),
    [
        (
            "x = torch.ones(2, 3)\nargs = (x, 1)\nkw = {'keepdim': True}\nresult = torch.max(*args, **kw)\n",
            "result = mint.max(x, 1, True)",
        ),
        (
            "x = torch.ones(2, 3)\nkw = dict(dim=1, dtype=torch.float64)\nresult = x.sum(**kw)\n",
            "result = x.sum(1, dtype=ms.float64)",
        ),
        (
            "x = torch.ones(2, 3)\nargs = (x, torch.tensor([1]))\nresult = torch.eq(*args)\n",
            "result = mint.eq(x, args[1])",
        ),
        ("x = torch.ones(2, 3)\nargs = (1,)\nx.add_(*args)\n", "x = x + 1"),
        ("args = ((2, 3),)\nresult = torch.zeros(*args)\n", "result = ops.zeros((2, 3))"),
    ],
)
def test_what_is_spread_is_written_out(code, line):
    assert last(code) == line


def test_a_name_that_is_bound_anew_is_taken_from_what_was_spread():
    code = "x = torch.ones(2, 3)\nargs = [x, 2.0]\nx = x + 1\nresult = torch.mul(*args)\n"
    assert last(code) == "result = mint.mul(args[0], 2.0)"


def test_sizes_stay_spread():
    assert last("x = torch.ones(2, 3)\nsize = (3, 2)\nresult = x.view(*size)\n") == "result = x.view(*size)"


@pytest.mark.parametrize(
    "code",
    [
        "def f(*args):\n    return torch.add(*args)\n",
        "x = torch.ones(2)\nargs = [x]\nargs.append(x)\nresult = torch.add(*args)\n",
        "x = torch.ones(2)\nargs = (x, x)\nfor _ in range(2):\n    args = (x, x + 1)\nresult = torch.add(*args)\n",
    ],
)
def test_what_may_be_something_else_stays_spread(code):
    assert "(*args)" in last(code)
    ast.parse(last(code).strip().removeprefix("return "))
