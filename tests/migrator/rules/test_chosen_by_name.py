"""Layers and optimizers that are chosen by a text when the program runs."""

import pytest

from migrator import translate_source
from migrator.project import Project
from migrator.translation import translate_project

_EVALUATED = """import torch
from torch import nn, optim

kind, method = ("Tanh", "Sigmoid")[0], ("SGD", "Adam")[0]
layer = {layer}
net = nn.Linear(2, 1)
optimizer = {optimizer}(net.parameters(), lr=0.5)
result = type(layer).__name__, type(optimizer).__name__[:3], optimizer.param_groups[0]["lr"]
"""


@pytest.mark.parametrize(
    ("layer", "optimizer"),
    [
        ('eval(f"nn.{kind}()")', 'eval("optim." + method)'),
        ('eval("nn." + kind + "()")', 'eval(f"torch.optim.{method}")'),
        ('eval("nn." + kind)()', "getattr(optim, method)"),
    ],
)
def test_a_text_that_eval_looks_up_is_looked_up_in_a_dictionary(layer, optimizer):
    result = translate_source(_EVALUATED.format(layer=layer, optimizer=optimizer), target="cpu")
    scope = {"__name__": "translated"}
    exec(compile(result.code, "translated", "exec"), scope)
    assert scope["result"] == ("Tanh", "SGD", 0.5)
    assert not [finding for finding in result.findings if finding.severity.value != "info"]


def test_what_eval_computes_otherwise_stays():
    source = "import torch\nx = torch.ones(2)\nresult = eval('1 + ' + str(2)), eval(f'{3}.real')\n"
    assert "eval('1 + ' + str(2)), eval(f'{3}.real')" in translate_source(source, target="cpu").code


def test_a_layer_that_a_file_takes_by_a_star_is_found_where_it_is_handed_on(tmp_path):
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "__init__.py").write_text("from .layers import *\n")
    (tmp_path / "parts" / "layers.py").write_text(
        "from torch.nn import *\n\n\nclass Twice(Module):\n    def forward(self, x):\n        return 2 * x\n"
    )
    (tmp_path / "train.py").write_text(
        "from parts import Linear, Twice\n\nnet = Linear(2, 3)\nprint(Twice()(net.weight))\n"
    )
    translated = {file.path: file.data.decode() for file in translate_project(Project.from_folder(tmp_path)).files}
    assert "from parts import Twice\n" in translated["train.py"] and "nn.Dense(2, 3)" in translated["train.py"]


@pytest.mark.parametrize(
    "text", ['"nn.{}()".format(kind)', '"nn.%s()" % kind', 'f"nn.{kind}()"', '"nn." + kind + "()"']
)
def test_a_text_is_put_together_in_many_ways(text: str) -> None:
    code = f'import torch.nn as nn\n\nkind = "SELU" if True else "Tanh"\nlayer = eval({text})\n'
    assert '{"SELU": SELU, "Tanh": nn.Tanh}[kind]()' in translate_source(code, target="cpu").code


def test_names_are_looked_for_in_longer_texts_where_no_text_is_one() -> None:
    code = 'import torch.optim as optim\n\n\ndef pick(name):\n    """SGD or Adam."""\n    return getattr(optim, name)\n'
    assert 'return {"Adam": Adam, "SGD": SGD}[name]' in translate_source(code, target="cpu").code


def test_what_eval_could_mean_but_nobody_says_is_a_finding() -> None:
    code = "import torch.nn as nn\n\n\ndef pick(name):\n    return eval('nn.' + name)\n"
    result = translate_source(code, target="cpu")
    assert [finding.code for finding in result.findings if finding.severity.value == "error"] == ["MF113"]
