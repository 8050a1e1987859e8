"""Stands for the support file that a translated project carries."""

import random

import mindspore as ms
import numpy as np


class DataLoader:
    """Batches like torch's: what ``collate_fn`` makes of a list of items, with its arrays as tensors."""

    def __init__(self, dataset, batch_size=1, shuffle=False, collate_fn=None):
        self.dataset, self.batch_size, self.shuffle, self.collate_fn = dataset, batch_size, shuffle, collate_fn

    def __len__(self):
        return -(-len(self.dataset) // self.batch_size)

    def __iter__(self):
        order = list(range(len(self.dataset)))
        if self.shuffle:
            random.shuffle(order)
        for start in range(0, len(order), self.batch_size):
            yield as_tensors(self.collate_fn([self.dataset[i] for i in order[start : start + self.batch_size]]))


def as_tensors(value):
    if isinstance(value, np.ndarray):
        return ms.Tensor(value)
    if isinstance(value, dict):
        return {key: as_tensors(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return type(value)(*(as_tensors(item) for item in value))
    return value
