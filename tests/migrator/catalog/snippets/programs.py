"""Whole small programs as people write them: models, losses, optimizer steps, distributions, data."""

from __future__ import annotations

from tests.migrator.catalog.snippets.patterns import Snippet

# ruff: noqa: E501 - written as people write

PROGRAMS = r"""
import torch
import torch.nn as nn
torch.manual_seed(0)
model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))
for p in model.parameters():
    nn.init.constant_(p, 0.1)
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
x = torch.arange(12, dtype=torch.float32).reshape(3, 4) / 10
y = torch.tensor([0, 1, 1])
for _ in range(3):
    optimizer.zero_grad()
    loss = criterion(model(x), y)
    loss.backward()
    optimizer.step()
result = loss.item()
---
import torch
import torch.nn as nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 2, 3, padding=1)
        self.pool = nn.MaxPool2d(2)
        self.fc = nn.Linear(8, 3)
    def forward(self, x):
        x = self.pool(torch.relu(self.conv1(x)))
        x = x.view(x.size(0), -1)
        return self.fc(x)
net = Net()
with torch.no_grad():
    for p in net.parameters():
        p.fill_(0.05)
x = torch.arange(16.).view(1, 1, 4, 4)
result = net(x)
---
import torch
model = torch.nn.Linear(2, 1)
model.load_state_dict({"weight": torch.tensor([[1.0, 2.0]]), "bias": torch.tensor([0.5])})
x = torch.tensor([[1.0, 1.0], [2.0, 3.0]])
out = model(x)
loss = torch.nn.functional.mse_loss(out, torch.zeros_like(out))
loss.backward()
result = [model.weight.grad, model.bias.grad]
---
import torch
from torch import nn
rnn = nn.LSTM(input_size=2, hidden_size=3, num_layers=1, batch_first=True)
for name, p in rnn.named_parameters():
    nn.init.constant_(p, 0.1 if 'weight' in name else 0.0)
out, (h, c) = rnn(torch.ones(1, 4, 2))
result = (out, h, c)
---
import torch
from torch.distributions import Normal, kl_divergence
p = Normal(torch.tensor([0.0]), torch.tensor([1.0]))
q = Normal(torch.tensor([1.0]), torch.tensor([2.0]))
result = kl_divergence(p, q)
---
import torch
from torch.distributions.categorical import Categorical
m = Categorical(torch.tensor([0.25, 0.25, 0.25, 0.25]))
result = m.log_prob(torch.tensor(3)), m.entropy()
---
import torch
import torch.distributions as dist
d = dist.Normal(0., 1.)
s = d.sample((5,))
result = s.shape
---
import torch
from torch.optim.lr_scheduler import StepLR
model = torch.nn.Linear(1, 1)
optimizer = torch.optim.Adam(model.parameters(), lr=0.1)
scheduler = StepLR(optimizer, step_size=2, gamma=0.1)
lrs = []
for epoch in range(5):
    optimizer.step()
    scheduler.step()
    lrs.append(scheduler.get_last_lr()[0])
result = lrs
---
import torch
from torch.utils.data import Dataset, DataLoader
class MyData(Dataset):
    def __init__(self):
        self.x = torch.arange(10, dtype=torch.float32)
    def __len__(self):
        return len(self.x)
    def __getitem__(self, idx):
        return self.x[idx], self.x[idx] ** 2
loader = DataLoader(MyData(), batch_size=4)
result = [b[1] for b in loader]
---
import torch
x = torch.ones(2, 2, requires_grad=True)
y = x + 2
z = y * y * 3
out = z.mean()
out.backward()
result = x.grad
---
import torch
import torch.nn.functional as F
q = torch.arange(8.).reshape(1, 2, 4)
k = torch.ones(1, 3, 4)
v = torch.arange(12.).reshape(1, 3, 4)
result = F.scaled_dot_product_attention(q, k, v)
---
import torch
emb = torch.nn.Embedding(4, 3)
emb.weight.data = torch.arange(12.).reshape(4, 3)
idx = torch.LongTensor([[0, 2], [3, 1]])
result = emb(idx)
---
import torch
bn = torch.nn.BatchNorm1d(3)
x = torch.tensor([[1., 2., 3.], [4., 5., 6.], [7., 8., 10.]])
y = bn(x)
result = y, bn.running_mean, bn.running_var, bn.num_batches_tracked
---
import torch
m = torch.nn.MultiheadAttention(4, 2, batch_first=True)
with torch.no_grad():
    for p in m.parameters():
        p.copy_(torch.linspace(-1, 1, p.numel()).view_as(p))
x = torch.arange(24.).reshape(2, 3, 4) / 10
out, w = m(x, x, x)
result = out, w
---
import torch
layer = torch.nn.TransformerEncoderLayer(d_model=4, nhead=2, dim_feedforward=8, dropout=0.0, batch_first=True)
enc = torch.nn.TransformerEncoder(layer, num_layers=2)
for p in enc.parameters():
    torch.nn.init.constant_(p, 0.05)
enc.eval()
with torch.inference_mode():
    result = enc(torch.arange(24.).reshape(2, 3, 4))
---
import torch
w = torch.nn.Parameter(torch.tensor([1., 2.]))
opt = torch.optim.AdamW([w], lr=0.1, weight_decay=0.1)
for i in range(3):
    opt.zero_grad()
    (w.sum() ** 2).backward()
    opt.step()
result = w.data, opt.param_groups[0]["weight_decay"], opt.param_groups[0]["betas"]
---
import torch
lin = torch.nn.Linear(3, 2, bias=False)
torch.nn.init.eye_(lin.weight)
result = lin(torch.tensor([1., 2., 3.])), lin.bias
---
import torch
def hook(grad):
    return grad * 2
x = torch.tensor([1., 2.], requires_grad=True)
x.register_hook(hook)
(x * 3).sum().backward()
result = x.grad
---
import torch
gru = torch.nn.GRUCell(2, 2)
for p in gru.parameters():
    p.data.fill_(0.5)
h = torch.zeros(1, 2)
for t in range(3):
    h = gru(torch.ones(1, 2), h)
result = h
---
import torch
from torch import nn
model = nn.Sequential(nn.Flatten(), nn.Linear(4, 2))
nn.init.ones_(model[1].weight); nn.init.zeros_(model[1].bias)
result = {k: v.shape for k, v in model.state_dict().items()}, model(torch.ones(1, 2, 2)), sum(p.numel() for p in model.parameters() if p.requires_grad)
---
import torch
loss_fn = torch.nn.CTCLoss()
log_probs = torch.full((5, 1, 3), 1/3).log()
result = loss_fn(log_probs, torch.tensor([[1, 2]]), torch.tensor([5]), torch.tensor([2]))
---
import torch
dist = torch.distributions.MultivariateNormal(torch.zeros(2), torch.eye(2))
result = dist.log_prob(torch.tensor([[0.5, 0.5], [1.0, -1.0]])), dist.mean, dist.covariance_matrix
---
import torch
base = torch.distributions.Normal(0., 1.)
t = torch.distributions.transforms.ComposeTransform([torch.distributions.transforms.AffineTransform(1., 2.), torch.distributions.transforms.ExpTransform()])
d = torch.distributions.TransformedDistribution(base, t)
result = d.log_prob(torch.tensor([1.5, 3.0]))
---
import torch
x = torch.tensor([3.0], requires_grad=True)
opt = torch.optim.LBFGS([x], lr=0.5, max_iter=5)
def closure():
    opt.zero_grad()
    loss = ((x - 1) ** 2).sum()
    loss.backward()
    return loss
opt.step(closure)
result = x.item()
---
import torch
class MyReLU(torch.autograd.Function):
    @staticmethod
    def forward(ctx, input):
        ctx.save_for_backward(input)
        return input.clamp(min=0)
    @staticmethod
    def backward(ctx, grad_output):
        input, = ctx.saved_tensors
        grad_input = grad_output.clone()
        grad_input[input < 0] = 0
        return grad_input
x = torch.tensor([-1.0, 2.0, 3.0], requires_grad=True)
y = MyReLU.apply(x)
y.sum().backward()
result = y, x.grad
---
import torch
x = torch.randn(4, 3, requires_grad=True)
y = torch.nn.functional.softmax(x, dim=1)
result = y.sum(dim=1), y.requires_grad, y.shape
---
import torch
p = torch.nn.ParameterDict({'w': torch.nn.Parameter(torch.ones(2)), 'b': torch.nn.Parameter(torch.zeros(1))})
result = sorted(p.keys()), p['w'] * 3
---
import torch
m = torch.nn.ModuleDict({'lin': torch.nn.Linear(2, 2), 'act': torch.nn.Tanh()})
torch.nn.init.constant_(m['lin'].weight, 0.5); torch.nn.init.zeros_(m['lin'].bias)
x = torch.ones(1, 2)
for layer in m.values():
    x = layer(x)
result = x
---
import torch
model = torch.nn.Linear(2, 2)
opt = torch.optim.SGD(model.parameters(), lr=1.0)
sched = torch.optim.lr_scheduler.LambdaLR(opt, lr_lambda=lambda e: 1 / (1 + e))
out = []
for _ in range(3):
    opt.step(); sched.step()
    out.append(opt.param_groups[0]['lr'])
result = torch.tensor(out)
---
import torch
a = torch.tensor([2., 3.], requires_grad=True)
b = torch.tensor([6., 4.], requires_grad=True)
Q = 3*a**3 - b**2
external_grad = torch.tensor([1., 1.])
Q.backward(gradient=external_grad)
result = (9*a**2 == a.grad, -2*b == b.grad)
---
import torch
x = torch.tensor(1.0, requires_grad=True)
for _ in range(3):
    y = x ** 2
    y.backward()
result = x.grad
---
import torch
x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
with torch.no_grad():
    x *= 2
result = x.detach()
---
import torch
w = torch.tensor([1.0], requires_grad=True)
lr = 0.1
for _ in range(5):
    loss = (w * 2 - 1) ** 2
    loss.backward()
    with torch.no_grad():
        w -= lr * w.grad
    w.grad.zero_()
result = w
---
import torch
m = torch.nn.Conv1d(2, 2, 2)
torch.nn.init.constant_(m.weight, 1.0)
torch.nn.init.constant_(m.bias, 0.0)
x = torch.arange(8.).view(1, 2, 4)
result = m(x), m.weight.shape, m.kernel_size, m.stride
---
import torch
m = torch.nn.Softmax(dim=-1)
x = torch.tensor([[1.0, 2.0], [3.0, 4.0]], dtype=torch.float64)
out = m(x)
result = out, out.dtype
---
import torch, math
d = torch.distributions.Beta(torch.tensor([2.0]), torch.tensor([3.0]))
result = d.mean, d.variance, d.entropy()
---
import torch
sampler = torch.utils.data.BatchSampler(torch.utils.data.SequentialSampler(range(10)), batch_size=3, drop_last=False)
result = list(sampler)
---
import torch
scaler = torch.amp.GradScaler(enabled=False)
model = torch.nn.Linear(2, 1)
torch.nn.init.ones_(model.weight); torch.nn.init.zeros_(model.bias)
opt = torch.optim.SGD(model.parameters(), lr=0.1)
with torch.autocast('cpu', enabled=False):
    loss = model(torch.ones(1, 2)).sum()
scaler.scale(loss).backward()
scaler.step(opt)
scaler.update()
result = model.weight
---
import torch
net = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.BatchNorm1d(3), torch.nn.ReLU())
result = [n for n, _ in net.named_parameters()], [n for n, _ in net.named_buffers()], len(list(net.children())), list(net.state_dict())
---
import torch
x = torch.arange(6.).reshape(2, 3).requires_grad_()
y = torch.nn.LayerNorm(3)(x)
(y * torch.arange(6.).reshape(2, 3)).sum().backward()
result = y, x.grad
---
import torch
import torch.nn as nn
loss = nn.TripletMarginLoss(margin=1.0, p=2)
a = torch.tensor([[1.0, 2.0]], requires_grad=True)
out = loss(a, torch.tensor([[1.5, 2.0]]), torch.tensor([[0.0, 0.0]]))
out.backward()
result = out, a.grad
---
import torch
x = torch.tensor([1.0, 2.0], requires_grad=True)
y = x * 2
result = x.requires_grad, y.requires_grad, x.is_leaf, y.is_leaf
---
import torch
x = torch.tensor([1.0, 2.0])
result = x.requires_grad, x.is_leaf, x.grad
---
import torch
x = torch.tensor([1.0, 2.0], requires_grad=True)
y = (x ** 2).sum()
g, = torch.autograd.grad(y, x, retain_graph=True)
y.backward()
result = g, x.grad
---
import torch
import torch.nn as nn
class Block(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.net = nn.Sequential(nn.Conv2d(c, c, 3, padding=1), nn.BatchNorm2d(c), nn.ReLU(inplace=True))
    def forward(self, x):
        return x + self.net(x)
b = Block(2)
b.eval()
for n, p in b.named_parameters():
    nn.init.constant_(p, 0.1)
result = b(torch.ones(1, 2, 4, 4)), [n for n, p in b.named_parameters()]
---
import torch
import torch.nn.functional as F
x = torch.tensor([[1.0, 2.0, 3.0]])
result = F.cross_entropy(x, torch.tensor([2]), label_smoothing=0.1), F.nll_loss(F.log_softmax(x, dim=1), torch.tensor([0])), F.one_hot(torch.tensor([0, 2]), num_classes=4)
---
import torch
from torch.nn import functional as F
img = torch.arange(16.).view(1, 1, 4, 4)
result = F.interpolate(img, scale_factor=2, mode='bilinear', align_corners=False), F.pad(img, (1, 1, 2, 0), mode='constant', value=1.0), F.unfold(img, kernel_size=2)
---
import torch
m = torch.nn.Linear(3, 3)
torch.nn.utils.parametrizations.orthogonal(m)
Q = m.weight
result = torch.allclose(Q @ Q.T, torch.eye(3), atol=1e-5)
---
import torch
d1 = torch.distributions.Gamma(2.0, 1.0)
d2 = torch.distributions.Gamma(torch.tensor(3.0), torch.tensor(2.0))
result = torch.distributions.kl_divergence(d1, d2), d1.log_prob(torch.tensor(1.0)), d2.mean, d2.variance
---
import torch
d = torch.distributions.Uniform(0, 1)
result = d.cdf(torch.tensor(0.3)), d.icdf(torch.tensor(0.5)), d.entropy(), d.support.check(torch.tensor([0.5, 2.0]))
---
import torch
m = torch.distributions.MixtureSameFamily(torch.distributions.Categorical(torch.ones(3)), torch.distributions.Normal(torch.arange(3.0), torch.ones(3)))
result = m.log_prob(torch.tensor(0.5)), m.mean
---
import torch
torch.manual_seed(42)
x = torch.nn.init.xavier_uniform_(torch.empty(3, 5))
result = x.shape, bool((x.abs() <= (6 / 8) ** 0.5).all())
---
import torch
w = torch.empty(3, 3)
torch.nn.init.orthogonal_(w)
result = torch.allclose(w @ w.t(), torch.eye(3), atol=1e-5)
---
import torch
ds = torch.utils.data.TensorDataset(torch.arange(6).reshape(3, 2), torch.tensor([0, 1, 2]))
train, val = torch.utils.data.random_split(ds, [2, 1], generator=torch.Generator().manual_seed(0))
result = len(train), len(val), ds[1][0].dtype
---
import torch
opt = torch.optim.Adam([torch.zeros(2, requires_grad=True)], lr=0.1)
sched = torch.optim.lr_scheduler.ReduceLROnPlateau(opt, mode='min', factor=0.5, patience=1)
for loss in [1.0, 0.9, 0.9, 0.9, 0.9]:
    sched.step(loss)
result = opt.param_groups[0]['lr']
---
import torch
p = torch.nn.Parameter(torch.tensor([1.0]))
opt = torch.optim.SGD([{'params': [p], 'lr': 0.1}], lr=0.01, momentum=0.9)
sched = torch.optim.lr_scheduler.OneCycleLR(opt, max_lr=0.1, total_steps=10)
out = []
for _ in range(5):
    p.grad = torch.ones(1)
    opt.step()
    sched.step()
    out.append((p.item(), opt.param_groups[0]['lr'], opt.param_groups[0]['momentum']))
result = out
---
import torch
x = torch.tensor([1., 2., 3.])
f = lambda x: (x ** 2).sum()
result = torch.func.grad(f)(x), torch.func.hessian(f)(x), torch.func.vmap(torch.sin)(x)
---
import torch
model = torch.nn.Linear(2, 2)
clone = torch.nn.Linear(2, 2)
clone.load_state_dict(model.state_dict())
result = all(torch.equal(a, b) for a, b in zip(model.parameters(), clone.parameters()))
---
import torch, copy
model = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.ReLU())
torch.nn.init.constant_(model[0].weight, 1.0)
torch.nn.init.constant_(model[0].bias, -1.0)
other = copy.deepcopy(model)
result = other(torch.ones(1, 2))
---
import torch
import torch.nn as nn
x = torch.linspace(-1, 1, 6).reshape(2, 3)
result = [m(x) for m in (nn.ELU(), nn.GELU(), nn.SiLU(), nn.Hardswish(), nn.Softplus(), nn.LeakyReLU(0.1), nn.Tanhshrink())]
---
import torch
from torch import nn
acts = nn.ModuleDict([['relu', nn.ReLU()], ['tanh', nn.Tanh()]])
result = {name: act(torch.tensor([-1.0, 1.0])) for name, act in acts.items()}
---
import torch
from torch import nn
class Attn(nn.Module):
    def __init__(self, d, h):
        super().__init__()
        self.h = h
        self.qkv = nn.Linear(d, 3 * d)
        self.out = nn.Linear(d, d)
    def forward(self, x):
        B, T, D = x.shape
        q, k, v = self.qkv(x).chunk(3, dim=-1)
        q = q.view(B, T, self.h, D // self.h).transpose(1, 2)
        k = k.view(B, T, self.h, D // self.h).transpose(1, 2)
        v = v.view(B, T, self.h, D // self.h).transpose(1, 2)
        a = (q @ k.transpose(-2, -1)) / (D // self.h) ** 0.5
        mask = torch.tril(torch.ones(T, T)).bool()
        a = a.masked_fill(~mask, float('-inf')).softmax(-1)
        return self.out((a @ v).transpose(1, 2).reshape(B, T, D))
m = Attn(4, 2)
for p in m.parameters():
    p.data.copy_(torch.linspace(-0.5, 0.5, p.numel()).view_as(p))
result = m(torch.arange(24.).view(2, 3, 4) / 10)
---
import torch
opt = torch.optim.SGD([torch.nn.Parameter(torch.ones(2))], lr=0.1, momentum=0.9)
result = sorted(opt.state_dict().keys()), opt.state_dict()['param_groups'][0]['params'], opt.defaults['momentum'], len(opt.param_groups)
---
import torch
a = torch.nn.Parameter(torch.ones(1)); b = torch.nn.Parameter(torch.ones(1))
opt = torch.optim.Adam([{'params': a}, {'params': b, 'lr': 1e-2}], lr=1e-3)
result = [g['lr'] for g in opt.param_groups]
---
import torch
x = torch.ones(3, requires_grad=True)
y = x.clone().detach().requires_grad_(True)
z = (x * y).sum()
z.backward()
result = x.grad, y.grad
---
import torch
net = torch.nn.Linear(2, 1)
torch.nn.init.zeros_(net.weight); torch.nn.init.zeros_(net.bias)
opt = torch.optim.SGD(net.parameters(), lr=0.5)
data = torch.utils.data.TensorDataset(torch.tensor([[1., 0.], [0., 1.]]), torch.tensor([[1.], [2.]]))
loader = torch.utils.data.DataLoader(data, batch_size=1)
for epoch in range(2):
    for xb, yb in loader:
        opt.zero_grad()
        loss = torch.nn.functional.mse_loss(net(xb), yb)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), max_norm=0.5)
        opt.step()
result = net.weight, net.bias
---
import torch
M = torch.arange(6.).reshape(2, 3)
result = torch.vmap(torch.dot)(M, M), torch.func.vmap(torch.mv, in_dims=(None, 0))(torch.eye(3), M)
---
import torch
w = torch.nn.Parameter(torch.tensor([1.0, 2.0]))
opt = torch.optim.Adam([w], lr=0.1)
(w ** 2).sum().backward()
opt.step()
result = opt.state[w]['exp_avg'], opt.state_dict()['state'][0]['step']
---
import torch
w = torch.nn.Parameter(torch.tensor([1.0, 2.0]))
opt = torch.optim.SGD([w], lr=0.1, momentum=0.9)
(w ** 2).sum().backward()
opt.step()
result = opt.state_dict()['state'][0]['momentum_buffer']
---
import torch
m = torch.nn.Linear(2, 2)
calls = []
h = m.register_forward_hook(lambda mod, inp, out: calls.append(tuple(out.shape)))
m(torch.ones(3, 2))
h.remove()
m(torch.ones(1, 2))
result = calls
---
import torch
m = torch.nn.Linear(2, 1)
m.weight.requires_grad_(False)
torch.nn.init.ones_(m.weight); torch.nn.init.zeros_(m.bias)
m(torch.ones(1, 2)).sum().backward()
result = m.weight.grad, m.bias.grad
---
import torch
import torch.nn.functional as F
theta = torch.tensor([[[1., 0., 0.2], [0., 1., 0.]]])
grid = F.affine_grid(theta, [1, 1, 3, 3], align_corners=False)
result = grid, F.grid_sample(torch.arange(9.).view(1, 1, 3, 3), grid, align_corners=False)
---
import torch
conv = torch.nn.Conv2d(1, 1, 3)
x = torch.ones(1, 5, 5)
conv.weight.data.fill_(1.0); conv.bias.data.zero_()
result = conv(x)
---
import torch
pool = torch.nn.MaxPool2d(2, 2)
result = pool(torch.arange(16.).view(1, 4, 4))
---
import torch
m = torch.nn.ReLU(inplace=True)
x = torch.tensor([-1.0, 1.0])
y = m(x)
result = y, x, m.inplace
---
import torch
from torch.nn import Module, Linear, Parameter
class Scale(Module):
    def __init__(self, n):
        super().__init__()
        self.gain = Parameter(torch.ones(n))
        self.register_buffer("count", torch.zeros(1))
    def forward(self, x):
        self.count += 1
        return x * self.gain
s = Scale(3)
s(torch.ones(3)); s(torch.ones(3))
result = s.count, dict(s.named_buffers()), [n for n, _ in s.named_parameters()]
---
import torch
from torch import nn
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.blocks = nn.ModuleList([nn.Linear(2, 2) for _ in range(2)])
        self.drop = nn.Dropout(0.5)
    def forward(self, x):
        for b in self.blocks:
            x = self.drop(torch.tanh(b(x)))
        return x
net = Net().eval()
for p in net.parameters():
    nn.init.constant_(p, 0.5)
result = net(torch.ones(1, 2)), net.training, net.drop.p, [m.__class__.__name__ for m in net.modules()][:2]
---
import torch
d = torch.distributions.Categorical(logits=torch.tensor([[0.0, 1.0], [2.0, 0.0]]))
result = d.probs, d.logits, d.sample().shape, d.batch_shape, d.event_shape, d.mean
---
import torch
d = torch.distributions.Dirichlet(torch.tensor([1.0, 2.0, 3.0]))
x = d.rsample()
result = x.shape, torch.allclose(x.sum(), torch.tensor(1.0)), d.mean
---
import torch
from torch.distributions import *
n = Normal(torch.zeros(2), torch.ones(2))
i = Independent(n, 1)
result = i.log_prob(torch.zeros(2)), i.event_shape, n.expand([3, 2]).batch_shape
---
import torch
from torch.distributions import register_kl, kl_divergence, Normal
class MyNormal(Normal):
    pass
@register_kl(MyNormal, MyNormal)
def _kl(p, q):
    return torch.tensor(42.0)
result = kl_divergence(MyNormal(0.0, 1.0), MyNormal(0.0, 1.0))
---
import torch
loc = torch.tensor(0.5, requires_grad=True)
d = torch.distributions.Normal(loc, 1.0)
d.log_prob(torch.tensor(2.0)).backward()
result = loc.grad
---
import torch
logits = torch.tensor([0.1, 0.2, 0.7], requires_grad=True)
d = torch.distributions.Categorical(logits=logits)
loss = -d.log_prob(torch.tensor(2)) * 1.5
loss.backward()
result = logits.grad
---
import torch
model = torch.nn.Sequential(torch.nn.Linear(2, 4), torch.nn.Tanh(), torch.nn.Linear(4, 1))
vec = torch.nn.utils.parameters_to_vector(model.parameters())
torch.nn.utils.vector_to_parameters(torch.linspace(-1, 1, vec.numel()), model.parameters())
result = vec.shape, model(torch.ones(1, 2))
---
import torch
m = torch.nn.utils.parametrizations.weight_norm(torch.nn.Linear(2, 2))
result = sorted(n for n, _ in m.named_parameters()), m.weight.shape
---
import torch
m = torch.nn.utils.weight_norm(torch.nn.Linear(2, 2))
result = sorted(n for n, _ in m.named_parameters())
---
import torch
result = torch.nn.init.calculate_gain('leaky_relu', 0.1), torch.nn.init.constant_(torch.empty(2, 2), 3.0)
---
import torch
fc = torch.nn.Linear(2, 2)
torch.nn.init.normal_(fc.weight, mean=0.0, std=0.02, generator=torch.Generator().manual_seed(1))
result = fc.weight.shape
---
import torch
class MSE(torch.nn.Module):
    def forward(self, a, b):
        return ((a - b) ** 2).mean()
result = MSE()(torch.ones(2), torch.zeros(2))
---
import torch
m = torch.nn.LSTM(2, 3, num_layers=2, bidirectional=True)
out, (h, c) = m(torch.zeros(4, 1, 2))
result = out.shape, h.shape, c.shape, m.bidirectional, m.num_layers, len(m._flat_weights) if hasattr(m, '_flat_weights') else 16
---
import torch
x = torch.tensor([[1., 2.], [3., 4.]], requires_grad=True)
out = torch.linalg.det(x)
out.backward()
result = x.grad
---
import torch
x = torch.linspace(-2, 2, 5).requires_grad_()
y = torch.nn.functional.gelu(x)
gx, = torch.autograd.grad(outputs=y, inputs=x, grad_outputs=torch.ones_like(y), create_graph=True)
result = gx
---
import torch
ds = torch.utils.data.ConcatDataset([[1, 2], [3]])
dl = torch.utils.data.DataLoader(ds, batch_size=2, collate_fn=lambda b: sum(b))
result = list(dl)
---
import torch
class Stream(torch.utils.data.IterableDataset):
    def __iter__(self):
        yield from range(4)
result = [x.tolist() for x in torch.utils.data.DataLoader(Stream(), batch_size=3)]
---
import torch
opt = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
s = torch.optim.lr_scheduler.CosineAnnealingLR(opt, T_max=4)
vals = []
for _ in range(4):
    vals.append(s.get_last_lr())
    opt.step()
    s.step()
result = vals, s.last_epoch, s.base_lrs
---
import torch
model = torch.nn.Linear(1, 1)
opt = torch.optim.SGD(model.parameters(), lr=0.1)
sched = torch.optim.lr_scheduler.SequentialLR(opt, schedulers=[torch.optim.lr_scheduler.ConstantLR(opt, 0.5, 2), torch.optim.lr_scheduler.ExponentialLR(opt, 0.9)], milestones=[2])
r = []
for i in range(4):
    r.append(opt.param_groups[0]["lr"])
    opt.step(); sched.step()
result = r
---
import torch
t = torch.nn.Transformer(d_model=4, nhead=2, num_encoder_layers=1, num_decoder_layers=1, dim_feedforward=8, dropout=0.0, batch_first=True)
mask = torch.nn.Transformer.generate_square_subsequent_mask(3)
out = t(torch.ones(1, 5, 4), torch.ones(1, 3, 4), tgt_mask=mask)
result = out.shape, mask
---
import torch
emb = torch.nn.EmbeddingBag(5, 2, mode='mean')
emb.weight.data = torch.arange(10.).view(5, 2)
result = emb(torch.tensor([0, 1, 2, 4]), torch.tensor([0, 2]))
---
import torch
from torch.nn.utils.rnn import pad_sequence, pack_padded_sequence, pad_packed_sequence
seqs = [torch.ones(3, 2), torch.ones(1, 2)]
lens = [len(s) for s in seqs]
packed = pack_padded_sequence(pad_sequence(seqs), lens)
rnn = torch.nn.RNN(2, 2)
for p in rnn.parameters():
    torch.nn.init.constant_(p, 0.2)
out, h = rnn(packed)
padded, n = pad_packed_sequence(out, batch_first=True)
result = padded, n, h
---
import torch
x = torch.tensor([1.0, 2.0, 3.0])
with torch.enable_grad():
    x.requires_grad_(True)
    y = (x * x).sum()
y.backward()
result = x.grad
---
import torch.nn.functional as F
import torch
x = torch.arange(4.).view(1, 1, 2, 2)
result = F.max_pool2d(x, 2, return_indices=True), F.avg_pool2d(x, 2), F.adaptive_avg_pool2d(x, 1), F.lp_pool2d(x, 2, 2)
---
import torch
result = torch.nn.functional.embedding(torch.tensor([1, 0]), torch.arange(6.).view(3, 2)), torch.nn.functional.pairwise_distance(torch.ones(2, 3), torch.zeros(2, 3))
---
import torch
m = torch.nn.BatchNorm2d(2, affine=False, track_running_stats=False)
result = m(torch.arange(16.).view(2, 2, 2, 2))
---
import torch
gn = torch.nn.GroupNorm(num_groups=2, num_channels=4)
x = torch.arange(32.).view(2, 4, 2, 2).requires_grad_(True)
gn(x).pow(2).sum().backward()
result = gn.weight.grad, gn.bias.grad, x.grad.abs().max() < 1e-3
---
import torch
loss = torch.nn.BCEWithLogitsLoss(pos_weight=torch.tensor([2.0]))
x = torch.tensor([0.5, -1.0], requires_grad=True)
l = loss(x, torch.tensor([1.0, 0.0]))
l.backward()
result = l, x.grad
---
import torch
x = torch.rand(2, 3)
d = torch.nn.Dropout(p=0.0)
d.train()
result = torch.equal(d(x), x), torch.nn.functional.dropout(x, 0.5, training=False).equal(x)
---
import torch
u = torch.nn.Upsample(scale_factor=2, mode='nearest')
result = u(torch.arange(4.).view(1, 1, 2, 2)), torch.nn.PixelShuffle(2)(torch.arange(16.).view(1, 4, 2, 2))
---
import torch
from torch.nn.utils import clip_grad_norm_, clip_grad_value_
p = torch.nn.Parameter(torch.tensor([3.0, 4.0]))
loss = (p * p).sum() / 2
loss.backward()
norm = clip_grad_norm_([p], max_norm=1.0)
result = norm, p.grad
---
import torch
opts = {name: getattr(torch.optim, name) for name in ("SGD", "Adam")}
p = torch.nn.Parameter(torch.ones(2))
o = opts["SGD"]([p], lr=0.1)
p.grad = torch.ones(2)
o.step()
result = p
---
import torch
p = torch.nn.Parameter(torch.ones(2))
for cls in (torch.optim.Adagrad, torch.optim.RMSprop):
    o = cls([p], lr=0.1)
    p.grad = torch.ones(2)
    o.step()
result = p
---
import torch
net = torch.nn.Linear(2, 2)
for i, p in enumerate(net.parameters()):
    torch.nn.init.constant_(p, float(i))
sd = {k: v + 1 for k, v in net.state_dict().items()}
net.load_state_dict(sd)
result = net.weight, net.bias
---
import torch
n = torch.distributions.Normal(torch.zeros(2, 3), torch.ones(3))
result = n.batch_shape, n.log_prob(torch.ones(2, 3)).sum(-1), n.cdf(torch.zeros(2, 3)), n.sample([4]).size(), n.stddev, n.arg_constraints.keys() if False else 0
---
import torch
x = torch.tensor([1., 2., 3.], requires_grad=True)
y = x.pow(2).sum()
y.backward()
with torch.no_grad():
    x -= 0.1 * x.grad
x.grad = None
result = x, x.grad
---
import torch
lin = torch.nn.Linear(2, 2)
lin.weight = torch.nn.Parameter(torch.eye(2))
lin.bias = None
result = lin(torch.tensor([[1., 2.]])), lin.bias is None
---
import torch
seq = torch.nn.Sequential()
seq.add_module('fc', torch.nn.Linear(2, 2))
seq.add_module('act', torch.nn.ReLU())
result = [n for n, _ in seq.named_children()], seq[1](torch.tensor([-1.0, 2.0])), len(seq), 'fc.weight' in seq.state_dict()
---
import torch
m = torch.nn.Module()
m.x = torch.nn.Parameter(torch.ones(2))
m.y = torch.nn.Linear(1, 1)
result = [n for n, _ in m.named_parameters()]
"""
"""Parted by lines of three dashes."""


def programs() -> list[Snippet]:
    parts = [part.strip() + "\n" for part in PROGRAMS.split("\n---\n")]
    return [Snippet(f"torch.programs.{number}", code, origin="table") for number, code in enumerate(parts)]


HOMES = {"torch.programs": programs}
"""The namespaces that are offered from here."""
