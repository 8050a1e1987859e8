"""Blank lines around what a translation took out."""

import pytest

from migrator import translate_source
from migrator.translation.spacing import close_gaps


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a = 1\n\n\nnet.cuda()\n\n\nb = 2\n", "a = 1\n\n\nb = 2\n"),
        ("a = 1\n\nnet.cuda()\nnet.cuda()\n\n\nb = 2\n", "a = 1\n\n\nb = 2\n"),
        ("def f():\n    net.cuda()\n\n    return 1\n", "def f():\n    return 1\n"),
        ("def f():\n\n    net.cuda()\n    return 1\n", "def f():\n\n    return 1\n"),
        ('a = """x:\n\n\n\ny"""\nnet.cuda()\n', 'a = """x:\n\n\n\ny"""\n'),
        ("a = 1\nnet.cuda()\n\nb = 2\n", "a = 1\n\nb = 2\n"),
    ],
)
def test_they_stand_on_one_side_only(source, expected):
    result = translate_source(f"import torch\n\nnet = torch.nn.Linear(1, 1)\n{source}", target="cpu")
    assert result.code == f"from mindspore import nn\n\nnet = nn.Dense(1, 1)\n{expected}"
    lines = result.code.count("\n")
    assert len(result.line_map) == lines and sorted(result.line_map[1:]) == list(result.line_map[1:])


@pytest.mark.parametrize("end", ["", "\n", "\n    ", "\n\n\n  \n    "])
def test_the_end_of_a_file_stays(end):
    code = f"def f():\n    return 1\n\n{end}"
    assert translate_source(f"{code}", target="cpu").code == code
    result = translate_source(f"import torch\nx = torch.ones(2)\n{end}", target="cpu")
    assert result.code == f"from mindspore import ops\nx = ops.ones(2)\n{end}"


def test_blank_lines_of_our_own_stay():
    text = "a\n\n\ndef f():\n\n    b\n"
    assert close_gaps(text, (1, 0, 0, 0, 0, 0)) == (text, (1, 0, 0, 0, 0, 0))
