"""torch.save and torch.load of whole models, and of all that training scripts keep beside them."""

import argparse
import ast
import collections
import dataclasses
import pathlib
import pickle
import subprocess
import sys

import numpy as np
import pytest
import torch
from mindspore import Tensor

from migrator import translate_source
from migrator.support.checkpoint import load, save

MODEL = """
import sys

import torch
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.ReLU(), nn.Flatten(), nn.Dropout(0.5))
        self.head = nn.Linear(8, 2)
        self.tied = self.head

    def forward(self, x):
        return self.tied(self.body(x))

x = torch.arange(32.0).reshape(2, 1, 4, 4)
if sys.argv[1] == "save":
    net = Net()
    net.eval()
    torch.save({"epoch": 3, "net": net}, sys.argv[2])
    torch.save(net, sys.argv[3])
else:
    net = torch.load(sys.argv[2])["net"]
    whole = torch.load(sys.argv[3], map_location="cpu").to("cpu")
    whole.eval()
    optimizer = torch.optim.SGD(whole.parameters(), lr=0.1)
    print(len(list(whole.parameters())), whole.head is whole.tied, torch.equal(net(x), whole(x)))
    before = whole(x).sum().item()
    whole(x).sum().backward()
    optimizer.step()
    print(whole(x).sum().item() < before)
print(net(x).sum().item())
"""


def run(program, *arguments):
    done = subprocess.run([sys.executable, program, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout.split()


def test_a_whole_model_comes_back_in_another_process(tmp_path):
    program = tmp_path / "program.py"
    program.write_text(translate_source(MODEL, target="cpu").code)
    files = [str(tmp_path / name) for name in ("both.ckpt", "whole.ckpt")]
    saved = run(program, "save", *files)
    parameters, tied, equal, smaller, *found = run(program, "load", *files)
    assert (parameters, tied, equal, smaller) == ("6", "True", "True", "True")
    assert found == saved


@dataclasses.dataclass
class Config:
    depth: int = 3


@pytest.mark.parametrize(
    "value",
    [
        argparse.Namespace(lr=0.1, layers=[1, 2], inner=argparse.Namespace(a=None)),
        collections.OrderedDict([("b", 1), ("a", 2)]),
        {"plain": {"x": 1}, 3: "number", (1, 2): "pair", None: True},
        collections.defaultdict(list, {"x": [1.5]}),
        collections.Counter("aab"),
        np.float64(0.25),
        np.float32(0.5),
        np.int64(7),
        np.bool_(True),
        [(1, "a"), {2, 3}, b"bytes", 1 + 2j, slice(1, 2)],
        pathlib.PurePosixPath("x/y"),
        Config(5),
        float("inf"),
    ],
)
def test_everything_comes_back_as_what_it_was(value, tmp_path):
    path = str(tmp_path / "state.ckpt")
    save({"kept": value, "net": {"weight": Tensor(np.float32([[1, 2]]))}}, path)
    found = load(path)
    assert type(found) is dict
    assert type(found["kept"]) is type(value)
    assert found["kept"] == value
    assert found["net"]["weight"].asnumpy().tolist() == [[1, 2]]


@pytest.mark.parametrize("values", [np.arange(3), np.float32([[0.5]]), np.array([True]), np.array(["a", "b"])])
def test_arrays_keep_their_dtype(values, tmp_path):
    save([values], str(tmp_path / "a.ckpt"))
    (found,) = load(str(tmp_path / "a.ckpt"))
    assert repr(found) == repr(values)


def test_what_cannot_be_pickled_is_named(tmp_path):
    with pytest.raises(TypeError, match=r"cannot hold function \(at hooks.0\)"):
        save({"hooks": [lambda x: x]}, str(tmp_path / "a.ckpt"))


@pytest.mark.parametrize("new", [True, False], ids=["zip", "before 1.6"])
def test_files_of_torch_are_read_in_both_layouts(tmp_path, new):
    net = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.BatchNorm1d(2))
    half = torch.arange(6).half().reshape(2, 3)
    saved = {
        "net": net.state_dict(),
        "tied": [half, half[1:], half.t()],
        "args": argparse.Namespace(lr=0.1),
        "epoch": 3,
    }
    torch.save(saved, tmp_path / "old.pt", _use_new_zipfile_serialization=new)
    found = load(str(tmp_path / "old.pt"))
    assert found["epoch"] == 3
    assert found["args"] == argparse.Namespace(lr=0.1)
    for name, value in net.state_dict().items():
        np.testing.assert_array_equal(found["net"][name].asnumpy(), value.numpy())
    for ours, theirs in zip(found["tied"], saved["tied"], strict=True):
        np.testing.assert_array_equal(ours.asnumpy(), theirs.numpy())


def test_a_function_in_an_old_file_of_torchs_is_refused(tmp_path):
    torch.save({"run": print}, tmp_path / "old.pt", _use_new_zipfile_serialization=False)
    with pytest.raises(pickle.UnpicklingError, match="which only PyTorch can read"):
        load(str(tmp_path / "old.pt"))


@pytest.mark.parametrize("make", ["Adam(net.parameters(), lr=0.1)", "SGD(net.parameters(), lr=0.1, momentum=0.9)"])
def test_a_model_and_its_optimizer_go_on_training_together(make, tmp_path):
    program = f"""
import torch
from torch import nn

net = nn.Linear(3, 1)
with torch.no_grad():
    for parameter in net.parameters():
        parameter.fill_(0.5)
optimizer = torch.optim.{make}


def step(net, optimizer):
    optimizer.zero_grad()
    loss = (net(torch.ones(2, 3)) ** 2).mean()
    loss.backward()
    optimizer.step()
    return loss.item()


step(net, optimizer)
state = {{'epoch': 1, 'net': net, 'optimizer': optimizer, 'none': None}}
torch.save(state, {str(tmp_path / "whole.pth.tar")!r})
state = torch.load({str(tmp_path / "whole.pth.tar")!r}, weights_only=False)
net, optimizer = state['net'], state['optimizer']
losses = [step(net, optimizer) for _ in range(3)]
"""
    theirs: dict = {}
    exec(program, theirs)
    shares = "\nprint(losses, any(parameter is net.weight for parameter in optimizer.parameters))\n"
    script = tmp_path / "continue.py"
    script.write_text(translate_source(program, target="cpu").code + shares)
    run = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=True)
    losses, _, shared = run.stdout.strip().rpartition(" ")
    np.testing.assert_allclose(ast.literal_eval(losses), theirs["losses"], rtol=1e-4)
    assert shared == "True"
