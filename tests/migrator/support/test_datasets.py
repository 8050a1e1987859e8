import mindspore as ms
import pytest
import torch
from mindspore import Tensor
from torch.utils import data as torch_data

from migrator.support import datasets


class Numbers:
    def __init__(self, count, start=0):
        self.count, self.start = count, start

    def __len__(self):
        return self.count

    def __getitem__(self, index):
        if index >= self.count:
            raise IndexError(index)
        return self.start + index


def test_a_tensor_dataset_gives_tuples_of_rows():
    rows = datasets.TensorDataset(Tensor([[1, 2], [3, 4], [5, 6]]), Tensor([7, 8, 9]))
    first, second = rows[1]
    assert len(rows) == 3
    assert first.asnumpy().tolist() == [3, 4]
    assert int(second) == 8


def test_a_tensor_dataset_of_unequal_tensors_is_refused_as_torch_does():
    with pytest.raises(AssertionError, match="Size mismatch"):
        datasets.TensorDataset(Tensor([1, 2]), Tensor([1]))


@pytest.mark.parametrize("index", [0, 2, 3, 7, -1, -8])
def test_a_concatenation_finds_the_item_that_torch_finds(index):
    parts = [Numbers(3), Numbers(5, start=100)]
    assert datasets.ConcatDataset(parts)[index] == torch_data.ConcatDataset(parts)[index]


def test_a_concatenation_ends_where_torch_s_ends():
    parts = [Numbers(3), Numbers(5)]
    for kind in (datasets.ConcatDataset, torch_data.ConcatDataset):
        with pytest.raises((ValueError, IndexError)):
            kind(parts)[-9]


@pytest.mark.parametrize("lengths", [[7, 3], [0.7, 0.3], [0.5, 0.25, 0.25], [1 / 3, 2 / 3], [10]])
def test_a_split_has_torch_s_lengths_and_every_item_once(lengths):
    ours = datasets.random_split(Numbers(10), lengths)
    theirs = torch_data.random_split(Numbers(10), lengths)
    assert [len(part) for part in ours] == [len(part) for part in theirs]
    assert sorted(item for part in ours for item in (part[i] for i in range(len(part)))) == list(range(10))


def test_a_split_that_does_not_add_up_is_refused_as_torch_does():
    for split in (datasets.random_split, torch_data.random_split):
        with pytest.raises(ValueError, match="Sum of input lengths"):
            split(Numbers(10), [5, 4])


def test_a_split_is_repeated_by_a_generator_of_the_same_seed():
    def split(seed):
        parts = datasets.random_split(Numbers(50), [40, 10], generator=datasets.Generator().manual_seed(seed))
        return parts[0].indices

    assert split(3) == split(3)
    assert split(3) != split(4)


def test_a_generator_s_stream_goes_on():
    generator = datasets.Generator().manual_seed(1)
    assert datasets.permutation(50, generator) != datasets.permutation(50, generator)


@pytest.mark.parametrize("seed", [0, -1, 2**63, 67280421310721])
def test_a_generator_takes_any_seed(seed):
    assert sorted(datasets.permutation(5, datasets.Generator().manual_seed(seed))) == list(range(5))


@pytest.mark.parametrize("drop_last", [True, False])
@pytest.mark.parametrize("size", [1, 3, 4, 10, 11])
def test_batches_of_indices_are_torch_s(size, drop_last):
    ours = datasets.BatchSampler(datasets.SequentialSampler(Numbers(10)), size, drop_last)
    theirs = torch_data.BatchSampler(torch_data.SequentialSampler(Numbers(10)), size, drop_last)
    assert list(ours) == list(theirs)
    assert len(ours) == len(theirs)


@pytest.mark.parametrize(("replacement", "count"), [(False, None), (True, None), (True, 4), (False, 4), (False, 25)])
def test_a_random_sampler_draws_as_many_indices_as_torch_s(replacement, count):
    ours = list(datasets.RandomSampler(Numbers(10), replacement=replacement, num_samples=count))
    theirs = list(torch_data.RandomSampler(Numbers(10), replacement=replacement, num_samples=count))
    assert len(ours) == len(theirs)
    assert set(ours) <= set(range(10))
    if not replacement and count is None:
        assert sorted(ours) == sorted(theirs)


def test_a_subset_sampler_gives_each_of_its_indices_once():
    assert sorted(datasets.SubsetRandomSampler([4, 8, 15])) == [4, 8, 15]


def test_weights_decide_how_often_an_index_is_drawn():
    drawn = list(datasets.WeightedRandomSampler([0.0, 1.0, 3.0], 4000))
    assert len(drawn) == 4000
    assert 0 not in drawn
    assert 2.5 < drawn.count(2) / drawn.count(1) < 3.6
    assert set(torch_data.WeightedRandomSampler([0.0, 1.0, 3.0], 100)) <= {1, 2}


def test_without_replacement_no_index_comes_twice():
    drawn = list(datasets.WeightedRandomSampler(torch.ones(6).tolist(), 6, replacement=False))
    assert sorted(drawn) == list(range(6))


def test_a_chain_goes_through_its_parts_in_order():
    chain = datasets.ChainDataset([range(2), range(5, 7)])
    assert list(chain) == [0, 1, 5, 6]
    assert len(chain) == 4


def test_every_permutation_is_another_and_comes_again_after_the_seed():
    runs = []
    for seed in (1, 1, 2):
        ms.set_seed(seed)
        runs.append([datasets.permutation(50) for _ in range(3)])
    assert runs[0] == runs[1]
    assert runs[0] != runs[2]
    assert all(sorted(order) == list(range(50)) for order in runs[0])
    assert len({tuple(order) for order in (*runs[0], *runs[2])}) == 6
    assert datasets.randperm(0).shape == (0,)
    assert datasets.randperm(4, dtype=ms.int32).dtype == ms.int32


def test_a_generators_permutations_are_its_own():
    drawn = [datasets.permutation(20, datasets.Generator().manual_seed(seed)) for seed in (3, 3, 4)]
    assert drawn[0] == drawn[1] != drawn[2]
    generator = datasets.Generator().manual_seed(3)
    assert datasets.permutation(20, generator) != datasets.permutation(20, generator)


def test_drawing_with_replacement_goes_no_further_than_asked():
    drawn = iter(datasets.RandomSampler(range(7), replacement=True, num_samples=10**10))
    assert all(0 <= next(drawn) < 7 for _ in range(40))
    assert len(list(datasets.RandomSampler(range(7), replacement=True, num_samples=70))) == 70
