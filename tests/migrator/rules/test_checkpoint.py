import numpy as np
import pytest

from migrator.project import Project
from migrator.translation import translate_project, translate_source

SAVING = "import torch\n{}\ndef f(net: torch.nn.Module):\n    torch.save(net.state_dict(), 'net.pt')\n"


def test_buffers_go_into_checkpoints_wherever_they_are_registered():
    buffers = (
        "import torch.nn as nn\nclass Net(nn.Module):\n    def g(self, x):\n        self.register_buffer('x', x)\n"
    )
    alone = translate_source(SAVING.format(""), target="cpu").code
    sources = {"a.py": SAVING.format("import b\n").encode(), "b.py": buffers.encode()}
    files = translate_project(Project.from_files("p", sources), target="cpu")
    together = next(file.data.decode() for file in files.files if file.path == "a.py")
    assert "ms.save_checkpoint(net, 'net.ckpt')" in alone
    assert "save(state_dict(net), 'net.ckpt')" in together


GOING_BACK = """
import torch
from torch import nn

net = nn.Linear(2, 1)
with torch.no_grad():
    net.weight.fill_(1.0)
    net.bias.fill_(0.0)
optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)


def train(steps):
    for _ in range(steps):
        optimizer.zero_grad()
        net(torch.ones(1, 2)).sum().backward()
        optimizer.step()


train(2)
torch.save(net.state_dict(), "best.pth")
train(2)
net.load_state_dict(torch.load("best.pth"))
train(2)
"""


def test_training_goes_on_after_a_model_has_gone_back_to_its_best(tmp_path, monkeypatch):
    """After ``ms.load_param_into_net`` MindSpore's optimizers would lose all further steps."""
    monkeypatch.chdir(tmp_path)
    theirs, ours = {}, {}
    exec(GOING_BACK, theirs)
    translated = translate_source(GOING_BACK, target="cpu").code
    assert 'load_state_dict(net, ms.load_checkpoint("best.ckpt"))' in translated
    exec(translated, ours)
    np.testing.assert_allclose(ours["net"].weight.asnumpy(), theirs["net"].weight.detach().numpy(), rtol=1e-6)


def test_a_program_that_does_not_train_loads_as_mindspore_does():
    code = 'import torch\nfrom torch import nn\nnet = nn.Linear(2, 1)\nnet.load_state_dict(torch.load("best.pth"))\n'
    assert 'ms.load_param_into_net(net, ms.load_checkpoint("best.ckpt"))' in translate_source(code, target="cpu").code


@pytest.mark.parametrize(
    "mention",
    [
        "os.path.exists('net.pt')",
        "glob.glob('runs/*.pt')",
        "[name for name in os.listdir('.') if name.endswith('.pt')]",
        "parser.add_argument('--resume', default='old/net.pt')",
        "shutil.copyfile(f'{folder}.pt', 'last')",
    ],
)
def test_a_name_that_stands_elsewhere_too_stays(mention):
    code = translate_source(SAVING.format(mention), target="cpu").code
    assert "save(state_dict(net), 'net.pt')" in code and mention in code


@pytest.mark.parametrize("mention", ["print('saved to net.pt')", "os.path.exists('other.pt')", "'net.pth'"])
def test_another_name_does_not_keep_it(mention):
    assert "ms.save_checkpoint(net, 'net.ckpt')" in translate_source(SAVING.format(mention), target="cpu").code
