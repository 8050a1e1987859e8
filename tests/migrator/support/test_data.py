"""The loader offers what torch's offers."""

import numpy as np
import pytest
from mindspore import Tensor, ops

from migrator.support.data import DataLoader, default_collate
from migrator.support.datasets import AnyDataset, AnyIterableDataset, RandomSampler, SequentialSampler, TensorDataset


def test_a_loader_without_samplers_shows_those_that_it_works_like():
    loader = DataLoader(range(5), batch_size=2)
    assert isinstance(loader.sampler, SequentialSampler)
    assert list(loader.batch_sampler) == [[0, 1], [2, 3], [4]]
    assert isinstance(DataLoader(range(5), shuffle=True).sampler, RandomSampler)
    assert DataLoader(range(5), batch_size=None).batch_sampler is None


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64, np.bool_, np.uint8])
def test_tensors_are_stacked_in_their_own_dtype(dtype):
    batch = default_collate([Tensor(np.array([1, 0], dtype)), Tensor(np.array([0, 1], dtype))])
    assert batch.asnumpy().tolist() == np.array([[1, 0], [0, 1]], dtype).tolist()
    assert batch.asnumpy().dtype == dtype


def test_data_sets_are_known_by_what_they_can():
    class Numbers:
        def __iter__(self):
            return iter(range(3))

    rows = TensorDataset(Tensor(np.ones((2, 3), np.float32)))
    assert isinstance(rows, AnyDataset)
    assert isinstance(Numbers(), AnyIterableDataset)
    assert not isinstance(rows, AnyIterableDataset)
    plain = [Tensor(np.ones(2)), [1, 2], {"a": 1}, "text", range(3), DataLoader(rows)]
    assert not any(isinstance(value, AnyDataset) for value in plain)


class Fetching(list):
    asked = ()

    def __getitems__(self, indices):
        self.asked += (indices,)
        return [self[index] for index in indices]


def test_items_are_fetched_at_once_where_the_data_set_offers_it():
    items = Fetching(range(5))
    assert [batch.asnumpy().tolist() for batch in DataLoader(items, batch_size=2, drop_last=True)] == [[0, 1], [2, 3]]
    assert [batch.asnumpy().tolist() for batch in DataLoader(items, batch_sampler=[[4, 0]])] == [[4, 0]]
    assert items.asked == ([0, 1], [2, 3], [4, 0])


def test_tensors_of_different_shapes_are_no_batch():
    with pytest.raises(RuntimeError, match="equal size"):
        default_collate([ops.ones(2), ops.ones(3)])
