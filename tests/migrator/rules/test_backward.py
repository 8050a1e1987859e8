"""Where a forward function may begin, and loops that train under torch and, translated, under MindSpore."""

from typing import Any

import numpy as np
import pytest

from migrator import translate_source


def test_a_model_is_made_before_the_function_that_its_parameters_are_given_to():
    source = (
        "import torch\nfrom torch import nn\n\ndef make():\n    return nn.Linear(2, 1), 3\n\n"
        "def check(x):\n    net, _ = make()\n    loss = net(x).mean()\n    loss.backward()\n    return loss, net\n"
    )
    code = translate_source(source, target="cpu").code
    assert code.index("net, _ = make()") < code.index("def forward_fn(x):")
    assert "value_and_grad(forward_fn, None, net.trainable_params())" in code


def test_what_is_computed_before_an_optimizer_is_made_is_recorded():
    source = (
        "import torch\n\ndef train(x, net, opt):\n    total = 0\n    for part in x:\n        total = total + net(part)\n"
        "    scale = torch.tensor(1.0, requires_grad=True)\n    other = torch.optim.SGD([scale], lr=0.1)\n"
        "    loss = total * scale\n    loss.backward()\n    opt.step()\n    other.step()\n"
    )
    result = translate_source(source, target="cpu")
    assert "backward(loss, " in result.code and "def forward_fn" not in result.code
    assert [finding.line for finding in result.findings if finding.code == "MF132"] == [10]


_AROUND = """import torch

net = torch.nn.Linear(2, 1)
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)


def train(data):
    with torch.autograd.set_detect_anomaly(True):
        for x in data:
            optimizer.zero_grad()
            loss = net(x).mean()
            loss.backward()
            optimizer.step()
    with torch.cuda.device(0):
        optimizer.zero_grad()
        last = net(x).mean()
        last.backward()  # the last one
        optimizer.step()
"""


def test_what_a_context_without_effect_stood_around_is_written_whole():
    translated = translate_source(_AROUND, target="cpu").code
    assert translated.partition("def train(data):\n")[2] == (
        "    def forward_loss(x):\n        loss = net(x).mean()\n        return loss\n\n"
        "    grad_loss = ms.value_and_grad(forward_loss, None, optimizer.parameters)\n\n"
        "    for x in data:\n        loss, grads = grad_loss(x)\n        optimizer(grads)\n"
        "    def forward_last():\n        last = net(x).mean()\n        return last\n"
        "    grad_last = ms.value_and_grad(forward_last, None, optimizer.parameters)\n"
        "    last, grads = grad_last()\n    # the last one\n    optimizer(grads)\n"
    )


_BEGIN = """import torch
import torch.nn.functional as F
from torch import nn

def fill(net):
    with torch.no_grad():
        for place, p in enumerate(net.parameters()):
            p.copy_((torch.sin(torch.arange(p.numel(), dtype=torch.float32) * (place + 1.3)) * 0.4).view(p.shape))
    return net

X = torch.sin(torch.arange(48, dtype=torch.float32)).view(8, 6)
Y = (X.sum(1, keepdim=True) > 0).float()
batches = [(X[:4], Y[:4]), (X[4:], Y[4:])]
net = fill(nn.Sequential(nn.Linear(6, 3), nn.Tanh(), nn.Linear(3, 1)))
opt = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
losses = []
"""
_END = """
result = torch.cat([torch.tensor(losses), *(p.detach().flatten() for p in net.parameters())])
"""

LOOPS = {
    "recording_is_switched_around_the_loop": """
def epoch(train):
    with torch.set_grad_enabled(train):
        for x, y in batches:
            loss = F.mse_loss(net(x), y)
            if train:
                opt.zero_grad()
                loss.backward()
                opt.step()
            losses.append(loss.item())
epoch(True)
epoch(False)
""",
    "recording_is_switched_and_half_of_the_test_needs_the_loss": """
for phase in ['train', 'val', 'train']:
    for x, y in batches:
        opt.zero_grad()
        with torch.set_grad_enabled(phase == 'train'):
            loss = F.mse_loss(net(x), y)
            if phase == 'train' and loss.item() > 0.01:
                loss.backward()
                opt.step()
        losses.append(loss.item())
""",
    "a_closure_asks_whether_the_loss_needs_a_gradient": """
opt = torch.optim.LBFGS(net.parameters(), lr=0.5, max_iter=4)
def fit():
    def closure():
        if torch.is_grad_enabled():
            opt.zero_grad()
        loss = F.mse_loss(net(X), Y)
        if loss.requires_grad:
            loss.backward()
        return loss
    losses.append(opt.step(closure).item())
    with torch.no_grad():
        losses.append(closure().item())
fit()
fit()
""",
    "the_loss_is_an_attribute_of_what_the_model_gives": """
from collections import namedtuple
Output = namedtuple('Output', 'loss out')
class Whole(nn.Module):
    def __init__(self, inner):
        super().__init__()
        self.inner = inner
    def forward(self, x, y):
        out = self.inner(x)
        return Output(F.mse_loss(out, y), out)
whole = Whole(net)
for x, y in batches:
    found = whole(x, y)
    opt.zero_grad()
    found.loss.backward()
    opt.step()
    losses += [found.loss.item(), found.out.mean().item()]
""",
    "an_optimizer_steps_after_losses_of_two_models": """
other = fill(nn.Linear(6, 1))
opt = torch.optim.SGD([*net.parameters(), *other.parameters()], lr=0.1, weight_decay=0.5)
for x, y in batches:
    opt.zero_grad()
    first = F.mse_loss(net(x), y)
    first.backward()
    opt.step()
    opt.zero_grad()
    second = F.mse_loss(other(x), y)
    second.backward()
    opt.step()
    losses += [first.item(), second.item()]
losses += [v for p in other.parameters() for v in p.detach().flatten().tolist()]
""",
    "statements_share_their_lines": """
for x, y in batches:
    opt.zero_grad(); loss = F.mse_loss(net(x), y); loss.backward(); opt.step()
    losses.append(loss.item())
for x, y in batches: opt.zero_grad(); loss = F.mse_loss(net(x), y); loss.backward(); opt.step(); losses.append(loss.item())
""",
    "a_state_goes_on_until_it_is_cut_off": """
cell = fill(nn.RNNCell(6, 3))
opt = torch.optim.SGD([*cell.parameters(), *net[2].parameters()], lr=0.1)
h, total = torch.zeros(2, 3), 0
for t in range(4):
    h = cell(X[2 * t:2 * t + 2], h)
    total = total + F.mse_loss(net[2](h), Y[2 * t:2 * t + 2])
    if t % 2 == 1:
        opt.zero_grad()
        total.backward()
        opt.step()
        losses.append(total.item())
        h, total = h.detach(), 0
losses += [v for p in cell.parameters() for v in p.detach().flatten().tolist()]
""",
    "what_is_differentiated_by_is_made_just_above": """
last = fill(nn.Linear(6, 1))
grads = torch.autograd.grad(F.mse_loss(last(X), Y), last.parameters())
with torch.no_grad():
    for p, g in zip(last.parameters(), grads):
        p -= 0.1 * g
losses += [v for p in last.parameters() for v in p.detach().flatten().tolist()]
""",
    "gradients_of_losses_that_share_a_computation_are_read_apart": """
for x, y in batches:
    out = net(x)
    first, second = F.mse_loss(out, y), out.abs().mean()
    opt.zero_grad()
    first.backward(retain_graph=True)
    one = [p.grad.clone() for p in net.parameters()]
    opt.zero_grad()
    second.backward()
    two = [p.grad.clone() for p in net.parameters()]
    for p, a, b in zip(net.parameters(), one, two):
        p.grad = a + b if (a * b).sum() > 0 else a
    opt.step()
    both = [F.mse_loss(out, y) for out in (net(x), net(2 * x))]
    opt.zero_grad()
    torch.autograd.backward(both, [torch.tensor(1.0), torch.tensor(0.5)])
    opt.step()
    losses += [loss.item() for loss in (first, second, *both)]
""",
    "a_mask_of_the_loss_is_used_twice": """
for x, y in batches:
    each = (net(x) - y).pow(2)
    hard = each > each.mean()
    loss = (each * hard.float()).sum() / hard.float().sum().clamp(min=1)
    opt.zero_grad()
    loss.backward()
    opt.step()
    losses.append(loss.item())
""",
    "heads_by_task": """
class Heads(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = net[0]
        self.heads = nn.ModuleDict({'near': nn.Linear(3, 1), 'far': nn.Linear(3, 1)})
    def forward(self, x, task):
        return self.heads[task](self.body(x))
model = fill(Heads())
opt = torch.optim.Adam(model.parameters(), lr=0.05, weight_decay=0.1)
for x, y in batches * 2:
    for task in ('near', 'far'):
        loss = F.mse_loss(model(x, task), y)
        opt.zero_grad()
        loss.backward()
        opt.step()
        losses.append(loss.item())
""",
    "one_of_two_heads_by_turn": """
class Turns(nn.Module):
    def __init__(self):
        super().__init__()
        self.body, self.near, self.far = net[0], nn.Linear(3, 1), nn.Linear(3, 1)
    def forward(self, x, turn):
        if turn == 0:
            return self.near(self.body(x))
        return self.far(self.body(x))
model = fill(Turns())
opt = torch.optim.Adam(model.parameters(), lr=0.05, weight_decay=0.1)
for x, y in batches * 2:
    for turn in range(2):
        loss = F.mse_loss(model(x, turn), y)
        opt.zero_grad()
        loss.backward()
        opt.step()
        losses.append(loss.item())
""",
    "an_object_steps_optimizers_that_it_lists": """
class Worker:
    def __init__(self, model):
        self.model = model
        self.opts = {'first': torch.optim.SGD(model[0].parameters(), lr=0.1), 'last': torch.optim.Adam(model[2].parameters())}
    def step(self):
        for own in self.opts.values():
            own.step()
            own.zero_grad()
    def run(self, x, y):
        loss = F.mse_loss(self.model(x), y)
        loss.backward()
        self.step()
        losses.append(loss.item())
worker = Worker(net)
own = torch.optim.SGD(nn.Linear(2, 1).parameters(), lr=0.1)
for x, y in batches:
    worker.run(x, y)
""",
    "the_parameters_of_models_that_share_a_layer": """
class Second(nn.Module):
    def __init__(self, shared):
        super().__init__()
        self.shared = shared
        self.last = nn.Linear(3, 1)
    def forward(self, x):
        return self.last(torch.relu(self.shared(x)))
class First(Second):
    def forward(self, x):
        return self.last(torch.tanh(self.shared(x)))
one, two = fill(First(net[0])), fill(Second(net[0]))
weights = list({id(p): p for model in (one, two) for p in model.parameters()}.values())
opt = torch.optim.Adam(weights, lr=0.01)
for x, y in batches:
    loss = F.mse_loss(one(x), y) + F.l1_loss(two(x), y)
    opt.zero_grad()
    loss.backward()
    opt.step()
    losses.append(loss.item())
losses += [v for p in two.last.parameters() for v in p.detach().flatten().tolist()]
""",
}


def result_of(code: str) -> Any:
    scope: dict[str, Any] = {"__name__": "snippet"}
    exec(compile(code, "<snippet>", "exec"), scope)
    return scope["result"]


@pytest.mark.parametrize("body", LOOPS.values(), ids=LOOPS.keys())
def test_a_translated_loop_trains_as_torch_does(body: str) -> None:
    expected = result_of(_BEGIN + body + _END).numpy()
    result = translate_source(_BEGIN + body + _END, target="cpu")
    assert not [finding for finding in result.findings if finding.severity.value == "error"]
    assert translate_source(result.code, target="cpu").code == result.code
    np.testing.assert_allclose(result_of(result.code).asnumpy(), expected, rtol=1e-4, atol=2e-5)


def test_an_optimizer_that_may_be_none_is_asked_for():
    code = translate_source(
        "import torch.nn.functional as F\n\n\ndef train(encoder, decoder, loader, first, second):\n"
        "    for x, y in loader:\n        loss = F.mse_loss(decoder(encoder(x)), y)\n        second.zero_grad()\n"
        "        if first is not None:\n            first.zero_grad()\n"
        "        loss.backward()\n        second.step()\n        if first is not None:\n            first.step()\n",
        target="cpu",
    ).code
    assert "[*second.parameters, *(first.parameters if first is not None else [])]" in code


@pytest.mark.parametrize("made_anew", [False, True])
def test_a_remark_about_the_backward_pass_stands_where_the_gradients_are_computed(made_anew: bool) -> None:
    loop = (
        "    opt.zero_grad()\n    # how far off\n    loss = F.mse_loss(net(x), y)\n\n    # all gradients,\n    # at once\n"
        "    loss.backward()\n    # and a step\n    opt.step()\n"
    )
    head = "def step(x, y):\n" if made_anew else "for x, y in batches:\n"
    code = translate_source(_BEGIN + head + loop, target="cpu").code
    making = "    grad_fn = ms.value_and_grad(forward_fn, None, opt.parameters)\n" if made_anew else ""
    call = "    loss, grads = grad_fn(x, y)\n"
    if made_anew:
        making, call = "    # all gradients,\n    # at once\n" + making, call
    else:
        call = "    # all gradients,\n    # at once\n" + call
    assert making + call + "\n    # and a step\n    opt(grads)\n" in code
    assert code.count("# at once") == 1


def test_a_list_that_only_the_computation_fills_is_its_own():
    code = translate_source(
        "import torch\n\nnet = torch.nn.Linear(2, 2)\nopt = torch.optim.SGD(net.parameters(), lr=0.1)\n\n\n"
        "def update(rows, several):\n    opt.zero_grad()\n    if several:\n        parts = []\n        for row in rows:\n"
        "            parts.append(net(row))\n        x = torch.cat(parts, 1)\n    else:\n        x = net(rows[0])\n"
        "    loss = x.mean()\n    loss.backward()\n    opt.step()\n",
        target="cpu",
    ).code
    assert "nonlocal" not in code and "parts = None" not in code


def test_a_finding_says_that_a_test_computes_the_loss() -> None:
    loop = "for x, y in batches:\n    if (loss := F.mse_loss(net(x), y)) > 0:\n        loss.backward()\n        opt.step()\n"
    found = [one.message for one in translate_source(_BEGIN + loop, target="cpu").findings if one.code == "MF132"]
    assert len(found) == 1 and "the loss is computed in the test of an `if` (line 18)" in found[0]
