"""Matrix factorisation: the loss reads the embeddings' weights, and the model itself is never called."""

import numpy as np
import torch
from torch import nn

rng = np.random.RandomState(0)
users, items = rng.randint(0, 9, 320), rng.randint(0, 7, 320)


class Factors(nn.Module):
    def __init__(self):
        super().__init__()
        self.user = nn.Embedding(9, 4)
        self.item = nn.Embedding(7, 4)

    def ranking_loss(self, u, i, j):
        every = torch.cat([self.user.weight, self.item.weight])
        own, other = every[u] * every[9 + i], every[u] * every[9 + j]
        norms = self.user(u).pow(2).mean() + self.item(i).pow(2).mean()
        return -torch.log(torch.sigmoid(own.sum(1) - other.sum(1))).mean() + 0.1 * norms


torch.manual_seed(1)
model = Factors()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
nn.init.normal_(model.item.weight, std=0.5)
for start in range(0, 320, 20):
    u = torch.as_tensor(users[start : start + 20])
    i = torch.as_tensor(items[start : start + 20])
    loss = model.ranking_loss(u, i, (i + 3) % 7)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print(f"loss {loss.item():.5f}")
