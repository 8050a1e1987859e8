"""A file that the analysis calls reusable is one that the translation hands on byte for byte."""

from pathlib import Path

import pytest

from migrator.analysis import analyze_project
from migrator.project import Project
from migrator.translation import translate_project

SAMPLES = sorted(path for path in (Path(__file__).parents[3] / "migrator" / "samples").iterdir() if path.is_dir())

BASE = "import torch.nn as nn\n\n\nclass Base(nn.Module):\n    def forward(self, x):\n        return x\n"
NETS = "import torch.nn as nn\n\n\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
NETS += "        self.drop = nn.Dropout(0.5)\n\n    def forward(self, x):\n        return self.drop(x)\n"
PROJECTS = {
    "a_model_through_another_file": {
        "base.py": BASE,
        "net.py": "from base import Base\n\n\nclass Net(Base):\n    def forward(self, x):\n        return x + 1\n",
    },
    "a_model_without_a_method_of_its_own": {
        "base.py": BASE,
        "net.py": "from base import Base\n\n\nclass Net(Base):\n    size = 3\n",
    },
    "models_by_name": {
        "nets.py": NETS,
        "by_attribute.py": "import nets\n\n\ndef build(name):\n    return getattr(nets, name)()\n",
        "by_table.py": "from nets import Net\n\nTABLE = {'net': Net}\n\n\ndef build(name):\n    return TABLE[name]()\n",
        "by_class.py": "from nets import Net\n\n\ndef build():\n    return Net()\n",
    },
    "what_is_given_a_model": {
        "finish.py": "def finish(made):\n    made.eval()\n    return made\n\n\ndef count(items):\n    return len(items)\n",
        "train.py": f"from finish import finish\n{BASE}\n\nfinish(Base())\n",
    },
    "nothing_of_torch": {"a.py": "import numpy as np\n\n\ndef forward(x):\n    return np.cumsum(x).size\n"},
}


def agree(project: Project) -> list[str]:
    """The files that are called reusable and were changed all the same."""
    kept = {file.path for file in analyze_project(project).files if file.kept}
    return [
        file.path
        for file in translate_project(project, target="cpu").files
        if file.path in kept and file.data != project.read_bytes(file.path)
    ]


@pytest.mark.parametrize("name", PROJECTS)
def test_they_agree(name):
    assert agree(Project.from_files("p", {path: text.encode() for path, text in PROJECTS[name].items()})) == []


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.name)
def test_they_agree_about_the_samples(sample):
    assert agree(Project.from_folder(sample)) == []


PROGRAMS = sorted(
    path for path in (Path(__file__).parents[2] / "programs").iterdir() if (path / "mindferry.toml").exists()
)


def called_untranslated(project: Project) -> set[tuple[str, int, str]]:
    """What the analysis calls untranslated, and the translation has nothing to say about."""
    files = analyze_project(project).files
    asked = {(found.path, found.line, found.api) for file in files for found in file.findings if found.code == "MF110"}
    left = translate_project(project, target="cpu").findings if asked else ()
    return asked - {(found.path, found.line, found.api) for found in left}


RULES = """import torch
import torch.nn as nn
import torch.backends.cudnn as cudnn
from torch.autograd import Function, grad

cudnn.benchmark = True
torch.set_num_threads(1)
layer = getattr(nn, "Linear")(2, 1)


class Double(Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        ctx.factor = 2
        return x * ctx.factor

    @staticmethod
    def backward(ctx, given):
        return given * ctx.factor


@torch.jit.ignore
def slope(x):
    x.requires_grad_(True)
    return grad(Double.apply(x).sum(), x)[0]
"""


def test_what_a_rule_translates_is_not_called_untranslated():
    found = analyze_project(Project.from_files("p", {"a.py": RULES.encode()}))
    assert found.effort.held_back == () and not list(found.files[0].findings)


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.name)
def test_they_agree_about_what_is_not_translated(program):
    assert called_untranslated(Project.from_folder(program)) == set()
