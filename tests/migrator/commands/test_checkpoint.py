import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from migrator.checkpoints import ckpt_file
from migrator.cli import main
from migrator.execution.sandbox import SandboxMissing, find_confinement

NET = """import torch.nn as nn


class Net(nn.Module):
    def __init__(self, classes=10, width=4):
        super().__init__()
        self.table = nn.Linear(width, classes, bias=False)
        self.norm = nn.BatchNorm2d(width)

    def forward(self, x):
        return self.table(x)
"""


class Net(nn.Module):
    def __init__(self, classes, width):
        super().__init__()
        self.table = nn.Linear(width, classes, bias=False)
        self.norm = nn.BatchNorm2d(width)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.py").write_text(NET)
    torch.save({"epoch": 3, "model": Net(7, 5).state_dict()}, tmp_path / "a.pth")
    return tmp_path


def test_it_converts_there_and_back(folder, capsys):
    assert main(["checkpoint", "a.pth", "-o", "a.ckpt"]) == 0
    assert "guessed from names alone: table" in capsys.readouterr().out
    assert main(["checkpoint", "a.ckpt", "-o", "b.pth"]) == 0
    before, after = torch.load("a.pth", weights_only=True)["model"], torch.load("b.pth", weights_only=True)
    assert set(before) - set(after) == {"norm.num_batches_tracked"}
    assert all(torch.equal(before[name], value) for name, value in after.items())


def test_the_model_is_asked_where_it_is_named(folder, capsys):
    try:
        find_confinement()
    except SandboxMissing as missing:
        pytest.skip(str(missing))
    assert main(["checkpoint", "a.pth", "-o", "a.ckpt", "--model", "net:Net(7, width=5)"]) == 0
    assert "guessed" not in capsys.readouterr().out
    assert set(ckpt_file.read(folder / "a.ckpt")) == {
        "table.weight", "norm.gamma", "norm.beta", "norm.moving_mean", "norm.moving_variance",
    }  # fmt: skip
    assert main(["checkpoint", "a.pth", "-o", "b.ckpt", "--model", "net:Net"]) == 2
    assert "the model's is" in capsys.readouterr().err
    assert main(["checkpoint", "a.pth", "-o", "b.ckpt", "--model", "net:Other"]) == 2
    assert "Other" in capsys.readouterr().err


TIED = """import torch
import torch.nn as nn


class Tied(nn.Module):
    def __init__(self):
        super().__init__()
        self.table = nn.Embedding(5, 3)
        self.head = nn.Linear(3, 5, bias=False)
        self.head.weight = self.table.weight
        self.register_buffer("scale", torch.ones(3))
        self.register_buffer("scratch", torch.ones(3), persistent=False)
"""


def test_tied_weights_and_buffers_go_both_ways(tmp_path, monkeypatch):
    try:
        find_confinement()
    except SandboxMissing as missing:
        pytest.skip(str(missing))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tied.py").write_text(TIED)
    weight, scale = torch.arange(15.0).view(5, 3), torch.full((3,), 2.0)
    save_file({"table.weight": weight, "scale": scale}, tmp_path / "a.safetensors")
    assert main(["checkpoint", "a.safetensors", "-o", "a.ckpt", "--model", "tied:Tied"]) == 0
    assert set(ckpt_file.read(tmp_path / "a.ckpt")) == {"table.embedding_table", "scale"}
    assert main(["checkpoint", "a.ckpt", "-o", "b.pth", "--model", "tied:Tied"]) == 0
    made = torch.load("b.pth", weights_only=True)
    assert set(made) == {"table.weight", "head.weight", "scale"}
    assert torch.equal(made["head.weight"], weight) and torch.equal(made["scale"], scale)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["none.pth", "-o", "a.ckpt"], "there is no file"),
        (["a.pth", "-o", "nowhere/a.ckpt"], "there is no folder"),
        (["a.pth", "-o", "a.pth"], "overwrite the input"),
        (["a.pth", "-o", "a.onnx"], "a.onnx is none of"),
        (["net.py", "-o", "a.ckpt"], "net.py is none of"),
        (["a.pth", "-o", "a.ckpt", "--key", "ema"], "no state_dict was found at 'ema'"),
        (["a.pth", "-o", "a.ckpt", "--model", "net"], "does not name a class"),
        (["a.pth", "-o", "a.ckpt", "--model", "net:Net(open('x'))"], "must be numbers"),
    ],
)
def test_bad_usage_is_told_in_one_line(folder, capsys, arguments, message):
    assert main(["checkpoint", *arguments]) == 2
    said = capsys.readouterr().err
    assert message in said
    assert said.count("\n") == 1
    assert not (folder / "a.ckpt").exists()
