import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from migrator.names import ProjectNames, reading
from migrator.project import Project
from migrator.translation import project as translation
from migrator.translation import translate_project
from migrator.translation.cache import CacheFolder

NET = "import torch\nimport torch.nn as nn\n\n\nclass Net(nn.Module):\n    def forward(self, x):\n        return torch.relu(x)\n"
USES_SUPPORT = NET.replace("torch.relu(x)", "torch.quantile(x, 0.5)")
FILES = {
    "one/net.py": NET,
    "one/train.py": "import torch\nfrom net import Net\n\nprint(Net()(torch.ones(2)))\n",
    "two/net.py": NET.replace("relu", "tanh"),
    "two/train.py": "import torch\nfrom net import Net\n\nprint(Net()(torch.ones(3)))\n",
    "read.me": "not Python",
}


def project_of(files):
    return Project.from_files("p", {path: text.encode() for path, text in files.items()})


@pytest.fixture
def translated(monkeypatch):
    """The paths of the files that really were translated, as they come."""
    paths = []
    real = translation.translate_file

    def watched(source, path, *rest, **named):
        paths.append(path)
        return real(source, path, *rest, **named)

    monkeypatch.setattr(translation, "translate_file", watched)
    return paths


@pytest.fixture
def shared(monkeypatch):
    """However small a project is, its work is shared out."""
    monkeypatch.setattr(translation, "SHARE_BYTES", 1)


@pytest.mark.usefixtures("shared")
def test_more_processes_translate_the_same():
    assert translate_project(project_of(FILES), jobs=2) == translate_project(project_of(FILES))


@pytest.mark.usefixtures("shared")
def test_a_single_large_group_is_split_among_processes():
    files = {f"m{n}.py": NET.replace("Net", f"Net{n}") for n in range(6)}
    files["train.py"] = (
        "".join(f"from m{n} import Net{n}\n" for n in range(6)) + "import torch\n\nprint(Net0()(torch.ones(1)))\n"
    )
    assert translate_project(project_of(files), jobs=2) == translate_project(project_of(files))


def test_a_repeat_is_answered_from_memory(tmp_path, translated):
    first = translate_project(project_of(FILES), memory=CacheFolder(tmp_path))
    assert sorted(translated) == sorted(path for path in FILES if path.endswith(".py"))
    translated.clear()
    assert translate_project(project_of(FILES), memory=CacheFolder(tmp_path)) == first
    assert translated == []


def test_an_edit_costs_only_the_files_that_have_to_do_with_it(tmp_path, translated):
    translate_project(project_of(FILES), memory=CacheFolder(tmp_path))
    translated.clear()
    edited = {**FILES, "two/net.py": FILES["two/net.py"].replace("tanh", "sigmoid")}
    again = translate_project(project_of(edited), memory=CacheFolder(tmp_path))
    assert sorted(translated) == ["two/net.py", "two/train.py"]
    assert again == translate_project(project_of(edited))


def test_what_another_file_says_is_part_of_the_key(tmp_path):
    """The importing file's own text stays the same, yet its translation does not."""
    files = {
        "net.py": "import torch\n\n\ndef make():\n    return torch.ones(2)\n",
        "train.py": "from net import make\n\nx = make()\nprint(x.view(1, 2))\n",
    }
    other = {**files, "net.py": "import numpy\nimport torch\n\n\ndef make():\n    return numpy.ones(2)\n"}
    memory = CacheFolder(tmp_path)
    for each in (files, other, files):
        assert translate_project(project_of(each), memory=memory) == translate_project(project_of(each))


def test_the_target_is_part_of_the_key(tmp_path):
    memory = CacheFolder(tmp_path)
    for target in ("cpu", "ascend", "cpu"):
        assert translate_project(project_of(FILES), target, memory=memory) == translate_project(
            project_of(FILES), target
        )


def test_a_changed_rule_forgets_everything(tmp_path, monkeypatch, translated):
    translate_project(project_of(FILES), memory=CacheFolder(tmp_path))
    translated.clear()
    monkeypatch.setattr("migrator.translation.cache.engine_version", lambda: "another")
    translate_project(project_of(FILES), memory=CacheFolder(tmp_path))
    assert len(translated) == 4


def test_a_fault_of_our_own_costs_one_file(monkeypatch):
    real = translation.translate_file

    def faulty(source, path, *rest, **named):
        if path == "one/net.py":
            raise KeyError("fault")
        return real(source, path, *rest, **named)

    monkeypatch.setattr(translation, "translate_file", faulty)
    result = {file.path: file for file in translate_project(project_of(FILES)).files}
    assert result["one/net.py"].status == "failed"
    assert result["one/net.py"].data.decode() == NET
    assert [finding.code for finding in result["one/net.py"].findings] == ["MF002"]
    assert result["two/net.py"].status == "translated"


@pytest.mark.parametrize("stage", ["reading", "support"])
def test_a_fault_anywhere_costs_only_its_file(monkeypatch, stage):
    if stage == "reading":
        real = reading._Reader.read

        def faulty(reader):
            if reader.file.path == "one/net.py":
                raise KeyError("fault")
            real(reader)

        monkeypatch.setattr(reading._Reader, "read", faulty)
    else:
        monkeypatch.setattr(translation.support, "names", lambda: set())
    result = {file.path: file for file in translate_project(project_of({**FILES, "one/net.py": USES_SUPPORT})).files}
    assert [finding.code for finding in result["one/net.py"].findings] == ["MF002"]
    assert result["two/net.py"].status == "translated"


def test_a_file_nested_too_deeply_costs_nothing_but_itself():
    deep = "import torch\nx = " + " + ".join(["1"] * 900) + "\n"
    result = {file.path: file for file in translate_project(project_of({**FILES, "deep.py": deep})).files}
    assert result["deep.py"].data.decode() == deep or ast.parse(result["deep.py"].data)
    assert result["one/net.py"].status == "translated"


def test_a_part_of_a_project_finds_modules_as_the_whole_does():
    """``net`` is ambiguous in the project though it is not in the part."""
    trees = {path: ast.parse(text) for path, text in FILES.items() if path.endswith(".py")}
    part = {path: tree for path, tree in trees.items() if path != "one/net.py"}
    whole = ProjectNames(trees)
    names = ProjectNames(part, whole.known)
    assert whole.find_module("net", whole.of("two/train.py")) is whole.of("two/net.py")
    assert names.find_module("net", names.of("two/train.py")) is names.of("two/net.py")
    assert names.find_module("net", names.of("one/train.py")) is None


def test_comments_that_an_old_encoding_cannot_hold_are_escaped():
    source = "# -*- coding: latin-1 -*-\n# caf\xe9\nimport torch\n\nx = torch.no_such_function(1)\n".encode("latin-1")
    (file,) = translate_project(Project.from_files("p", {"a.py": source})).files
    assert b"# caf\xe9\n" in file.data
    ast.parse(file.data)


@pytest.mark.parametrize(("target", "fast"), [("cpu", True), ("portable", True), ("ascend", False)])
def test_the_support_file_makes_mindspore_fast_on_a_cpu(target: str, fast: bool, tmp_path: Path) -> None:
    code = b"import torch\nfrom torch.utils.data import DataLoader\n\nloader = DataLoader([1, 2])\n"
    translate_project(Project.from_files("p", {"a.py": code}), target=target).write_to(tmp_path)
    support = tmp_path / "mindspore_support.py"
    assert ("launch_blocking" in support.read_text()) == fast if support.exists() else not fast
    if fast:
        program = (
            "import os, mindspore as ms\nms.runtime.launch_blocking = lambda: print('blocking')\n"
            "import a\nprint(os.environ['ONEDNN_MAX_CPU_ISA'])\n"
        )
        environment = {name: value for name, value in os.environ.items() if name != "ONEDNN_MAX_CPU_ISA"}
        command = [sys.executable, "-c", program]
        run = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120)
        assert run.stdout.split() == ["blocking", "AVX2"], run.stderr


def test_a_name_that_a_star_import_brings_is_not_taken_for_another() -> None:
    files = {
        "utils.py": b"class LambdaLR:\n    def step(self, epoch):\n        return 1.0\n",
        "main.py": (
            b"import torch\nfrom utils import *\n\nnet = torch.nn.Linear(2, 1)\n"
            b"optimizer = torch.optim.SGD(net.parameters(), lr=0.1)\n"
            b"scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lr_lambda=LambdaLR().step)\n"
        ),
    }
    translation = translate_project(Project.from_files("stars", files), target="cpu")
    main = next(file.data.decode() for file in translation.files if file.path == "main.py")
    assert "= ms_LambdaLR(optimizer, LambdaLR().step)" in main


BUILDS = """import json
import torch


def build(entry, namespace, *args):
    return getattr(namespace, entry["name"])(*args, **entry["options"])


config = json.load(open("config.json"))
net = torch.nn.Linear(2, 1)
optimizer = build(config, torch.optim, net.parameters())
"""


def source_of(result, path):
    return next(file.data for file in result.files if file.path == path).decode()


def test_names_of_a_configuration_file_are_offered():
    files = {"train.py": BUILDS, "config.json": '{"name": "RMSprop", "options": {"lr": 0.1}}'}
    text = source_of(translate_project(project_of(files), target="cpu"), "train.py")
    assert "types.SimpleNamespace(RMSprop=" in text
    assert "torch" not in text.replace("mindspore", "")


def test_names_of_the_command_line_are_offered():
    text = BUILDS.replace('entry["name"]', "args.optimizer")
    without = translate_project(project_of({"train.py": text}), target="cpu")
    with_ = translate_project(project_of({"train.py": text}), target="cpu", arguments="--optimizer Adagrad --lr 0.1")
    assert [finding.code for finding in without.findings] == ["MF112"]
    assert "SimpleNamespace(Adagrad=" in source_of(with_, "train.py")


def test_a_changed_configuration_file_is_not_answered_from_memory(tmp_path):
    files = {"train.py": BUILDS, "config.json": '{"name": "SGD"}'}
    memory = CacheFolder(tmp_path)
    translate_project(project_of(files), memory=memory)
    changed = translate_project(project_of({**files, "config.json": '{"name": "Adadelta"}'}), memory=memory)
    assert "Adadelta=" in source_of(changed, "train.py")


def test_a_model_of_a_module_that_is_chosen_by_its_name_trains() -> None:
    net = (
        b"from torch import nn\nclass Model(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        b"        self.d = nn.Dropout(0.5)\n"
    )
    run = (
        b"import sys\nfrom importlib import import_module\nx = import_module('nets.' + sys.argv[1])\n"
        b"net = x.Model()\nprint(net.parameters)\n"
    )
    files = {"nets/a.py": net, "nets/b.py": net, "run.py": run}
    result = translate_project(Project.from_files("p", files), target="cpu")
    code = next(file.data.decode() for file in result.files if file.path == "run.py")
    assert code.endswith("net = x.Model().set_train()\nprint(net.trainable_params)\n")


def test_a_file_of_functions_alone_is_recorded_below_what_it_imports():
    files = {
        "train.py": "import torch\nfrom steps import step\nnet = torch.nn.Linear(2, 1)\n"
        "optimizer = torch.optim.SGD(net.parameters(), 0.1)\nstep(net(torch.ones(3, 2)).sum(), optimizer)\n",
        "steps.py": "# Steps\ndef step(loss, opt):\n    opt.zero_grad()\n    loss.backward()\n    opt.step()\n",
    }
    written = {file.path: file.data.decode() for file in translate_project(project_of(files), target="cpu").files}
    assert written["steps.py"] == (
        "# Steps\n"
        "from mindspore_support import apply_gradients, backward, clear_gradients, record_gradients\n\n"
        "record_gradients()\n\n\n"
        "def step(loss, opt):\n    clear_gradients(opt.parameters)\n    backward(loss, opt.parameters)\n"
        "    apply_gradients(opt)\n"
    )
