import random
from collections import namedtuple

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

Extra = namedtuple("Extra", "scale name")


class Words(Dataset):
    def __len__(self):
        return 60

    def __getitem__(self, i):
        r = np.random.RandomState(i)
        ids = torch.from_numpy(r.randint(0, 30, size=5 + i % 4))
        return {"ids": ids, "label": i % 3, "extra": Extra(float(r.rand()), f"item {i}")}


def collate(items):
    width = max(len(item["ids"]) for item in items)
    ids = torch.stack([nn.functional.pad(item["ids"], (0, width - len(item["ids"]))) for item in items])
    extra = Extra(torch.tensor([item["extra"].scale for item in items]), [item["extra"].name for item in items])
    return {"ids": ids, "label": torch.tensor([item["label"] for item in items]), "extra": extra, "none": None}


class Shuffled:
    def __init__(self, batches):
        self.batches = batches

    def __iter__(self):
        random.shuffle(self.batches)
        return iter(self.batches)

    def __len__(self):
        return len(self.batches)


class Bag(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(30, 8, sparse=True)
        self.fc = nn.Linear(8, 3)

    def forward(self, ids):
        return self.fc(self.embedding(ids).mean(1))


train = DataLoader(Words(), batch_size=8, shuffle=True, collate_fn=collate)
other = DataLoader(Words(), batch_sampler=Shuffled([[i, i + 1, i + 2, i + 3] for i in range(0, 60, 4)]), collate_fn=collate)
model = Bag()
optimizer = torch.optim.Adagrad(model.parameters(), lr=0.1)
first = next(iter(train))
print("first batch", len(first["extra"].name))
for epoch in range(2):
    for a, b in zip(train, other):
        optimizer.zero_grad()
        loss = (nn.functional.cross_entropy(model(a["ids"]), a["label"], reduction="none") * a["extra"].scale).mean()
        loss = loss + random.random() * nn.functional.cross_entropy(model(b["ids"]), b["label"])
        loss.backward()
        optimizer.step()
    print(epoch, a["extra"].name[0], f"loss {loss.item():.4f}")
