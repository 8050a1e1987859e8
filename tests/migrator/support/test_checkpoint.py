"""torch.save and torch.load of whole models."""

import subprocess
import sys

from migrator import translate_source

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
