"""Averaged weights are put in, and the real ones come back."""

import numpy as np

from migrator import translate_source

AVERAGE = """import torch
import torch.nn as nn

net = nn.Linear(2, 1)
shadow = {name: torch.zeros_like(p) for name, p in net.named_parameters()}
kept = {}

def put_in():
    for name, p in net.named_parameters():
        if p.requires_grad:
            kept[name] = p.data
            p.data = shadow[name]

def put_back():
    for name, p in net.named_parameters():
        if p.requires_grad:
            p.data = kept[name]

def swap(a, b):
    a.data, b.data = b.data, a.data

net.weight.data.fill_(3)
put_in()
during = net.weight.sum().item()
put_back()
other = nn.Linear(2, 1)
other.weight.data.fill_(5)
swap(net.weight, other.weight)
result = [during, other.weight.sum().item(), net.weight.sum().item()]
"""


def test_weights_come_back_after_others_were_put_in():
    scope = {"__name__": "translated"}
    exec(compile(translate_source(AVERAGE, target="cpu").code, "translated", "exec"), scope)
    assert np.array_equal(scope["result"], [0, 6, 10])
