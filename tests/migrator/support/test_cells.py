"""Children that are added by name."""

import mindspore as ms
import numpy as np
import pytest
from mindspore import Parameter, Tensor, nn, ops

from migrator.support.cells import (
    add_module,
    cast_parameters,
    load_state_dict,
    named_parameters,
    set_layer_parameter,
    state_dict,
)


def test_parameters_of_children_added_by_name_are_named_apart() -> None:
    cell = nn.Cell()
    for number in range(2):
        add_module(cell, f"head_{number}", nn.Dense(2, 1))

    assert [parameter.name for parameter in cell.trainable_params()] == [
        "head_0.weight", "head_0.bias", "head_1.weight", "head_1.bias",
    ]  # fmt: skip


def test_a_new_parameter_takes_over_the_name_of_the_one_that_it_replaces():
    class Net(nn.Cell):
        def __init__(self):
            super().__init__()
            self.first, self.second = nn.Dense(2, 2), nn.Dense(2, 2)
            set_layer_parameter(self.first, "weight", Parameter(Tensor(np.eye(2, dtype=np.float32))))
            set_layer_parameter(self.second, "weight", self.first.weight)

    net = Net()
    assert net.first.weight.name == "first.weight"
    assert net.second.weight is net.first.weight


def test_a_projects_own_parameters_keep_their_names():
    class Norm(nn.Cell):
        def __init__(self):
            super().__init__()
            self.gamma = Parameter(Tensor(np.ones(2, np.float32)))
            self.beta = Parameter(Tensor(np.zeros(2, np.float32)))

    net = nn.SequentialCell(Norm(), nn.LayerNorm((2,)))
    names = ["0.gamma", "0.beta", "1.weight", "1.bias"]
    assert [name for name, _ in named_parameters(net)] == names
    assert list(state_dict(net)) == names


def test_what_fits_is_loaded_before_the_rest_is_refused():
    layer = nn.Dense(2, 1)
    with pytest.raises(RuntimeError, match=r"missing keys: \['bias'\]"):
        load_state_dict(layer, {"weight": Tensor(np.ones((1, 2), np.float32))})
    assert layer.weight.asnumpy().tolist() == [[1, 1]]
    with pytest.raises(RuntimeError, match="size mismatch for weight"):
        load_state_dict(layer, {"weight": ops.ones((3, 2)), "bias": ops.ones(1)}, strict=False)
    assert layer.bias.asnumpy().tolist() == [1]


@pytest.mark.parametrize("kind", ["torch.DoubleTensor", "torch.cuda.DoubleTensor", ms.float64, Tensor(1.0, ms.float64)])
def test_parameters_are_cast_to_a_type_by_its_name_too(kind):
    assert cast_parameters(nn.Dense(2, 1), kind).weight.dtype == ms.float64


def test_a_child_may_be_called_what_a_parameter_may_not():
    cell = nn.SequentialCell()
    add_module(cell, "pyramid:8-16:conv 1", nn.Conv2d(1, 1, 1, has_bias=False))
    assert [parameter.name for parameter in cell.get_parameters()] == ["pyramid_8-16_conv_1.weight"]
    assert list(state_dict(cell)) == ["pyramid:8-16:conv 1.weight"]


def test_a_state_that_fits_says_so():
    layer = nn.Dense(2, 1)
    assert repr(load_state_dict(layer, state_dict(layer))) == "<All keys matched successfully>"
    assert "missing_keys=['bias']" in repr(load_state_dict(layer, {"weight": layer.weight}, strict=False))


def test_a_tied_parameter_is_there_once_in_mindspores_checkpoints():
    class Tied(nn.Cell):
        def __init__(self):
            super().__init__()
            self.table, self.head = nn.Embedding(5, 3), nn.Dense(3, 5, has_bias=False)
            self.head.weight = self.table.embedding_table

    model, new = Tied(), np.full((5, 3), 2.0, np.float32)
    load_state_dict(model, {"table.embedding_table": Tensor(new)})
    np.testing.assert_array_equal(model.head.weight.asnumpy(), new)
    with pytest.raises(RuntimeError, match="missing keys"):
        load_state_dict(model, {})
