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
