"""Loaders that Ascend gets as GeneratorDataset, among several processes too."""

import pytest

from migrator import translate_source

_CODE = """import numpy as np
import torch
import torch.distributed as dist
from torch.utils.data import DataLoader, Dataset
from torch.utils.data.distributed import DistributedSampler


class Rows(Dataset):
    def __init__(self):
        self.rows = np.ones((8, 2), np.float32)

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, index):
        row = self.rows[index]
        return row, index


def walk(loader, epochs):
    for epoch in range(epochs):
        loader.sampler.set_epoch(epoch)
        for row, index in loader:
            print(row, index)


rows = Rows()
sampler = DistributedSampler(rows, num_replicas=dist.get_world_size(), rank=dist.get_rank())
loader = DataLoader(rows, batch_size=4, sampler=sampler)
walk(loader, 2)
"""


def test_a_distributed_sampler_becomes_shards() -> None:
    code = translate_source(_CODE, target="ascend").code
    assert (
        'ds.GeneratorDataset(rows, column_names=["row", "index"], shuffle=True, '
        "num_shards=communication.get_group_size(), shard_id=communication.get_rank()).batch(4)"
    ) in " ".join(code.split())
    assert "DistributedSampler" not in code and "set_epoch" not in code


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("num_replicas=dist.get_world_size(), rank=dist.get_rank()", "seed=3"),
        ("walk(loader, 2)", "walk(loader, 2)\nprint(len(sampler))"),
        ("sampler=sampler)", "sampler=sampler, collate_fn=print)"),
        ("np.ones((8, 2), np.float32)", "torch.ones(8, 2)"),
    ],
)
def test_what_shards_cannot_say_keeps_the_sampler(before: str, after: str) -> None:
    assert "GeneratorDataset(" not in translate_source(_CODE.replace(before, after), target="ascend").code


def test_a_loader_that_does_not_shuffle_says_so() -> None:
    code = translate_source(
        _CODE.replace(", sampler=sampler", "").replace("loader.sampler", "sampler"), target="ascend"
    )
    assert "shuffle=False).batch(4)" in code.code
