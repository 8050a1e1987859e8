"""In-place methods on what another function or the module holds, and statements that set what is so anyway."""

import numpy as np

from migrator import translate_source

CLOSURES = """import torch

x = torch.ones(3) * 3

def limit():
    x.clamp_(0, 1)

def double():
    def inner():
        y.mul_(2)
    y = torch.ones(2)
    inner()
    y.add_(1)
    return y

def own(z):
    z.mul_(2)
    return z

limit()
result = torch.cat([x, double(), own(torch.ones(1))])
"""


def run(source):
    scope = {"__name__": "translated"}
    exec(compile(translate_source(source, target="cpu").code, "translated", "exec"), scope)
    return scope["result"]


def test_a_tensor_of_the_function_around_is_written_into():
    assert np.array_equal(run(CLOSURES).asnumpy(), [1, 1, 1, 3, 3, 2])


def test_a_default_that_is_so_anyway_is_not_set():
    source = (
        "import torch\n\nif torch.cuda.is_available():\n    torch.set_default_tensor_type(torch.cuda.FloatTensor)\n"
        "else:\n    torch.set_default_tensor_type('torch.FloatTensor')\nprint(torch.ones(2))\n"
    )
    result = translate_source(source, target="cpu")
    assert "set_default" not in result.code and not result.findings


def test_another_default_is_left_with_a_finding():
    result = translate_source("import torch\n\ntorch.set_default_dtype(torch.float64)\n", target="cpu")
    assert [finding.code for finding in result.findings] == ["MF111"]
