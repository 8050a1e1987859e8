"""A program that writes NaN keeps it."""

import numpy as np
import pytest
import torch
from mindspore import Tensor, mint, ops

from migrator import translate_source
from migrator.support.arithmetic import keep_nan

VALUES = np.array([[1.0, np.nan, -2.0], [0.5, -1.0, 3.0]], np.float32)


@pytest.mark.parametrize(
    ("original", "ours"),
    [
        (torch.relu, lambda x: keep_nan(ops.relu(x), x)),
        (lambda x: torch.softmax(x, 1), lambda x: keep_nan(mint.softmax(x, 1), x, 1)),
        (lambda x: x.amax(0), lambda x: keep_nan(ops.amax(x, 0), x, 0)),
        (lambda x: x.max(), lambda x: keep_nan(mint.max(x), x)),
    ],
    ids=["relu", "softmax", "amax", "max"],
)
def test_nan_stands_where_torch_has_it(original, ours):
    np.testing.assert_allclose(ours(Tensor(VALUES)).asnumpy(), original(torch.tensor(VALUES)).numpy(), rtol=1e-5)


def test_layers_keep_it_too():
    code = "import torch\nx = torch.tensor([float('nan')])\nlayer = torch.nn.ReLU()\ny = layer(x)\n"
    assert "y = keep_nan(layer(x), x)" in translate_source(code, target="cpu").code


def test_programs_that_do_not_write_it_stay_plain():
    code = "import torch\nx = torch.tensor([1.0])\ny = torch.relu(x)\nif torch.isnan(y):\n    print('a nan loss')  # a nan\n"
    assert "keep_nan" not in translate_source(code, target="cpu").code


def test_the_dimension_of_a_method_is_written_once():
    code = "import torch\nx = torch.tensor([[float('nan')]])\ny = x.log_softmax(-1)\n"
    assert "y = keep_nan(ops.log_softmax(x, axis=-1), x, -1)" in translate_source(code, target="cpu").code
