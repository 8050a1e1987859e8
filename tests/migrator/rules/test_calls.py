"""Calls over several lines that become something else than a call with the same arguments."""

import ast

import pytest

from migrator import translate_source
from migrator.project import Project
from migrator.translation import translate_project


def test_an_operator_or_an_attribute_of_an_argument_does_not_keep_the_lines():
    source = (
        "import torch\nx = torch.rand(2, 3)\nw = torch.rand(3, 2)\n"
        "a = torch.add(\n    x,\n    1,\n).reshape_as(w)\n"
        "b = torch.add(\n    x,\n    1,\n).type_as(\n    w,\n)\n"
        "c = x.add(\n    1,\n).div(\n    2,\n)\n"
    )
    code = translate_source(source, target="cpu").code
    ast.parse(code)
    assert "reshape(w.shape)" in code and "w, ." not in code and "./" not in code


def test_a_chain_of_calls_keeps_its_lines_and_brackets():
    source = (
        "import torch\n\ndef f(a: torch.Tensor):\n    return (\n        a.unfold(2, 3, 4)  # windows\n"
        "        .squeeze(1)\n        .contiguous()\n    ).contiguous()  # all\n"
    )
    code = translate_source(source, target="cpu").code
    assert "a, 2, 3, 4)  # windows\n        .squeeze(1)\n        .contiguous()\n    ).contiguous()  # all\n" in code


def test_an_annotation_names_one_class():
    source = (
        "from typing import Dict, Optional, cast\nimport torch\nfrom torch.optim import Optimizer\n\n"
        "Parts = Dict[str, torch.Tensor]\n\ndef f(a: Optimizer, b: Optional[Optimizer] = None) -> Optional[Optimizer]:\n"
        "    return cast(torch.Tensor, a) if isinstance(a, Optimizer) else None\n"
    )
    code = translate_source(source, target="cpu").code
    assert "Parts = Dict[str, Tensor]\n" in code
    assert "def f(a: optim.Optimizer, b: Optional[optim.Optimizer] = None) -> Optional[optim.Optimizer]:\n" in code
    assert "cast(Tensor, a) if isinstance(a, (optim.Optimizer, TorchOptimizer))" in code


def test_a_package_of_the_project_is_not_the_library_of_its_name():
    files = {
        "einops/__init__.py": b"def rearrange(x, pattern):\n    return x\n",
        "a.py": b"import torch\nfrom einops import rearrange\n\nx = rearrange(torch.ones(2), 'a -> a')\n",
    }
    translation = translate_project(Project.from_files("p", files), target="cpu")
    (text,) = [file.data.decode() for file in translation.files if file.path == "a.py"]
    assert text == "from mindspore import ops\nfrom einops import rearrange\n\nx = rearrange(ops.ones(2), 'a -> a')\n"


def test_a_call_keeps_its_spaces_where_its_arguments_stay():
    source = (
        "import torch\nfrom einops import rearrange\n\ndef f(a: torch.Tensor, n):\n"
        "    b = rearrange(a, 'x (y z) -> x y z', y = n)\n    return b, a.float().cumsum(0)\n"
    )
    code = translate_source(source, target="cpu").code
    assert "    b = rearrange(a, 'x (y z) -> x y z', y = n)\n    return b, ops.cumsum(a.float(), axis=0)\n" in code


def test_an_argument_that_goes_to_two_places_goes_to_both_over_several_lines():
    code = translate_source("import torch.nn as nn\npool = nn.MaxPool2d(\n    kernel_size=2,\n)\n", target="cpu").code
    assert "pool = nn.MaxPool2d(2, stride=2)" in code


def test_an_argument_that_is_written_twice_is_written_twice_over_lines_too():
    code = translate_source("import torch\n\npool = torch.nn.MaxPool2d(\n    2\n)\n", target="cpu").code
    assert "nn.MaxPool2d(2, stride=2)" in code


def test_what_is_copied_into_something_is_written_as_it_is():
    source = "import torch\n\ndef update(a: torch.nn.Module, b: torch.nn.Module):\n"
    source += "    for p, q in zip(a.parameters(), b.parameters()):\n        p.data.copy_(q.data)\n"
    code = translate_source(source, target="cpu").code
    assert code.endswith("    for p, q in zip(a.trainable_params(), b.trainable_params()):\n        assign_(p, q)\n")


@pytest.mark.parametrize(
    ("after", "written"),
    [
        ("return res", "res.append(c * 2)"),
        ("return res, c", "res.append((c := c * 2))"),
        ("print(c)\n    return res", "res.append((c := c * 2))"),
    ],
)
def test_a_result_that_replaces_its_tensor_is_named_only_where_it_is_asked_for(after, written):
    source = "import torch\n\ndef f(x):\n    res = []\n    for k in range(3):\n        c = torch.ones(k).sum()\n"
    code = translate_source(f"{source}        res.append(c.mul_(2))\n    {after}\n", target="cpu").code
    assert f"        {written}\n" in code


def test_a_tensor_that_is_named_twice_in_a_statement_keeps_its_name():
    source = "import torch\n\ndef f():\n    c = torch.ones(2) + 1\n    return [c.mul_(2), c]\n"
    assert "return [(c := c * 2), c]" in translate_source(source, target="cpu").code


def test_what_a_program_notes_on_a_tensor_is_its_own():
    source = "import torch\n\nw = torch.ones(2)\nw.org = w.clone()\nprint(w.org.size(0))\n"
    result = translate_source(source, target="cpu")
    assert result.code.endswith("w.org = w.copy()\nprint(w.org.shape[0])\n")
    assert all(finding.code != "MF110" or finding.severity.value == "info" for finding in result.findings)


def test_a_product_needs_no_parentheses_in_a_sum():
    source = (
        "import torch\n\nx, y = torch.ones(2), torch.ones(2)\nz = 1 - x.mul(y)\nz = 2 * x.add(y)\nz = z / x.mul(y)\n"
    )
    code = translate_source(source, target="cpu").code
    assert code.endswith("z = 1 - x * y\nz = 2 * (x + y)\nz = z / (x * y)\n")


def test_a_parameter_is_filled_by_an_initialiser():
    source = "from torch import nn\n\nlayer = nn.Linear(2, 2)\nlayer.weight.data.normal_(0.0, 0.02)\n"
    code = translate_source(f"{source}layer.bias.data.zero_()\nlayer.weight.data.uniform_(-1, 1)\n", target="cpu").code
    filled = (
        "init_normal_(layer.weight, 0.0, 0.02)\ninit_constant_(layer.bias, 0.0)\ninit_uniform_(layer.weight, -1, 1)\n"
    )
    assert code.endswith(filled)


@pytest.mark.parametrize(("before", "called"), [("", "int"), ("int = 3\n", "builtins.int")])
def test_what_python_offers_needs_no_import_unless_it_is_hidden(before, called):
    source = f"import torch\n{before}\ndef f(s: torch.optim.lr_scheduler.StepLR):\n    return s.last_epoch\n"
    code = translate_source(source, target="cpu").code
    assert code.endswith(f"    return {called}(s.last_epoch)\n") and ("import builtins\n" in code) is bool(before)


def test_what_is_written_into_another_view_of_a_tensor_is_refused():
    result = translate_source("import torch\n\nx = torch.ones(2, 3)\nx.T.copy_(torch.zeros(3, 2))\n", target="cpu")
    assert [finding.code for finding in result.findings] == ["MF111"]
    assert "x.T.copy_(ops.zeros((3, 2)))" in result.code
