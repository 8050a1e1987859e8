"""Checkpointed parts give what torch's give, and leave the same running statistics."""

import numpy as np
import pytest

from migrator import translate_source

CODE = """
import torch
from torch import nn
from torch.utils.checkpoint import checkpoint, checkpoint_sequential

def joined(norm, conv):
    def run(*inputs):
        return torch.relu(conv(norm(torch.cat(inputs, 1))))
    return run

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(2, 3, 1)
        self.norm, self.conv = nn.BatchNorm2d(6), nn.Conv2d(6, 2, 1)
        self.rest = nn.Sequential(nn.BatchNorm2d(2), nn.ReLU(), nn.BatchNorm2d(2), nn.ReLU(), nn.BatchNorm2d(2))

    def forward(self, x):
        x = self.first(x)
        x = checkpoint(joined(self.norm, self.conv), x, x * 2, use_reentrant=False)
        return checkpoint_sequential(self.rest, 2, x, use_reentrant=False)

net = Net()
for parameter in net.parameters():
    values = torch.arange(parameter.numel()).view(parameter.shape) * 0.1 - 0.3
    parameter.data.copy_(values)
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
x = torch.arange(36.0).view(2, 2, 3, 3).sin()
for step in range(3):
    optimizer.zero_grad()
    loss = (net(x) ** 3).mean()
    loss.backward()
    optimizer.step()
with torch.no_grad():
    net(x)
net.eval()
result = torch.cat([net(x).reshape(-1), net.norm.running_mean, net.norm.running_var, net.rest[4].running_var])
"""


def result_of(code):
    scope = {"__name__": "snippet"}
    exec(compile(code, "<snippet>", "exec"), scope)
    return scope["result"]


def test_checkpointed_parts_train_as_torchs_do():
    result = translate_source(CODE, target="cpu")
    assert not [finding.message for finding in result.findings if finding.severity.value == "error"]
    expected = result_of(CODE).detach().numpy()
    np.testing.assert_allclose(result_of(result.code).asnumpy(), expected, rtol=1e-4, atol=1e-5)


def test_parts_that_are_checkpointed_where_their_inputs_need_gradients_are_so_here():
    asked = "if self.training and any(part.requires_grad for part in (x, x)):"
    direct = "        x = checkpoint(joined(self.norm, self.conv), x, x * 2, use_reentrant=False)\n"
    code = CODE.replace(
        direct, f"        {asked}\n    {direct}        else:\n            x = joined(self.norm, self.conv)(x, x * 2)\n"
    )
    result = translate_source(code, target="cpu")
    assert "if self.training and any(is_grad_enabled() for part in (x, x)):" in result.code
    np.testing.assert_allclose(result_of(result.code).asnumpy(), result_of(code).detach().numpy(), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("question", ["jit.is_scripting", "jit.is_tracing", "onnx.is_in_onnx_export"])
def test_nothing_is_being_compiled(question):
    code = f"import torch\nresult = torch.{question}()\n"
    assert result_of(translate_source(code, target="cpu").code) is False is result_of(code)
