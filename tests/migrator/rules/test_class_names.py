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
