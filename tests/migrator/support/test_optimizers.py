"""Optimizers with torch's arguments."""

import numpy as np
import pytest
import torch
from mindspore import Parameter, Tensor

from migrator.support.optimizers import AdamWithOptions, AdamWWithOptions, SGDWithOptions

PAIRS = [(SGDWithOptions, torch.optim.SGD), (AdamWithOptions, torch.optim.Adam), (AdamWWithOptions, torch.optim.AdamW)]


@pytest.mark.parametrize(("ours", "theirs"), PAIRS)
@pytest.mark.parametrize("options", [{}, {"lr": 0.1, "fused": None, "foreach": False, "weight_decay": 0.1}])
def test_options_that_choose_an_implementation_change_nothing(ours, theirs, options):
    start, gradient = np.array([1.0, -2.0], np.float32), np.array([0.5, 0.25], np.float32)
    weight = torch.nn.Parameter(torch.from_numpy(start.copy()))
    weight.grad = torch.from_numpy(gradient)
    theirs([weight], **options).step()
    parameter = Parameter(Tensor(start), name="w")
    ours([parameter], **options)((Tensor(gradient),))
    np.testing.assert_allclose(parameter.asnumpy(), weight.detach().numpy(), rtol=1e-6)
