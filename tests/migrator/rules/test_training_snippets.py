"""Snippets that train, run under torch and, translated, under MindSpore: the same ``result``."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from migrator import translate_source

SNIPPETS = {
    "gradients_by_an_input_and_all_parameters": """import torch
torch.cuda.cudnn_enabled = False
net = torch.nn.Linear(2, 2)
with torch.no_grad():
    net.weight.copy_(torch.tensor([[1.0, 2.0], [3.0, -1.0]]))
    net.bias.zero_()
def by_sum(z):
    z.requires_grad_(True)
    out = net(z) ** 2
    return torch.autograd.grad(out, (z,) + tuple(net.parameters()), grad_outputs=(torch.ones_like(out),))
def by_star(z):
    z.requires_grad_(True)
    out = net(z).sum()
    return torch.autograd.grad(out, [z, *net.parameters()])
found = by_sum(torch.tensor([[1.0, 0.5]])) + by_star(torch.tensor([[1.0, 0.5]]))
result = torch.cat([gradient.flatten() for gradient in found])
""",
    "numbers_of_numpys_beside_tensors": """import numpy as np
import torch
class Episodes:
    def __init__(self, labels):
        self.labels = np.array(labels)
        self.classes = np.unique(self.labels)
        self.classes = torch.LongTensor(self.classes)
        self.counts = torch.zeros(len(self.classes))
        for label in self.labels:
            place = (self.classes == label).nonzero().item()
            self.counts[place] += 1
    def mixed(self, *arrays):
        order = np.array([2, 0, 1])
        return [x[order] for x in arrays]
episodes = Episodes([4, 2, 4, 4, 7])
rows, numbers = episodes.mixed(torch.arange(6).view(3, 2), np.arange(3))
masks = [episodes.classes != c for c in np.unique([2, 7])]
result = torch.cat([episodes.counts, rows.flatten(), torch.from_numpy(numbers), torch.stack(masks).flatten()])
""",
    "weights_in_an_object_that_is_no_module": """import torch
losses = []
class Curve:
    def __init__(self):
        self.slope = torch.linspace(-1, 1, 3).view(3, 1).requires_grad_()
        self.offset = torch.zeros(1, requires_grad=True)
    def __call__(self, x):
        return x @ self.slope + self.offset
    def parameters(self):
        return [self.slope, self.offset]
curve = Curve()
x = torch.linspace(-1, 1, 30).view(10, 3)
y = x.sum(1, keepdim=True) ** 2
for step in range(3):
    loss = ((curve(x) - y) ** 2).mean()
    loss.backward()
    with torch.no_grad():
        for weight in curve.parameters():
            weight -= 0.05 * weight.grad
            weight.grad.zero_()
    losses.append(loss.item())
optimizer = torch.optim.SGD(curve.parameters(), lr=0.05)
for step in range(3):
    loss = ((curve(x) - y) ** 2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
result = torch.tensor(losses)
""",
    "weights_in_lists_and_dictionaries": """import torch
losses = []
layers = [torch.nn.Parameter(torch.linspace(-1, 1, 12).view(4, 3)), torch.nn.Parameter(torch.linspace(-1, 1, 12).view(3, 4))]
x = torch.linspace(-1, 1, 40).view(10, 4)
y = x.sum(1, keepdim=True) ** 2
def net(x, params):
    return torch.tanh(x @ params[0]) @ params[1]
for step in range(3):
    hidden = torch.tanh(x @ layers[0]) @ layers[1]
    loss = ((hidden + net(x, layers) - y) ** 2).mean()
    for p in layers:
        p.grad = None
    loss.backward()
    with torch.no_grad():
        for p in layers:
            p -= 0.1 * p.grad
    losses.append(loss.item())
W1 = torch.linspace(-1, 1, 12).view(4, 3)
W1.requires_grad = True
b1 = torch.zeros(3, requires_grad=True)
for step in range(3):
    out = torch.relu(x @ W1 + b1).sum(1, keepdim=True)
    loss = (out - y).pow(2).mean()
    loss.backward()
    with torch.no_grad():
        W1 -= 0.1 * W1.grad
        b1 -= 0.1 * b1.grad
        W1.grad.zero_()
        b1.grad.zero_()
    losses.append(loss.item())
params = {'w': torch.ones(4, 1, requires_grad=True), 'b': torch.zeros(1, requires_grad=True)}
opt = torch.optim.Adam(params.values(), lr=0.1)
for step in range(3):
    loss = (x @ params['w'] + params['b'] - y).pow(2).mean()
    opt.zero_grad()
    loss.backward()
    opt.step()
    losses.append(loss.item())
result = torch.tensor(losses)
""",
    "values_written_through_data": """import torch
from torch import nn
net = nn.Linear(4, 4)
nn.init.constant_(net.weight, 0.3)
nn.init.constant_(net.bias, 0.1)
x = torch.linspace(-1, 1, 12).view(3, 4)
m = torch.tensor([[True, False, False, True], [False, False, True, False], [False, True, False, False]])
def loss_of(x, m, way):
    e = net(x)
    if way == 0:
        e.data.masked_fill_(m, -float('inf'))
    elif way == 1:
        e.data[m] = -1e9
    elif way == 2:
        e.data[:, 1] *= 3
    else:
        e.detach().clamp_(-0.1, 0.1)
    return (torch.softmax(e, 1) * torch.arange(4.)).sum() + (e.clamp(min=-5) ** 2).sum()
seen = []
for way in range(4):
    net.zero_grad()
    loss = loss_of(x, m, way)
    loss.backward()
    seen.append(torch.cat([loss.detach().view(1), net.weight.grad.flatten()]))
counts = torch.zeros(2, 3)
counts.data[0] = 4
counts.data[:, 2] += 1
result = torch.cat(seen + [counts.view(-1)])
""",
    "weights_tied_to_a_padded_embedding": """import torch
import torch.nn as nn
class T(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Embedding(5, 3, padding_idx=0)
        self.b = nn.Embedding(5, 3, padding_idx=0)
        self.out = nn.Linear(3, 5, bias=False)
        self.out.weight = self.b.weight
        self.a.weight = self.b.weight
        self.norm, self.other = nn.LayerNorm((3,), bias=False), nn.LayerNorm((3,), bias=False)
        self.norm.weight = self.other.weight
    def forward(self, x, y):
        return self.out(self.other(self.norm(self.a(x) + self.b(y))))
net = T()
with torch.no_grad():
    net.a.weight.copy_(torch.arange(15.).view(5, 3) ** 2 / 10)
opt = torch.optim.SGD(net.parameters(), lr=0.01)
for i in range(3):
    opt.zero_grad()
    loss = net(torch.tensor([0, 1, 2]), torch.tensor([1, 4, 0])).pow(2).mean()
    loss.backward()
    opt.step()
result = torch.cat([loss.detach().view(1), net.out.weight.flatten(), net.norm.weight])
""",
    "adapters_put_into_a_finished_model": """import torch
from torch import nn
class Adapter(nn.Module):
    def __init__(self, base):
        super().__init__()
        self.base = base
        self.down, self.up = nn.Parameter(torch.ones(1, 3) / 10), nn.Parameter(torch.zeros(3, 1))
    def forward(self, x):
        return self.base(x) + x @ self.down.T @ self.up.T
class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.proj = nn.Linear(3, 3)
        nn.init.constant_(self.proj.weight, 0.3)
        nn.init.zeros_(self.proj.bias)
    def forward(self, x):
        return torch.tanh(self.proj(x))
net = nn.Sequential(Block(), Block())
for module in list(net.modules()):
    for name, child in list(module.named_children()):
        if isinstance(child, nn.Linear):
            setattr(module, name, Adapter(child))
for name, p in net.named_parameters():
    p.requires_grad = 'base' not in name
opt = torch.optim.SGD([p for p in net.parameters() if p.requires_grad], lr=0.1)
x, losses = torch.linspace(-1, 1, 12).view(4, 3), []
for i in range(4):
    opt.zero_grad()
    loss = (net(x) - 0.5).pow(2).mean()
    loss.backward()
    opt.step()
    losses.append(loss.item())
result = torch.tensor(losses)
""",
    "lists_that_grow_within_the_loss": """import torch
w = torch.nn.Parameter(torch.tensor([1.0, -2.0]))
opt = torch.optim.SGD([w], 0.05)
fractions, seen, total = [], [], {"n": 0}
for step in range(3):
    opt.zero_grad()
    y = w.pow(2)
    fractions += [y.max().item()]
    seen.append(y.min().item())
    total["n"] += 1
    loss = y.sum()
    loss.backward()
    opt.step()
result = torch.tensor([*w.tolist(), *fractions, *seen, float(total["n"])])
""",
    "a_loss_on_what_another_method_computed": """import torch


class Painter:
    def __init__(self):
        torch.manual_seed(0)
        self.painter, self.critic = torch.nn.Linear(2, 2), torch.nn.Linear(2, 1)
        with torch.no_grad():
            for p in [*self.painter.parameters(), *self.critic.parameters()]:
                p.fill_(0.5)
        self.for_painter = torch.optim.SGD(self.painter.parameters(), lr=0.1)
        self.for_critic = torch.optim.SGD(self.critic.parameters(), lr=0.1)

    def paint(self, x):
        self.picture = self.painter(x)

    def judge(self):
        self.loss_c = self.critic(self.picture.detach()).mean()
        self.loss_c.backward()

    def please(self):
        self.loss_p = self.critic(self.picture).pow(2).mean()
        self.loss_p.backward()

    def step(self, x):
        self.paint(x)
        self.for_critic.zero_grad()
        self.judge()
        self.for_critic.step()
        self.for_painter.zero_grad()
        self.please()
        self.for_painter.step()


both = Painter()
for x in torch.tensor([[[1.0, 2.0]], [[0.5, -1.0]]]):
    both.step(x)
result = torch.cat([both.painter.weight.flatten(), both.critic.weight.flatten()])
""",
    "an_optimizer_after_a_method_that_computed": """import torch


class Solver:
    def __init__(self):
        self.net = torch.nn.Linear(2, 1)
        with torch.no_grad():
            self.net.weight.fill_(0.5)
            self.net.bias.fill_(0.1)
        self.opt = torch.optim.SGD(self.net.parameters(), lr=0.1)

    def forward(self, x):
        self.out = self.net(x)

    def optimize(self, x):
        self.forward(x)
        self.opt.zero_grad()
        self.loss = torch.nn.MSELoss()(self.out, torch.ones(1, 1))
        self.loss.backward()
        self.opt.step()


solver = Solver()
solver.optimize(torch.tensor([[1.0, 2.0]]))
solver.optimize(torch.tensor([[1.0, -1.0]]))
result = solver.net.weight
""",
    "shapes_and_data_of_old_constructors": """import torch
std = torch.ones(3, 2)
s, Float = std.size(), torch.FloatTensor
made = [torch.FloatTensor(std.size()).fill_(2), std.data.new(std.size()).zero_(), torch.Tensor(s).fill_(1)]
made += [std.new(*std.size()).fill_(3), torch.FloatTensor(torch.Size([2, 2])).fill_(5), Float(std.shape).fill_(4)]
made += [torch.FloatTensor([3, 2]), torch.FloatTensor((3, 2)), std.new([3, 2]), std.new((4, 5))]
made += [torch.FloatTensor((3, 2), device=std.device), torch.FloatTensor(*std.shape, device='cpu').fill_(6)]
made += [torch.LongTensor([1, 2], device='cpu').float(), torch.LongTensor(2, 1, device='cpu').fill_(3).float()]
result = torch.cat([x.reshape(-1) for x in made])
""",
    "functions_that_are_handed_on_by_name": """import torch
import torch.nn.functional as F
from functools import partial, reduce
x = torch.arange(6.0).reshape(2, 3)
made = [partial(torch.cumsum, dim=1)(x), partial(torch.squeeze, dim=0)(x[None]), reduce(torch.add, [x, x, x])]
made += [partial(torch.add, alpha=2)(x, x), partial(torch.index_select, dim=1)(x, index=torch.tensor([0]))]
made += [partial(torch.argmin, dim=1)(x).float(), partial(torch.stack, dim=1)([x, x]), *map(torch.clone, [x])]
flip = torch.fliplr if x.sum() > 3 else torch.flipud
acts = {"relu6": F.relu6, "lsm": torch.log_softmax, "gelu": F.gelu}
made += [flip(x), acts["relu6"](x * 2), acts["lsm"](x, dim=1), partial(torch.where, x > 1)(x, x * 0)]
def apply(fn, *args, **options):
    return fn(*args, **options)
made += [apply(torch.addcmul, x, x, x, value=0.5), apply(torch.permute, x, (1, 0)), apply(torch.atleast_2d, x[0])]
made += [apply(torch.log_softmax, *[x, 1]), torch.tensor([float(sum(map(torch.numel, made)))])]
result = torch.cat([item.reshape(-1) for item in made])
""",
    "a_vector_changed_in_place_before_the_gradients": """import torch
w = torch.nn.Parameter(torch.tensor([[1.0, 2.0], [3.0, 5.0]]))
v = torch.nn.Parameter(torch.tensor([3.0, 4.0]), requires_grad=False)
opt = torch.optim.SGD([w], 0.1)
y = w.mv(v).sum()
v.data = v.data * 10
loss = y + (w * v).sum()
loss.backward()
opt.step()
result = w
""",
    "a_gradient_of_a_gradient_along_a_direction": """import torch
net = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Softplus(), torch.nn.Linear(4, 4), torch.nn.Tanh(), torch.nn.Linear(4, 1))
with torch.no_grad():
    for i, p in enumerate(net.parameters()):
        p.copy_(torch.linspace(-1.0, 1.0 + i, p.numel()).view_as(p))
opt = torch.optim.SGD(net.parameters(), lr=0.1)


def matching(net, x):
    x.requires_grad_(True)
    v = torch.ones_like(x) * 0.5
    v = v + torch.zeros_like(x)
    logp = -net(x).sum()
    first = torch.autograd.grad(logp, x, create_graph=True)[0]
    along = torch.sum(first * v)
    half = torch.sum(first * v, dim=-1) ** 2 * 0.5
    second = torch.autograd.grad(along, x, create_graph=True)[0]
    return (half + torch.sum(v * second, dim=-1)).mean()


for step in range(2):
    loss = matching(net, torch.tensor([[0.1, 0.2, 0.3], [-1.0, 0.5, 0.0]]))
    opt.zero_grad()
    loss.backward()
    opt.step()
result = torch.cat([p.flatten() for p in net.parameters()])
""",
    "copies_of_parameters_and_leaves": """import torch
net = torch.nn.Linear(2, 1)
with torch.no_grad():
    net.weight.fill_(0.5)
    net.bias.fill_(0.1)
before = [p.data.clone() for p in net.parameters()]
opt = torch.optim.SGD(net.parameters(), 0.1)
w, b = net.weight.clone(), torch.clone(net.bias)
fast = [p.clone() for p in net.parameters()]
loss = ((torch.ones(1, 2) @ w.t() + b) ** 2).sum() + (fast[0] ** 3).sum()
opt.zero_grad()
loss.backward()
opt.step()
x = torch.ones(2, requires_grad=True)
y = (x.clone() ** 2).sum()
y.backward()
result = torch.cat([p.detach().flatten() for p in [*net.parameters(), *before, x.grad]])
""",
    "an_argument_that_becomes_a_leaf_in_a_function": """import torch


def optimizer_for(picture):
    return torch.optim.SGD([picture.requires_grad_()], lr=0.1)


def improve(picture):
    opt = optimizer_for(picture)
    for _ in range(3):

        def closure():
            picture.data.clamp_(0, 2)
            opt.zero_grad()
            loss = ((picture - 1.0) ** 2).sum()
            loss.backward()
            return loss

        opt.step(closure)
    return picture


result = improve(torch.tensor([0.0, 3.0]))
""",
    "two_parameters_by_themselves_one_after_another": """import torch
w = torch.nn.Parameter(torch.tensor([1.0, -2.0]))
opt = torch.optim.SGD([w], 0.05)
w.pow(2).sum().backward()
opt.step()
u = torch.nn.Parameter(w.detach().clone())
other = torch.optim.SGD([u], 0.05)
u.pow(2).sum().backward()
other.step()
result = u.detach()
""",
    "a_gradient_that_is_made_after_the_outputs": """import torch
a = torch.tensor([2.0, 3.0], requires_grad=True)
outputs = 3 * a ** 3
weights = torch.tensor([1.0, 0.5])
outputs.backward(gradient=weights)
result = a.grad
""",
    "a_parameter_that_no_optimizer_has": """import torch
w = torch.nn.Parameter(torch.tensor([1.0, -2.0]))
(w ** 3).sum().backward()
result = w.grad
""",
    "what_asks_gradients_within_a_block": """import torch
x = torch.tensor([1.0, 2.0])
with torch.enable_grad():
    x.requires_grad_(True)
    y = (x * x).sum()
y.backward()
result = x.grad
""",
    "an_input_that_the_output_takes_the_name_of": """import torch
x = torch.tensor([1.0, 2.0], requires_grad=True)
y = torch.tensor([3.0, 4.0])
y = x * y
result = torch.autograd.grad(y.sum(), x)[0]
""",
    "a_model_called_by_the_caller_of_what_differentiates": """import torch
import torch.nn as nn
class Loss:
    def __init__(self, head, opt):
        self.head, self.opt = head, opt
    def __call__(self, x, y):
        x = self.head(x)
        loss = ((x.view(-1) - y) ** 2).mean()
        loss.backward()
        self.opt.step()
        self.opt.zero_grad()
        return loss.item()
body, head = nn.Linear(2, 2), nn.Linear(2, 1)
with torch.no_grad():
    for p in [*body.parameters(), *head.parameters()]:
        p.fill_(0.1)
opt = torch.optim.SGD(list(body.parameters()) + list(head.parameters()), lr=0.1)
def run(model, compute):
    total = 0.0
    for k in range(3):
        out = model(torch.ones(4, 2) * k)
        total += compute(out, torch.arange(4.0))
    return total
result = body.weight.detach() * run(body, Loss(head, opt)) + body.weight.detach()
""",
    "a_recurrent_layer_after_relu_for_one_step_of_one_sequence": """import torch
torch.manual_seed(0)
layer = torch.nn.Linear(3, 4)
gru = torch.nn.GRU(4, 4)
with torch.no_grad():
    for p in [*layer.parameters(), *gru.parameters()]:
        p.fill_(0.1)
opt = torch.optim.SGD(layer.parameters(), lr=0.1)
opt2 = torch.optim.SGD(gru.parameters(), lr=0.1)
rows = torch.zeros(2, 4)
for k in range(2):
    out, hidden = gru(torch.relu(layer(torch.ones(1, 1, 3))), torch.zeros(1, 1, 4))
    loss = out.sum()
    opt.zero_grad()
    opt2.zero_grad()
    loss.backward()
    opt.step()
    opt2.step()
    state = hidden[0].detach()
    rows[k] = state
result = rows + layer.weight.detach().sum()
""",
    "numbers_that_are_read_after_the_loss": """import torch
w = torch.nn.Parameter(torch.tensor([1.0, -2.0]))
opt = torch.optim.SGD([w], lr=0.1)
total = 0
for x in (torch.ones(4, 2), torch.zeros(3, 2)):
    out = x * w
    size = x.size(0)
    loss = (out ** 2).mean()
    opt.zero_grad()
    loss.backward()
    opt.step()
    total += loss.item() * size
result = w * total
""",
    "what_only_one_branch_computes": """import torch
def train(extra):
    w = torch.nn.Parameter(torch.tensor([1.0, -2.0]))
    opt = torch.optim.SGD([w], lr=0.1)
    if extra:
        state = torch.zeros(2)
    for k in range(3):
        loss = (w ** 2).sum()
        if extra:
            part = w.abs().sum()
            state = state + w.detach()
            loss = loss + part
        opt.zero_grad()
        loss.backward()
        opt.step()
        if extra:
            loss = loss + part + state.sum()
    return w.detach() * loss.item()
result = torch.cat([train(False), train(True)])
""",
    "a_tensor_that_asks_for_its_gradient": """import torch
x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
y = (x**2).sum()
y.backward()
result = x.grad
""",
    "an_optimizer_without_zero_grad": """import torch
p = torch.nn.Parameter(torch.tensor([1.0, -2.0]))
opt = torch.optim.SGD([p], lr=0.1)
(p*p).sum().backward()
opt.step()
result = p
""",
    "adam_with_a_large_eps": """import torch
p = torch.tensor([1.0, -2.0], requires_grad=True)
opt = torch.optim.Adam([p], lr=0.1, eps=1e-3)
for i in range(5):
    opt.zero_grad()
    loss = ((p - 3)**2).sum()
    loss.backward()
    opt.step()
result = p
""",
    "gradients_that_add_up": """import torch
x = torch.ones(3, requires_grad=True)
for k in range(3):
    (x * k).sum().backward()
result = x.grad
""",
    "backward_with_a_gradient": """import torch
x = torch.tensor([1.0, 2.0], requires_grad=True)
y = x ** 3
y.backward(torch.tensor([1.0, 0.5]))
result = x.grad
""",
    "an_update_by_hand": """import torch
w = torch.zeros(2, requires_grad=True)
x = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
t = torch.tensor([1.0, 2.0])
for _ in range(10):
    loss = ((x @ w - t) ** 2).mean()
    loss.backward()
    with torch.no_grad():
        w -= 0.05 * w.grad
        w.grad.zero_()
result = w
""",
    "clipping_whose_norm_is_kept": """import torch
p = torch.tensor([3.0, 4.0], requires_grad=True)
opt = torch.optim.SGD([p], lr=1.0)
opt.zero_grad()
loss = (p * p).sum()
loss.backward()
norm = torch.nn.utils.clip_grad_norm_([p], 1.0)
opt.step()
result = p
""",
    "one_cycle": """import torch
p = torch.nn.Parameter(torch.ones(2))
opt = torch.optim.SGD([p], lr=0.1, momentum=0.9)
sch = torch.optim.lr_scheduler.OneCycleLR(opt, max_lr=0.5, total_steps=10)
out = []
for i in range(10):
    opt.zero_grad()
    loss = (p * p).sum()
    loss.backward()
    opt.step()
    out.append(sch.get_last_lr()[0])
    if i < 9:
        sch.step()
result = torch.tensor(out + p.tolist())
""",
    "schedulers_in_sequence": """import torch
p = torch.nn.Parameter(torch.ones(2))
opt = torch.optim.SGD([p], lr=0.1)
s1 = torch.optim.lr_scheduler.LinearLR(opt, start_factor=0.1, total_iters=3)
s2 = torch.optim.lr_scheduler.CosineAnnealingLR(opt, T_max=6)
sch = torch.optim.lr_scheduler.SequentialLR(opt, [s1, s2], milestones=[3])
out = []
for i in range(9):
    opt.step()
    out.append(opt.param_groups[0]['lr'])
    sch.step()
result = torch.tensor(out)
""",
    "reduce_on_plateau": """import torch
p = torch.nn.Parameter(torch.ones(2))
opt = torch.optim.SGD([p], lr=0.1)
sch = torch.optim.lr_scheduler.ReduceLROnPlateau(opt, patience=1, factor=0.5)
out = []
for v in [1.0, 1.0, 1.0, 1.0, 0.5, 0.6, 0.6, 0.6]:
    sch.step(v)
    out.append(opt.param_groups[0]['lr'])
result = torch.tensor(out)
""",
    "a_lambda_for_the_rate": """import torch
p = torch.nn.Parameter(torch.ones(2))
opt = torch.optim.SGD([p], lr=0.1)
sch = torch.optim.lr_scheduler.LambdaLR(opt, lambda e: 0.9 ** e)
for g in opt.param_groups:
    g['weight_decay'] = 0.0
out = []
for i in range(4):
    opt.step()
    sch.step()
    out.append(sch.get_last_lr()[0])
result = torch.tensor(out)
""",
    "lbfgs": """import torch
p = torch.tensor([1.0, -2.0], requires_grad=True)
opt = torch.optim.LBFGS([p], lr=0.5, max_iter=5)
def closure():
    opt.zero_grad()
    loss = ((p - 3) ** 4).sum()
    loss.backward()
    return loss
for i in range(3):
    opt.step(closure)
result = p
""",
    "lbfgs_with_line_search": """import torch
p = torch.tensor([1.0, -2.0], requires_grad=True)
opt = torch.optim.LBFGS([p], lr=0.5, max_iter=5, line_search_fn="strong_wolfe")
def closure():
    opt.zero_grad()
    loss = ((p - 3) ** 4).sum()
    loss.backward()
    return loss
for i in range(3):
    opt.step(closure)
result = p
""",
    "autograd_grad": """import torch
x = torch.tensor([1.0, 2.0], requires_grad=True)
y = (x ** 3).sum()
g, = torch.autograd.grad(y, x)
result = g
""",
    "autograd_grad_twice": """import torch
x = torch.tensor([1.0, 2.0], requires_grad=True)
y = (x ** 3).sum()
g = torch.autograd.grad(y, x, create_graph=True)[0]
h = torch.autograd.grad(g.sum(), x)[0]
result = h
""",
    "a_factor_without_gradient": """import torch
x = torch.tensor([1.0, 2.0], requires_grad=True)
with torch.no_grad():
    z = x * 2
y = (x * z).sum()
y.backward()
result = x.grad
""",
    "a_loss_from_a_function": """import torch
def f(w, x):
    return torch.tanh(x @ w).sum()
w = torch.ones(3, 2, requires_grad=True)
x = torch.arange(6.0).reshape(2, 3) / 6
out = f(w, x)
out.backward()
result = w.grad
""",
    "a_detached_factor": """import torch
a = torch.tensor(2.0, requires_grad=True)
b = a * 3
c = b.detach() * a
c.backward()
result = a.grad
""",
    "rates_assigned_by_group": """import torch
p = torch.nn.Parameter(torch.ones(2))
opt = torch.optim.SGD([{"params": [p], "lr": 0.2}], lr=0.1)
for i in range(3):
    opt.zero_grad()
    loss = (p ** 2).sum()
    loss.backward()
    opt.step()
    for g in opt.param_groups:
        g["lr"] = g["lr"] * 0.5
result = p
""",
    "a_loss_read_after_backward": """import torch
x = torch.tensor([1.0, 2.0], requires_grad=True)
y = x * 2
z = y.sum()
z.backward()
total = z.item()
result = x.grad * total
""",
    "steps_of_adam": """import torch
p = torch.nn.Parameter(torch.tensor([1.0, -2.0]))
q = torch.nn.Parameter(torch.tensor([0.5]))
opt = torch.optim.Adam([p, q], lr=0.01)
for i in range(10):
    opt.zero_grad()
    loss = (p * p).sum() * q.sum() + q.sum() ** 2
    loss.backward()
    opt.step()
result = torch.cat([p, q])
""",
    "steps_of_adamw": """import torch
p = torch.nn.Parameter(torch.tensor([1.0, -2.0]))
q = torch.nn.Parameter(torch.tensor([0.5]))
opt = torch.optim.AdamW([p, q], lr=0.01)
for i in range(10):
    opt.zero_grad()
    loss = (p * p).sum() * q.sum() + q.sum() ** 2
    loss.backward()
    opt.step()
result = torch.cat([p, q])
""",
    "steps_of_rmsprop": """import torch
p = torch.nn.Parameter(torch.tensor([1.0, -2.0]))
q = torch.nn.Parameter(torch.tensor([0.5]))
opt = torch.optim.RMSprop([p, q], lr=0.01)
for i in range(10):
    opt.zero_grad()
    loss = (p * p).sum() * q.sum() + q.sum() ** 2
    loss.backward()
    opt.step()
result = torch.cat([p, q])
""",
    "steps_of_adagrad": """import torch
p = torch.nn.Parameter(torch.tensor([1.0, -2.0]))
q = torch.nn.Parameter(torch.tensor([0.5]))
opt = torch.optim.Adagrad([p, q], lr=0.01)
for i in range(10):
    opt.zero_grad()
    loss = (p * p).sum() * q.sum() + q.sum() ** 2
    loss.backward()
    opt.step()
result = torch.cat([p, q])
""",
    "steps_of_adadelta": """import torch
p = torch.nn.Parameter(torch.tensor([1.0, -2.0]))
q = torch.nn.Parameter(torch.tensor([0.5]))
opt = torch.optim.Adadelta([p, q], lr=0.01)
for i in range(10):
    opt.zero_grad()
    loss = (p * p).sum() * q.sum() + q.sum() ** 2
    loss.backward()
    opt.step()
result = torch.cat([p, q])
""",
    "steps_of_adamax": """import torch
p = torch.nn.Parameter(torch.tensor([1.0, -2.0]))
q = torch.nn.Parameter(torch.tensor([0.5]))
opt = torch.optim.Adamax([p, q], lr=0.01)
for i in range(10):
    opt.zero_grad()
    loss = (p * p).sum() * q.sum() + q.sum() ** 2
    loss.backward()
    opt.step()
result = torch.cat([p, q])
""",
    "steps_of_nadam": """import torch
p = torch.nn.Parameter(torch.tensor([1.0, -2.0]))
q = torch.nn.Parameter(torch.tensor([0.5]))
opt = torch.optim.NAdam([p, q], lr=0.01)
for i in range(10):
    opt.zero_grad()
    loss = (p * p).sum() * q.sum() + q.sum() ** 2
    loss.backward()
    opt.step()
result = torch.cat([p, q])
""",
    "steps_of_radam": """import torch
p = torch.nn.Parameter(torch.tensor([1.0, -2.0]))
q = torch.nn.Parameter(torch.tensor([0.5]))
opt = torch.optim.RAdam([p, q], lr=0.01)
for i in range(10):
    opt.zero_grad()
    loss = (p * p).sum() * q.sum() + q.sum() ** 2
    loss.backward()
    opt.step()
result = torch.cat([p, q])
""",
    "batches_that_are_written_into_before_the_model_sees_them": """import torch
net = torch.nn.Linear(3, 2)
torch.nn.init.constant_(net.weight, 0.5)
torch.nn.init.zeros_(net.bias)
opt = torch.optim.SGD(net.parameters(), lr=0.1)
def mixed(x, lam):
    return lam * x + (1 - lam) * x.flip(0), x.flip(0)
def train(loader, mix):
    seen = 0
    for x, y in loader:
        opt.zero_grad()
        if mix:
            x, other = mixed(x, 0.25)
            loss = ((net(x) - y) ** 2).mean() + ((net(other) - y) ** 2).mean()
        else:
            x[:, 1:] = x[[1, 0], 1:]
            loss = ((net(x) - y) ** 2).mean()
        loss.backward()
        opt.step()
        seen = seen + x.sum(0)
    return seen
loader = [(torch.arange(6.0).view(2, 3) + i, torch.ones(2, 2)) for i in range(3)]
seen = train(loader, False) + train(loader, True)
result = torch.cat([seen, net.weight.view(-1), net.bias])
""",
    "pairs_that_numpy_finds": """import numpy as np
import torch
from itertools import combinations
net = torch.nn.Linear(3, 2)
torch.nn.init.constant_(net.weight, 0.5)
torch.nn.init.zeros_(net.bias)
opt = torch.optim.SGD(net.parameters(), lr=0.1)
def pairs_of(embeddings, labels):
    distances = embeddings.mm(torch.t(embeddings))
    labels = labels.cpu().data.numpy()
    pairs = torch.LongTensor(np.array(list(combinations(range(len(labels)), 2))))
    same = pairs[(labels[pairs[:, 0]] == labels[pairs[:, 1]]).nonzero()]
    other = pairs[(labels[pairs[:, 0]] != labels[pairs[:, 1]]).nonzero()]
    far = distances[other[:, 0], other[:, 1]].cpu().data.numpy()
    return same, other[torch.LongTensor(np.argpartition(far, len(same))[: len(same)])]
x, y = torch.linspace(-1, 1, 18).view(6, 3) ** 2, torch.tensor([0, 1, 0, 1, 2, 2])
for step in range(2):
    found = net(x)
    same, other = pairs_of(found, y)
    near = (found[same[:, 0]] - found[same[:, 1]]).pow(2).sum(1)
    far = torch.relu(1 - (found[other[:, 0]] - found[other[:, 1]]).pow(2).sum(1))
    loss = torch.cat([near, far], dim=0).mean()
    opt.zero_grad()
    loss.backward()
    opt.step()
result = torch.cat([net.weight.view(-1), loss.view(1)])
""",
    "steps_of_rprop": """import torch
p = torch.nn.Parameter(torch.tensor([1.0, -2.0]))
q = torch.nn.Parameter(torch.tensor([0.5]))
opt = torch.optim.Rprop([p, q], lr=0.01)
for i in range(10):
    opt.zero_grad()
    loss = (p * p).sum() * q.sum() + q.sum() ** 2
    loss.backward()
    opt.step()
result = torch.cat([p, q])
""",
    "steps_of_asgd": """import torch
p = torch.nn.Parameter(torch.tensor([1.0, -2.0]))
q = torch.nn.Parameter(torch.tensor([0.5]))
opt = torch.optim.ASGD([p, q], lr=0.01)
for i in range(10):
    opt.zero_grad()
    loss = (p * p).sum() * q.sum() + q.sum() ** 2
    loss.backward()
    opt.step()
result = torch.cat([p, q])
""",
}


def result_of(code: str) -> Any:
    scope: dict[str, Any] = {"__name__": "snippet"}
    exec(compile(code, "<snippet>", "exec"), scope)
    return scope["result"]


@pytest.mark.parametrize("code", SNIPPETS.values(), ids=SNIPPETS.keys())
def test_it_gives_the_same_result(code: str) -> None:
    expected = result_of(code).detach().numpy()
    result = translate_source(code, target="cpu")
    assert "torch" not in {line.strip().partition(" ")[2].partition(".")[0] for line in result.code.splitlines()}
    np.testing.assert_allclose(result_of(result.code).asnumpy(), expected, rtol=1e-5, atol=2e-5)


def test_a_second_backward_through_the_same_graph_adds_its_gradients() -> None:
    code = (
        "import torch\nx = torch.tensor([1.0], requires_grad=True)\ny = x ** 2\na = y.sum()\nb = (y * 3).sum()\n"
        "a.backward(retain_graph=True)\nb.backward()\nresult = x.grad\n"
    )
    np.testing.assert_allclose(result_of(translate_source(code, target="cpu").code).asnumpy(), result_of(code).numpy())


def test_a_loss_from_an_unknown_place_finds_its_parameters_itself() -> None:
    code = (
        "import torch\n\n\ndef finish(loss):\n    loss.backward()\n\n\nnet = torch.nn.Linear(2, 1)\n"
        "other = torch.nn.Linear(2, 1)\nwith torch.no_grad():\n    net.weight.fill_(2.0)\n    net.bias.fill_(1.0)\n"
        "finish(net(torch.ones(1, 2)).pow(2).sum())\nassert other.weight.grad is None\nresult = net.weight.grad\n"
    )
    np.testing.assert_allclose(result_of(translate_source(code, target="cpu").code).asnumpy(), result_of(code).numpy())


def test_an_episode_is_recorded_as_it_runs() -> None:
    code = (
        "import torch\nnet = torch.nn.Linear(2, 1)\nopt = torch.optim.SGD(net.parameters(), lr=0.1)\nsaved = []\n\n\n"
        "def act(x):\n    saved.append(net(x))\n\n\ndef finish():\n    opt.zero_grad()\n    torch.stack(saved).sum().backward()\n"
        "    opt.step()\n"
    )
    result = translate_source(code, target="cpu")
    assert "record_gradients()" in result.code
    assert "backward(" in result.code and "sum().backward(" not in result.code


def test_names_that_another_loss_uses_too_do_not_keep_two_losses_together() -> None:
    code = (
        "import torch\ng, d = torch.nn.Linear(2, 2), torch.nn.Linear(2, 1)\n"
        "opt_g = torch.optim.SGD(g.parameters(), lr=0.1)\nopt_d = torch.optim.SGD(d.parameters(), lr=0.1)\n"
        "for z in torch.randn(3, 4, 2):\n    opt_g.zero_grad()\n    fake = g(z)\n    score, _ = d(fake), 0\n"
        "    g_loss = score.mean()\n    g_loss.backward()\n    opt_g.step()\n"
        "    opt_d.zero_grad()\n    score, _ = d(fake.detach()), 0\n    d_loss = -score.mean()\n    d_loss.backward()\n"
        "    opt_d.step()\n"
    )
    result = translate_source(code, target="cpu").code
    assert "record_gradients()" not in result
    assert "opt_g(grads)" in result and "opt_d(grads)" in result


def test_what_the_statements_themselves_compute_first_stays_a_forward_function() -> None:
    code = (
        "import torch\n\n\nclass Net(torch.nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.layer = torch.nn.Linear(2, 1)\n\n    def forward(self, x):\n        self.kept = self.layer(x)\n"
        "        return self.kept\n\n    def penalty(self):\n        return self.kept.pow(2).sum()\n\n\n"
        "net = Net()\nopt = torch.optim.SGD(net.parameters(), lr=0.1)\nfor x in torch.randn(3, 4, 2):\n"
        "    opt.zero_grad()\n    out = net(x)\n    loss = out.mean() + net.penalty() + net.kept.abs().sum()\n"
        "    loss.backward()\n    opt.step()\n"
    )
    assert "record_gradients()" not in translate_source(code, target="cpu").code
