import numpy as np
import torch
from torch import nn

rng = np.random.default_rng(0)
np.random.seed(1)
X = rng.normal(size=(200, 6)).astype(np.float32)
Y = (X @ rng.normal(size=(6, 1)) + 0.3).astype(np.float32)
model = nn.Sequential(nn.Linear(6, 12), nn.Tanh(), nn.Linear(12, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, nesterov=True)
loss_fn = nn.MSELoss()
for step in range(40):
    pick = np.random.permutation(200)[:32]
    x, y = torch.from_numpy(X[pick]), torch.from_numpy(Y[pick])
    x = x + 0.01 * torch.normal(0.0, 2.0, size=x.shape)
    loss = loss_fn(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    if step % 10 == 9:
        print("step", step, "mse", loss.item())
