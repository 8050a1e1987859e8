"""Tensors made as torch makes them."""

import mindspore as ms
import numpy as np
import pytest
from mindspore import Tensor

from migrator.support.creation import dense_of_coordinates, new_tensor_of, sparse_indices, sparse_values


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        ((2, 3), np.zeros((2, 3))),
        ((), np.zeros(0)),
        (([1, 2],), np.array([1, 2])),
        (((3,),), np.zeros(3)),  # the shape of another tensor, a torch.Size in torch
        ((np.array([1.5, 2.5]),), np.array([1.5, 2.5])),
    ],
)
def test_new_takes_a_shape_or_data(data, wanted):
    made = new_tensor_of(Tensor([1.0], ms.float16), *data)
    assert made.dtype == ms.float16
    np.testing.assert_array_equal(made.asnumpy(), wanted)


def test_a_dense_stand_in_remembers_what_a_sparse_tensor_was_made_of():
    indices, values = np.array([[0, 1, 1], [2, 0, 0]]), np.array([0.0, 2.0, 3.0], np.float32)
    made = dense_of_coordinates(Tensor(indices), Tensor(values), (2, 3))
    np.testing.assert_array_equal(made.asnumpy(), [[0, 0, 0], [5, 0, 0]])
    np.testing.assert_array_equal(sparse_indices(made).asnumpy(), indices)
    np.testing.assert_array_equal(sparse_values(made).asnumpy(), values)


def test_a_dense_tensor_has_the_coordinates_where_it_is_not_zero():
    made = Tensor(np.array([[0.0, 4.0], [5.0, 0.0]], np.float32))
    np.testing.assert_array_equal(sparse_indices(made).asnumpy(), [[0, 1], [1, 0]])
    np.testing.assert_array_equal(sparse_values(made).asnumpy(), [4, 5])
