from pathlib import Path

import pytest

from migrator.analysis import ROLES, analyze_project
from migrator.project import Project

SAMPLES = Path(__file__).parents[3] / "migrator" / "samples"


def project(**files):
    return Project.from_files("p", {f"{name}.py": text.encode() for name, text in files.items()})


def analysis_of(path, found):
    return next(file for file in found.files if file.path == path)


@pytest.fixture(scope="module")
def digits():
    return analyze_project(SAMPLES / "digits")


def test_a_numpy_module_is_kept_and_says_where_its_arrays_become_tensors(digits):
    file = analysis_of("digitnet/preprocess.py", digits)
    assert file.kept
    assert file.role == "reusable"
    assert "digitnet/dataset.py:28" in file.units[0].reason


def test_the_data_set_says_how_far_numpy_goes(digits):
    unit = analysis_of("digitnet/dataset.py", digits).units
    dataset = next(item for item in unit if item.name == "DigitsDataset")
    assert dataset.role == "data"
    assert "NumPy until the tensor at digitnet/dataset.py:28" in dataset.reason


def test_a_collate_function_is_data_because_the_loader_uses_it(digits):
    unit = next(u for u in analysis_of("digitnet/dataset.py", digits).units if u.name == "collate")
    assert unit.role == "data"
    assert "used for data at digitnet/dataset.py:51" in unit.reason


def test_training_names_the_backward_line(digits):
    unit = next(u for u in analysis_of("digitnet/engine.py", digits).units if u.name == "train_one_epoch")
    assert unit.role == "training"
    assert "Tensor.backward at line 35" in unit.reason


def test_evaluation_is_inference(digits):
    assert next(u for u in analysis_of("digitnet/engine.py", digits).units if u.name == "evaluate").role == "inference"


def test_a_class_without_tensors_inside_a_file_that_moves_stays(digits):
    unit = next(u for u in analysis_of("digitnet/engine.py", digits).units if u.name == "AverageMeter")
    assert unit.role == "reusable"


def test_a_main_function_with_several_roles_is_split_into_blocks(digits):
    units = analysis_of("train.py", digits).units
    main = next(u for u in units if u.name == "main")
    assert main.role == "mixed"
    inner = [u for u in units if u.kind == "block" and main.line <= u.line <= main.end_line]
    assert {"device", "training", "reusable"} <= {u.role for u in inner}
    assert "device (lines" in main.reason


def test_the_share_counts_lines_of_code(digits):
    assert digits.share_reusable == pytest.approx(digits.roles["reusable"] / sum(digits.roles.values()))
    assert set(digits.roles) <= set(ROLES)
    assert 0.3 < digits.share_reusable < 0.6


def test_json_has_the_shape_that_pages_read(digits):
    data = digits.to_json()
    for key in ("files", "share_reusable", "entry_points", "packages", "effort", "roles"):
        assert key in data
    file = data["files"][0]
    assert {"path", "role", "lines", "kept", "units", "findings"} <= set(file)
    assert {"name", "kind", "role", "reason", "line", "end_line"} == set(file["units"][0])
    assert {"path", "reason", "arguments"} <= set(data["entry_points"][0])
    assert {"name", "use", "detail"} <= set(data["packages"][0])
    assert data["effort"]["total"] in ("minutes", "hours", "redesign")


def test_methods_of_a_model_with_a_role_of_their_own_are_units():
    found = analyze_project(SAMPLES / "charlm")
    roles = {unit.name: unit.role for unit in analysis_of("model.py", found).units}
    assert roles["CharLM"] == "model"
    assert roles["CharLM.configure_optimizer"] == "training"
    assert roles["CharLM.generate"] == "inference"
    assert "CharLM.forward" not in roles


def test_tensors_that_come_in_from_another_file_move_a_file_that_imports_nothing():
    found = analyze_project(
        project(
            metrics="def accuracy(output, target):\n    return (output.argmax(1) == target).float().mean()\n",
            train=(
                "import torch\nfrom metrics import accuracy\n"
                "x = torch.randn(3, 4)\ny = torch.zeros(3)\nprint(accuracy(x, y))\n"
            ),
        )
    )
    file = analysis_of("metrics.py", found)
    assert not file.kept
    assert "train.py:5" in file.units[0].reason


def test_a_file_that_makes_a_model_moves_even_without_an_import_of_torch():
    found = analyze_project(
        project(
            net="from torch import nn\n\nclass Net(nn.Module):\n    def forward(self, x):\n        return x\n",
            run="from net import Net\n\nnet = Net()\nprint('made')\n",
        )
    )
    assert not analysis_of("run.py", found).kept


def test_numpy_code_with_tensor_like_methods_is_kept():
    found = analyze_project(
        project(a="import numpy as np\n\ndef f(x):\n    x = np.asarray(x)\n    return x.reshape(-1).sum(axis=0)\n")
    )
    assert found.files[0].kept


def test_a_trainer_class_is_split_by_its_methods():
    found = analyze_project(
        project(
            t=(
                "import torch\n\nclass Trainer:\n"
                "    def __init__(self, net):\n        self.net = net\n"
                "        self.opt = torch.optim.SGD(net.parameters(), lr=0.1)\n"
                "    def fit(self, x):\n        loss = self.net(x).sum()\n        loss.backward()\n"
                "        self.opt.step()\n"
                "    def save(self, path):\n        torch.save(self.net.state_dict(), path)\n"
                "    def describe(self):\n        return 'trainer'\n"
            )
        )
    )
    roles = {unit.name: unit.role for unit in found.files[0].units}
    assert roles["Trainer"] == "mixed"
    assert roles["Trainer.fit"] == "training"
    assert roles["Trainer.save"] == "checkpoint"
    assert roles["Trainer.describe"] == "reusable"


def test_a_syntax_error_in_one_file_is_a_finding_there_and_the_rest_goes_on():
    found = analyze_project(project(good="import torch\nx = torch.ones(2)\n", bad="def f(:\n    pass\n"))
    bad = analysis_of("bad.py", found)
    assert [(finding.code, finding.line) for finding in bad.findings] == [("MF001", 1)]
    assert not bad.kept
    assert analysis_of("good.py", found).role == "model"


def test_code_made_at_run_time_is_pointed_out():
    found = analyze_project(project(a="import importlib\nname = input()\nm = importlib.import_module(name)\n"))
    assert [finding.code for finding in found.files[0].findings] == ["MF007"]


def test_sources_that_are_not_read_and_weights_are_pointed_out():
    found = analyze_project(Project.from_files("p", {"a.ipynb": b"{}", "k.cu": b"", "w.pth": b"x" * 1000}))
    assert sorted(finding.code for finding in found.findings) == ["MF008", "MF008", "MF009"]


def test_an_empty_project_is_analyzed():
    found = analyze_project(Project.from_files("p", {}))
    assert found.share_reusable == 1.0
    assert found.files == ()


def test_every_line_belongs_to_at_most_one_unit_at_each_depth(digits):
    for file in digits.files:
        for unit in file.units:
            for other in file.units:
                apart = unit.end_line < other.line or other.end_line < unit.line
                nested = (unit.line <= other.line and other.end_line <= unit.end_line) or (
                    other.line <= unit.line and unit.end_line <= other.end_line
                )
                assert apart or nested, (unit, other)
