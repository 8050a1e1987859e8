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


def test_the_class_of_a_layer_is_equal_to_both():
    made, own = type(Linear(1, 1)), type(Own(1, 1))
    assert made == nn.Dense and nn.Dense == made and type(nn.Dense(1, 1)) in (Linear,)
    assert made in [nn.ReLU, nn.Dense] and {nn.Dense: "dense"}[made] == "dense"
    assert own != nn.Dense and made != nn.ReLU and own == Own


def test_a_class_that_descends_from_one_has_its_own_instances():
    assert isinstance(Own(1, 1), Own) and isinstance(Own(1, 1), Linear)
    assert not isinstance(nn.Dense(1, 1), Own) and not isinstance(nn.ReLU(), Linear)
