"""Matrix factorisation: the loss reads the embeddings' weights, and the model itself is never called."""

import mindspore as ms
import numpy as np
from mindspore import nn, ops
from mindspore.common.initializer import Normal, initializer
from mindspore.experimental import optim

rng = np.random.RandomState(0)
users, items = rng.randint(0, 9, 320), rng.randint(0, 7, 320)


class Factors(nn.Cell):
    def __init__(self):
        super().__init__()
        self.user = nn.Embedding(9, 4, embedding_table=Normal(1.0))
        self.item = nn.Embedding(7, 4, embedding_table=Normal(1.0))

    def ranking_loss(self, u, i, j):
        every = ops.cat([self.user.embedding_table, self.item.embedding_table])
        own, other = every[u] * every[9 + i], every[u] * every[9 + j]
        norms = self.user(u).pow(2).mean() + self.item(i).pow(2).mean()
        return -ops.log(ops.sigmoid(own.sum(1) - other.sum(1))).mean() + 0.1 * norms


ms.set_seed(1)
model = Factors()
optimizer = optim.Adam(model.trainable_params(), lr=0.01)
table = model.item.embedding_table
table.set_data(initializer(Normal(0.5), table.shape))


def forward_fn(u, i):
    return model.ranking_loss(u, i, (i + 3) % 7)


grad_fn = ms.value_and_grad(forward_fn, None, optimizer.parameters)
for start in range(0, 320, 20):
    loss, grads = grad_fn(ms.Tensor(users[start : start + 20]), ms.Tensor(items[start : start + 20]))
    optimizer(grads)
    print(f"loss {loss.item():.5f}")
