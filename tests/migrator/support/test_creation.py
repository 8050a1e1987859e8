"""Tensors made as torch makes them."""

import mindspore as ms
import numpy as np
import pytest
from mindspore import Tensor

from migrator.support.creation import new_tensor_of


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        ((2, 3), np.zeros((2, 3))),
        ((), np.zeros(0)),
        (([1, 2],), np.array([1, 2])),
        (((3,),), np.array([3])),
        ((np.array([1.5, 2.5]),), np.array([1.5, 2.5])),
    ],
)
def test_new_takes_a_shape_or_data(data, wanted):
    made = new_tensor_of(Tensor([1.0], ms.float16), *data)
    assert made.dtype == ms.float16
    np.testing.assert_array_equal(made.asnumpy(), wanted)
