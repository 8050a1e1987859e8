"""What is written into a part of a tensor reaches the tensor, in torch and, translated, in MindSpore."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from migrator import translate_source
from tests.migrator.recording import stop_recording

DATA = """import torch
shown = []
def show(n, x): shown.append((n, x.tolist()))
x = torch.arange(6.).reshape(2, 3)
for row in x:
    row.mul_(2)
show('loop', x)
for i, row in enumerate(x):
    row += i
show('enum', x)
a = x[0]
a += 1
show('idx', x)
y = x.view(-1)
y.add_(1)
show('view', x)
y[y > 5] = 0
show('mask', x)
x[1][x[1] > 2] = 7
show('mask2', x)
x.t().mul_(2)
show('t', x)
u, v = x.chunk(2)
v -= 1
show('chunk', x)
for t in torch.arange(3.):
    t.sub_(1)
z = torch.arange(4.)
for t in z:
    t.sub_(1)
show('0d', z)
b = z
b += 5
show('alias', z)
hist = []
run = torch.zeros(2)
for k in range(3):
    run += k
    hist.append(run)
show('hist', torch.stack(hist))
d = x.diagonal()
d.fill_(9)
show('diag', x)
[r.add_(1) for r in x]
show('comp', x)
def norm_(t):
    t /= t.sum()
norm_(x[0])
show('arg', x)
w = torch.nn.Linear(3, 2)
with torch.no_grad():
    w.weight.copy_(x)
    for row in w.weight:
        row.mul_(2)
    w.weight[0].fill_(3)
    w.weight.data[1][0] = 4
    q = w.weight.data[1]
    q *= 2
    w.weight.data.view(-1)[5] = 1
    w.weight.data.view(-1).add_(1)
show('param', w.weight)
e = x.clone()
e += 1
show('clone', x)
f = x[[0, 1]]
f += 1
show('fancy', x)
row = x[1]
x += 1
show('row', row)
c = torch.zeros(3, dtype=torch.long)
for i in range(3):
    cell = c[i]
    cell += i
show('cell', c)
s = x[:, 1:]
s[:, 0] = 3
s[s > 8] = 8
show('slice', x)
x[0][x[0] > 1] += 3
show('aug', x)
parts = torch.split(x, 1)
for p in parts:
    p.mul_(2)
show('parts', x)
parts[0].add_(1)
show('parts0', x)
x.data[x > 4] = 2
show('data', x)
g = x.detach()
g -= 1
show('detach', x)
first, *rest = x.unbind(0)
rest[0].add_(1)
show('rest', x)
x.unsqueeze(0)[0, 0].zero_()
show('un', x)
for a, b in zip(x, x.clone()):
    a.copy_(b * 2)
show('zip', x)
def grow(v, n):
    v += n
grow(x, 2)
show('grow', x)
def rows(m):
    for r in m:
        r -= r.mean()
    return m
show('rows', rows(x))
"""

WITH_GRADIENTS = """import torch
shown = []
def show(n, x): shown.append((n, x.tolist()))
class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.w = torch.nn.Parameter(torch.arange(6.).reshape(2, 3))
    def forward(self, x):
        h = x * self.w
        flat = h.view(-1)
        flat[0] = 5
        flat[flat > 3] = 0.5
        flat += 1
        flat.mul_(2)
        u = h.t()
        u *= 2
        v = h.transpose(0, 1)
        v.sub_(1)
        out = h.unsqueeze(1)
        out += 1
        return (h * h).sum()
net = Net()
loss = net(torch.ones(2, 3))
loss.backward()
show('net', net.w.grad)
show('loss', loss.detach())
x = torch.ones(2, 3)
y = x.view(-1)
y += 1
show('x', x)
"""

LOSS_BEHIND_A_PART = """import torch
y = torch.ones(3, requires_grad=True)
h = y * 2
k = h[0]
k *= 3
(h * h).sum().backward()
shown = [('gradient', y.grad.tolist())]
"""


@pytest.fixture(autouse=True)
def nothing_recorded() -> None:
    """Other tests of the process may have switched on the recording of gradients, which no program here does."""
    stop_recording()


def run(code: str) -> dict[str, Any]:
    namespace: dict[str, Any] = {"__name__": "snippet"}
    exec(compile(code, "<snippet>", "exec"), namespace)
    return namespace


def shown_by(code: str) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = run(code)["shown"]
    return found


@pytest.mark.parametrize("code", [DATA, WITH_GRADIENTS, LOSS_BEHIND_A_PART], ids=["data", "gradients", "loss"])
def test_every_write_is_seen_where_torch_shows_it(code: str) -> None:
    expected = shown_by(code)
    result = translate_source(code, target="cpu")
    assert not [finding for finding in result.findings if finding.severity != "info"]
    found = shown_by(result.code)
    assert [name for name, _ in found] == [name for name, _ in expected]
    for (name, value), (_, wanted) in zip(found, expected, strict=True):
        np.testing.assert_allclose(value, wanted, rtol=1e-5, err_msg=name)


@pytest.mark.parametrize(
    "body",
    [
        "x = torch.ones(3)\ny = x.clone()\ny += 1\nprint(x)\n",
        "x = torch.ones(3)\ny = x[torch.tensor([0, 1])]\ny += 1\nprint(x)\n",
        "x = torch.ones(3)\ny = x[x > 0]\ny += 1\nprint(x)\n",
        "def f():\n    x = torch.ones(3, 4)\n    y = x[0]\n    y += 1\n    return y\n",
        "def f(net, x):\n    keep = x\n    x = torch.relu(x)\n    x += keep\n    return x, keep\n",
        "total = 0\nlosses = []\nfor k in range(3):\n    total += torch.ones(1)\n    losses.append(total)\n",
    ],
)
def test_what_nobody_else_holds_stays_as_it_was(body: str) -> None:
    assert "assign_" not in translate_source(f"import torch\n\n{body}", target="cpu").code


@pytest.mark.parametrize(
    "body",
    [
        "x = torch.ones(1, 3)\ny = x.expand(1, 3)\ny += 1\nprint(x)\n",
        "x = torch.ones(1, 3)\ny = x.view(torch.int32)\ny += 1\nprint(x)\n",
        "def f(x):\n    h = torch.relu(x)\n    h.view(2, 3)[x > 0] = 1\n    return h\n",
    ],
)
def test_what_may_not_be_reached_is_a_warning(body: str) -> None:
    code = f"import torch\n\n{body}"
    found = [finding for finding in translate_source(code, target="cpu").findings if finding.code == "MF214"]
    assert [(finding.line, finding.severity) for finding in found] == [(5, "warning")]


def test_a_change_within_a_comprehension_keeps_its_variable() -> None:
    code = "import torch\n\nweights = [torch.ones(2)]\n[w.mul_(2) for w in weights]\n"
    assert "[assign_(w, w * 2) for w in weights]" in translate_source(code, target="cpu").code


def test_a_buffer_that_is_resized_and_filled_keeps_its_identity() -> None:
    code = (
        "import torch\nimage, noise = torch.zeros(2, 3), torch.zeros(2, 3)\nheld = image\n\n\ndef load(v, data):\n"
        "    v.resize_(data.size()).copy_(data)\n\n\nload(image, torch.arange(8.0).view(2, 4))\n"
        "noise.resize_(4, 2).fill_(3)\nflat = torch.arange(6.0)\nflat.resize_(2, 2)\n"
        "result = torch.cat([held.view(-1), noise.view(-1), flat.view(-1)])\n"
    )
    translated = translate_source(code, target="cpu")
    scope, expected = {}, {}
    exec(translated.code, scope)
    exec(code, expected)
    np.testing.assert_array_equal(scope["result"].asnumpy(), expected["result"].numpy())


def test_what_a_dictionary_keeps_under_a_text_is_changed_for_it_too():
    code = (
        "import torch\nfrom collections import defaultdict\n\nstate, fast = defaultdict(dict), torch.ones(2)\n"
        "for step in range(3):\n    kept = state['w']\n    if 'slow' not in kept:\n        kept['slow'] = torch.zeros_like(fast)\n"
        "        kept['count'] = 0\n    slow, count = kept['slow'], 0\n    slow = kept['slow']\n    slow += (fast - slow) * 0.5\n"
        "    count = kept['count']\n    count += 1\n"
        "result = torch.cat([state['w']['slow'], torch.tensor([1.0 * count])])\n"
    )
    translated, ours, theirs = translate_source(code, target="cpu").code, {}, {}
    exec(translated, ours)
    exec(code, theirs)
    assert ours["result"].asnumpy().tolist() == theirs["result"].tolist()
    assert "    count += 1\n" in translated
