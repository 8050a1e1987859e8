"""Where a forward function may begin."""

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
