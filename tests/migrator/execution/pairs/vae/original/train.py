import random

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, Dataset


class Blobs(Dataset):
    def __init__(self, n):
        self.x = np.random.RandomState(1).rand(n, 20).astype("float32")

    def __len__(self):
        return len(self.x)

    def __getitem__(self, i):
        x = self.x[i]
        if random.random() < 0.5:
            x = x[::-1].copy()
        return torch.from_numpy(x + np.random.normal(scale=0.01, size=20).astype("float32")).clamp(0, 1)


class VAE(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1, self.fc21, self.fc22 = nn.Linear(20, 16), nn.Linear(16, 3), nn.Linear(16, 3)
        self.fc3, self.fc4 = nn.Linear(3, 16), nn.Linear(16, 20)

    def reparameterize(self, mu, logvar):
        std = torch.exp(0.5 * logvar)
        return mu + torch.randn_like(std) * std

    def forward(self, x):
        h = F.relu(self.fc1(x))
        mu, logvar = self.fc21(h), self.fc22(h)
        z = self.reparameterize(mu, logvar)
        return torch.sigmoid(self.fc4(F.relu(self.fc3(z)))), mu, logvar


model = VAE()
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
loader = DataLoader(Blobs(100), batch_size=16, shuffle=True)
for epoch in range(3):
    total = 0
    for x in loader:
        optimizer.zero_grad()
        recon, mu, logvar = model(x)
        bce = F.binary_cross_entropy(recon, x, reduction="sum")
        loss = bce - 0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())
        loss.backward()
        total += loss.item()
        optimizer.step()
        if random.random() < 0.1:
            np.random.rand(3)
    print(f"Epoch: {epoch} Average loss: {total / 100:.4f}")
    with torch.no_grad():
        sample = model.fc4(F.relu(model.fc3(torch.randn(4, 3))))
        print("sample mean", sample.mean().item())
