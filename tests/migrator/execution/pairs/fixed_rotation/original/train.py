"""A network behind a random rotation that is neither a parameter nor a buffer."""

import numpy as np
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.rotation = torch.empty(6, 6)
        nn.init.orthogonal_(self.rotation)
        self.scale = nn.Parameter(nn.init.normal_(torch.empty(6)))
        self.head = nn.Linear(6, 1)
        nn.init.xavier_uniform_(self.head.weight)

    def forward(self, x):
        return self.head(torch.tanh(x @ self.rotation * self.scale))


X = np.random.RandomState(0).randn(40, 6).astype(np.float32)
Y = (X[:, :1] * X[:, 1:2]).astype(np.float32)
net = Net()
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
for step in range(20):
    loss = nn.functional.mse_loss(net(torch.from_numpy(X)), torch.from_numpy(Y))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print(f"step {step} loss {loss.item():.6f}")
