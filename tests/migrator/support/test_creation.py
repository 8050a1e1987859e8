"""Tensors made as torch makes them."""

import mindspore as ms
import numpy as np
import pytest
from mindspore import Tensor

from migrator import translate_source
from migrator.support.creation import (
    coalesced,
    dense_of_coordinates,
    new_tensor_of,
    resize_,
    sparse_indices,
    sparse_values,
    tensor,
    typed_tensor,
)


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


def test_coalescing_orders_coordinates_and_adds_up_what_is_at_one_place():
    indices = Tensor(np.array([[2, 0, 0, 2], [1, 1, 0, 1]]))

    def weighed(values):
        made = coalesced(dense_of_coordinates(indices, values, (3, 3)))
        return (sparse_values(made) * Tensor([1.0, 10.0, 100.0])).sum()

    values = Tensor(np.array([1, 2, 3, 4], np.float32))
    made = coalesced(dense_of_coordinates(indices, values, (3, 3)))
    np.testing.assert_array_equal(sparse_indices(made).asnumpy(), [[0, 0, 2], [0, 1, 1]])
    np.testing.assert_array_equal(sparse_values(made).asnumpy(), [3, 2, 5])
    np.testing.assert_array_equal(made.asnumpy(), [[3, 2, 0], [0, 0, 0], [0, 5, 0]])
    np.testing.assert_array_equal(ms.grad(weighed)(values).asnumpy(), [100, 10, 1, 100])
    plain = Tensor([[1.0]])
    assert coalesced(plain) is plain


@pytest.mark.parametrize(
    ("data", "wanted"),
    [((1, 0, 1), [1, 0, 1]), (3, [0, 0, 0]), (np.array([1.5]), [1.5]), (Tensor([2]), [2]), ([[1, 2]], [[1, 2]])],
)
def test_a_typed_tensor_of_a_tuple_has_its_elements(data, wanted):
    made = typed_tensor(data, ms.float32)
    assert made.dtype == ms.float32
    np.testing.assert_array_equal(made.asnumpy(), np.array(wanted, np.float32))


def test_a_tuple_by_a_name_that_is_no_sizes_is_data():
    code = "import torch\n\ndef collect(batch, shape):\n    return torch.Tensor(batch.mask), torch.LongTensor(shape)\n"
    translated = translate_source(code, target="cpu").code
    assert "return typed_tensor(batch.mask, ms.float32), LongTensor(shape)" in translated


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        ([1.5, 2.5], ms.float32),
        ([np.float32(1.5), 2.5], ms.float32),
        ([2.5, np.float64(1.5)], ms.float64),
        ([[2.5], [np.float64(1.5)]], ms.float64),
        ([np.array([1.5, 2.5])], ms.float64),
    ],
)
def test_numbers_of_double_precision_keep_it_among_pythons_own(data, wanted):
    assert tensor(data).dtype == wanted


def test_what_a_gradient_was_taken_with_is_resized_for_all_who_hold_it():
    x = held = Tensor(np.arange(12.0).reshape(4, 3), ms.float32)
    gradient = ms.value_and_grad(lambda y: (y * y).sum(), 0)
    gradient(x)
    assert resize_(x, 4, 3) is held
    resize_(x, (2, 3))
    assert held.shape == (2, 3)
    assert np.array_equal(gradient(held)[1].asnumpy(), 2 * np.arange(6.0).reshape(2, 3))
