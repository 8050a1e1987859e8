"""MindSpore's parameters under torch's names and in torch's layout, for every layer that has any."""

import pytest

torch = pytest.importorskip("torch")
ms = pytest.importorskip("mindspore")

from mindspore import nn as cells  # noqa: E402
from torch import nn  # noqa: E402

from migrator.checkpoints.names import Layout, torch_cell_names, torch_class, torch_parameter_names  # noqa: E402

LAYERS = {
    "Linear": (lambda: nn.Linear(3, 4), lambda: cells.Dense(3, 4)),
    "Bilinear": (lambda: nn.Bilinear(2, 3, 4), lambda: cells.BiDense(2, 3, 4)),
    "Conv1d": (lambda: nn.Conv1d(2, 3, 5), lambda: cells.Conv1d(2, 3, 5, has_bias=True)),
    "Conv2d": (lambda: nn.Conv2d(2, 4, 3, groups=2), lambda: cells.Conv2d(2, 4, 3, group=2, has_bias=True)),
    "Conv3d": (lambda: nn.Conv3d(2, 3, 3), lambda: cells.Conv3d(2, 3, 3, has_bias=True)),
    "ConvTranspose1d": (lambda: nn.ConvTranspose1d(2, 3, 5), lambda: cells.Conv1dTranspose(2, 3, 5, has_bias=True)),
    "ConvTranspose2d": (lambda: nn.ConvTranspose2d(2, 3, 3), lambda: cells.Conv2dTranspose(2, 3, 3, has_bias=True)),
    "BatchNorm1d": (lambda: nn.BatchNorm1d(3), lambda: cells.BatchNorm1d(3)),
    "BatchNorm2d": (lambda: nn.BatchNorm2d(3), lambda: cells.BatchNorm2d(3)),
    "LayerNorm": (lambda: nn.LayerNorm((2, 3)), lambda: cells.LayerNorm((2, 3))),
    "GroupNorm": (lambda: nn.GroupNorm(2, 4), lambda: cells.GroupNorm(2, 4)),
    "Embedding": (lambda: nn.Embedding(5, 3), lambda: cells.Embedding(5, 3)),
    "PReLU": (lambda: nn.PReLU(3), lambda: cells.PReLU(3)),
    "LSTM": (
        lambda: nn.LSTM(3, 4, 2, bidirectional=True),
        lambda: cells.LSTM(3, 4, 2, bidirectional=True),
    ),
    "GRU": (lambda: nn.GRU(3, 4, 2), lambda: cells.GRU(3, 4, 2)),
    "RNN": (lambda: nn.RNN(3, 4), lambda: cells.RNN(3, 4)),
    "LSTMCell": (lambda: nn.LSTMCell(3, 4), lambda: cells.LSTMCell(3, 4)),
    "GRUCell": (lambda: nn.GRUCell(3, 4), lambda: cells.GRUCell(3, 4)),
    "MultiheadAttention": (lambda: nn.MultiheadAttention(8, 2), lambda: cells.MultiheadAttention(8, 2)),
    "TransformerEncoderLayer": (
        lambda: nn.TransformerEncoderLayer(8, 2, 16),
        lambda: cells.TransformerEncoderLayer(8, 2, 16),
    ),
    "TransformerDecoderLayer": (
        lambda: nn.TransformerDecoderLayer(8, 2, 16),
        lambda: cells.TransformerDecoderLayer(8, 2, 16),
    ),
    "Sequential": (
        lambda: nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.BatchNorm1d(3)),
        lambda: cells.SequentialCell(cells.Dense(2, 3), cells.ReLU(), cells.BatchNorm1d(3)),
    ),
    "ModuleList": (
        lambda: nn.ModuleList([nn.Embedding(2, 3), nn.Conv1d(2, 3, 1, bias=False)]),
        lambda: cells.CellList([cells.Embedding(2, 3), cells.Conv1d(2, 3, 1)]),
    ),
}


@pytest.mark.parametrize("name", LAYERS)
def test_names_and_shapes_are_those_of_torchs_state_dict(name):
    module, cell = (make() for make in LAYERS[name])

    ours = {
        key: tuple(layout.to_torch(parameter.asnumpy()).shape) for parameter, key, layout in torch_parameter_names(cell)
    }

    expected = {key: tuple(value.shape) for key, value in module.state_dict().items()}
    assert ours == {key: shape for key, shape in expected.items() if not key.endswith("num_batches_tracked")}
    assert torch_class(cell) == name


def test_layouts_lead_there_and_back():
    array = ms.ops.arange(24).reshape(2, 3, 4).asnumpy()
    there = Layout.ROW.to_mindspore(array)
    assert there.shape == (2, 3, 1, 4)
    assert (Layout.ROW.to_torch(there) == array).all()
    assert Layout.SAME.to_torch(array) is array


def test_a_users_own_class_keeps_its_name_even_where_mindspore_has_one():
    class Dense(cells.Cell):
        def __init__(self):
            super().__init__()
            self.inner = cells.Dense(2, 2)

    assert torch_class(Dense()) == "Dense"
    assert [name for _, name in torch_cell_names(Dense())] == ["", "inner"]


def test_shared_parameters_are_listed_for_every_place():
    class Tied(cells.Cell):
        def __init__(self):
            super().__init__()
            self.token = cells.Embedding(5, 3)
            self.head = cells.Dense(3, 5, has_bias=False)
            self.head.weight = self.token.embedding_table

    assert [key for _, key, _ in torch_parameter_names(Tied())] == ["token.weight", "head.weight"]


def test_a_projects_own_norm_keeps_the_names_of_its_parameters():
    import mindspore as ms
    from mindspore import Parameter, Tensor, nn

    class LayerNorm(nn.Cell):
        def __init__(self):
            super().__init__()
            self.gamma = Parameter(Tensor([1.0], ms.float32))

    found = torch_parameter_names(nn.SequentialCell(LayerNorm(), nn.LayerNorm((2,))))
    assert [key for _, key, _ in found] == ["0.gamma", "1.weight", "1.bias"]
