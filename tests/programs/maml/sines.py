# Few-shot regression of sine waves (model-agnostic meta-learning, second order)
import argparse
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

parser = argparse.ArgumentParser()
parser.add_argument("--meta-steps", type=int, default=40)
parser.add_argument("--tasks", type=int, default=4)
parser.add_argument("--shots", type=int, default=10)
parser.add_argument("--inner-lr", type=float, default=0.02)
parser.add_argument("--inner-steps", type=int, default=2)
parser.add_argument("--first-order", action="store_true")
args = parser.parse_args()

rng = np.random.RandomState(0)


class Sine:
    """One task: a sine with its own amplitude and phase."""

    def __init__(self):
        self.amplitude = rng.uniform(0.5, 2.0)
        self.phase = rng.uniform(0, np.pi)

    def sample(self, n):
        x = rng.uniform(-3, 3, size=(n, 1))
        y = self.amplitude * np.sin(x + self.phase)
        return torch.tensor(x, dtype=torch.float32), torch.tensor(y, dtype=torch.float32)


class Net(nn.Module):
    def __init__(self, hidden=24):
        super().__init__()
        self.fc1 = nn.Linear(1, hidden)
        self.fc2 = nn.Linear(hidden, hidden)
        self.out = nn.Linear(hidden, 1)

    def forward(self, x):
        return self.functional(x, list(self.parameters()))

    def functional(self, x, weights):
        h = torch.tanh(F.linear(x, weights[0], weights[1]))
        h = torch.tanh(F.linear(h, weights[2], weights[3]))
        return F.linear(h, weights[4], weights[5])


def adapt(net, x, y):
    fast = list(net.parameters())
    for _ in range(args.inner_steps):
        loss = F.mse_loss(net.functional(x, fast), y)
        grads = torch.autograd.grad(loss, fast, create_graph=True)
        fast = [w - args.inner_lr * g for w, g in zip(fast, grads)]
    return fast


net = Net()
meta_opt = torch.optim.Adam(net.parameters(), lr=3e-3)

for step in range(args.meta_steps):
    meta_loss = 0.0
    meta_opt.zero_grad()
    for _ in range(args.tasks):
        task = Sine()
        xs, ys = task.sample(args.shots)
        xq, yq = task.sample(args.shots)
        fast = adapt(net, xs, ys)
        meta_loss = meta_loss + F.mse_loss(net.functional(xq, fast), yq)
    meta_loss = meta_loss / args.tasks
    meta_loss.backward()
    meta_opt.step()
    if step % 10 == 9:
        print("step %d meta loss %.4f" % (step + 1, meta_loss.item()))

# adaptation to a new wave, without second derivatives
task = Sine()
xs, ys = task.sample(args.shots)
params = list(net.parameters())
loss = F.mse_loss(net(xs), ys)
grads = torch.autograd.grad(loss, params)
with torch.no_grad():
    adapted = [p - args.inner_lr * g for p, g in zip(params, grads)]
    print("new wave: before %.4f after %.4f" % (loss.item(), F.mse_loss(net.functional(xs, adapted), ys).item()))
