"""Attributes of torch's layers that MindSpore's do not keep."""

import numpy as np
import pytest

from migrator import translate_source
from migrator.reference import written

HEAD = "import torch\nimport torch.nn as nn\n"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("act = nn.ReLU(inplace=True)\nprint(act.inplace)\n", "ReLU(inplace=True)"),
        ("acts = nn.Sequential(nn.ReLU(True))\nprint(acts[0].inplace)\n", "ReLU(True)"),
        ("bn = nn.BatchNorm2d(4)\nbn.momentum = 0.01\n", "BatchNorm2d(4)"),
        (
            "net = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU())\nfor m in net.modules():\n    m.stride = (1, 1)\n",
            "Conv2d(1, 2, 3)",
        ),
        ("bn = nn.BatchNorm2d(4)\nprint(getattr(bn, 'num_batches_tracked'))\n", "BatchNorm2d(4)"),
    ],
)
def test_it_writes_the_class_that_keeps_what_is_asked_for(source, expected):
    code = written(HEAD + source)
    assert expected in code
    assert f"nn.{expected}" not in code


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("act = nn.ReLU(inplace=True)\nprint(act.training)\n", "nn.ReLU()"),
        ("bn = nn.BatchNorm2d(4)\nprint(bn.num_features)\n", "nn.BatchNorm2d(4, eps=1e-05, momentum=0.9)"),
        ("act = nn.ReLU(inplace=True)\nact.inplace = False\n", "nn.ReLU()"),
        ("pool = nn.MaxPool2d(2)\nargs.stride = 3\n", "nn.MaxPool2d(2, stride=2)"),
    ],
)
def test_it_leaves_mindspores_layer_where_nothing_is_lost(source, expected):
    assert expected in written(HEAD + source)


TRAINING_AND_THEN = """
import torch
import torch.nn as nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 3, padding=1)
        self.bn = nn.BatchNorm2d(4)
        self.fc = nn.Linear(4, 2)

    def forward(self, x):
        return self.fc(self.bn(self.conv(x)).relu().mean((2, 3)))


net = Net()
with torch.no_grad():
    for i, p in enumerate(net.parameters()):
        p.copy_(torch.arange(p.numel()).reshape(p.shape).float().sin() * 0.5 + 0.1 * i)
x = torch.arange(128).reshape(2, 1, 8, 8).float().cos() * 3
%s
results = [net(x), net(x * 2 + 1), net.eval()(x)]
results = [result.detach().numpy() for result in results]
"""


@pytest.mark.parametrize(
    "change",
    [
        "net.bn.momentum = 0.5",
        "net.bn.momentum = None",
        "net.bn.track_running_stats = False",
        "net.bn.track_running_stats = False\nnet.bn.running_mean = None\nnet.bn.running_var = None",
        "net.bn.weight = None\nnet.bn.bias = None",
        "net.fc.bias = None\nnet.conv.bias = None",
        "net.conv.stride = (2, 2)\nnet.conv.dilation = (2, 2)",
        "for m in net.modules():\n    if isinstance(m, nn.modules.batchnorm._BatchNorm):\n        m.momentum = 0.5",
        "def slow(m):\n    if m.__class__.__name__.find('BatchNorm') != -1:\n        m.momentum = 0.5\nnet.apply(slow)",
    ],
)
def test_a_layer_that_is_changed_after_it_was_made_computes_as_torchs(change):
    source, theirs, ours = TRAINING_AND_THEN % change, {}, {}
    exec(source, theirs)
    exec(translate_source(source, target="cpu").code, ours)
    for expected, found in zip(theirs["results"], ours["results"], strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)
