import pytest
from mindspore import nn

from migrator.support.activations import GELU, ReLU
from migrator.support.layers import Linear
from migrator.support.normalisation import BatchNorm2d


class Own(Linear):
    pass


@pytest.mark.parametrize(
    ("layer", "stands_for"),
    [(nn.ReLU(), ReLU), (nn.Dense(1, 1), Linear), (nn.BatchNorm2d(2), BatchNorm2d), (nn.GELU(), GELU)],
)
def test_a_layer_of_mindspore_is_of_the_class_with_torchs_arguments(layer, stands_for):
    assert isinstance(layer, stands_for)


def test_a_class_that_descends_from_one_has_its_own_instances():
    assert isinstance(Own(1, 1), Own) and isinstance(Own(1, 1), Linear)
    assert not isinstance(nn.Dense(1, 1), Own) and not isinstance(nn.ReLU(), Linear)
