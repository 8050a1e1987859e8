"""Parameters handed to optimizers: MindSpore tells them by their names."""

from __future__ import annotations

import pytest

from migrator import translate_source

_MODEL = """import torch
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.downs, self.others = nn.ModuleList(), []
        self.ups = nn.ModuleList([])
        for i in range(2):
            {grow}

    def forward(self, x):
        for layer in [*self.downs, *self.ups]:
            x = layer(x)
        return x

net = Net()
optimizer = torch.optim.Adam(net.parameters(), lr=0.1)
net(torch.ones(1, 2)).sum().backward()
optimizer.step()
result = net(torch.ones(1, 2))
"""
_ONE = "self.ups.append(nn.Linear(2, 2))\n            self.others.append(i)"


@pytest.mark.parametrize(
    "grow",
    [
        "self.downs.append(nn.Linear(2, 2))\n            self.ups.append(nn.Linear(2, 2))",
        "self.downs.extend([nn.Linear(2, 2)])\n            self.ups += [nn.Linear(2, 2)]",
    ],
)
def test_layers_of_several_growing_lists_get_names_of_their_own(grow: str) -> None:
    code = translate_source(_MODEL.format(grow=grow), target="cpu").code
    assert "distinct_parameters(net.trainable_params())" in code
    space: dict[str, object] = {}
    exec(code, space)
    assert space["result"].shape == (1, 2)


def test_one_growing_list_needs_none() -> None:
    assert "distinct_parameters" not in translate_source(_MODEL.format(grow=_ONE), target="cpu").code


@pytest.mark.parametrize(
    ("made", "listing"),
    [
        ("nn.Parameter(table, requires_grad=False)", "module_parameters(net)"),
        ("nn.Parameter(table, False)", "module_parameters(net)"),
        ("nn.Embedding.from_pretrained(table)", "module_parameters(net)"),
        ("nn.Embedding.from_pretrained(table, freeze=False)", "net.trainable_params()"),
        ("nn.Parameter(table, requires_grad=True)", "net.trainable_params()"),
    ],
)
def test_what_is_made_frozen_is_listed_too(made: str, listing: str) -> None:
    code = (
        "import torch\nfrom torch import nn\n\ntable = torch.ones(2, 3)\nnet = nn.Linear(2, 3)\n"
        f"net.table = {made}\ncount = sum(p.numel() for p in net.parameters())\n"
    )
    result = translate_source(code, target="cpu").code
    assert f"for p in {listing})" in result
    scope: dict = {"__name__": "snippet"}
    exec(result, scope)
    assert scope["count"] == 15
