import pytest

from migrator.translation import translate_source

MODEL = "import torch.nn as nn\n\n\ndef change(net: nn.Module, name, layer):\n"


def changed(statement):
    return (
        translate_source(f"{MODEL}    {statement}\n", target="cpu").code.split("def change(")[1].split("\n")[1].strip()
    )


@pytest.mark.parametrize(
    ("statement", "becomes"),
    [
        ("setattr(net, name, nn.Identity())", "set_layer(net, name, nn.Identity())"),
        ("setattr(net, name, layer)", "set_layer(net, name, layer)"),
        ("net._modules[name] = layer", "set_layer(net, name, layer)"),
        ("del net._modules[name]", "delete_layer(net, name)"),
        ("delattr(net, name)", "delete_layer(net, name)"),
        ("setattr(net, name, 3)", "setattr(net, name, 3)"),
    ],
)
def test_what_is_put_into_a_model_by_name_is_run(statement, becomes):
    assert changed(statement) == becomes


def test_an_attribute_of_a_chain_is_one_of_its_layers():
    source = "import torch.nn as nn\n\nchain = nn.Sequential(nn.ReLU())\nchain.last = nn.Linear(2, 1)\ndel chain.last\n"
    code = translate_source(source, target="cpu").code
    assert 'set_layer(chain, "last", nn.Dense(2, 1))\n' in code
    assert 'delete_layer(chain, "last")\n' in code


def test_a_class_gets_a_chain_that_runs_its_attributes_where_it_has_some():
    source = (
        "import torch.nn as nn\n\nclass A(nn.Sequential):\n    def __init__(self):\n        super().__init__({})\n{}"
    )
    with_layers = translate_source(source.format("", "        self.act = nn.ReLU()\n"), target="cpu").code
    without = translate_source(source.format("nn.ReLU()", "        self.size = 3\n"), target="cpu").code
    assert "class A(Sequential):" in with_layers
    assert "class A(nn.SequentialCell):" in without
