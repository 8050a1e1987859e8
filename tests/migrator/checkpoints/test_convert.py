from pathlib import Path

import mindspore as ms
import numpy as np
import pytest
import torch
from mindspore import Parameter, Tensor
from mindspore import nn as ms_nn
from torch import nn

from migrator.checkpoints import ckpt_file
from migrator.checkpoints.convert import convert, direction, read_parameters
from migrator.checkpoints.names import Layout, torch_parameter_names
from migrator.checkpoints.structure import Entry, Structure
from migrator.checkpoints.torch_file import CheckpointError


class TorchNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.table = nn.Embedding(12, 6)
        self.conv = nn.Conv1d(6, 4, 3)
        self.norm = nn.BatchNorm1d(4)
        self.flat = nn.LayerNorm(4)
        self.rnn = nn.LSTM(4, 3, num_layers=2, bidirectional=True)
        self.gru = nn.GRU(4, 3)
        self.act = nn.PReLU()
        self.blocks = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.ReLU(), nn.Conv2d(2, 2, 1, bias=False))
        self.head = nn.Linear(6, 12, bias=False)
        self.head.weight = self.table.weight


class Net(ms_nn.Cell):
    def __init__(self):
        super().__init__()
        self.table = ms_nn.Embedding(12, 6)
        self.conv = ms_nn.Conv1d(6, 4, 3, has_bias=True)
        self.norm = ms_nn.BatchNorm1d(4)
        self.flat = ms_nn.LayerNorm((4,))
        self.rnn = ms_nn.LSTM(4, 3, num_layers=2, bidirectional=True)
        self.gru = ms_nn.GRU(4, 3)
        self.act = ms_nn.PReLU()
        self.blocks = ms_nn.SequentialCell(
            ms_nn.Conv2d(1, 2, 3, has_bias=True), ms_nn.BatchNorm2d(2), ms_nn.ReLU(), ms_nn.Conv2d(2, 2, 1)
        )
        self.head = ms_nn.Dense(6, 12, has_bias=False)
        self.head.weight = self.table.embedding_table


def structure(cell):
    own = {id(parameter): name for name, parameter in cell.parameters_and_names()}
    return Structure(
        tuple(
            Entry(key, own[id(parameter)], layout, tuple(parameter.shape))
            for parameter, key, layout in torch_parameter_names(cell)
        )
    )


@pytest.fixture(params=[torch.float32, torch.float16, torch.bfloat16], ids=str)
def model(request):
    torch.manual_seed(0)
    model = TorchNet()
    model.norm(torch.randn(8, 4))  # moves the running statistics
    return model.to(request.param)


@pytest.mark.parametrize("kind", [".ckpt", ".safetensors"])
@pytest.mark.parametrize("source", [".pth", ".pt", ".bin"])
def test_there_and_back_nothing_changes(tmp_path, model, kind, source):
    torch.save(model.state_dict(), tmp_path / f"a{source}")
    names = structure(Net())
    convert(tmp_path / f"a{source}", tmp_path / f"b{kind}", structure=names)
    convert(tmp_path / f"b{kind}", tmp_path / "c.pth", structure=names)
    back = torch.load(tmp_path / "c.pth", weights_only=True)
    fresh = TorchNet().to(model.head.weight.dtype)
    fresh.load_state_dict(back, strict=False)
    for name, value in model.state_dict().items():
        if not name.endswith("num_batches_tracked"):
            assert back[name].dtype == value.dtype
            assert torch.equal(back[name], value), name


def test_mindspore_loads_the_result_into_the_model(tmp_path):
    torch.manual_seed(0)
    torch.save(TorchNet().state_dict(), tmp_path / "a.pth")
    cell = Net()
    done = convert(tmp_path / "a.pth", tmp_path / "a.ckpt", structure=structure(cell))
    assert (done.left_out, done.guessed) == ((), ())
    missing, unexpected = ms.load_param_into_net(cell, ms.load_checkpoint(str(tmp_path / "a.ckpt")), strict_load=True)
    assert (missing, unexpected) == ([], [])


def test_by_names_alone_most_is_known_and_the_rest_is_said_to_be_guessed(tmp_path):
    torch.save(TorchNet().state_dict(), tmp_path / "a.pth")
    done = convert(tmp_path / "a.pth", tmp_path / "a.ckpt")
    made = ckpt_file.read(tmp_path / "a.ckpt")
    assert made["conv.weight"].shape == (4, 6, 1, 3)
    assert {"norm.gamma", "norm.moving_variance", "flat.beta", "blocks.1.beta", "blocks.3.weight"} <= set(made)
    assert {entry.torch for entry in done.guessed} == {"table.weight", "act.weight", "head.weight"}


def test_a_checkpoint_of_the_same_model_decides_every_name(tmp_path):
    torch.save(TorchNet().state_dict(), tmp_path / "a.pth")
    cell = Net()
    ms.save_checkpoint(cell, str(tmp_path / "like.ckpt"))
    plain = {k: v for k, v in TorchNet().state_dict().items() if not k.startswith("head")}
    torch.save(plain, tmp_path / "a.pth")
    done = convert(tmp_path / "a.pth", tmp_path / "a.ckpt", like=tmp_path / "like.ckpt")
    assert done.guessed == ()
    assert set(ckpt_file.read(tmp_path / "a.ckpt")) == set(ckpt_file.read(tmp_path / "like.ckpt"))


def test_weights_are_found_in_a_whole_dictionary(tmp_path):
    model = nn.Linear(2, 3)
    state = {f"module.{name}": value for name, value in model.state_dict().items()}
    shadow = {f"{name}.shadow{n}": value for name, value in state.items() for n in range(3)}
    torch.save({"epoch": 1, "model": state, "ema": {"shadow": shadow}, "more": shadow}, tmp_path / "a.pth")
    assert list(read_parameters(tmp_path / "a.pth").arrays) == ["weight", "bias"]
    assert len(read_parameters(tmp_path / "a.pth", "ema.shadow").arrays) == 6
    with pytest.raises(CheckpointError, match="'epoch', 'model'"):
        read_parameters(tmp_path / "a.pth", "nothing")


def test_tied_weights_are_known_as_such(tmp_path):
    torch.save(TorchNet().state_dict(), tmp_path / "a.pth")
    assert read_parameters(tmp_path / "a.pth").tied == {"head.weight": "table.weight"}


def test_a_buffer_may_be_missing(tmp_path):
    structure = Structure((Entry("weight", "weight"), Entry("scale", "scale", buffer=True)))
    torch.save({"weight": torch.zeros(2, 2)}, tmp_path / "a.pth")
    assert convert(tmp_path / "a.pth", tmp_path / "a.ckpt", structure=structure).parameters == 1
    assert convert(tmp_path / "a.ckpt", tmp_path / "b.pth", structure=structure).parameters == 1


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ((Entry("weight", "weight"), Entry("lost", "lost")), "checkpoint has not: lost"),
        ((Entry("weight", "weight", Layout.SAME, (9, 9)),), "the model's is"),
    ],
)
def test_what_does_not_fit_the_model_is_refused_and_nothing_written(tmp_path, entries, message):
    torch.save({"weight": torch.zeros(2, 2)}, tmp_path / "a.pth")
    with pytest.raises(CheckpointError, match=message):
        convert(tmp_path / "a.pth", tmp_path / "a.ckpt", structure=Structure(entries))
    assert [path.name for path in tmp_path.iterdir()] == ["a.pth"]


def test_the_suffixes_say_the_direction():
    ways = {(a, b): direction(Path(f"x{a}"), Path(f"y{b}")) for a in (".pth", ".ckpt", ".safetensors")
            for b in (".pth", ".ckpt", ".safetensors")}  # fmt: skip
    assert ways[(".pth", ".ckpt")] == ways[(".pth", ".safetensors")] == ways[(".safetensors", ".ckpt")] == "mindspore"
    assert ways[(".ckpt", ".pth")] == ways[(".ckpt", ".safetensors")] == ways[(".safetensors", ".pth")] == "torch"
    with pytest.raises(CheckpointError, match=r"\.onnx"):
        direction(Path("x.pth"), Path("x.onnx"))


def test_a_parameter_of_mindspore_alone_is_left_out_and_named(tmp_path):
    extra = Parameter(Tensor(np.ones(2, np.float32)), name="extra")
    weight = Parameter(Tensor(np.ones((2, 2), np.float32)), name="weight")
    ms.save_checkpoint([{"name": p.name, "data": p} for p in (extra, weight)], str(tmp_path / "a.ckpt"))
    done = convert(tmp_path / "a.ckpt", tmp_path / "a.pth", structure=Structure((Entry("weight", "weight"),)))
    assert done.left_out == ("extra",)
