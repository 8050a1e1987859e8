"""torch's DataLoader over MindSpore tensors."""

from __future__ import annotations

import itertools

import mindspore as ms
import numpy as np
from mindspore import Tensor, ops

from migrator.support.datasets import BatchSampler, RandomSampler, SequentialSampler, permutation


def default_collate(batch):
    """torch's ``default_collate``: a list of items becomes one batch. Tensors and arrays are stacked, numbers become
    tensors (int64, float64 for Python floats), dictionaries and tuples are batched by their elements, strings stay a
    list."""
    first = batch[0]
    if isinstance(first, Tensor):
        # MindSpore stacks no bfloat16 on CPU.
        low = first.dtype == ms.bfloat16
        if any(item.shape != first.shape for item in batch):
            raise RuntimeError(f"stack expects each tensor to be equal size, but got {[item.shape for item in batch]}")
        return Tensor(np.stack([item.asnumpy() for item in batch])) if low else ops.stack(list(batch))
    if isinstance(first, np.ndarray | np.generic):
        return Tensor(np.stack(batch))
    if isinstance(first, bool):
        return Tensor(np.array(batch))
    if isinstance(first, int):
        return Tensor(np.array(batch, np.int64))
    if isinstance(first, float):
        return Tensor(np.array(batch, np.float64))
    if isinstance(first, dict):
        return {key: default_collate([item[key] for item in batch]) for key in first}
    if isinstance(first, tuple) and hasattr(first, "_fields"):
        return type(first)(*(default_collate(list(column)) for column in zip(*batch, strict=True)))
    if isinstance(first, tuple | list):
        return [default_collate(list(column)) for column in zip(*batch, strict=True)]
    return list(batch)


class DataLoader:
    """torch's ``DataLoader`` in one process: sampling, batching and collating as torch does, giving MindSpore tensors.

    Options that say how to fetch (workers, pinning, prefetching) are accepted and have no effect. Order of shuffling
    comes from the generator, or else from MindSpore's seed (``mindspore.set_seed``).
    """

    def __init__(
        self,
        dataset,
        batch_size=1,
        shuffle=None,
        sampler=None,
        batch_sampler=None,
        num_workers=0,
        collate_fn=None,
        pin_memory=False,
        drop_last=False,
        timeout=0,
        worker_init_fn=None,
        multiprocessing_context=None,
        generator=None,
        *,
        prefetch_factor=None,
        persistent_workers=False,
        pin_memory_device="",
        in_order=True,
    ):
        self.dataset = dataset
        self.batch_size = batch_size if batch_sampler is None else None
        self.shuffle = bool(shuffle)
        self.given_sampler = sampler
        self.given_batch_sampler = batch_sampler
        self.num_workers = num_workers
        self.drop_last = drop_last
        self.generator = generator
        self.pin_memory, self.timeout, self.worker_init_fn = pin_memory, timeout, worker_init_fn
        self.prefetch_factor, self.persistent_workers = prefetch_factor, persistent_workers
        self.iterable = not hasattr(dataset, "__getitem__")
        self.collate_fn = collate_fn or (default_collate if batch_size is not None or batch_sampler else to_tensors)

    @property
    def sampler(self):
        """The sampler that was given, or one that visits the items as this loader does."""
        if self.given_sampler is None and self.shuffle:
            return RandomSampler(self.dataset, generator=self.generator)
        return SequentialSampler(self.dataset) if self.given_sampler is None else self.given_sampler

    @property
    def batch_sampler(self):
        """The batch sampler that was given, or one that makes the batches of this loader; None without batches."""
        if self.given_batch_sampler is None and self.batch_size is not None:
            return BatchSampler(self.sampler, self.batch_size, self.drop_last)
        return self.given_batch_sampler

    def __len__(self):
        if self.given_batch_sampler is not None:
            return len(self.given_batch_sampler)
        count = len(self.given_sampler) if self.given_sampler is not None else len(self.dataset)
        if self.batch_size is None:
            return count
        return count // self.batch_size if self.drop_last else -(-count // self.batch_size)

    def indices(self):
        """The order in which items are visited in one pass."""
        if self.given_sampler is not None:
            return (int(index) for index in self.given_sampler)
        if self.shuffle:
            return iter(permutation(len(self.dataset), self.generator))
        return iter(range(len(self.dataset)))

    def batches(self):
        """Lists of items, or single items where batching is off."""
        if self.given_batch_sampler is not None:
            for batch in self.given_batch_sampler:
                yield self.fetched([int(index) for index in batch])
        elif self.batch_size is None:
            yield from self.dataset if self.iterable else (self.dataset[index] for index in self.indices())
        else:
            waiting = iter(self.dataset if self.iterable else self.indices())
            while batch := list(itertools.islice(waiting, self.batch_size)):
                if len(batch) == self.batch_size or not self.drop_last:
                    yield batch if self.iterable else self.fetched(batch)

    def fetched(self, indices):
        """The items of one batch, all at once where the data set offers that."""
        if hasattr(self.dataset, "__getitems__"):
            return self.dataset.__getitems__(indices)
        return [self.dataset[index] for index in indices]

    def __iter__(self):
        for batch in self.batches():
            yield self.collate_fn(batch)


def to_tensors(item):
    """torch's ``default_convert``, used where batching is off: arrays become tensors, the rest stays."""
    if isinstance(item, np.ndarray):
        return Tensor(item)
    if isinstance(item, dict):
        return {key: to_tensors(value) for key, value in item.items()}
    if isinstance(item, tuple | list):
        return type(item)(to_tensors(value) for value in item)
    return item
