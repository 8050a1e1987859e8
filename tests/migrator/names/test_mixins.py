from migrator import translate_source

_MIXED = """import torch
from torch import nn


class Counted:
    def size(self):
        return sum(p.numel() for p in self.parameters())


class Filled(Counted):
    def fill(self, value):
        for p in self.parameters():
            nn.init.constant_(p, value)
        return self


class Net(nn.Module, Filled):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(3, 2)

    def forward(self, x):
        return self.layer(x)


net = Net().fill(0.5)
result = net.size(), net(torch.ones(1, 3)).tolist()
"""


def test_what_only_modules_are_mixed_with_has_their_methods():
    scope = {"__name__": "translated"}
    exec(compile(translate_source(_MIXED, target="cpu").code, "translated", "exec"), scope)
    assert scope["result"] == (8, [[2.0, 2.0]])


def test_what_other_classes_are_mixed_with_too_has_not():
    source = _MIXED.replace(
        "\n\nnet = ", "\n\nclass Table(Counted):\n    def parameters(self):\n        return []\n\n\nnet = "
    )
    code = translate_source(source, target="cpu").code
    assert "in self.parameters()" in code.partition("class Filled")[0].partition("class Counted")[2]
