"""What a translated project gives away without being run."""

import pytest

from migrator.parity.statics import look_at, names_left_open


@pytest.mark.parametrize(
    "code",
    [
        "import numpy as np\nprint(np.ones(3), __file__, len(''))\n",
        "def f(a, *b, c=1, **d):\n    return [x for x in b if (y := x)] + [a, c, d, y]\n",
        "class A:\n    size = 3\n    def f(self):\n        return __class__, A, self.size\n",
        "def f():\n    global counter\n    counter = 1\ndef g():\n    return counter\n",
        "try:\n    import fast\nexcept ImportError as error:\n    print(error)\n    fast = None\nprint(fast)\n",
        "def outer():\n    x = 1\n    def inner():\n        nonlocal x\n        x += 1\n        return x\n    return inner\n",
        "with open('f') as f, open('g') as (g):\n    print(f, g)\nfor i, (j, k) in []:\n    print(i, j, k)\ndel i\n",
        "def late():\n    return later()\ndef later():\n    return 1\n",
        "from os.path import *\nprint(join('a', 'b'))\n",
        "print({k: v for k, v in {}.items()}, [lambda q: q])\n",
        "def f(x: 'int') -> 'str':\n    return x\n",
    ],
)
def test_names_that_are_bound_somewhere_are_not_reported(code):
    assert names_left_open(code.encode(), "a.py") == []


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("x = torch.ones(3)\n", "a.py:1: the name torch is not defined"),
        ("def f():\n    return nn.ReLU()\n", "a.py:2: the name nn is not defined"),
        ("class A(Base):\n    pass\n", "a.py:1: the name Base is not defined"),
        ("import torch\n", "a.py:1: torch is still imported"),
        ("def f():\n    from torch.nn import functional as F\n    return F\n", "a.py:2: torch.nn is still imported"),
        ("import torchvision.transforms as T\n", "a.py:1: torchvision.transforms is still imported"),
    ],
)
def test_open_names_are_reported_at_their_line(code, text):
    assert [str(problem) for problem in names_left_open(code.encode(), "a.py")] == [text]


def test_a_file_that_was_broken_before_is_told_apart(tmp_path):
    for name, files in (
        ("source", {"a.py": "x = (\n", "b.py": "x = 1\n"}),
        ("translated", {"a.py": "x = (\n", "b.py": "x = )\n"}),
    ):
        (tmp_path / name).mkdir()
        for path, text in files.items():
            (tmp_path / name / path).write_text(text)

    found = look_at(tmp_path / "translated", tmp_path / "source")

    assert found.broken_before == ("a.py",)
    assert [problem.path for problem in found.broken] == ["b.py"]


def test_a_module_of_the_program_may_be_called_as_a_package_of_pytorch(tmp_path):
    (tmp_path / "torchtext").mkdir()
    (tmp_path / "torchtext" / "__init__.py").write_text("")
    (tmp_path / "train.py").write_text("import torchtext\nimport torchvision\n")
    found = look_at(tmp_path, tmp_path).unresolved
    assert [problem.text for problem in found] == ["torchvision is still imported"]
