"""``torch.autograd.grad`` in all its shapes: the same numbers in torch and, translated, in MindSpore."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from migrator import translate_source

PROGRAM = """import torch
from torch import nn
import torch.nn.functional as F
from collections import OrderedDict
torch.manual_seed(0)
shown = []
def show(n, *ts): shown.append((n, [v for t in ts for v in t.reshape(-1).tolist()]))
def fill(net):
    with torch.no_grad():
        for k, p in enumerate(net.parameters()):
            p.copy_(torch.linspace(-0.5, 0.6, p.numel()).view(p.shape) * (1 + 0.3 * k))
net = nn.Sequential(nn.Linear(2, 4), nn.Tanh(), nn.Linear(4, 1))
fill(net)
x = torch.linspace(-1, 1, 10).view(5, 2)
y = torch.linspace(0, 1, 5).view(5, 1)
def by_parameters():
    loss = F.mse_loss(net(x), y)
    return torch.autograd.grad(loss, net.parameters())
show('parameters', *by_parameters())
def by_list():
    params = list(net.parameters())
    loss = F.mse_loss(net(x), y)
    grads = torch.autograd.grad(loss, params, retain_graph=True, allow_unused=True)
    return [p - 0.1 * g for p, g in zip(params, grads)]
show('list', *by_list())
def by_tuple():
    loss = F.mse_loss(net(x), y)
    return torch.autograd.grad(loss, tuple(net.parameters()), create_graph=False)
show('tuple', *by_tuple())
def several(a, b):
    a.requires_grad_(True)
    b.requires_grad_(True)
    u = a * b
    v = a ** 2
    return torch.autograd.grad([u, v], [a, b], grad_outputs=[torch.ones_like(u), 2 * torch.ones_like(v)])
show('several', *several(torch.tensor([1., 2.]), torch.tensor([3., 4.])))
def several_sum(a):
    a.requires_grad_(True)
    u = a * 3
    v = a ** 2
    g, = torch.autograd.grad((u.sum(), v.sum()), a)
    return g
show('several2', several_sum(torch.tensor([1., 2.])))
class Learner(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Parameter(torch.linspace(-0.5, 0.5, 8).view(4, 2))
        self.b = nn.Parameter(torch.linspace(0, 0.5, 4))
        self.c = nn.Parameter(torch.linspace(-0.4, 0.5, 4).view(1, 4))
    def forward(self, x, params=None):
        if params is None:
            params = list(self.parameters())
        h = torch.tanh(F.linear(x, params[0], params[1]))
        return F.linear(h, params[2])
learner = Learner()
def inner(x, y, lr=0.1):
    fast = list(learner.parameters())
    for step in range(2):
        loss = F.mse_loss(learner(x, fast), y)
        grads = torch.autograd.grad(loss, fast)
        fast = [w - lr * g for w, g in zip(fast, grads)]
    return fast
show('fast', *inner(x, y))
def named(x, y):
    fast = OrderedDict((n, p) for n, p in learner.named_parameters())
    for step in range(2):
        loss = F.mse_loss(F.linear(torch.tanh(F.linear(x, fast['a'], fast['b'])), fast['c']), y)
        grads = torch.autograd.grad(loss, fast.values(), create_graph=False)
        fast = OrderedDict((n, p - 0.1 * g) for (n, p), g in zip(fast.items(), grads))
    return fast.values()
show('named', *named(x, y))
opt = torch.optim.SGD(learner.parameters(), lr=0.1)
for it in range(3):
    opt.zero_grad()
    fast = list(learner.parameters())
    for step in range(2):
        loss = F.mse_loss(learner(x, fast), y)
        grads = torch.autograd.grad(loss, fast, create_graph=True)
        fast = [w - 0.1 * g for w, g in zip(fast, grads)]
    meta = F.mse_loss(learner(x + 0.3, fast), y)
    meta.backward()
    opt.step()
    show('meta', meta.detach())
show('learner', *learner.parameters())
critic = nn.Sequential(nn.Flatten(), nn.Linear(4, 6), nn.LeakyReLU(0.2), nn.Unflatten(1, (3, 2)), nn.Flatten(), nn.Linear(6, 1))
fill(critic)
copt = torch.optim.SGD(critic.parameters(), lr=0.002)
def penalty(real, fake, labels):
    mixed = (0.5 * real + 0.5 * fake).requires_grad_(True)
    out = critic(mixed) * labels
    g = torch.autograd.grad(outputs=out, inputs=mixed, grad_outputs=torch.ones_like(out), create_graph=True, retain_graph=True)[0]
    return ((g.view(g.size(0), -1).norm(2, dim=1) - 1) ** 2).mean()
for it in range(3):
    real, fake = torch.ones(3, 2, 2) * (it + 1) * 0.3, torch.linspace(-1, 1, 12).view(3, 2, 2)
    copt.zero_grad()
    loss = critic(fake).mean() - critic(real).mean() + 10 * penalty(real, fake, torch.tensor([[1.], [0.5], [2.0]]) + it)
    loss.backward()
    copt.step()
    show('critic', loss.detach())
"""

HANDED_OVER = (
    PROGRAM[: PROGRAM.index("def by_parameters")]
    + """
class Solver:
    def __init__(self, critic):
        self.critic = critic
        self.optimizer = torch.optim.SGD(critic.parameters(), lr=0.02)
    def penalty(self, out, mixed):
        weight = torch.ones(out.size())
        slopes = torch.autograd.grad(outputs=out, inputs=mixed, grad_outputs=weight, create_graph=True)[0]
        return ((slopes.norm(2, dim=1) - 1) ** 2).mean()
    def step(self, real, fake):
        out = self.critic(real)
        loss_real = -out.mean()
        mixed = (0.5 * real + 0.5 * fake).requires_grad_(True)
        out = self.critic(mixed)
        gap = self.penalty(out, mixed)
        loss = loss_real + self.critic(fake).mean() + 3 * gap
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        show('penalty', gap.detach(), loss.detach())
solver = Solver(net)
for it in range(3):
    solver.step(x, x.flip(0) + it)
def r1(pred, image, weight=2.0):
    slope, = torch.autograd.grad(pred.sum(), image, create_graph=True)
    return weight * slope.pow(2).sum(1).mean()
optimizer = torch.optim.SGD(net.parameters(), lr=0.02)
for it in range(2):
    image = x * (it + 1)
    image.requires_grad_()
    pred = net(image)
    loss = r1(pred, image,)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    show('r1', loss.detach())
field = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 2))
fill(field)
def trace(f, z):
    total = 0.
    for i in range(z.shape[1]):
        total += torch.autograd.grad(f[:, i].sum(), z, create_graph=True)[0][:, i]
    return total
def flow(z):
    volume = torch.zeros(z.shape[0])
    for k in range(2):
        with torch.enable_grad():
            z.requires_grad_(True)
            dz = field(z)
            volume = volume - 0.5 * trace(dz, z)
        z = z + 0.5 * dz
    return z, volume
optimizer = torch.optim.SGD(field.parameters(), lr=0.1)
for it in range(2):
    z, volume = flow(x * 1.0)
    loss = (z ** 2).sum(1).mean() + volume.mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    show('flow', loss.detach())
show('weights', *net.parameters(), *field.parameters())
"""
)


def shown_by(path: Path, code: str) -> list[tuple[str, Any]]:
    """From a file, because what is compiled must have a source that can be looked up."""
    path.write_text(code, encoding="utf-8")
    module = sys.modules[path.stem] = ModuleType(path.stem)
    exec(compile(code, str(path), "exec"), module.__dict__)
    found: list[tuple[str, Any]] = module.__dict__["shown"]
    return found


@pytest.mark.parametrize("program", [PROGRAM, HANDED_OVER], ids=["computed_here", "handed_over"])
def test_every_shape_gives_torchs_gradients(tmp_path: Path, program: str) -> None:
    expected = shown_by(tmp_path / "program_before.py", program)
    result = translate_source(program, target="cpu")
    assert not [finding for finding in result.findings if finding.severity != "info"]
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message="Second derivatives")
        found = shown_by(tmp_path / "program_after.py", result.code)
    assert [name for name, _ in found] == [name for name, _ in expected]
    for (name, value), (_, wanted) in zip(found, expected, strict=True):
        np.testing.assert_allclose(value, wanted, rtol=1e-4, atol=1e-5, err_msg=name)


def test_what_does_not_compile_is_differentiated_all_the_same_with_a_warning(tmp_path: Path) -> None:
    code = (
        "import torch\n\n\ndef slope(x):\n    x.requires_grad_(True)\n    y = x ** 3\n"
        "    class Note:\n        pass\n    Note.seen = y\n"
        "    return torch.autograd.grad(y.sum() + Note.seen.sum(), x, create_graph=True)[0]\n\n\n"
        "x = torch.tensor([1., 2.], requires_grad=True)\nloss = (slope(x) ** 2).sum()\nloss.backward()\n"
        "shown = [('x', x.grad.tolist())]\n"
    )
    expected = shown_by(tmp_path / "class_before.py", code)
    with pytest.warns(UserWarning, match="Second derivatives"):
        found = shown_by(tmp_path / "class_after.py", translate_source(code, target="cpu").code)
    np.testing.assert_allclose(found[0][1], expected[0][1], rtol=1e-5)


@pytest.mark.parametrize("inputs", ["[*a, b]", "pick(a)", "{}"])
def test_inputs_that_cannot_be_read_are_left_with_a_finding(inputs: str) -> None:
    code = f"import torch\n\n\ndef f(a, b, pick):\n    y = (a * b).sum()\n    return torch.autograd.grad(y, {inputs})\n"
    result = translate_source(code, target="cpu")
    assert "torch.autograd.grad(" in result.code
    assert "MF139" in {finding.code for finding in result.findings if finding.severity == "error"}


@pytest.mark.parametrize(
    "use",
    ["penalty(y, x)", "f(penalty)", "y = y + 1\n    return penalty(other, x)", "penalty(*[y, x])", "penalty(x * 2, x)"],
)
def test_what_is_handed_over_by_an_unknown_way_is_left_with_a_finding(use: str) -> None:
    code = (
        "import torch\n\n\ndef penalty(y, x):\n    return torch.autograd.grad(y.sum(), x)[0]\n\n\n"
        f"def f(net, x, y, other):\n    return {use}\n"
    ).replace("return y = y + 1", "y = y + 1")
    result = translate_source(code, target="cpu")
    assert "torch.autograd.grad(" in result.code and "y_of" not in result.code
    assert "MF139" in {finding.code for finding in result.findings if finding.severity == "error"}


_TWICE = """import torch
from torch import nn

class Critic(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm, self.last = nn.BatchNorm1d(2), nn.Linear(2, 1)
    def forward(self, x):
        return self.last(self.norm(x)).tanh()

def slope(out, x):
    return torch.autograd.grad(out.sum(), x)[0]

critic = Critic()
nn.init.constant_(critic.last.weight, 0.5)
nn.init.zeros_(critic.last.bias)
shown = []
for place in range(2):
    x = (torch.arange(6.0).view(3, 2) * (place + 1)).cos().requires_grad_(True)
    out = critic(x)
    shown.append(("handed over", slope(out, x).tolist()))
    y = (torch.arange(6.0).view(3, 2) * (place + 2)).cos().requires_grad_(True)
    score = critic(y)
    shown.append(("computed here", torch.autograd.grad(score.sum(), y)[0].tolist()))
    shown.append(("read", out.sum().item() + score.sum().item()))
    shown.append(("mean", critic.norm.running_mean.tolist()))
    shown.append(("variance", critic.norm.running_var.tolist()))
"""


def test_what_is_computed_again_counts_once_in_running_statistics(tmp_path: Path) -> None:
    expected = shown_by(tmp_path / "twice_before.py", _TWICE)
    result = translate_source(_TWICE, target="cpu")
    assert result.code.count("again=True") == 2
    for (name, value), (_, wanted) in zip(shown_by(tmp_path / "twice_after.py", result.code), expected, strict=True):
        np.testing.assert_allclose(value, wanted, rtol=1e-4, atol=1e-5, err_msg=name)


def test_dropout_in_what_is_computed_again_is_a_finding() -> None:
    code = _TWICE.replace("self.last(self.norm(x)).tanh()", "nn.functional.dropout(self.last(self.norm(x)), 0.5)")
    found = [finding.message for finding in translate_source(code, target="cpu").findings if finding.code == "MF139"]
    assert len(found) == 2 and all("dropout in it draws anew" in message for message in found)
    assert not [finding for finding in translate_source(_TWICE, target="cpu").findings if finding.code == "MF139"]


def test_outputs_that_are_computed_before_a_condition_are_computed_in_the_function(tmp_path: Path) -> None:
    code = (
        "import torch\n\n\ndef field(net, x, both):\n    a, b = net(x).split(1, 1)\n    total = torch.zeros_like(x)\n"
        "    if both:\n        first = torch.autograd.grad(a.sum(), x, create_graph=True)[0]\n        total = first\n"
        "    return total + torch.autograd.grad(b.sum(), x, create_graph=True)[0]\n\n\n"
        "net = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.Tanh(), torch.nn.Linear(3, 2))\n"
        "with torch.no_grad():\n    for number, p in enumerate(net.parameters()):\n"
        "        p.copy_(torch.linspace(-1, 1 + number, p.numel()).reshape(p.shape))\n"
        "x = torch.tensor([[0.1, 0.2], [0.5, -1.0]], requires_grad=True)\n"
        "for both in (True, False):\n    loss = (field(net, x, both) ** 2).sum()\n    loss.backward()\n"
        "shown = [('first', net[0].weight.grad.tolist()), ('loss', loss.item())]\n"
    )
    expected = shown_by(tmp_path / "condition_before.py", code)
    result = translate_source(code, target="cpu")
    assert not [finding for finding in result.findings if finding.severity == "error"]
    found = shown_by(tmp_path / "condition_after.py", result.code)
    for (name, value), (_, wanted) in zip(found, expected, strict=True):
        np.testing.assert_allclose(value, wanted, rtol=1e-4, atol=1e-5, err_msg=name)
