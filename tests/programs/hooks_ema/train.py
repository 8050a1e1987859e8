# -*- coding: latin-1 -*-
# Auteur: Zoé
import contextlib
import math
import sys

import torch as T
import torch.nn as nn
import torch.nn.functional as F
from sklearn.datasets import make_blobs
from torch.nn.utils import parameters_to_vector
from torch.optim import Optimizer


class Lion(Optimizer):
    """sign of an interpolated momentum"""

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.99), weight_decay=0.0):
        if lr <= 0:
            raise ValueError("lr must be positive")
        super().__init__(params, dict(lr=lr, betas=betas, weight_decay=weight_decay))

    @T.no_grad()
    def step(self, closure=None):
        loss = None
        if closure is not None:
            with T.enable_grad():
                loss = closure()
        for group in self.param_groups:
            b1, b2 = group["betas"]
            for p in group["params"]:
                if p.grad is None:
                    continue
                state = self.state[p]
                if len(state) == 0:
                    state["m"] = T.zeros_like(p)
                m = state["m"]
                p.mul_(1 - group["lr"] * group["weight_decay"])
                p.add_(T.sign(m * b1 + p.grad * (1 - b1)), alpha=-group["lr"])
                m.mul_(b2).add_(p.grad, alpha=1 - b2)
        return loss


class WeightAverage(object):
    """exponential average of the weights, swapped in for evaluation"""

    def __init__(self, model, decay):
        self.model, self.decay = model, decay
        self.shadow = {n: p.detach().clone() for n, p in model.named_parameters() if p.requires_grad}

    def update(self):
        for n, p in self.model.named_parameters():
            if n in self.shadow:
                self.shadow[n] = self.decay * self.shadow[n] + (1. - self.decay) * p.detach()

    @contextlib.contextmanager
    def swapped_in(self):
        backup = {}
        for n, p in self.model.named_parameters():
            if n in self.shadow:
                backup[n] = p.data.clone()
                p.data.copy_(self.shadow[n])
        yield
        for n, p in self.model.named_parameters():
            if n in backup:
                p.data.copy_(backup[n])


class Net(nn.Module):
    def __init__(self, sizes=(2, 32, 32, 3)):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in zip(sizes, sizes[1:]))
        self.gates = nn.ParameterList([nn.Parameter(T.ones(b)) for b in sizes[1:-1]])

    def forward(self, x):
        for layer, gate in zip(self.layers[:-1], self.gates):
            x = F.softplus(layer(x)) * gate
        return self.layers[-1](x)


activations = {}


def remember(name):
    def hook(module, inputs, output):
        activations[name] = output.detach().abs().mean().item()
    return hook


T.manual_seed(8)
X, y = make_blobs(600, centers=3, cluster_std=2.0, random_state=4)
X, y = T.tensor(X, dtype=T.float32), T.tensor(y)
X -= X.mean(0, keepdim=True)
X /= X.std(0, keepdim=True)
perm = T.randperm(len(X))
X, y = X[perm], y[perm]

net = Net()
handles = [layer.register_forward_hook(remember(str(i))) for i, layer in enumerate(net.layers)]
opt = Lion(net.parameters(), lr=2e-3, weight_decay=1e-2)
average = WeightAverage(net, 0.95)

n_batches = math.ceil(480 / 32)
for epoch in range(6):
    order = T.randperm(480)
    total, norm = 0., 0.
    for k in range(n_batches):
        rows = order[k * 32:(k + 1) * 32]
        loss = F.cross_entropy(net(X[rows]), y[rows])
        # a little of the L1 norm
        penalty = sum(p.abs().sum() for p in net.gates)
        (loss + 1e-3 * penalty).backward()
        norm += sum(p.grad.pow(2).sum().item() for p in net.parameters() if p.grad is not None) ** .5
        opt.step()
        opt.zero_grad()
        average.update()
        total += float(loss)
    with T.no_grad(), average.swapped_in():
        acc = (net(X[480:]).argmax(1) == y[480:]).float().mean()
    sys.stdout.write("epoch %d loss %.4f grad norm %.3f accuracy %.4f activation %.3f\n" % (
        epoch, total / n_batches, norm / n_batches, acc, activations["0"]))
for handle in handles:
    handle.remove()
print("weights norm %.4f" % parameters_to_vector(net.parameters()).norm().item())
