"""Snippets for what surrounds a model: torch.optim, torch.optim.lr_scheduler, torch.utils.data, torch.autograd, torch.amp,
torch.random, torch.nn.utils and gradients through the layers."""

# ruff: noqa: E501 - argument lists are read across

from __future__ import annotations

import itertools

from tests.migrator.catalog.snippets.patterns import Snippet

OPTIMIZERS = """
SGD | lr=0.1 | 0.05 | lr=0.1, momentum=0.9 | lr=0.1, momentum=0.9, nesterov=True | lr=0.1, momentum=0.5, dampening=0.1 | lr=0.1, weight_decay=0.01 | lr=0.1, maximize=True | 0.1, 0.9, 0.0, 1e-4
Adam | | lr=0.1 | lr=0.01, betas=(0.8, 0.9) | lr=0.01, eps=1e-3 | lr=0.01, weight_decay=0.1 | lr=0.01, amsgrad=True | lr=0.01, maximize=True | 0.01, (0.9, 0.99), 1e-7
AdamW | | lr=0.1 | lr=0.01, betas=(0.8, 0.9) | lr=0.01, eps=1e-3 | lr=0.01, weight_decay=0.2 | lr=0.01, amsgrad=True | lr=0.01, maximize=True
RMSprop | | lr=0.1 | lr=0.01, alpha=0.9 | lr=0.01, eps=1e-3 | lr=0.01, momentum=0.9 | lr=0.01, centered=True | lr=0.01, weight_decay=0.1 | lr=0.01, momentum=0.9, centered=True
Adagrad | | lr=0.1 | lr=0.1, lr_decay=0.1 | lr=0.1, weight_decay=0.1 | lr=0.1, initial_accumulator_value=0.5 | lr=0.1, eps=1e-3
Adadelta | | lr=0.5 | lr=1.0, rho=0.8 | lr=0.5, weight_decay=0.1 | lr=0.5, eps=1e-3
Adamax | | lr=0.1 | lr=0.1, betas=(0.8, 0.9) | lr=0.1, weight_decay=0.1 | lr=0.1, eps=1e-3
NAdam | | lr=0.1 | lr=0.1, betas=(0.8, 0.9) | lr=0.1, weight_decay=0.1 | lr=0.1, momentum_decay=0.01 | lr=0.1, decoupled_weight_decay=True, weight_decay=0.1 | lr=0.1, eps=1e-3
RAdam | | lr=0.1 | lr=0.1, betas=(0.8, 0.9) | lr=0.1, weight_decay=0.1 | lr=0.1, eps=1e-3 | lr=0.1, decoupled_weight_decay=True, weight_decay=0.1
Rprop | | lr=0.1 | lr=0.1, etas=(0.4, 1.3) | lr=0.1, step_sizes=(1e-3, 0.2)
ASGD | | lr=0.1 | lr=0.1, lambd=0.01 | lr=0.1, alpha=0.5 | lr=0.1, weight_decay=0.1 | lr=0.1, t0=1.0 | lr=0.1, t0=0, lambd=0
Adafactor | | lr=0.1 | lr=0.1, weight_decay=0.1 | lr=0.1, beta2_decay=-0.5 | lr=0.1, d=0.5
"""

STEPS = (
    # a parameter by itself
    """
w = torch.nn.Parameter(torch.tensor([1.0, -2.0, 3.0]))
opt = torch.optim.{name}([w]{arguments})
for _ in range(4):
    opt.zero_grad()
    loss = (w ** 2).sum()
    loss.backward()
    opt.step()
result = w.detach()
""",
    # a leaf tensor, and the losses
    """
w = torch.tensor([[1.0, -2.0], [0.5, 3.0]], requires_grad=True)
optimizer = torch.optim.{name}([w]{arguments})
losses = []
for step in range(3):
    optimizer.zero_grad(set_to_none=True)
    loss = ((w - 1.5) ** 2).mean()
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
result = losses
""",
    # gradients written by hand
    """
p = torch.nn.Parameter(torch.tensor([1.0, 2.0, -1.0]))
opt = torch.optim.{name}([p]{arguments})
p.grad = torch.tensor([0.5, -1.0, 2.0])
opt.step()
p.grad = torch.tensor([0.1, 0.3, -2.0])
opt.step()
result = p.data
""",
    # a model
    """
import torch.nn as nn
model = nn.Linear(3, 2)
nn.init.constant_(model.weight, 0.3)
nn.init.zeros_(model.bias)
opt = torch.optim.{name}(model.parameters(){arguments})
x = torch.arange(12.0).reshape(4, 3) / 10
y = torch.ones(4, 2)
for _ in range(3):
    opt.zero_grad()
    loss = nn.functional.mse_loss(model(x), y)
    loss.backward()
    opt.step()
result = model.weight
""",
    # parameter groups
    """
from torch import optim
a = torch.nn.Parameter(torch.ones(2))
b = torch.nn.Parameter(torch.full((3,), 2.0))
opt = optim.{name}([{{'params': [a]}}, {{'params': [b], 'lr': 0.5}}]{arguments})
for _ in range(2):
    opt.zero_grad()
    (a.sum() * b.pow(2).sum()).backward()
    opt.step()
result = (a.detach(), b.detach())
""",
    """
w = torch.nn.Parameter(torch.tensor([1.0, -2.0]))
opt = torch.optim.{name}([w]{arguments})
result = opt.param_groups[0]['lr']
""",
    """
w = torch.nn.Parameter(torch.tensor([1.0, -2.0]))
opt = torch.optim.{name}([w]{arguments})
result = sorted(k for k in opt.defaults if k not in ('foreach', 'fused', 'capturable', 'differentiable', 'decoupled_weight_decay'))
""",
    """
w = torch.nn.Parameter(torch.tensor([1.0, -2.0]))
opt = torch.optim.{name}([w]{arguments})
(w * w).sum().backward()
opt.step()
result = opt.state_dict()['param_groups'][0]['lr'], len(opt.state_dict()['state'])
""",
    """
w = torch.tensor([1.0, -2.0], requires_grad=True)
opt = torch.optim.{name}([w]{arguments})
def closure():
    opt.zero_grad()
    loss = (w ** 2).sum()
    loss.backward()
    return loss
for _ in range(2):
    opt.step(closure)
result = w
""",
    """
w = torch.nn.Parameter(torch.tensor([1.0, -2.0]))
opt = torch.optim.{name}([w]{arguments})
opt.param_groups[0]['lr'] = 0.3
loss = (w ** 2).sum()
loss.backward()
opt.step()
result = w.data.clone()
""",
    """
w = torch.nn.Parameter(torch.tensor([1.0, -2.0]))
v = torch.nn.Parameter(torch.tensor([3.0]))
opt = torch.optim.{name}([w]{arguments})
opt.add_param_group({{'params': [v]}})
((w ** 2).sum() * v).sum().backward()
opt.step()
result = [w.data, v.data, len(opt.param_groups)]
""",
    """
w = torch.nn.Parameter(torch.tensor([1.0, -2.0, 0.5]))
opt = torch.optim.{name}([w]{arguments})
for _ in range(2):
    opt.zero_grad()
    w.pow(2).sum().backward()
    opt.step()
saved = opt.state_dict()
u = torch.nn.Parameter(w.detach().clone())
other = torch.optim.{name}([u]{arguments})
other.load_state_dict(saved)
u.pow(2).sum().backward()
other.step()
result = u.detach()
""",
)

LBFGS = """
x = torch.tensor([-1.0, 2.0], requires_grad=True)
opt = torch.optim.LBFGS([x]{arguments})
def closure():
    opt.zero_grad()
    loss = (1 - x[0]) ** 2 + 5 * (x[1] - x[0] ** 2) ** 2
    loss.backward()
    return loss
for _ in range(2):
    opt.step(closure)
result = x.detach()
"""

SCHEDULERS = """
StepLR | step_size=2 | step_size=3, gamma=0.5 | 2, 0.1
MultiStepLR | milestones=[2, 4] | milestones=[1, 3], gamma=0.5 | [2, 5], 0.3
ConstantLR | | factor=0.5, total_iters=3 | 0.25, 2
LinearLR | | start_factor=0.5, total_iters=4 | start_factor=0.1, end_factor=0.8, total_iters=3
ExponentialLR | gamma=0.9 | 0.5
CosineAnnealingLR | T_max=5 | T_max=4, eta_min=0.01 | 10, 0.001
CosineAnnealingWarmRestarts | T_0=3 | T_0=2, T_mult=2 | 2, 2, 0.01
PolynomialLR | | total_iters=4, power=2.0 | 4
LambdaLR | lr_lambda=lambda epoch: 0.9 ** epoch | lambda e: 1 / (e + 1) | [lambda e: 0.5 ** e]
MultiplicativeLR | lr_lambda=lambda epoch: 0.95 | lambda e: 0.5 if e > 2 else 1.0
CyclicLR | base_lr=0.01, max_lr=0.1, step_size_up=3, cycle_momentum=False | 0.01, 0.1, 2, 3, cycle_momentum=False | base_lr=0.01, max_lr=0.1, step_size_up=2, mode='triangular2', cycle_momentum=False | base_lr=0.01, max_lr=0.1, step_size_up=2, mode='exp_range', gamma=0.9, cycle_momentum=False
OneCycleLR | max_lr=0.1, total_steps=10 | max_lr=0.1, epochs=2, steps_per_epoch=5 | max_lr=0.2, total_steps=10, anneal_strategy='linear' | max_lr=0.2, total_steps=12, three_phase=True | 0.1, 10, pct_start=0.5, div_factor=10.0, final_div_factor=100.0
ReduceLROnPlateau | | patience=1 | 'max', patience=0 | mode='min', factor=0.5, patience=1, threshold=0.1 | patience=0, cooldown=1, min_lr=0.001 | patience=1, threshold_mode='abs', threshold=0.5
"""

SCHEDULED = (
    """
w = torch.nn.Parameter(torch.zeros(2))
optimizer = torch.optim.SGD([w], lr=0.1)
scheduler = torch.optim.lr_scheduler.{name}(optimizer{arguments})
lrs = []
for epoch in range(7):
    optimizer.step()
    scheduler.step({metric})
    lrs.append(optimizer.param_groups[0]['lr'])
result = lrs
""",
    """
from torch.optim.lr_scheduler import {name}
model = torch.nn.Linear(2, 1)
opt = torch.optim.Adam(model.parameters(), lr=0.2)
sched = {name}(opt{arguments})
for epoch in range(4):
    opt.step()
    sched.step({metric})
result = torch.tensor(sched.get_last_lr())
""",
    """
from torch.optim import lr_scheduler, SGD
params = [torch.nn.Parameter(torch.ones(1))]
opt = SGD(params, lr=0.1, momentum=0.9)
sched = lr_scheduler.{name}(opt{arguments})
result = [g['lr'] for g in opt.param_groups]
""",
    """
import torch.optim as optim
p = torch.nn.Parameter(torch.ones(3))
opt = optim.SGD([p], lr=0.1)
sched = optim.lr_scheduler.{name}(opt{arguments})
for epoch in range(3):
    opt.zero_grad()
    (p ** 2).sum().backward()
    opt.step()
    sched.step({metric})
result = p.detach()
""",
    """
p = torch.nn.Parameter(torch.ones(3))
opt = torch.optim.SGD([p], lr=0.1)
sched = torch.optim.lr_scheduler.{name}(opt{arguments})
for epoch in range(3):
    opt.step()
    sched.step({metric})
state = sched.state_dict()
result = state['last_epoch'], state['_last_lr']
""",
    """
a = torch.nn.Parameter(torch.ones(3))
b = torch.nn.Parameter(torch.ones(2))
opt = torch.optim.SGD([{{'params': [a], 'lr': 0.3}}, {{'params': [b]}}], lr=0.1)
sched = torch.optim.lr_scheduler.{name}(opt{arguments})
seen = []
for epoch in range(5):
    opt.step()
    sched.step({metric})
    seen.append([group['lr'] for group in opt.param_groups])
result = seen
""",
    """
p = torch.nn.Parameter(torch.ones(3))
opt = torch.optim.SGD([p], lr=0.1)
sched = torch.optim.lr_scheduler.{name}(opt{arguments})
for epoch in range(2):
    opt.step()
    sched.step({metric})
saved = sched.state_dict()
opt2 = torch.optim.SGD([p], lr=0.1)
sched2 = torch.optim.lr_scheduler.{name}(opt2{arguments})
sched2.load_state_dict(saved)
result = sched2.last_epoch
""",
)

COMPOSED = (
    "s1 = torch.optim.lr_scheduler.ConstantLR(opt, factor=0.1, total_iters=2)\ns2 = torch.optim.lr_scheduler.ExponentialLR(opt, gamma=0.9)\nsched = torch.optim.lr_scheduler.SequentialLR(opt, schedulers=[s1, s2], milestones=[2])",
    "s1 = torch.optim.lr_scheduler.LinearLR(opt, start_factor=0.1, total_iters=3)\ns2 = torch.optim.lr_scheduler.CosineAnnealingLR(opt, T_max=5)\nsched = torch.optim.lr_scheduler.SequentialLR(opt, [s1, s2], [3])",
    "s1 = torch.optim.lr_scheduler.ConstantLR(opt, factor=0.1, total_iters=2)\ns2 = torch.optim.lr_scheduler.ExponentialLR(opt, gamma=0.9)\nsched = torch.optim.lr_scheduler.ChainedScheduler([s1, s2])",
    "s1 = torch.optim.lr_scheduler.StepLR(opt, 2)\ns2 = torch.optim.lr_scheduler.MultiplicativeLR(opt, lambda e: 0.8)\nsched = torch.optim.lr_scheduler.ChainedScheduler([s1, s2], optimizer=opt)",
)

# name ~ statements; the last assigns result
DATA = r"""
TensorDataset ~ ds = TensorDataset(X, Y); result = len(ds)
TensorDataset ~ ds = TensorDataset(X, Y); result = ds[2]
TensorDataset ~ ds = TensorDataset(X); result = ds[1:3]
TensorDataset ~ ds = data.TensorDataset(X, Y); result = ds.tensors[1]
TensorDataset ~ ds = TensorDataset(X, Y); a, b = ds[-1]; result = a.sum() + b
DataLoader ~ dl = DataLoader(TensorDataset(X, Y), batch_size=4); result = [b[0].shape for b in dl]
DataLoader ~ dl = DataLoader(TensorDataset(X, Y), batch_size=4, shuffle=False); result = next(iter(dl))
DataLoader ~ dl = DataLoader(TensorDataset(X, Y), batch_size=4, drop_last=True); result = len(dl)
DataLoader ~ dl = DataLoader(TensorDataset(X, Y), batch_size=3); result = torch.stack([x.sum() for x, y in dl])
DataLoader ~ dl = DataLoader(TensorDataset(X, Y), 4, True); result = sum(len(y) for x, y in dl)
DataLoader ~ dl = DataLoader(range(7), batch_size=3); result = [b for b in dl]
DataLoader ~ dl = DataLoader([1.5, 2.5, 3.5], batch_size=2); result = list(dl)
DataLoader ~ dl = DataLoader(X, batch_size=4); result = [b for b in dl]
DataLoader ~ dl = DataLoader(list(zip(X, Y)), batch_size=5); result = [y for _, y in dl]
DataLoader ~ dl = DataLoader([{'a': i, 'b': X[i]} for i in range(4)], batch_size=2); result = next(iter(dl))['b']
DataLoader ~ dl = DataLoader([{'a': i, 'b': float(i)} for i in range(4)], batch_size=2); result = [batch['a'] for batch in dl]
DataLoader ~ dl = DataLoader(TensorDataset(X, Y), batch_size=None); result = [x for x, y in dl][:2]
DataLoader ~ dl = DataLoader(range(5), batch_size=2, collate_fn=lambda b: torch.tensor(b) * 2); result = list(dl)
DataLoader ~ dl = DataLoader(range(6), sampler=SequentialSampler(range(6)), batch_size=2); result = list(dl)
DataLoader ~ dl = DataLoader(range(6), batch_sampler=BatchSampler(SequentialSampler(range(6)), 4, False)); result = list(dl)
DataLoader ~ dl = DataLoader(range(6), batch_size=2); result = dl.batch_size
DataLoader ~ dl = DataLoader(range(6), batch_size=4); result = len(dl.dataset)
DataLoader ~ dl = DataLoader(TensorDataset(X, Y), batch_size=4); result = torch.cat([x for x, _ in dl], dim=0)
DataLoader ~ dl = DataLoader(TensorDataset(X, Y), batch_size=2); result = [i for i, (x, y) in enumerate(dl)]
DataLoader ~ dl = DataLoader(TensorDataset(X, Y), batch_size=4, num_workers=0, pin_memory=False); total = 0; result = sum(x.sum().item() for x, y in dl)
Dataset ~ class Squares(Dataset):\n    def __init__(self, n):\n        self.n = n\n    def __len__(self):\n        return self.n\n    def __getitem__(self, i):\n        return torch.tensor(float(i)), i * i; result = list(DataLoader(Squares(5), batch_size=2))
Dataset ~ class Squares(Dataset):\n    def __len__(self):\n        return 4\n    def __getitem__(self, i):\n        return i ** 2; ds = Squares(); result = [ds[i] for i in range(len(ds))]
Dataset ~ class Squares(torch.utils.data.Dataset):\n    def __len__(self):\n        return 4\n    def __getitem__(self, i):\n        return {'x': X[i], 'y': Y[i]}; result = [b['y'] for b in DataLoader(Squares(), batch_size=3)]
IterableDataset ~ class Count(IterableDataset):\n    def __iter__(self):\n        return iter(range(5)); result = list(DataLoader(Count(), batch_size=2))
IterableDataset ~ class Count(IterableDataset):\n    def __init__(self, a, b):\n        super().__init__()\n        self.a, self.b = a, b\n    def __iter__(self):\n        for i in range(self.a, self.b):\n            yield torch.tensor([i]); result = [b for b in DataLoader(Count(2, 6))]
ConcatDataset ~ ds = ConcatDataset([TensorDataset(X), TensorDataset(X[:2])]); result = len(ds)
ConcatDataset ~ ds = ConcatDataset([range(3), range(5, 8)]); result = [ds[i] for i in range(len(ds))]
ConcatDataset ~ ds = ConcatDataset([range(3), range(5, 8)]); result = ds.cumulative_sizes
ConcatDataset ~ ds = TensorDataset(X) + TensorDataset(X[:2]); result = len(ds)
ConcatDataset ~ ds = ConcatDataset([range(3), range(5, 8)]); result = ds[-1]
StackDataset ~ ds = StackDataset(X, Y); result = ds[2]
StackDataset ~ ds = StackDataset(image=X, label=Y); result = ds[1]['label']
StackDataset ~ ds = StackDataset(X, Y); result = len(ds)
ChainDataset ~ class Count(IterableDataset):\n    def __iter__(self):\n        return iter(range(3)); result = list(ChainDataset([Count(), Count()]))
Subset ~ ds = Subset(TensorDataset(X, Y), [0, 3]); result = ds[1]
Subset ~ ds = Subset(range(10), [1, 4, 6]); result = [ds[i] for i in range(len(ds))]
Subset ~ ds = Subset(range(10), range(2, 5)); result = len(ds), list(ds.indices)
random_split ~ a, b = random_split(range(10), [7, 3]); result = len(a), len(b)
random_split ~ a, b = random_split(range(10), [0.8, 0.2]); result = [len(a), len(b)]
random_split ~ parts = random_split(range(10), [6, 2, 2], generator=torch.Generator().manual_seed(42)); result = [len(p) for p in parts]
random_split ~ parts = random_split(range(10), [6, 4]); result = sorted(list(parts[0].indices) + list(parts[1].indices))
SequentialSampler ~ result = list(SequentialSampler(range(5)))
SequentialSampler ~ result = len(SequentialSampler(X))
RandomSampler ~ result = sorted(RandomSampler(range(5)))
RandomSampler ~ result = len(list(RandomSampler(range(5), replacement=True, num_samples=8)))
RandomSampler ~ result = len(RandomSampler(X, num_samples=3))
SubsetRandomSampler ~ result = sorted(SubsetRandomSampler([3, 5, 7]))
SubsetRandomSampler ~ result = len(SubsetRandomSampler([3, 5, 7]))
WeightedRandomSampler ~ result = list(WeightedRandomSampler([0.0, 1.0, 0.0], 4))
WeightedRandomSampler ~ result = len(WeightedRandomSampler([0.1, 0.9], num_samples=5, replacement=True))
BatchSampler ~ result = list(BatchSampler(SequentialSampler(range(7)), batch_size=3, drop_last=False))
BatchSampler ~ result = list(BatchSampler(SequentialSampler(range(7)), 3, True))
BatchSampler ~ result = len(BatchSampler(SequentialSampler(range(7)), 3, False))
BatchSampler ~ result = list(BatchSampler(range(5), 2, False))
Sampler ~ class Even(Sampler):\n    def __init__(self, n):\n        self.n = n\n    def __iter__(self):\n        return iter(range(0, self.n, 2))\n    def __len__(self):\n        return (self.n + 1) // 2; result = list(DataLoader(range(7), sampler=Even(7), batch_size=2))
DistributedSampler ~ s = data.DistributedSampler(range(10), num_replicas=2, rank=0, shuffle=False); result = list(s)
DistributedSampler ~ s = data.distributed.DistributedSampler(range(9), num_replicas=2, rank=1, shuffle=False); result = list(s)
DistributedSampler ~ s = data.DistributedSampler(range(10), num_replicas=4, rank=3); s.set_epoch(2); result = len(s)
DistributedSampler ~ s = data.DistributedSampler(range(10), num_replicas=3, rank=0, shuffle=False, drop_last=True); result = list(s)
default_collate ~ result = data.default_collate([1, 2, 3])
default_collate ~ result = default_collate([1.5, 2.5])
default_collate ~ result = default_collate([X[0], X[1]])
default_collate ~ result = default_collate([(X[0], 1), (X[1], 2)])
default_collate ~ result = default_collate([{'a': 1, 'b': 2.0}, {'a': 3, 'b': 4.0}])
default_collate ~ result = default_collate(['a', 'b'])
default_collate ~ result = default_collate([[0, 1], [2, 3]])
default_collate ~ import numpy as np; result = default_collate([np.ones(2), np.zeros(2)])
default_collate ~ from collections import namedtuple; P = namedtuple('P', 'x y'); result = default_collate([P(0, 1), P(2, 3)]).y
default_convert ~ result = data.default_convert([1, 2])
default_convert ~ import numpy as np; result = data.default_convert(np.array([0, 1]))
get_worker_info ~ result = data.get_worker_info()
dataset.Dataset ~ from torch.utils.data.dataset import TensorDataset as TD; result = TD(X)[0]
dataloader.DataLoader ~ from torch.utils.data.dataloader import default_collate as dc; result = dc([X[0], X[1]])
"""

DATA_HEAD = """
import torch.utils.data as data
from torch.utils.data import BatchSampler, ChainDataset, ConcatDataset, DataLoader, Dataset, IterableDataset, RandomSampler
from torch.utils.data import Sampler, SequentialSampler, StackDataset, Subset, SubsetRandomSampler, TensorDataset
from torch.utils.data import WeightedRandomSampler, default_collate, random_split
X = torch.arange(30.0).reshape(10, 3)
Y = torch.arange(10)
"""

AUTOGRAD = r"""
grad ~ x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True); y = (x ** 2).sum(); result = torch.autograd.grad(y, x)[0]
grad ~ x = torch.tensor([1.0, 2.0], requires_grad=True); y = torch.tensor([3.0, 4.0], requires_grad=True); z = (x * y).sum(); result = torch.autograd.grad(z, [x, y])
grad ~ x = torch.tensor([1.0, 2.0], requires_grad=True); y = x ** 3; result = torch.autograd.grad(y, x, grad_outputs=torch.ones_like(y))[0]
grad ~ x = torch.tensor([1.0, 2.0], requires_grad=True); y = x ** 3; (g,) = torch.autograd.grad(y.sum(), x, create_graph=True); result = torch.autograd.grad(g.sum(), x)[0]
grad ~ x = torch.tensor(2.0, requires_grad=True); y = torch.sin(x) * x; g = torch.autograd.grad(y, x)[0]; result = g
grad ~ x = torch.tensor(2.0, requires_grad=True); y = x.exp(); g, = torch.autograd.grad(y, (x,)); result = g
grad ~ x = torch.tensor(2.0, requires_grad=True); z = torch.tensor(2.0, requires_grad=True); result = torch.autograd.grad(x * x, [x, z], allow_unused=True)
grad ~ x = torch.tensor(2.0, requires_grad=True); result = torch.autograd.grad(x ** 4, x, create_graph=True)[0]
grad ~ x = torch.linspace(-1, 1, 5, requires_grad=True); y = torch.tanh(x); result = torch.autograd.grad(y, x, torch.arange(5.0))[0]
backward ~ x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True); y = (x ** 2).sum(); y.backward(); result = x.grad
backward ~ x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True); torch.autograd.backward((x * 3).sum()); result = x.grad
backward ~ x = torch.tensor([1.0, 2.0], requires_grad=True); y = x * 2; y.backward(torch.tensor([1.0, 0.5])); result = x.grad
backward ~ x = torch.tensor([1.0, 2.0], requires_grad=True); (x ** 2).sum().backward(); (x ** 2).sum().backward(); result = x.grad
backward ~ x = torch.tensor([1.0, 2.0], requires_grad=True); y = x ** 2; z = y.sum(); z.backward(retain_graph=True); z.backward(); result = x.grad
backward ~ x = torch.ones(2, 2, requires_grad=True); y = x + 2; z = y * y * 3; out = z.mean(); out.backward(); result = x.grad
backward ~ x = torch.tensor(3.0, requires_grad=True); y = x ** 2; y.backward(); x.grad.zero_(); result = x.grad
backward ~ x = torch.tensor(3.0).requires_grad_(); y = x ** 2; y.backward(gradient=torch.tensor(2.0)); result = x.grad
backward ~ a = torch.tensor([2.0, 3.0], requires_grad=True); b = torch.tensor([6.0, 4.0], requires_grad=True); Q = 3 * a ** 3 - b ** 2; Q.backward(gradient=torch.tensor([1.0, 1.0])); result = a.grad, b.grad
backward ~ x = torch.tensor([1.0, 2.0], requires_grad=True); y = x.detach() * x; y.sum().backward(); result = x.grad
backward ~ x = torch.tensor([1.0, -2.0], requires_grad=True); y = torch.relu(x).sum(); y.backward(); result = x.grad.tolist()
backward ~ x = torch.randn(3, requires_grad=True); result = x.grad
backward ~ torch.autograd.backward([], []) if False else None; x = torch.tensor([1.0, 2.0], requires_grad=True); y = x * x; torch.autograd.backward([y], [torch.ones(2)]); result = x.grad
functional.jacobian ~ result = torch.autograd.functional.jacobian(lambda t: t ** 2, x)
functional.jacobian ~ def f(t): return t.exp().sum(dim=1); result = torch.autograd.functional.jacobian(f, M)
functional.jacobian ~ def f(a, b): return 2 * a + 3 * b; result = torch.autograd.functional.jacobian(f, (x, x))
functional.jacobian ~ from torch.autograd.functional import jacobian; result = jacobian(torch.sin, x, vectorize=True)
functional.jacobian ~ result = torch.autograd.functional.jacobian(lambda t: t.sum(), x, create_graph=True)
functional.jacobian ~ result = torch.autograd.functional.jacobian(lambda t: (t * 2, t ** 2), x)
functional.hessian ~ result = torch.autograd.functional.hessian(lambda t: (t ** 3).sum(), x)
functional.hessian ~ def f(a, b): return (a * b ** 2).sum(); result = torch.autograd.functional.hessian(f, (x, x))
functional.hessian ~ from torch.autograd.functional import hessian; result = hessian(lambda t: t[0] * t[1] + t[2] ** 2, x)
functional.vjp ~ result = torch.autograd.functional.vjp(lambda t: t ** 2, x, torch.ones(3))
functional.vjp ~ result = torch.autograd.functional.vjp(lambda t: t.sum(), x)
functional.vjp ~ def f(a, b): return a * b; out, g = torch.autograd.functional.vjp(f, (x, x), torch.ones(3)); result = g
functional.jvp ~ result = torch.autograd.functional.jvp(lambda t: t ** 2, x, torch.ones(3))
functional.jvp ~ out, t = torch.autograd.functional.jvp(torch.sin, x, torch.tensor([1.0, 0.5, 2.0])); result = t
functional.jvp ~ def f(a, b): return a * b; result = torch.autograd.functional.jvp(f, (x, x), (torch.ones(3), torch.ones(3)))
functional.vhp ~ result = torch.autograd.functional.vhp(lambda t: (t ** 3).sum(), x, torch.ones(3))
functional.hvp ~ result = torch.autograd.functional.hvp(lambda t: (t ** 3).sum(), x, torch.ones(3))
functional.hvp ~ out, h = torch.autograd.functional.hvp(lambda t: t.prod(), x, torch.ones(3)); result = h
Function ~ class Square(torch.autograd.Function):\n    @staticmethod\n    def forward(ctx, a):\n        ctx.save_for_backward(a)\n        return a ** 2\n    @staticmethod\n    def backward(ctx, g):\n        a, = ctx.saved_tensors\n        return 2 * a * g; result = Square.apply(x)
Function ~ class Cube(torch.autograd.Function):\n    @staticmethod\n    def forward(ctx, a):\n        ctx.save_for_backward(a)\n        return a ** 3\n    @staticmethod\n    def backward(ctx, g):\n        (a,) = ctx.saved_tensors\n        return 3 * a ** 2 * g; w = torch.tensor([1.0, 2.0], requires_grad=True); Cube.apply(w).sum().backward(); result = w.grad
Function ~ from torch.autograd import Function\nclass Scale(Function):\n    @staticmethod\n    def forward(ctx, a, k):\n        ctx.k = k\n        return a * k\n    @staticmethod\n    def backward(ctx, g):\n        return g * ctx.k, None; w = torch.tensor([1.0, 2.0], requires_grad=True); y = Scale.apply(w, 3.0); y.sum().backward(); result = y.detach(), w.grad
Function ~ class STE(torch.autograd.Function):\n    @staticmethod\n    def forward(ctx, a):\n        return torch.sign(a)\n    @staticmethod\n    def backward(ctx, g):\n        return g; w = torch.tensor([0.3, -2.0], requires_grad=True); (STE.apply(w) * torch.tensor([1.0, 4.0])).sum().backward(); result = w.grad
Function ~ class Exp(torch.autograd.Function):\n    @staticmethod\n    def forward(ctx, i):\n        r = i.exp()\n        ctx.save_for_backward(r)\n        return r\n    @staticmethod\n    def backward(ctx, grad_output):\n        (r,) = ctx.saved_tensors\n        return grad_output * r; result = torch.autograd.grad(Exp.apply(w := torch.tensor([0.5, 1.0], requires_grad=True)).sum(), w)[0]
Variable ~ from torch.autograd import Variable; v = Variable(x); result = v * 2
Variable ~ v = torch.autograd.Variable(x, requires_grad=True); (v * v).sum().backward(); result = v.grad
no_grad ~ with torch.no_grad():\n    y = x * 2; result = y.requires_grad
no_grad ~ @torch.no_grad()\ndef f(t):\n    return t * 2; result = f(x)
no_grad ~ w = torch.tensor([1.0], requires_grad=True)\nwith torch.no_grad():\n    y = w * 2; result = y.requires_grad
enable_grad ~ with torch.no_grad():\n    with torch.enable_grad():\n        g = torch.is_grad_enabled(); result = g
set_grad_enabled ~ with torch.set_grad_enabled(False):\n    g = torch.is_grad_enabled(); result = g
inference_mode ~ with torch.inference_mode():\n    y = x * 3; result = y
inference_mode ~ @torch.inference_mode()\ndef f(t):\n    return t + 1; result = f(x)
requires_grad ~ w = torch.tensor([1.0], requires_grad=True); result = (w * 2).requires_grad
requires_grad ~ w = torch.tensor([1.0], requires_grad=True); result = w.requires_grad, w.is_leaf
requires_grad ~ w = torch.ones(2); w.requires_grad = True; (w * 3).sum().backward(); result = w.grad
detach ~ w = torch.tensor([1.0], requires_grad=True); result = (w * 2).detach().requires_grad
grad_mode ~ with torch.autograd.grad_mode.no_grad():\n    y = x + 1; result = y
set_detect_anomaly ~ with torch.autograd.set_detect_anomaly(True):\n    y = x * 2; result = y
gradcheck ~ result = torch.autograd.gradcheck(lambda t: (t ** 2).sum(), (torch.tensor([1.0, 2.0], dtype=torch.float64, requires_grad=True),))
retain_grad ~ w = torch.tensor([1.0, 2.0], requires_grad=True); y = w * 2; y.retain_grad(); (y ** 2).sum().backward(); result = y.grad
register_hook ~ w = torch.tensor([1.0, 2.0], requires_grad=True); w.register_hook(lambda g: g * 2); (w ** 2).sum().backward(); result = w.grad
func.grad ~ result = torch.func.grad(lambda t: (t ** 2).sum())(x)
func.vmap ~ result = torch.func.vmap(lambda t: t.sum())(M)
func.vmap ~ result = torch.vmap(torch.dot)(M, M)
func.jacrev ~ result = torch.func.jacrev(torch.sin)(x)
func.jacfwd ~ result = torch.func.jacfwd(lambda t: t ** 2)(x)
func.hessian ~ result = torch.func.hessian(lambda t: (t ** 3).sum())(x)
func.grad_and_value ~ result = torch.func.grad_and_value(lambda t: (t ** 2).sum())(x)
func.vjp ~ out, f = torch.func.vjp(torch.sin, x); result = f(torch.ones(3))[0]
func.jvp ~ result = torch.func.jvp(torch.sin, (x,), (torch.ones(3),))
func.functional_call ~ m = torch.nn.Linear(3, 2); result = torch.func.functional_call(m, {'weight': torch.ones(2, 3), 'bias': torch.zeros(2)}, (x,))
"""

AUTOGRAD_HEAD = "x = torch.tensor([0.5, 1.5, -2.0])\nM = torch.arange(6.0).reshape(2, 3) / 5\n"

AMP = r"""
amp.autocast ~ with torch.amp.autocast('cpu', dtype=torch.bfloat16):\n    y = torch.mm(A, A); result = y.dtype
amp.autocast ~ with torch.autocast(device_type='cpu', enabled=False):\n    y = torch.mm(A, A); result = y
amp.autocast ~ with torch.autocast('cpu', enabled=False):\n    y = A + 1; result = y
amp.autocast ~ with torch.cuda.amp.autocast(enabled=False):\n    y = A * 2; result = y
amp.GradScaler ~ s = torch.amp.GradScaler('cpu', enabled=False); result = s.scale(A.sum())
amp.GradScaler ~ s = torch.cuda.amp.GradScaler(enabled=False); result = s.get_scale()
amp.GradScaler ~ s = torch.amp.GradScaler('cpu', enabled=False); result = s.is_enabled()
amp.GradScaler ~ w = torch.nn.Parameter(torch.ones(2))\nopt = torch.optim.SGD([w], lr=0.1)\nscaler = torch.amp.GradScaler('cpu', enabled=False)\nloss = (w ** 2).sum()\nscaler.scale(loss).backward()\nscaler.step(opt)\nscaler.update(); result = w
random.manual_seed ~ torch.manual_seed(0)\na = torch.rand(3)\ntorch.manual_seed(0)\nb = torch.rand(3); result = torch.equal(a, b)
random.manual_seed ~ torch.random.manual_seed(5); result = torch.initial_seed()
random.manual_seed ~ g = torch.manual_seed(3); result = g.initial_seed()
random.get_rng_state ~ state = torch.get_rng_state()\na = torch.randn(4)\ntorch.set_rng_state(state)\nb = torch.randn(4); result = torch.equal(a, b)
random.get_rng_state ~ state = torch.random.get_rng_state()\na = torch.rand(2)\ntorch.random.set_rng_state(state)\nb = torch.rand(2); result = torch.allclose(a, b)
random.fork_rng ~ torch.manual_seed(1)\nwith torch.random.fork_rng():\n    torch.rand(3)\na = torch.rand(2)\ntorch.manual_seed(1)\nb = torch.rand(2); result = torch.equal(a, b)
random.seed ~ result = isinstance(torch.seed(), int)
random.initial_seed ~ torch.manual_seed(17); result = torch.random.initial_seed()
Generator ~ g = torch.Generator(); g.manual_seed(7); result = g.initial_seed()
Generator ~ g = torch.Generator().manual_seed(7)\na = torch.rand(3, generator=g)\ng.manual_seed(7)\nb = torch.rand(3, generator=g); result = torch.equal(a, b)
Generator ~ g = torch.Generator(device='cpu'); result = torch.randint(0, 5, (4,), generator=g).shape
Generator ~ g = torch.Generator(); result = torch.randperm(6, generator=g).sort().values
Generator ~ g = torch.Generator().manual_seed(2)\ns = g.get_state()\na = torch.randn(3, generator=g)\ng.set_state(s)\nb = torch.randn(3, generator=g); result = torch.equal(a, b)
Generator ~ g = torch.Generator(); result = torch.normal(0.0, 1.0, (2, 3), generator=g).shape
Generator ~ g = torch.Generator(); result = torch.empty(3).uniform_(generator=g).shape
Generator ~ g = torch.Generator().manual_seed(1); result = torch.multinomial(torch.tensor([0.0, 1.0]), 3, replacement=True, generator=g)
Generator ~ g = torch.Generator(); result = isinstance(g.seed(), int)
Generator ~ result = str(torch.Generator().device)
"""

UTILITIES = r"""
clip_grad_norm_ ~ w.grad = torch.tensor([3.0, 4.0]); n = torch.nn.utils.clip_grad_norm_([w], 1.0); result = n, w.grad
clip_grad_norm_ ~ w.grad = torch.tensor([3.0, 4.0]); n = nn.utils.clip_grad_norm_(w, max_norm=10.0); result = w.grad
clip_grad_norm_ ~ w.grad = torch.tensor([3.0, 4.0]); v.grad = torch.tensor([1.0]); nn.utils.clip_grad_norm_([w, v], 1.0, norm_type=1); result = [w.grad, v.grad]
clip_grad_norm_ ~ w.grad = torch.tensor([3.0, -4.0]); nn.utils.clip_grad_norm_([w], 1.0, norm_type=float('inf')); result = w.grad
clip_grad_norm_ ~ from torch.nn.utils import clip_grad_norm_; (w ** 2).sum().backward(); total = clip_grad_norm_([w], 0.5); result = total
clip_grad_norm_ ~ from torch.nn.utils import clip_grad_norm_; (w ** 2).sum().backward(); clip_grad_norm_([w], 0.5); result = w.grad
clip_grad_norm_ ~ m = nn.Linear(2, 1); nn.init.constant_(m.weight, 0.5); nn.init.zeros_(m.bias); m(torch.ones(3, 2)).sum().backward(); n = nn.utils.clip_grad_norm_(m.parameters(), 1.0); result = n, m.weight.grad
clip_grad_value_ ~ w.grad = torch.tensor([3.0, -4.0]); nn.utils.clip_grad_value_([w], 1.0); result = w.grad
clip_grad_value_ ~ from torch.nn.utils import clip_grad_value_; (w ** 3).sum().backward(); clip_grad_value_(w, clip_value=0.7); result = w.grad
clip_grads_with_norm_ ~ w.grad = torch.tensor([3.0, 4.0]); nn.utils.clip_grads_with_norm_([w], 1.0, torch.tensor(5.0)); result = w.grad
get_total_norm ~ result = nn.utils.get_total_norm([torch.tensor([3.0]), torch.tensor([4.0])])
get_total_norm ~ result = nn.utils.get_total_norm([torch.tensor([3.0]), torch.tensor([4.0])], norm_type=1.0)
parameters_to_vector ~ result = nn.utils.parameters_to_vector([w, v])
parameters_to_vector ~ from torch.nn.utils import parameters_to_vector; m = nn.Linear(2, 2); nn.init.ones_(m.weight); nn.init.zeros_(m.bias); result = parameters_to_vector(m.parameters())
vector_to_parameters ~ nn.utils.vector_to_parameters(torch.tensor([5.0, 6.0, 7.0]), [w, v]); result = w, v
vector_to_parameters ~ m = nn.Linear(2, 1); nn.utils.vector_to_parameters(torch.arange(3.0), m.parameters()); result = m(torch.ones(1, 2))
weight_norm ~ m = nn.Linear(3, 2); nn.init.constant_(m.weight, 0.5); nn.init.zeros_(m.bias); m = nn.utils.weight_norm(m); result = m(torch.ones(1, 3))
weight_norm ~ m = nn.utils.weight_norm(nn.Linear(3, 2), name='weight'); result = m.weight_g.shape, m.weight_v.shape
weight_norm ~ m = nn.utils.weight_norm(nn.Linear(3, 2), dim=None); result = m.weight_g.shape
weight_norm ~ m = nn.utils.weight_norm(nn.Conv2d(3, 4, 3)); result = m.weight_g.shape
remove_weight_norm ~ m = nn.Linear(3, 2); nn.init.constant_(m.weight, 0.5); nn.init.zeros_(m.bias); m = nn.utils.remove_weight_norm(nn.utils.weight_norm(m)); result = m.weight
spectral_norm ~ m = nn.utils.spectral_norm(nn.Linear(3, 2)); result = m.weight_orig.shape, m.weight_u.shape
spectral_norm ~ m = nn.utils.spectral_norm(nn.Linear(20, 40)); m(torch.ones(1, 20)); result = m.weight.shape
spectral_norm ~ m = nn.utils.spectral_norm(nn.Conv2d(3, 4, 3), n_power_iterations=2); result = m(torch.ones(1, 3, 5, 5)).shape
remove_spectral_norm ~ m = nn.utils.remove_spectral_norm(nn.utils.spectral_norm(nn.Linear(3, 2))); result = m.weight.shape
parametrizations.weight_norm ~ m = nn.Linear(3, 2); nn.init.constant_(m.weight, 0.5); nn.init.zeros_(m.bias); m = nn.utils.parametrizations.weight_norm(m); result = m(torch.ones(1, 3))
parametrizations.weight_norm ~ m = nn.utils.parametrizations.weight_norm(nn.Linear(3, 2)); result = m.parametrizations.weight.original0.shape
parametrizations.spectral_norm ~ m = nn.utils.parametrizations.spectral_norm(nn.Linear(20, 10)); m.eval(); s = torch.linalg.svdvals(m.weight)[0]; result = m.weight.shape
parametrizations.orthogonal ~ m = nn.utils.parametrizations.orthogonal(nn.Linear(4, 4)); W = m.weight; result = torch.allclose(W @ W.T, torch.eye(4), atol=1e-4)
parametrize.register_parametrization ~ class Sym(nn.Module):\n    def forward(self, X):\n        return X.triu() + X.triu(1).transpose(-1, -2)\nimport torch.nn.utils.parametrize as P\nm = nn.Linear(3, 3)\nP.register_parametrization(m, 'weight', Sym())\nA = m.weight; result = torch.allclose(A, A.T)
parametrize.is_parametrized ~ import torch.nn.utils.parametrize as P; result = P.is_parametrized(nn.Linear(2, 2))
fuse_conv_bn_eval ~ c = nn.Conv2d(2, 3, 3); b = nn.BatchNorm2d(3); [nn.init.constant_(p, 0.2) for p in c.parameters()]; c.eval(); b.eval(); f = nn.utils.fusion.fuse_conv_bn_eval(c, b); result = f(torch.ones(1, 2, 4, 4))
skip_init ~ m = nn.utils.skip_init(nn.Linear, 5, 3); result = m.weight.shape
rnn.pad_sequence ~ result = nn.utils.rnn.pad_sequence([torch.ones(3), torch.zeros(2)], batch_first=True)
rnn.pad_sequence ~ from torch.nn.utils import rnn; result = rnn.pad_sequence([torch.ones(3, 2), torch.zeros(2, 2), torch.ones(1, 2)], padding_value=9.0)
rnn.pad_sequence ~ from torch.nn.utils.rnn import pad_sequence; result = pad_sequence([torch.tensor([1, 2, 3]), torch.tensor([4])], batch_first=True, padding_side='left')
rnn.pad_sequence ~ from torch.nn.utils.rnn import pad_sequence; result = pad_sequence((torch.ones(25, 3), torch.ones(22, 3), torch.ones(15, 3))).size()
rnn.pack_sequence ~ from torch.nn.utils.rnn import pack_sequence; p = pack_sequence([torch.tensor([1, 2, 3]), torch.tensor([4, 5]), torch.tensor([6])]); result = p.data, p.batch_sizes
rnn.pack_sequence ~ from torch.nn.utils.rnn import pack_sequence; p = pack_sequence([torch.tensor([1]), torch.tensor([4, 5])], enforce_sorted=False); result = p.data, p.sorted_indices, p.unsorted_indices
rnn.pack_padded_sequence ~ from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence; s = torch.tensor([[1, 2, 0], [3, 0, 0], [4, 5, 6]]); p = pack_padded_sequence(s, [2, 1, 3], batch_first=True, enforce_sorted=False); result = pad_packed_sequence(p, batch_first=True)
rnn.pack_padded_sequence ~ from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence; p = pack_padded_sequence(torch.arange(12.0).reshape(3, 2, 2), torch.tensor([3, 1])); out, n = pad_packed_sequence(p, padding_value=-1.0); result = out
rnn.PackedSequence ~ p = nn.utils.rnn.pack_sequence([torch.tensor([1.0, 2.0]), torch.tensor([3.0])]); result = isinstance(p, nn.utils.rnn.PackedSequence)
rnn.PackedSequence ~ p = nn.utils.rnn.pack_sequence([torch.tensor([1.0, 2.0]), torch.tensor([3.0])]); d, b, s, u = p; result = d, b
rnn.PackedSequence ~ p = nn.utils.rnn.pack_sequence([torch.tensor([1.0, 2.0]), torch.tensor([3.0])]); result = p.to(torch.float64).data
rnn.PackedSequence ~ p = nn.utils.rnn.PackedSequence(torch.arange(3.0), torch.tensor([2, 1])); result = nn.utils.rnn.pad_packed_sequence(p)[0]
rnn.invert_permutation ~ result = nn.utils.rnn.invert_permutation(torch.tensor([2, 0, 1]))
prune.l1_unstructured ~ import torch.nn.utils.prune as prune; m = nn.Linear(3, 2); m.weight.data = torch.arange(6.0).reshape(2, 3); prune.l1_unstructured(m, 'weight', amount=2); result = m.weight
prune.random_unstructured ~ import torch.nn.utils.prune as prune; m = nn.Linear(3, 2); prune.random_unstructured(m, name='weight', amount=0.5); result = (m.weight_mask == 0).sum()
prune.custom_from_mask ~ import torch.nn.utils.prune as prune; m = nn.Linear(3, 2); nn.init.ones_(m.weight); prune.custom_from_mask(m, 'weight', mask=torch.tensor([[1, 0, 1], [0, 1, 0]])); result = m.weight
prune.is_pruned ~ import torch.nn.utils.prune as prune; result = prune.is_pruned(nn.Linear(3, 2))
prune.remove ~ import torch.nn.utils.prune as prune; m = nn.Linear(3, 2); m.weight.data = torch.arange(6.0).reshape(2, 3); prune.l1_unstructured(m, 'weight', amount=2); prune.remove(m, 'weight'); result = m.weight
prune.ln_structured ~ import torch.nn.utils.prune as prune; m = nn.Linear(3, 2); m.weight.data = torch.arange(6.0).reshape(2, 3); prune.ln_structured(m, 'weight', amount=0.5, n=2, dim=0); result = m.weight
stateless.functional_call ~ m = nn.Linear(3, 2); result = nn.utils.stateless.functional_call(m, {'weight': torch.ones(2, 3), 'bias': torch.zeros(2)}, torch.ones(3))
"""

UTILITIES_HEAD = (
    "import torch.nn as nn\nw = nn.Parameter(torch.tensor([1.0, -2.0]))\nv = nn.Parameter(torch.tensor([0.5]))\n"
)

MODULES = r"""
Module ~ class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.fc = nn.Linear(4, 3)\n        self.act = nn.ReLU()\n    def forward(self, t):\n        return self.act(self.fc(t))\nm = Net()\nfor p in m.parameters():\n    nn.init.constant_(p, 0.1); result = m(x)
Module ~ class Net(nn.Module):\n    def __init__(self, n):\n        super(Net, self).__init__()\n        self.w = nn.Parameter(torch.ones(n))\n        self.register_buffer('b', torch.zeros(n))\n    def forward(self, t):\n        return t * self.w + self.b; result = Net(4)(x)
Module ~ class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.w = nn.Parameter(torch.ones(4))\n        self.register_buffer('b', torch.zeros(4)); result = list(Net().state_dict().keys())
Module ~ class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.layers = nn.ModuleList([nn.Linear(4, 4) for _ in range(3)])\n    def forward(self, t):\n        for layer in self.layers:\n            t = torch.tanh(layer(t))\n        return t\nm = Net()\n[nn.init.constant_(p, 0.2) for p in m.parameters()]; result = m(x)
Module ~ class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.layers = nn.ModuleDict({'a': nn.Linear(4, 2), 'b': nn.Linear(2, 1)})\n    def forward(self, t):\n        return self.layers['b'](self.layers['a'](t)); result = [n for n, _ in Net().named_parameters()]
Module ~ class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.conv = nn.Conv2d(1, 2, 3)\n        self.bn = nn.BatchNorm2d(2); result = sorted(Net().state_dict())
Module ~ class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.conv = nn.Conv2d(1, 2, 3)\n        self.bn = nn.BatchNorm2d(2); result = {k: tuple(v.shape) for k, v in Net().state_dict().items()}
Module ~ class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.conv = nn.Conv2d(1, 2, 3)\n        self.bn = nn.BatchNorm2d(2); result = [n for n, _ in Net().named_buffers()]
Module ~ class Scale(nn.Module):\n    def forward(self, t, k=2.0):\n        return t * k; result = Scale()(x, k=3.0)
Module.parameters ~ m = nn.Linear(4, 3); result = sum(p.numel() for p in m.parameters())
Module.parameters ~ m = nn.Sequential(nn.Linear(4, 3), nn.Linear(3, 2)); result = sum(p.numel() for p in m.parameters() if p.requires_grad)
Module.parameters ~ m = nn.Linear(4, 3); result = len(list(m.parameters()))
Module.parameters ~ m = nn.Linear(4, 3, bias=False); result = next(m.parameters()).shape
Module.named_parameters ~ m = nn.Linear(4, 3); result = {n: tuple(p.shape) for n, p in m.named_parameters()}
Module.named_parameters ~ m = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2)); result = dict((n, p.shape) for n, p in m.named_parameters())
Module.state_dict ~ m = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.Linear(2, 2)); result = list(m.state_dict().keys())
Module.state_dict ~ m = nn.LSTM(4, 3, bidirectional=True); result = {k: v.shape for k, v in m.state_dict().items()}
Module.state_dict ~ m = nn.GRU(4, 3, num_layers=2); result = list(m.state_dict())
Module.state_dict ~ m = nn.MultiheadAttention(4, 2); result = list(m.state_dict().keys())
Module.state_dict ~ m = nn.TransformerEncoderLayer(4, 2, 8); result = list(m.state_dict().keys())
Module.state_dict ~ m = nn.Embedding(5, 3); result = list(m.state_dict().keys())
Module.state_dict ~ m = nn.PReLU(); result = list(m.state_dict().keys())
Module.state_dict ~ m = nn.LayerNorm(4); result = list(m.state_dict().items())
Module.state_dict ~ m = nn.BatchNorm1d(3); result = m.state_dict()
Module.state_dict ~ m = nn.InstanceNorm2d(3, affine=True, track_running_stats=True); result = list(m.state_dict().keys())
Module.state_dict ~ m = nn.Bilinear(2, 3, 4); result = {k: v.shape for k, v in m.state_dict().items()}
Module.state_dict ~ m = nn.ConvTranspose2d(2, 3, 3); result = {k: v.shape for k, v in m.state_dict().items()}
Module.load_state_dict ~ m = nn.Linear(4, 3); n = nn.Linear(4, 3); n.load_state_dict(m.state_dict()); result = torch.equal(m.weight, n.weight)
Module.load_state_dict ~ m = nn.BatchNorm1d(4); sd = m.state_dict(); sd['running_mean'] = torch.ones(4); m.load_state_dict(sd); m.eval(); result = m(x)
Module.load_state_dict ~ m = nn.Linear(4, 3); r = m.load_state_dict({'weight': torch.ones(3, 4)}, strict=False); result = r.missing_keys
Module.load_state_dict ~ m = nn.Conv2d(1, 1, 2); m.load_state_dict({'weight': torch.ones(1, 1, 2, 2), 'bias': torch.tensor([0.5])}); result = m(torch.arange(9.0).reshape(1, 1, 3, 3))
Module.load_state_dict ~ m = nn.Embedding(4, 2); m.load_state_dict({'weight': torch.arange(8.0).reshape(4, 2)}); result = m(torch.tensor([1, 3]))
Module.load_state_dict ~ m = nn.LSTM(2, 2); m.load_state_dict({k: torch.full_like(v, 0.1) for k, v in m.state_dict().items()}); result = m(torch.ones(3, 1, 2))[0]
Module.train ~ m = nn.Sequential(nn.Linear(4, 3), nn.Dropout(0.5)); m.eval(); result = [l.training for l in m]
Module.train ~ m = nn.Linear(4, 3); m.eval(); m.train(); result = m.training
Module.eval ~ m = nn.BatchNorm1d(4).eval(); result = m(x)
Module.get_submodule ~ m = nn.Sequential(nn.Sequential(nn.Linear(4, 3))); result = m.get_submodule('0.0').weight.shape
Module.get_parameter ~ m = nn.Linear(4, 3); result = m.get_parameter('bias').shape
Module.get_buffer ~ m = nn.BatchNorm1d(4); result = m.get_buffer('running_var')
Module.register_buffer ~ m = nn.Module(); m.register_buffer('b', torch.ones(2)); result = m.b
Module.register_buffer ~ m = nn.Module(); m.register_buffer('b', torch.ones(2)); result = dict(m.named_buffers())['b']
Module.register_parameter ~ m = nn.Module(); m.register_parameter('w', nn.Parameter(torch.ones(2))); result = [n for n, _ in m.named_parameters()]
Module.add_module ~ m = nn.Module(); m.add_module('fc', nn.Linear(2, 2)); result = [n for n, _ in m.named_children()]
Module.register_forward_hook ~ m = nn.ReLU(); seen = []; h = m.register_forward_hook(lambda mod, i, o: seen.append(o.shape)); m(x); h.remove(); m(x); result = len(seen)
Module.register_forward_hook ~ m = nn.ReLU(); m.register_forward_hook(lambda mod, i, o: o * 2); result = m(x)
Module.register_forward_pre_hook ~ m = nn.ReLU(); m.register_forward_pre_hook(lambda mod, i: (i[0] + 1,)); result = m(x)
Module.register_forward_hook ~ m = nn.ReLU(); m.register_forward_hook(lambda mod, args, kwargs, out: out + kwargs['input'], with_kwargs=True); result = m(input=x)
Module.register_forward_pre_hook ~ m = nn.ReLU(); m.register_forward_pre_hook(lambda mod, args, kwargs: ((args[0] + 2,), kwargs), with_kwargs=True); result = m(x)
Module.register_full_backward_hook ~ m = nn.Sequential(nn.Linear(4, 3), nn.Linear(3, 1)); seen = []; m[1].register_full_backward_hook(lambda mod, gi, go: seen.append((gi[0].shape, go[0].sum()))); m(x).sum().backward(); result = seen[0][1]
Module.register_full_backward_hook ~ m = nn.Sequential(nn.Linear(4, 3), nn.Linear(3, 1)); h = m[1].register_full_backward_hook(lambda mod, gi, go: (gi[0] * 3,)); m(x).sum().backward(); h.remove(); result = m[0].weight.grad
Module.buffers ~ m = nn.BatchNorm1d(4); result = [b.shape for b in m.buffers()]
Module.half ~ m = nn.Linear(4, 3).half(); result = m.weight.dtype
Module.to ~ m = nn.Linear(4, 3).to(torch.float64); result = m(x.double()).dtype
Module.to ~ m = nn.Linear(4, 3).to('cpu'); result = m(x).shape
Module.float ~ m = nn.Linear(4, 3).double().float(); result = m.weight.dtype
Module.zero_grad ~ m = nn.Linear(4, 1); m(x).sum().backward(); m.zero_grad(); result = m.weight.grad
Module.zero_grad ~ m = nn.Linear(4, 1); m(x).sum().backward(); result = m.weight.grad
Module.requires_grad_ ~ m = nn.Linear(4, 3); m.weight.requires_grad = False; result = [p.requires_grad for p in m.parameters()]
Module.requires_grad_ ~ m = nn.Linear(4, 3)\nfor p in m.parameters():\n    p.requires_grad_(False); result = any(p.requires_grad for p in m.parameters())
Module.extra_repr ~ m = nn.Linear(4, 3); result = m.extra_repr()
Module.apply ~ def init(l):\n    if isinstance(l, nn.Linear):\n        nn.init.constant_(l.weight, 0.3)\n        l.bias.data.fill_(0.1)\nm = nn.Sequential(nn.Linear(4, 3), nn.ReLU())\nm.apply(init); result = m(x)
Module.modules ~ m = nn.Sequential(nn.Linear(4, 3), nn.ReLU()); result = [type(l).__name__ for l in m.children()]
Module.modules ~ m = nn.Sequential(nn.Linear(4, 3), nn.ReLU()); result = sum(isinstance(l, nn.Linear) for l in m.modules())
Module.named_modules ~ m = nn.Sequential(nn.Linear(4, 3), nn.Sequential(nn.ReLU())); result = [n for n, _ in m.named_modules()]
Linear.reset_parameters ~ m = nn.Linear(4, 3); m.reset_parameters(); result = m.weight.shape
BatchNorm1d.reset_parameters ~ m = nn.BatchNorm1d(4); m(x); m.reset_running_stats(); result = m.running_mean
Conv2d.reset_parameters ~ m = nn.Conv2d(1, 2, 3); m.reset_parameters(); result = m.bias.shape
Embedding.reset_parameters ~ m = nn.Embedding(4, 2); m.reset_parameters(); result = m.weight.shape
modules.activation.ReLU ~ m = torch.nn.modules.activation.ReLU(); result = m(x)
modules.linear.Linear ~ m = torch.nn.modules.linear.Linear(4, 2); nn.init.ones_(m.weight); nn.init.zeros_(m.bias); result = m(x)
modules.conv.Conv1d ~ from torch.nn.modules.conv import Conv1d; m = Conv1d(3, 2, 2); result = m(x).shape
modules.loss.MSELoss ~ from torch.nn.modules.loss import MSELoss; result = MSELoss()(x, x * 2)
modules.ReLU ~ from torch.nn.modules import ReLU; result = ReLU()(x)
Linear ~ from torch.nn import Linear, ReLU, Sequential; m = Sequential(Linear(4, 2), ReLU()); nn.init.ones_(m[0].weight); nn.init.zeros_(m[0].bias); result = m(x)
Linear ~ import torch as th; m = th.nn.Linear(4, 2); th.nn.init.constant_(m.weight, 0.5); th.nn.init.constant_(m.bias, 1.0); result = m(x)
Linear ~ m = nn.Linear(4, 2, dtype=torch.float64); result = m.weight.dtype
Linear ~ m = nn.Linear(4, 2, device='cpu'); result = m(x).shape
Linear ~ m = nn.Linear(4, 2); m.weight.data[0, 0] = 1.0; result = m.weight[0, 0]
Linear ~ m = nn.Linear(4, 2)\nwith torch.no_grad():\n    m.weight.fill_(0.25)\n    m.bias.zero_(); result = m(x)
Linear ~ m = nn.Linear(4, 2)\nwith torch.no_grad():\n    m.weight.copy_(torch.arange(8.0).reshape(2, 4))\n    m.bias.copy_(torch.tensor([1.0, 2.0])); result = m(x)
Linear ~ m = nn.Linear(4, 2)\nwith torch.no_grad():\n    m.weight[:] = 0.5\n    m.bias[:] = 0.0; result = m(x)
Linear ~ m = nn.Linear(4, 2); m.weight = nn.Parameter(torch.ones(2, 4)); m.bias = nn.Parameter(torch.zeros(2)); result = m(x)
Linear ~ m = nn.Linear(4, 2); nn.init.ones_(m.weight.data); nn.init.zeros_(m.bias.data); result = m.forward(x)
UninitializedParameter ~ m = nn.LazyLinear(3); result = m(x).shape
Parameter ~ p = nn.Parameter(torch.tensor([1.0, 2.0])); result = p.requires_grad, p.shape
Parameter ~ p = nn.Parameter(torch.tensor([1.0, 2.0])); result = isinstance(p, torch.Tensor)
Parameter ~ p = nn.parameter.Parameter(torch.tensor([1.0, 2.0]), False); result = p + 1
Parameter ~ p = nn.Parameter(torch.tensor([1.0, 2.0])); p.data = torch.tensor([5.0, 6.0]); result = p
Parameter ~ p = nn.Parameter(torch.tensor([1.0, 2.0])); (p ** 2).sum().backward(); result = p.grad
Buffer ~ m = nn.Module(); m.b = nn.Buffer(torch.ones(2)); result = list(m.state_dict().keys())
attention.sdpa_kernel ~ from torch.nn.attention import SDPBackend, sdpa_kernel\nq = torch.sin(torch.arange(24.0)).reshape(1, 2, 3, 4)\nwith sdpa_kernel(SDPBackend.MATH):\n    y = torch.nn.functional.scaled_dot_product_attention(q, q, q); result = y
"""

MODULES_HEAD = (
    "import torch.nn as nn\nimport torch.nn.functional as F\nx = torch.linspace(-2.0, 3.0, 12).reshape(3, 4)\n"
)


def statements(text: str) -> str:
    """One line of the tables as a program: ``; `` parts statements, ``\\n`` ends a line within one."""
    return text.replace("; ", "\n").replace("\\n", "\n").strip() + "\n"


def table(text: str, prefix: str, head: str) -> list[Snippet]:
    found = []
    for line in text.strip("\n").splitlines():
        name, _, body = line.partition(" ~ ")
        found.append(Snippet(f"{prefix}{name}", f"import torch\n{head.strip()}\n{statements(body)}", origin="table"))
    return found


def _options(text: str) -> list[tuple[str, list[str]]]:
    made = []
    for line in text.strip("\n").splitlines():
        name, *arguments = [part.strip() for part in line.split("|")]
        made.append((name, [f", {argument}" if argument else "" for argument in arguments]))
    return made


def optimizers() -> list[Snippet]:
    found = []
    for name, options in _options(OPTIMIZERS):
        for number, arguments in enumerate(options):
            for place, step in enumerate(STEPS):
                if place > 4 and (number + place) % 3:
                    continue
                body = step.format(name=name, arguments=arguments)
                if place == 4 and not any(word in arguments for word in ("lr=", "weight_decay=", "=")) and arguments:
                    continue
                found.append(Snippet(f"torch.optim.{name}", f"import torch{body}"))
    lists = ("", "lr=0.5", "lr=0.1, max_iter=10", "line_search_fn='strong_wolfe'", "history_size=5, max_iter=4")
    for arguments in lists:
        arguments = f", {arguments}" if arguments else ""
        found.append(Snippet("torch.optim.LBFGS", "import torch" + LBFGS.format(arguments=arguments)))
    return found


def schedulers() -> list[Snippet]:
    found = []
    for name, options in _options(SCHEDULERS):
        metric = "1.0 if epoch else 2.0" if name == "ReduceLROnPlateau" else ""
        for arguments, body in itertools.product(options, SCHEDULED):
            code = "import torch" + body.format(name=name, arguments=arguments, metric=metric)
            found.append(Snippet(f"torch.optim.lr_scheduler.{name}", code))
    head = "import torch\np = torch.nn.Parameter(torch.ones(1))\nopt = torch.optim.SGD([p], lr=0.5)\n"
    tail = "lrs = []\nfor _ in range(7):\n    opt.step()\n    sched.step()\n    lrs.append({seen})\nresult = lrs\n"
    for made in COMPOSED:
        name = made.rpartition("lr_scheduler.")[2].partition("(")[0]
        for seen in ("opt.param_groups[0]['lr']", "sched.get_last_lr()[0]"):
            found.append(Snippet(f"torch.optim.lr_scheduler.{name}", head + made + "\n" + tail.format(seen=seen)))
    averaged = """
import torch.nn as nn
m = nn.Linear(2, 1)
nn.init.constant_(m.weight, 1.0)
nn.init.zeros_(m.bias)
swa = torch.optim.swa_utils.AveragedModel(m{arguments})
swa.update_parameters(m)
nn.init.constant_(m.weight, 3.0)
swa.update_parameters(m)
result = swa(torch.ones(1, 2))
"""
    ema = ", multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(0.9)"
    for arguments in ("", ", avg_fn=lambda a, p, n: 0.9 * a + 0.1 * p", ema):
        code = "import torch" + averaged.format(arguments=arguments)
        found.append(Snippet("torch.optim.swa_utils.AveragedModel", code))
    swa = "sched = torch.optim.swa_utils.SWALR(opt, swa_lr=0.05, anneal_epochs=3)"
    found.append(Snippet("torch.optim.swa_utils.SWALR", head + swa + "\n" + tail.format(seen="sched.get_last_lr()[0]")))
    return found


def loading() -> list[Snippet]:
    return table(DATA, "torch.utils.data.", DATA_HEAD)


def differentiation() -> list[Snippet]:
    return table(AUTOGRAD, "torch.autograd.", AUTOGRAD_HEAD)


def precision_and_seeds() -> list[Snippet]:
    return table(AMP, "torch.", "A = torch.arange(9.0).reshape(3, 3)\n")


def utilities() -> list[Snippet]:
    return table(UTILITIES, "torch.nn.utils.", UTILITIES_HEAD)


def module_behaviour() -> list[Snippet]:
    return table(MODULES, "torch.nn.", MODULES_HEAD)


HOMES = {
    "torch.optim": optimizers,
    "torch.optim.lr_scheduler": schedulers,
    "torch.utils.data": loading,
    "torch.autograd": differentiation,
    "torch.amp": precision_and_seeds,
    "torch.nn.utils": utilities,
    "torch.nn.modules": module_behaviour,
}
"""The namespaces that are offered from here."""
