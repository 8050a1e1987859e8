"""A squashed policy's logarithm of 1 - tanh² is right in values and gradients."""

import mindspore as ms
import numpy as np
import torch
from mindspore import Tensor, ops

from migrator import translate_source
from migrator.support.activations import ExactTanh, exact_tanh

VALUES = np.concatenate([np.linspace(-12, 12, 4001), [0.0, 1e-8, -1e-8, 100.0, -1e4]]).astype(np.float32)


def test_it_is_torchs_in_value_and_gradient_and_never_above_one():
    x = torch.tensor(VALUES, requires_grad=True)
    expected = torch.tanh(x)
    expected.sum().backward()
    found, gradient = ms.value_and_grad(lambda x: (exact_tanh(x).sum(), exact_tanh(x)), 0, has_aux=True)(Tensor(VALUES))
    np.testing.assert_allclose(found[1].asnumpy(), expected.detach().numpy(), rtol=0, atol=3e-7)
    np.testing.assert_allclose(gradient.asnumpy(), x.grad.numpy(), rtol=0, atol=5e-7)
    assert np.abs(ExactTanh()(Tensor(VALUES)).asnumpy()).max() == 1.0
    assert exact_tanh(Tensor([0, 1])).dtype == ms.float32


def test_the_correction_of_a_squashed_policy_is_right_up_to_where_torch_itself_is():
    u = np.linspace(-4, 4, 401).astype(np.float32)
    y = exact_tanh(Tensor(u))
    expected = torch.log(1 - torch.tanh(torch.tensor(u)).pow(2) + 1e-6).numpy()
    np.testing.assert_allclose(ops.log(1 - y**2 + 1e-6).asnumpy(), expected, rtol=0, atol=1e-3)


def test_all_ways_to_write_it_count():
    for slope in ("1 - y ** 2", "1 - y * y", "1.0 - y.pow(2)", "1 - torch.pow(y, 2)", "1 - torch.square(y)"):
        code = (
            f"import torch\ndef f(u):\n    y = u.tanh()\n    return {slope}\ndef g(u: torch.Tensor):\n    return f(u)\n"
        )
        assert "exact_tanh(u)" in translate_source(code.replace("u):", "u: torch.Tensor):", 1), target="cpu").code, (
            slope
        )
    code = "import torch\nlayer = torch.nn.Tanh()\nx = torch.atanh(layer(torch.ones(3)) * 0.5)\n"
    assert "layer = ExactTanh()" in translate_source(code, target="cpu").code


def test_elsewhere_and_on_other_devices_the_plain_call_stays():
    plain = "import torch\ndef f(u):\n    y = torch.tanh(u)\n    return 1 - y, y ** 2, 2 - y ** 2, 1 - y ** 3\n"
    assert "exact_tanh" not in translate_source(plain, target="cpu").code
    squashed = "import torch\ndef f(u):\n    return 1 - torch.tanh(u) ** 2\n"
    assert "exact_tanh" not in translate_source(squashed, target="ascend").code
    assert "exact_tanh(u)" in translate_source(squashed, target="portable").code
