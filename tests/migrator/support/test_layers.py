"""Containers of parameters and options of layers, as torch has them."""

from collections import OrderedDict

import numpy as np
import pytest
from mindspore import Parameter, Tensor, nn

from migrator import translate_source
from migrator.support import cells, lazy_layers
from migrator.support.layers import ParameterDict, ParameterList, layer_option, single_image


def test_a_list_of_parameters_takes_other_ones_and_shows_parts():
    weights = ParameterList([Tensor(np.ones(2, np.float32)), Tensor(np.zeros(3, np.float32))])
    weights[1] = Parameter(Tensor(np.full(3, 2.0, np.float32)))
    weights += [Tensor(np.ones(1, np.float32))]
    assert [name for name, _ in cells.named_parameters(weights)] == ["0", "1", "2"]
    assert weights[1].asnumpy().tolist() == [2.0, 2.0, 2.0]
    assert len(weights[1:]) == 2


def test_a_dictionary_of_parameters_gives_defaults():
    weights = ParameterDict({"a": Tensor(np.ones(2, np.float32))})
    assert weights.get("b") is None
    assert weights.setdefault("b", Tensor(np.zeros(2, np.float32))) is weights["b"]


def test_options_that_mindspores_layers_do_not_keep_are_torchs_defaults():
    assert layer_option(nn.MaxPool2d(2), "ceil_mode") is False
    assert layer_option(nn.MSELoss(reduction="sum"), "reduction") == "sum"
    assert layer_option(nn.BatchNorm2d(3), "affine") is True


def test_options_of_a_lazy_layer_are_known_before_its_first_input():
    layer = lazy_layers.LazyConv2d(4, 3, padding=1)
    assert (layer.in_channels, layer.out_channels, layer.kernel_size, layer.padding) == (0, 4, (3, 3), (1, 1))


def test_one_image_goes_through_a_layer_for_batches():
    image = Tensor(np.arange(16, dtype=np.float32).reshape(1, 4, 4))
    assert single_image(nn.MaxPool2d(2, stride=2), image).asnumpy().tolist() == [[[5.0, 7.0], [13.0, 15.0]]]


@pytest.mark.parametrize("layer", ["Linear(2, 3", "Conv2d(2, 3, 3", "Conv1d(2, 3, 3", "ConvTranspose2d(2, 3, 3"])
def test_none_is_no_bias(layer):
    code = f"import torch\n\nlayer = torch.nn.{layer}, bias=None)\ncount = len(list(layer.parameters()))\n"
    scope = {"__name__": "snippet"}
    exec(translate_source(code, target="cpu").code, scope)
    assert scope["count"] == 1


@pytest.mark.parametrize(
    ("kind", "order"), [(dict, ["down", "up"]), (OrderedDict, ["up", "down"]), (list, ["up", "down"])]
)
def test_a_plain_dictionary_of_parameters_is_in_the_order_of_its_names(kind, order):
    weights = ParameterDict(kind([("up", Parameter(1.0)), ("down", Parameter(2.0))]))
    assert list(weights) == order
