"""Steps of cells, runs of rows and tests of closeness as torch has them."""

import mindspore as ms
import numpy as np
import pytest
import torch
from mindspore import Tensor

from migrator.support import primitives

ROWS = np.sin(np.arange(8, dtype=np.float32)).reshape(4, 2)


@pytest.mark.parametrize("reduce", ["sum", "mean", "prod", "max", "min"])
@pytest.mark.parametrize("lengths", [[1, 3], [2, 0, 2]], ids=str)
def test_runs_of_rows_are_reduced(reduce, lengths):
    expected = torch.segment_reduce(torch.tensor(ROWS), reduce, lengths=torch.tensor(lengths))
    found = primitives.segment_reduce(Tensor(ROWS), reduce, lengths=Tensor(lengths))
    np.testing.assert_allclose(found.asnumpy(), expected.numpy(), rtol=1e-5)


@pytest.mark.parametrize(("name", "gates"), [("gru_cell", 3), ("rnn_tanh_cell", 1), ("rnn_relu_cell", 1)])
def test_a_cell_takes_one_step(name, gates):
    weights = [np.cos(np.arange(2 * gates * 2, dtype=np.float32)).reshape(2 * gates, 2) for _ in range(2)]
    biases = [np.linspace(-1, 1, 2 * gates).astype(np.float32)] * 2
    arrays = [ROWS, ROWS[::-1].copy(), *weights, *biases]
    expected = getattr(torch, name)(*map(torch.tensor, arrays))
    found = getattr(primitives, name)(*map(Tensor, arrays))
    np.testing.assert_allclose(found.asnumpy(), expected.numpy(), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("actual", "expected", "options"),
    [
        ([1.0, 2.0], [1.0, 2.0], {}),
        ([1.0, 2.0], [1.0, 2.00001], {}),
        ([1.0, 2.0], [1.0, 2.1], {}),
        ([1.0, 2.0], [1.0, 2.1], {"rtol": 0.1, "atol": 0.0}),
        ([float("nan")], [float("nan")], {}),
        ([float("nan")], [float("nan")], {"equal_nan": True}),
        ([1.0], [1.0, 1.0], {}),
    ],
)
def test_closeness_is_asserted_as_torch_asserts_it(actual, expected, options):
    def passes(check, make):
        try:
            check(make(actual), make(expected), **options)
        except AssertionError:
            return False
        return True

    theirs = passes(torch.testing.assert_close, torch.tensor)
    assert passes(primitives.assert_close, lambda values: Tensor(values, ms.float32)) == theirs
