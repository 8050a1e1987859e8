"""Losses that are differentiated in one of several branches: one forward function serves them all."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from migrator import translate_source

_BEGIN = """import torch
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(2, 1)
        nn.init.constant_(self.layer.weight, 0.5)
        nn.init.zeros_(self.layer.bias)

    def forward(self, x):
        return self.layer(x)

net = Net()
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
scaler = torch.cuda.amp.GradScaler(enabled=False)
use_amp, use_apex, clip, seen = False, False, 0.5, []
data = torch.linspace(-1, 1, 24).view(4, 3, 2)

"""
_END = "\nresult = torch.cat([torch.tensor(seen), net.layer.weight.flatten()])\n"
_RECORDED = "\n\nrecord_gradients()\n"

BRANCHES = {
    "scaled_or_not": """for x in data:
    optimizer.zero_grad()
    with torch.cuda.amp.autocast(enabled=use_amp):
        loss = (net(x) - x.sum(1, keepdim=True)).pow(2).mean()
    if use_amp:
        scaler.scale(loss).backward()
        scaler.unscale_(optimizer)
        nn.utils.clip_grad_norm_(net.parameters(), clip)
        scaler.step(optimizer)
        scaler.update()
    else:
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), clip)
        optimizer.step()
    seen.append(loss.item())
""",
    "steps_in_branches_of_their_own": """for step, x in enumerate(data):
    loss = (net(x) - 1).pow(2).mean() / 2
    if use_amp:
        scaled = scaler.scale(loss)
        scaled.backward()
    elif use_apex:
        with amp.scale_loss(loss, optimizer) as scaled_loss:
            scaled_loss.backward()
    else:
        loss.backward()
    if step % 2:
        if use_amp:
            scaler.step(optimizer)
            scaler.update()
        else:
            optimizer.step()
        optimizer.zero_grad()
    seen.append(loss.item())
""",
    "branches_within_a_branch": """def run(training, x):
    loss = (net(x) - 1).pow(2).mean()
    if training and len(seen) < 9:
        optimizer.zero_grad()
        if use_amp:
            scaler.scale(loss).backward()
            scaler.step(optimizer)
            scaler.update()
        else:
            loss.backward()
            optimizer.step()
    return loss.item()

for x in data:
    seen.append(run(True, x))
    seen.append(run(False, x))
""",
    "a_test_within_a_test": """def run(x, training=True, frozen=False):
    loss = (net(x) - 1).pow(2).mean()
    if training:
        if not frozen or x is None:
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return loss.item()

for x in data:
    seen.extend([run(x), run(x, frozen=True), run(x, training=False)])
""",
    "a_test_that_is_settled_after_the_loss": """for x in data:
    optimizer.zero_grad()
    loss = (net(x) - 1).pow(2).mean()
    number = loss.item()
    finite = number < 100
    if finite:
        if use_amp:
            scaler.scale(loss).backward()
        else:
            loss.backward()
        optimizer.step()
    seen.append(number)
""",
}


_TWO = """import torch
from torch import nn

torch.manual_seed(0)
net, head = nn.Linear(3, 2), nn.Linear(2, 1)
for parameter in (*net.parameters(), *head.parameters()):
    nn.init.constant_(parameter, 0.3)
optimizers = {"net": torch.optim.SGD(net.parameters(), lr=0.1), "head": torch.optim.SGD(head.parameters(), lr=0.2)}
listed = list(optimizers.values())
data = torch.linspace(-1, 1, 36).view(4, 3, 3)

"""
_BOTH = "\nresult = torch.cat([net.weight.flatten(), head.weight.flatten()])\n"
ROUNDS = {
    "a_list": """for x in data:
    for optimizer in listed:
        optimizer.zero_grad()
    loss = head(net(x)).pow(2).mean()
    loss.backward()
    for optimizer in listed:
        optimizer.step()
""",
    "a_comprehension": """for x in data:
    [o.zero_grad() for o in listed]
    loss = head(net(x)).pow(2).mean()
    loss.backward()
    [o.step() for o in listed if o is not None]
""",
    "names": """def train():
    for x in data:
        head(net(x)).pow(2).mean().backward()
        for name in optimizers:
            optimizers[name].step()
            optimizers[name].zero_grad()

train()
""",
    "a_name_given_in_the_loop": """for x in data:
    loss = head(net(x)).pow(2).mean()
    loss.backward()
    for name in ("net", "head"):
        optimizer = optimizers[name]
        optimizer.step()
        optimizer.zero_grad()
""",
    "what_another_function_computed": """def losses_of(x):
    return {"first": head(net(x)).pow(2).mean(), "second": net(x).abs().mean()}

for x in data:
    found = losses_of(x)
    loss = sum(found.values())
    if not torch.isfinite(loss):
        raise SystemExit(1)
    for optimizer in listed:
        optimizer.zero_grad()
    loss.backward()
    for optimizer in listed:
        optimizer.step()
""",
}


def result_of(code: str) -> Any:
    scope: dict[str, Any] = {"__name__": "snippet"}
    exec(compile(code, "<snippet>", "exec"), scope)
    return scope["result"]


@pytest.mark.parametrize("body", BRANCHES.values(), ids=BRANCHES.keys())
def test_backwards_of_one_loss_in_several_branches_share_a_forward_function(body: str) -> None:
    code = _BEGIN + body + _END
    translated = translate_source(code, target="cpu").code
    assert _RECORDED not in translated
    assert translated.count("grad_fn = ms.value_and_grad(") == 1
    np.testing.assert_allclose(result_of(translated).asnumpy(), result_of(code).detach().numpy(), rtol=1e-5, atol=1e-6)


def test_a_loop_over_parameters_within_the_loss_names_nothing_outside_of_it() -> None:
    code = """import torch
from torch import nn

net = nn.Linear(2, 1)
x, y = torch.ones(4, 2), torch.zeros(4, 1)

def objective():
    for param in net.parameters():
        if param.grad is not None:
            param.grad.data.fill_(0)
    loss = (net(x) - y).pow(2).mean()
    for param in net.parameters():
        loss += param.pow(2).sum() * 0.1
    loss.backward()
    return [param.grad.numpy().tolist() for param in net.parameters()]

with torch.no_grad():
    for p in net.parameters():
        p.fill_(0.5)
objective()
result = objective()
"""
    translated = translate_source(code, target="cpu").code
    assert "value_and_grad(forward_fn, None, net.trainable_params())" in translated
    for got, wanted in zip(result_of(translated), result_of(code), strict=True):
        np.testing.assert_allclose(got, wanted, rtol=1e-5)


def test_a_test_around_the_branches_is_asked_before_the_forward_function_runs() -> None:
    translated = translate_source(_BEGIN + BRANCHES["a_test_within_a_test"] + _END, target="cpu").code
    assert "if training and (not frozen or x is None):\n        grad_fn = ms.value_and_grad(" in translated


def test_branches_that_differentiate_different_losses_are_recorded() -> None:
    body = (
        "for x in data:\n    optimizer.zero_grad()\n    loss = net(x).pow(2).mean()\n    if use_amp:\n"
        "        (loss * 2).backward()\n    else:\n        loss.backward()\n    optimizer.step()\n    seen.append(1.0)\n"
    )
    code = _BEGIN + body + _END
    translated = translate_source(code, target="cpu").code
    assert _RECORDED in translated
    np.testing.assert_allclose(result_of(translated).asnumpy(), result_of(code).detach().numpy(), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("body", ROUNDS.values(), ids=ROUNDS.keys())
def test_all_optimizers_that_step_in_a_loop_of_their_own_get_their_gradients(body: str) -> None:
    code = _TWO + body + _BOTH
    translated = translate_source(code, target="cpu").code
    np.testing.assert_allclose(result_of(translated).asnumpy(), result_of(code).detach().numpy(), rtol=1e-5, atol=1e-6)


def test_optimizers_in_a_dictionary_are_not_taken_for_each_other() -> None:
    body = (
        "for x in data:\n    loss = head(net(x)).mean()\n    loss.backward()\n    optimizers['net'].step()\n"
        "    optimizers['head'].step()\n    optimizers['net'].zero_grad()\n    optimizers['head'].zero_grad()\n"
    )
    code = _TWO + body + _BOTH
    translated = translate_source(code, target="cpu").code
    assert "[*optimizers['net'].parameters, *optimizers['head'].parameters]" in translated
    np.testing.assert_allclose(result_of(translated).asnumpy(), result_of(code).detach().numpy(), rtol=1e-5, atol=1e-6)


def test_the_variable_of_a_loop_that_thaws_parameters_is_no_leaf_of_a_later_loss():
    thawed = "for p in net.parameters():\n    p.requires_grad = True\nfor i, x in enumerate(data):\n    p = i / 4\n"
    trained = "    loss = (p * net(x)).sum()\n    optimizer.zero_grad()\n    loss.backward()\n    optimizer.step()\n"
    code = translate_source(_BEGIN + thawed + trained, target="cpu").code
    assert "ms.value_and_grad(forward_fn, None, optimizer.parameters)" in code
    assert code.endswith("    optimizer(grads)\n")


def test_a_loss_that_has_an_earlier_losses_name_is_cut_out_all_the_same():
    first = "for x in data:\n    loss = net(x).pow(2).sum()\n    optimizer.zero_grad()\n    loss.backward()\n"
    second = (
        "    optimizer.step()\n    if clip:\n        mixed = torch.autograd.Variable(x, requires_grad=True)\n"
        "        out = net(mixed)\n        slope = torch.autograd.grad(out, mixed, torch.ones_like(out), create_graph=True)[0]\n"
        "        penalty = (slope.norm(dim=1) - 1).pow(2).mean()\n        loss = 10 * penalty\n"
        "        optimizer.zero_grad()\n        loss.backward()\n        optimizer.step()\n"
    )
    code = translate_source(_BEGIN + first + second, target="cpu").code
    assert "record_gradients()" not in code.partition("class Net")[2]
    assert "        mixed = x\n" in code  # no Parameter of its own: nobody reads its gradient
    assert "[*optimizer.parameters, mixed]" not in code
