import random

import mindspore as ms
import numpy as np
from mindspore import nn, ops
from mindspore.dataset import GeneratorDataset
from mindspore.experimental import optim


class Blobs:
    def __init__(self, n):
        self.x = np.random.RandomState(1).rand(n, 20).astype("float32")

    def __len__(self):
        return len(self.x)

    def __getitem__(self, i):
        x = self.x[i]
        if random.random() < 0.5:
            x = x[::-1].copy()
        return (np.clip(x + np.random.normal(scale=0.01, size=20).astype("float32"), 0, 1),)


class VAE(nn.Cell):
    def __init__(self):
        super().__init__()
        self.fc1, self.fc21, self.fc22 = nn.Dense(20, 16), nn.Dense(16, 3), nn.Dense(16, 3)
        self.fc3, self.fc4 = nn.Dense(3, 16), nn.Dense(16, 20)

    def reparameterize(self, mu, logvar):
        std = ops.exp(0.5 * logvar)
        return mu + ops.randn_like(std) * std

    def construct(self, x):
        h = ops.relu(self.fc1(x))
        mu, logvar = self.fc21(h), self.fc22(h)
        z = self.reparameterize(mu, logvar)
        return ops.sigmoid(self.fc4(ops.relu(self.fc3(z)))), mu, logvar


model = VAE()
model.set_train()
optimizer = optim.AdamW(model.trainable_params(), lr=1e-2)
loader = GeneratorDataset(Blobs(100), ["x"], shuffle=True).batch(16)


def forward_fn(x):
    recon, mu, logvar = model(x)
    bce = ops.binary_cross_entropy(recon, x, ops.ones_like(x), reduction="sum")
    return bce - 0.5 * ops.sum(1 + logvar - mu.pow(2) - logvar.exp())


grad_fn = ms.value_and_grad(forward_fn, None, optimizer.parameters)
for epoch in range(3):
    total = 0
    for (x,) in loader:
        loss, grads = grad_fn(x)
        total += loss.item()
        optimizer(grads)
        if random.random() < 0.1:
            np.random.rand(3)
    print(f"Epoch: {epoch} Average loss: {total / 100:.4f}")
    sample = model.fc4(ops.relu(model.fc3(ops.randn(4, 3))))
    print("sample mean", sample.mean().item())
