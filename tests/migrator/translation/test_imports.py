"""Imports of torch that go from file to file."""

import subprocess
import sys

import pytest

from migrator.project import Project
from migrator.translation import translate_project

COMMON = "import torch\nfrom torch import Tensor, nn\n\n\ndef helper(x):\n    return torch.relu(x)\n"
NET = """from common import Tensor, helper, nn, torch


class Net(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return helper(x)


print(Net()(torch.ones(2)).shape)
"""


def translated(**files: str) -> dict[str, str]:
    project = Project.from_files("p", {f"{name}.py": text.encode() for name, text in files.items()})
    return {file.path: file.data.decode() for file in translate_project(project, target="cpu").files}


def test_what_another_file_imports_from_torch_is_imported_from_mindspore_where_it_is_used():
    text = translated(common=COMMON, net=NET)["net.py"]
    assert text.startswith(
        "from mindspore import nn, ops, Tensor\nfrom common import helper\n\n\nclass Net(nn.Cell):\n"
    )


@pytest.mark.slow
def test_it_runs(tmp_path):
    for path, text in translated(common=COMMON, net=NET).items():
        (tmp_path / path).write_text(text)
    done = subprocess.run([sys.executable, "net.py"], cwd=tmp_path, capture_output=True, text=True, timeout=240)
    assert done.stdout == "(2,)\n", done.stderr


def test_what_is_left_of_it_is_imported_from_torch_itself():
    text = translated(common=COMMON, net="from common import torch as t, helper\n\ny = t.nested.nested_tensor([1])\n")
    assert "import torch as t\nfrom common import helper\n" in text["net.py"]


def test_a_long_import_takes_several_lines():
    names = "bitwise_left_shift cummax cummin diag_embed digamma histc kthvalue logaddexp nanmedian nanquantile renorm"
    body = "".join(f"torch.{name}(x)\n" for name in [*names.split(), "erfinv", "frexp", "heaviside", "lcm", "mode"])
    text = translated(net=f"import torch\n\nx = torch.ones(2)\n{body}")["net.py"]
    assert max(map(len, text.split("\n"))) <= 120
    assert text == translated(net=text)["net.py"]


@pytest.mark.parametrize("width", range(60, 80, 2))
def test_a_name_stays_on_one_line_with_its_other_name(width, monkeypatch):
    monkeypatch.setattr("migrator.translation.imports.WIDTH", width)
    mine = "def topk(): ...\ndef cummax(): ...\ndef renorm(): ...\n"
    text = translated(net=f"import torch\n\n{mine}torch.topk(x, 1), torch.cummax(x, 0), torch.renorm(x, 1, 0, 1)\n")[
        "net.py"
    ]
    assert "import (\n" in text and text.count(" as ms_") == 3
    assert not any(line.rstrip().endswith(" as") or line.lstrip().startswith("as ") for line in text.split("\n"))


@pytest.mark.parametrize(
    "attempt",
    [
        "try:\n    from tensorboardX import SummaryWriter\nexcept ImportError:\n"
        "    from torch.utils.tensorboard import SummaryWriter\n",
        "try:\n    from torch.utils.tensorboard import SummaryWriter\nexcept ImportError:\n    SummaryWriter = None\n",
        "from tensorboardX import SummaryWriter\n",
    ],
)
def test_what_is_always_there_is_imported_without_a_try(attempt):
    text = translated(net=f"import torch\n{attempt}\nwriter = SummaryWriter('runs')\nx = torch.ones(1)\n")["net.py"]
    imported = "from mindspore import ops\nfrom mindspore_support import SummaryWriter\n"
    assert text == f"{imported}\nwriter = SummaryWriter('runs')\nx = ops.ones(1)\n"
