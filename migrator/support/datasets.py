"""torch's ready-made data sets and samplers, over MindSpore tensors."""

from __future__ import annotations

import bisect
import itertools
import math

import numpy as np
from mindspore import Tensor, nn, ops


class Generator:
    """torch's ``Generator``: a stream of random numbers of its own, so that a split or an order can be repeated.

    The numbers are MindSpore's and not torch's; the same seed gives the same numbers again.
    """

    def __init__(self, device=None):
        self.first_seed = 67280421310721
        self.drawn = 0

    def manual_seed(self, seed):
        self.first_seed = int(seed)
        self.drawn = 0
        return self

    def initial_seed(self):
        return self.first_seed

    def seed(self):
        return self.manual_seed(int(ops.randint(1, 2**31 - 1, (1,)).asnumpy()[0])).first_seed

    def get_state(self):
        return Tensor(np.array([self.first_seed, self.drawn], np.int64))

    def set_state(self, new_state):
        self.first_seed, self.drawn = (int(number) for number in new_state.asnumpy())

    @property
    def device(self):
        return "cpu"

    def next_seed(self):
        """A seed for the next draw, never 0, which MindSpore reads as no seed."""
        self.drawn += 1
        return (self.first_seed * 1_000_003 + self.drawn) % (2**31 - 1) + 1


def permutation(count, generator=None):
    """The numbers 0 to ``count`` - 1 in random order, as a list of Python ints."""
    return randperm(count, generator).asnumpy().tolist()


def randperm(n, generator=None, dtype=None):
    """torch.randperm: another order at every call, where MindSpore's own gives the same one unless it gets a seed."""
    if generator is not None:
        drawn = ops.randperm(n, seed=generator.next_seed())
    else:
        drawn = ops.shuffle(Tensor(np.arange(n))) if n else Tensor(np.zeros(0, np.int64))
    return drawn if dtype is None else drawn.astype(dtype)


class TensorDataset:
    """torch's ``TensorDataset``: item i is the tuple of the i-th rows of all tensors."""

    def __init__(self, *tensors):
        if any(tensor.shape[0] != tensors[0].shape[0] for tensor in tensors):
            raise AssertionError("Size mismatch between tensors")
        self.tensors = tensors

    def __getitem__(self, index):
        return tuple(tensor[index] for tensor in self.tensors)

    def __len__(self):
        return self.tensors[0].shape[0]


class Subset:
    """torch's ``Subset``: the items of a data set at the given indices."""

    def __init__(self, dataset, indices):
        self.dataset = dataset
        self.indices = indices

    def __getitem__(self, index):
        if isinstance(index, list):
            return [self.dataset[self.indices[position]] for position in index]
        return self.dataset[self.indices[index]]

    def __len__(self):
        return len(self.indices)


class ConcatDataset:
    """torch's ``ConcatDataset``: several data sets, one after the other."""

    def __init__(self, datasets):
        self.datasets = list(datasets)
        self.cumulative_sizes = list(itertools.accumulate(len(dataset) for dataset in self.datasets))

    def __len__(self):
        return self.cumulative_sizes[-1]

    def __getitem__(self, index):
        if index < -len(self):
            raise ValueError("absolute value of index should not exceed dataset length")
        if index >= len(self):
            raise IndexError("list index out of range")
        index = index + len(self) if index < 0 else index
        place = bisect.bisect_right(self.cumulative_sizes, index)
        return self.datasets[place][index - (self.cumulative_sizes[place - 1] if place else 0)]


class StackDataset:
    """torch's ``StackDataset``: item i is the tuple (or, from named data sets, the dictionary) of all the i-th items."""

    def __init__(self, *args, **kwargs):
        self.datasets = args or kwargs
        parts = list(self.datasets.values()) if isinstance(self.datasets, dict) else self.datasets
        if len({len(part) for part in parts}) != 1:
            raise ValueError("Size mismatch between datasets")
        self._length = len(parts[0])

    def __getitem__(self, index):
        if isinstance(self.datasets, dict):
            return {name: dataset[index] for name, dataset in self.datasets.items()}
        return tuple(dataset[index] for dataset in self.datasets)

    def __len__(self):
        return self._length


class ChainDataset:
    """torch's ``ChainDataset``: iterable data sets, one after the other."""

    def __init__(self, datasets):
        self.datasets = datasets

    def __iter__(self):
        for dataset in self.datasets:
            yield from dataset

    def __len__(self):
        return sum(len(dataset) for dataset in self.datasets)


def joined_datasets(first, second):
    """torch's ``first + second`` of data sets: one after the other."""
    indexed = hasattr(first, "__getitem__") and hasattr(second, "__getitem__")
    return ConcatDataset([first, second]) if indexed else ChainDataset([first, second])


class LooksLikeDataset(type):
    """Takes for an instance what has items by number, or gives them one by one, and is no plain container."""

    def __instancecheck__(cls, value):
        plain = isinstance(value, Tensor | np.ndarray | list | tuple | dict | set | str | bytes | range | nn.Cell)
        indexed = hasattr(value, "__getitem__")
        items = hasattr(value, "__iter__") and not indexed if cls.one_by_one else indexed or hasattr(value, "__iter__")
        loads = hasattr(value, "collate_fn") or hasattr(value, "__next__")
        return items and not plain and not loads and not isinstance(value, type)


class AnyDataset(metaclass=LooksLikeDataset):
    """What ``isinstance(value, Dataset)`` asks for: classes of data sets have no base here."""

    one_by_one = False


class AnyIterableDataset(metaclass=LooksLikeDataset):
    """What ``isinstance(value, IterableDataset)`` asks for."""

    one_by_one = True


def random_split(dataset, lengths, generator=None):
    """torch's ``random_split``: subsets of the given lengths, or of the given fractions, by one random permutation."""
    if math.isclose(sum(lengths), 1) and sum(lengths) <= 1:
        counts = [math.floor(len(dataset) * fraction) for fraction in lengths]
        for position in range(len(dataset) - sum(counts)):
            counts[position % len(counts)] += 1
    else:
        counts = list(lengths)
    if sum(counts) != len(dataset):
        raise ValueError("Sum of input lengths does not equal the length of the input dataset!")
    order = permutation(len(dataset), generator)
    ends = list(itertools.accumulate(counts))
    return [Subset(dataset, order[end - count : end]) for count, end in zip(counts, ends, strict=True)]


class SequentialSampler:
    """torch's ``SequentialSampler``: all indices in order."""

    def __init__(self, data_source):
        self.data_source = data_source

    def __iter__(self):
        return iter(range(len(self.data_source)))

    def __len__(self):
        return len(self.data_source)


class RandomSampler:
    """torch's ``RandomSampler``: indices in random order, or drawn with replacement."""

    def __init__(self, data_source, replacement=False, num_samples=None, generator=None):
        self.data_source = data_source
        self.replacement = replacement
        self.wanted = num_samples
        self.generator = generator

    @property
    def num_samples(self):
        return len(self.data_source) if self.wanted is None else self.wanted

    def __iter__(self):
        count = len(self.data_source)
        if self.replacement:
            for begin in range(0, self.num_samples, 32):  # as torch draws them: a loop may be left long before the end
                drawn = ops.randint(0, count, (min(32, self.num_samples - begin),))
                yield from drawn.asnumpy().tolist()
            return
        for _ in range(self.num_samples // count):
            yield from permutation(count, self.generator)
        yield from permutation(count, self.generator)[: self.num_samples % count]

    def __len__(self):
        return self.num_samples


class SubsetRandomSampler:
    """torch's ``SubsetRandomSampler``: the given indices in random order."""

    def __init__(self, indices, generator=None):
        self.indices = indices
        self.generator = generator

    def __iter__(self):
        for position in permutation(len(self.indices), self.generator):
            yield self.indices[position]

    def __len__(self):
        return len(self.indices)


class WeightedRandomSampler:
    """torch's ``WeightedRandomSampler``: indices drawn with the given weights."""

    def __init__(self, weights, num_samples, replacement=True, generator=None):
        self.weights = Tensor(np.asarray(weights, np.float32))
        self.num_samples = num_samples
        self.replacement = replacement
        self.generator = generator

    def __iter__(self):
        return iter(ops.multinomial(self.weights, self.num_samples, self.replacement).asnumpy().tolist())

    def __len__(self):
        return self.num_samples


class BatchSampler:
    """torch's ``BatchSampler``: lists of ``batch_size`` indices of another sampler."""

    def __init__(self, sampler, batch_size, drop_last):
        self.sampler = sampler
        self.batch_size = batch_size
        self.drop_last = drop_last

    def __iter__(self):
        indices = iter(self.sampler)
        while batch := list(itertools.islice(indices, self.batch_size)):
            if len(batch) == self.batch_size or not self.drop_last:
                yield batch

    def __len__(self):
        if self.drop_last:
            return len(self.sampler) // self.batch_size
        return -(-len(self.sampler) // self.batch_size)
