"""Initialisers that go by the names of classes find the same layers."""

import numpy as np

from migrator import translate_source

BY_NAME = """import torch.nn as nn

def weights_init(m):
    name = {name}
    if name.find("Linear") != -1:
        m.weight.data.fill_(3)
    elif "Sequential" == name:
        print("several")

net = nn.Sequential(nn.Linear(2, 3), nn.ReLU())
net.apply(weights_init)
result = net[0].weight
"""


def run(source):
    scope = {"__name__": "translated"}
    exec(compile(translate_source(source, target="cpu").code, "translated", "exec"), scope)
    return scope["result"]


def test_a_layer_is_found_by_torchs_name():
    for name in ("m.__class__.__name__", "type(m).__name__"):
        assert np.array_equal(run(BY_NAME.replace("{name}", name)).asnumpy(), np.full((3, 2), 3.0))


def test_a_name_that_is_only_printed_stays():
    source = "import torch.nn as nn\n\nnet = nn.ReLU()\nprint(type(net).__name__)\n"
    assert "print(type(net).__name__)" in translate_source(source, target="cpu").code


def test_a_named_class_or_function_keeps_the_name_that_it_has_in_torch():
    source = "import torch\nimport torch.nn as nn\nresult = nn.Linear.__name__ + torch.relu.__name__\n"
    assert translate_source(source, target="cpu").code == "result = 'Linear' + 'relu'\n"


def test_what_every_object_has_is_no_call_of_torchs():
    source = "import torch\n\ndef kinds(x: torch.Tensor, step: torch.optim.Optimizer):\n    return x.__class__, step.__dict__\n"
    translated = translate_source(source, target="cpu")
    assert "return x.__class__, step.__dict__" in translated.code and not translated.findings


def test_the_type_of_a_tensor_makes_tensors_where_it_is_handed_on():
    code = (
        "import torch\n\n\ndef draw(shape, kind=torch.FloatTensor):\n    return kind(*shape).uniform_()\n\n\n"
        "x = torch.ones(2, 3)\ny = draw(x.shape, kind=type(x.data))\nsame = type(x) == type(y)\n"
    )
    scope: dict = {"__name__": "snippet"}
    exec(translate_source(code, target="cpu").code, scope)
    assert scope["y"].shape == (2, 3) and scope["same"]
    assert 0 <= float(scope["y"].min()) < float(scope["y"].max()) < 1
