import pytest

from migrator.translation import translate_source


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("if n:\n    f()\nelse:\n    net.cuda()\ng()\n", "if n:\n    f()\ng()\n"),
        ("if n:\n    f()\nelse:  # move\n    net.cuda()\n    net.cuda()\ng()\n", "# move\nif n:\n    f()\ng()\n"),
        ("if n:\n    f()\nelse: net.cuda()\ng()\n", "if n:\n    f()\ng()\n"),
        ("if n:\n    f()\nelif m:\n    net.cuda()\ng()\n", "if n:\n    f()\ng()\n"),
        ("if n:\n    f()\nelif m:\n    f()\nelse:\n    net.cuda()\ng()\n", "if n:\n    f()\nelif m:\n    f()\ng()\n"),
        ("if n:\n    net.cuda()\nelse:\n    f()\ng()\n", "if not n:\n    f()\ng()\n"),
        ("for n in m:\n    f()\nelse:\n    net.cuda()\ng()\n", "for n in m:\n    f()\ng()\n"),
        ("if n:\n    f()\nelse:\n    net.cuda()\n    h()\ng()\n", "if n:\n    f()\nelse:\n    h()\ng()\n"),
        ("if n:\n    f()\nelse:\n    net.cuda()", "if n:\n    f()\n"),
    ],
)
def test_what_is_taken_out_leaves_no_empty_else(source, expected):
    code = translate_source(f"import torch\n\nnet = torch.nn.Linear(1, 1)\n\n{source}", target="cpu").code
    assert code.endswith(f"\n\n{expected}")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("if n is None:\n    net.cuda()\nelse:  # it\n    f()\n", "# it\nif n is not None:\n    f()\n"),
        ("if not n:\n    net.cuda()\nelse:\n    f()\n", "if n:\n    f()\n"),
        ("if n or m:\n    net.cuda()\nelse:\n    f()\n", "if not (n or m):\n    f()\n"),
        ("if n:\n    f()\nelif m:\n    net.cuda()\nelse:\n    f()\n", "if n:\n    f()\nelif not m:\n    f()\n"),
        ("if n: net.cuda()\nelse: f()\n", "if n: pass\nelse: f()\n"),
        (
            "if n:\n    if torch.cuda.is_available():\n        f()\n    else:\n        net.cuda()\nelse:\n    f()\n",
            "if not n:\n    f()\n",
        ),
    ],
)
def test_a_branch_of_which_nothing_is_left_makes_way_for_the_other(source, expected):
    code = translate_source(f"import torch\n\nnet = torch.nn.Linear(1, 1)\n\n{source}", target="cpu").code
    assert code.endswith(f"\n\n{expected}")
