import pytest

from migrator.analysis import analyze_project
from migrator.project import Project

TRAINS = "import torch\nw = torch.zeros(1, requires_grad=True)\n(w * 2).sum().backward()\n"


def points(**files):
    contents = {name.replace("__", "."): text.encode() for name, text in files.items()}
    return analyze_project(Project.from_files("p", contents)).entry_points


def test_a_script_that_trains_at_its_top_level_is_found():
    (point,) = points(train__py=TRAINS)
    assert point.path == "train.py"
    assert "trains at its top level (line 3)" in point.reason


def test_a_main_guard_is_found_and_training_is_followed_into_other_files():
    (point,) = points(
        main__py="from engine import fit\nif __name__ == '__main__':\n    fit()\n",
        engine__py="import torch\ndef fit():\n    x = torch.ones(1, requires_grad=True).sum()\n    x.backward()\n",
    )
    assert point.path == "main.py"
    assert point.trains
    assert "engine.py:4" in point.reason


def test_training_is_followed_through_the_methods_of_a_class():
    (point,) = points(
        run__py="from t import Trainer\ntrainer = Trainer()\nif '__main__' == __name__:\n    trainer.fit()\n",
        t__py="import torch\nclass Trainer:\n    def fit(self):\n        torch.ones(1).sum().backward()\n",
    )
    assert point.path == "run.py"


def test_a_script_that_calls_its_training_function_at_its_top_level_is_found():
    (point,) = points(
        run__py="import torch\ndef step():\n    torch.ones(1).sum().backward()\nfor _ in range(3):\n    step()\n",
    )
    assert "trains at its top level (line 5)" in point.reason


def test_a_demo_in_a_model_file_is_left_out_where_another_script_trains():
    found = points(
        train__py=TRAINS,
        model__py="import torch\nif __name__ == '__main__':\n    print(torch.ones(1))\n",
    )
    assert [point.path for point in found] == ["train.py"]


def test_several_scripts_that_train_come_with_the_readme_s_first():
    found = points(
        a_train__py=TRAINS, b_train__py=TRAINS, README__md="Run\n\n    python b_train.py --epochs 3 \\\n      --lr 1\n"
    )
    assert [point.path for point in found] == ["b_train.py", "a_train.py"]
    assert found[0].command == "--epochs 3 --lr 1"
    assert "README.md line 3 runs it" in found[0].reason


def test_mindferry_toml_comes_first():
    found = points(train__py=TRAINS, other__py=TRAINS, mindferry__toml='[run]\nentry = "other.py"\nargs = "--fast"\n')
    assert found[0].path == "other.py"
    assert found[0].command == "--fast"


def test_a_broken_mindferry_toml_is_a_finding():
    found = analyze_project(Project.from_files("p", {"train.py": TRAINS.encode(), "mindferry.toml": b"[run\n"}))
    assert [finding.code for finding in found.findings] == ["MF005"]
    assert [point.path for point in found.entry_points] == ["train.py"]


def test_tests_and_setup_are_no_programs():
    found = points(**{"tests/test_a__py": TRAINS, "setup__py": "print(1)\nif __name__ == '__main__':\n    pass\n"})
    assert found == ()


def test_no_entry_point_is_a_finding():
    found = analyze_project(Project.from_files("p", {"lib.py": b"def f():\n    return 1\n"}))
    assert [finding.code for finding in found.findings] == ["MF006"]


@pytest.mark.parametrize(
    "command", ["python -m pkg.train --x 1", "$ python3 pkg/train.py --x 1", "torchrun pkg/train.py --x 1"]
)
def test_readme_commands_are_read_in_their_usual_forms(command):
    (point,) = points(**{"pkg/train__py": TRAINS, "README__md": f"```\n{command}\n```\n"})
    assert point.command == "--x 1"


def test_argparse_arguments_are_listed_with_their_defaults():
    (point,) = points(
        train__py=(
            "import argparse\nimport os\n" + TRAINS + "def get():\n    p = argparse.ArgumentParser()\n"
            "    p.add_argument('data', help='the folder')\n"
            "    p.add_argument('--lr', '-l', type=float, default=1e-3)\n"
            "    p.add_argument('--opt', choices=['sgd', 'adam'], default='sgd')\n"
            "    p.add_argument('--cuda', action='store_true')\n"
            "    p.add_argument('--jobs', type=int, default=os.cpu_count())\n"
            "    p.add_argument('--name', required=True)\n"
            "    return p.parse_args()\n"
            "args = get()\n"
        )
    )
    found = {argument.flags[0]: argument for argument in point.arguments}
    assert found["data"].help == "the folder"
    assert found["--lr"].flags == ("--lr", "-l")
    assert found["--lr"].default == 1e-3
    assert found["--opt"].choices == ("sgd", "adam")
    assert found["--cuda"].default is False
    assert found["--jobs"].default == "os.cpu_count()"
    assert found["--name"].required


def test_arguments_are_found_in_the_file_that_makes_the_parser():
    (point,) = points(
        train__py="from options import get_args\n" + TRAINS + "args = get_args()\n",
        options__py="import argparse\ndef get_args():\n    p = argparse.ArgumentParser()\n    p.add_argument('--n')\n",
    )
    assert [argument.flags for argument in point.arguments] == [("--n",)]
