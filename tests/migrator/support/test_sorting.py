"""Medians and quantiles: torch's values and gradients, with NaNs and equal elements."""

import mindspore as ms
import numpy as np
import pytest
import torch
from mindspore import Tensor

from migrator.support import sorting

NAN = float("nan")
PLAIN = np.array([[3.0, 1.0, 4.0, 1.5], [0.5, 2.0, -1.0, 7.0]], np.float32)
HOLED = np.array([[3.0, NAN, 4.0, 1.5], [0.5, 2.0, -1.0, NAN]], np.float32)
EQUAL = np.array([[1.0, 2.0, 2.0, 2.0], [2.0, 0.0, 3.0, 5.0]], np.float32)


@pytest.mark.parametrize("values", [PLAIN, HOLED], ids=["plain", "holed"])
@pytest.mark.parametrize(
    ("original", "ours"),
    [
        pytest.param(torch.median, sorting.median, id="median"),
        pytest.param(torch.nanmedian, sorting.nanmedian, id="nanmedian"),
        pytest.param(lambda x: torch.quantile(x, 0.4), lambda x: sorting.quantile(x, 0.4), id="quantile"),
        pytest.param(lambda x: torch.nanquantile(x, 0.4), lambda x: sorting.nanquantile(x, 0.4), id="nanquantile"),
        pytest.param(
            lambda x: torch.nanquantile(x, torch.tensor([0.2, 0.9]), 1, keepdim=True),
            lambda x: sorting.nanquantile(x, ms.tensor([0.2, 0.9]), 1, True),
            id="nanquantile of rows",
        ),
        pytest.param(
            lambda x: torch.quantile(x, 0.7, 0, interpolation="lower"),
            lambda x: sorting.quantile(x, 0.7, 0, interpolation="lower"),
            id="quantile of columns",
        ),
    ],
)
def test_values_and_gradients_are_torchs(original, ours, values):
    theirs = torch.tensor(values, requires_grad=True)
    expected = original(theirs)
    expected.sum().backward()
    np.testing.assert_allclose(ours(Tensor(values)).asnumpy(), expected.detach().numpy(), rtol=1e-6)
    slope = ms.grad(lambda x: ours(x).sum())(Tensor(values)).asnumpy()
    if not np.isnan(expected.detach().numpy()).any():
        np.testing.assert_allclose(slope, theirs.grad.numpy(), rtol=1e-5)


@pytest.mark.parametrize(("original", "ours"), [(torch.median, sorting.median), (torch.nanmedian, sorting.nanmedian)])
def test_equal_elements_share_a_medians_gradient(original, ours):
    theirs = torch.tensor(EQUAL, requires_grad=True)
    original(theirs).backward()
    np.testing.assert_allclose(ms.grad(ours)(Tensor(EQUAL)).asnumpy(), theirs.grad.numpy(), rtol=1e-6)
