"""Writes into parts of a tensor reach the whole tensor."""

import ast

import numpy as np
import pytest
import torch

from migrator import translate_source
from migrator.support.gradients import record_gradients
from tests.migrator.recording import stop_recording

WRITES = [
    "x[i].copy_(torch.ones(4, 5))",
    "x[i + 1].copy_(row)",
    "x[:, i:i + n].copy_(torch.ones(2, 5) * 2.5)",
    "x[i].narrow(0, 0, n).copy_(row)",
    "x[i][0].narrow(0, 1, n).fill_(7)",
    "x.narrow(1, i, n).zero_()",
    "x.select(0, i).add_(2)",
    "x.select(1, 3)[1:].mul_(3)",
    "x[i].narrow(0, i, x[i].size(0) - i).fill_(1)",
    "x.narrow(0, 1, 2).narrow(1, i, n + 1).div_(4)",
    "x.narrow(-1, 1, 2).copy_(row[:2])",
    "x[i].narrow(-2, i, n).fill_(3)",
    "x.select(-1, i).add_(2)",
    "x.narrow(-1, 1, 2)[0].zero_()",
    "x.narrow(-1, 1, 2).select(0, i).mul_(3)",
    "whole.narrow(0, 0, 1).copy_(row)",
]


@pytest.mark.parametrize("write", WRITES)
def test_the_whole_tensor_has_what_was_written(write: str):
    program = (
        "import torch\n\nx = torch.arange(60.0).reshape(3, 4, 5)\nwhole = torch.zeros(2, 5, dtype=torch.int64)\n"
        f"i = 1\nn = 2\nrow = torch.arange(5.0) + 0.5\n{write}\n"
    )
    result = translate_source(program, target="cpu")
    assert not [finding for finding in result.findings if finding.severity.value != "info"]
    ours: dict = {}
    theirs: dict = {}
    record_gradients()
    exec(compile(ast.parse(result.code), "translated", "exec"), ours)
    stop_recording()
    exec(program, theirs)
    assert isinstance(theirs["x"], torch.Tensor)
    for name in ("x", "whole"):
        np.testing.assert_array_equal(ours[name].asnumpy(), theirs[name].numpy())


def test_a_gradient_goes_on_through_what_was_written():
    program = (
        "import torch\n\nlayer = torch.nn.Linear(2, 2)\nout = torch.zeros(3, 4)\n"
        "for i in range(3):\n    out[i].narrow(0, 1, 2).copy_(layer(torch.ones(2)))\n"
        "loss = out.sum()\nloss.backward()\nprint(layer.weight.grad)\n"
    )
    code = translate_source(program, target="cpu").code
    assert "    out[i, 1:3] = layer(ops.ones(2))" in code


def test_a_list_of_tensors_is_not_assigned_to():
    program = "import torch\n\nrows = [torch.zeros(2), torch.zeros(2)]\nrows[0].copy_(torch.ones(2))\n"
    assert "rows[0] = torch.ones" not in translate_source(program, target="cpu").code
