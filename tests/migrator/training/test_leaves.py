"""Which of the tensors that a program asks gradients of a loss is differentiated by."""

from __future__ import annotations

import pytest

from migrator import translate_source

_BEGIN = """import torch
from torch import nn

net = nn.Linear(2, 1)
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
"""
_TRAINING = """
for x in torch.rand(4, 3, 2):
    {made}
    loss = net(z).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
"""


def weights(text: str) -> str:
    code = translate_source(text, target="cpu").code
    return next(line for line in code.splitlines() if "value_and_grad(forward" in line or "value_and_grad(f" in line)


@pytest.mark.parametrize("made", ["z = x * 2", "z, y = x.chunk(1)[0], 1"])
@pytest.mark.parametrize(
    "elsewhere",
    [
        "\ndef slope(z):\n    z.requires_grad_(True)\n    return net(z)\n",
        "\nclass Field:\n    def slope(self, z):\n        z.requires_grad = True\n        return net(z)\n",
        "\ndef slope():\n    z = torch.rand(2, requires_grad=True)\n    return net(z)\n",
    ],
)
def test_a_variable_of_another_function_is_none_of_them(elsewhere: str, made: str) -> None:
    assert "None, optimizer.parameters" in weights(_BEGIN + elsewhere + _TRAINING.format(made=made))


@pytest.mark.parametrize(
    "before",
    [
        "z = torch.rand(3, 2, requires_grad=True)\n",
        "z = torch.rand(3, 2)\nz.requires_grad_()\n",
        "def watch(z):\n    z.requires_grad_(True)\n\nz = torch.rand(3, 2)\nwatch(z)\n",
    ],
)
def test_a_tensor_that_is_made_where_the_backward_pass_sees_it_is_one(before: str) -> None:
    assert "[*optimizer.parameters, z]" in weights(_BEGIN + before + _TRAINING.format(made="pass"))
