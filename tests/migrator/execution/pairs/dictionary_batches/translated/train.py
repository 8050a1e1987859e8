import random
from collections import namedtuple

import mindspore as ms
import numpy as np
from mindspore import nn, ops
from mindspore.experimental import optim
from mindspore_support import DataLoader

Extra = namedtuple("Extra", "scale name")


class Words:
    def __len__(self):
        return 60

    def __getitem__(self, i):
        r = np.random.RandomState(i)
        ids = r.randint(0, 30, size=5 + i % 4)
        return {"ids": ids, "label": i % 3, "extra": Extra(float(r.rand()), f"item {i}")}


def collate(items):
    width = max(len(item["ids"]) for item in items)
    ids = np.stack([np.pad(item["ids"], (0, width - len(item["ids"]))) for item in items])
    extra = Extra(np.array([i["extra"].scale for i in items], np.float32), [i["extra"].name for i in items])
    return {"ids": ids, "label": np.array([item["label"] for item in items]), "extra": extra, "none": None}


class Bag(nn.Cell):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(30, 8)
        self.fc = nn.Dense(8, 3)

    def construct(self, ids):
        return self.fc(self.embedding(ids).mean(1))


train = DataLoader(Words(), batch_size=8, shuffle=True, collate_fn=collate)
other = DataLoader(Words(), batch_size=4, shuffle=True, collate_fn=collate)
model = Bag()
model.set_train()
optimizer = optim.Adagrad(model.trainable_params(), lr=0.1)
first = next(iter(train))
print("first batch", len(first["extra"].name))


def forward_fn(a, b):
    loss = (ops.cross_entropy(model(a["ids"]), a["label"], reduction="none") * a["extra"].scale).mean()
    return loss + random.random() * ops.cross_entropy(model(b["ids"]), b["label"])


grad_fn = ms.value_and_grad(forward_fn, None, optimizer.parameters)
for epoch in range(2):
    for a, b in zip(train, other):
        loss, grads = grad_fn(a, b)
        optimizer(grads)
    print(epoch, a["extra"].name[0], f"loss {loss.item():.4f}")
