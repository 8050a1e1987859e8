"""Containers that hold what MindSpore's would refuse."""

import numpy as np
from mindspore import Tensor, nn

from migrator.support.containers import ModuleList, TransformSequence


def test_transforms_and_layers_run_one_after_the_other():
    layer = nn.Dense(2, 2)
    steps = TransformSequence(lambda x: x + 1, layer, lambda x: x * 2)
    given = Tensor(np.ones((1, 2), np.float32))
    assert np.allclose(steps(given).asnumpy(), layer(given + 1).asnumpy() * 2)
    assert len(steps) == 3 and steps[1] is layer
    assert [parameter.name for parameter in steps.trainable_params()] == ["1.weight", "1.bias"]
    assert np.allclose(steps[:1](given).asnumpy(), 2)


def test_a_list_of_layers_has_places_without_one():
    layers = ModuleList([nn.Dense(2, 2), None])
    layers.append(nn.Dense(2, 3))
    assert [layer is None for layer in layers] == [False, True, False]
    assert len(layers) == 3 and layers[-1].out_channels == 3 and layers[1] is None
    assert [parameter.name for parameter in layers.trainable_params()][2:] == ["2.weight", "2.bias"]
    assert [layer is None for layer in layers[1:]] == [True, False]
