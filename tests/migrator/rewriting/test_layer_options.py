"""Attributes of torch's layers that MindSpore's do not keep."""

import pytest

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
