"""A second optimizer takes over half-way, the first one is gone by then."""

import torch
from torch import nn

torch.manual_seed(3)
model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))
X = torch.linspace(-1, 1, 64).view(16, 4)
Y = X.sum(1, keepdim=True)

optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for step in range(20):
    if step == 10:
        optimizer = torch.optim.SGD(model.parameters(), lr=0.02)
    optimizer.zero_grad()
    loss = ((model(X) - Y) ** 2).mean()
    loss.backward()
    optimizer.step()
    print(f"step {step} loss {loss.item():.6f}")
