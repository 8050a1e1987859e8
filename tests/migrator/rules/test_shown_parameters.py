import pytest

from migrator.translation import translate_source

MODEL = "import torch\nimport torch.nn as nn\n\nnet = nn.BatchNorm1d(2)\nw = nn.Parameter(torch.ones(2))\n"


@pytest.mark.parametrize(
    ("shown", "becomes"),
    [
        ("print(w)", "print(w.value())"),
        ("print('w', w.data)", "print('w', w.value())"),
        ("text = f'{w} {w!r}'", "text = f'{w.value()} {w.value()!r}'"),
        ("text = str(w)", "text = str(w.value())"),
        ("print(net.running_mean)", "print(net.running_mean.value())"),
        ("print(w.shape, w * 2, w[0])", "print(w.shape, w * 2, w[0])"),
        ("print(net.bias)", "print(net.bias)"),
    ],
)
def test_a_parameter_is_shown_by_its_values(shown, becomes):
    assert translate_source(f"{MODEL}{shown}\n", target="cpu").code.splitlines()[-1] == becomes
