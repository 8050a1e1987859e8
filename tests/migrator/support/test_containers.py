"""Containers that hold what MindSpore's would refuse."""

import numpy as np
from mindspore import Tensor, nn

from migrator.support.containers import ModuleList, Sequential, TransformSequence, delete_layer, set_layer


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


class Head(Sequential):
    def __init__(self):
        super().__init__()
        self.double = Twice()
        self.last = Twice()


class Twice(nn.Cell):
    def construct(self, x):
        return x * 2


def test_a_chain_runs_the_layers_that_it_holds_now():
    one = Tensor(1.0)
    head = Head()
    assert float(head(one)) == 4
    head.more = Twice()
    assert float(head(one)) == 8
    del head[0]
    assert float(head(one)) == 4 and len(head) == 2


def test_layers_are_exchanged_and_taken_away_by_name():
    one = Tensor(1.0)
    chain = nn.SequentialCell(Twice(), nn.SequentialCell(Twice(), Twice()))
    set_layer(chain[1], "0", nn.Identity())
    assert float(chain(one)) == 4 and isinstance(chain[1][0], nn.Identity)
    set_layer(chain, "third", Twice())
    assert float(chain(one)) == 8 and list(chain._cells) == ["0", "1", "third"]
    delete_layer(chain, "third")
    assert float(chain(one)) == 4
    set_layer(chain[1], "1", nn.Dense(1, 1))
    assert [parameter.name for parameter in chain.trainable_params()] == ["1.weight", "1.bias"]
