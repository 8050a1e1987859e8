"""A model in DataParallel, its running average in a module around a copy of that, and a frozen parameter."""

import copy

import numpy as np
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.frequencies = nn.Parameter(torch.randn(5), requires_grad=False)
        self.head = nn.Linear(10, 1)

    def forward(self, x):
        angles = x * self.frequencies
        return self.head(torch.cat([torch.sin(angles), torch.cos(angles)], 1))


class Average(nn.Module):
    def __init__(self, model):
        super().__init__()
        self.module = copy.deepcopy(model)

    def update(self, model):
        with torch.no_grad():
            for mean, value in zip(self.module.parameters(), model.parameters(), strict=True):
                mean.mul_(0.5).add_(value, alpha=0.5)


X = np.random.RandomState(0).randn(40, 1).astype(np.float32)
Y = np.abs(X)
net = nn.DataParallel(Net())
average = Average(net)
optimizer = torch.optim.Adam(net.parameters(), lr=0.05)
for step in range(20):
    loss = nn.functional.mse_loss(net(torch.from_numpy(X)), torch.from_numpy(Y))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    average.update(net)
    with torch.no_grad():
        smooth = nn.functional.mse_loss(average.module(torch.from_numpy(X)), torch.from_numpy(Y))
    print(f"step {step} loss {loss.item():.6f} average loss {smooth.item():.6f}")
