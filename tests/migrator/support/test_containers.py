"""Containers that hold what MindSpore's would refuse."""

import numpy as np
from mindspore import Tensor, nn

from migrator.support.containers import TransformSequence


def test_transforms_and_layers_run_one_after_the_other():
    layer = nn.Dense(2, 2)
    steps = TransformSequence(lambda x: x + 1, layer, lambda x: x * 2)
    given = Tensor(np.ones((1, 2), np.float32))
    assert np.allclose(steps(given).asnumpy(), layer(given + 1).asnumpy() * 2)
    assert len(steps) == 3 and steps[1] is layer
    assert [parameter.name for parameter in steps.trainable_params()] == ["1.weight", "1.bias"]
    assert np.allclose(steps[:1](given).asnumpy(), 2)
