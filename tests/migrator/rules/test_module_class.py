from migrator.translation import translate_source

MODEL = """import torch.nn as nn


class Part(nn.Module):
    def extra_repr(self):
        return "n=1"


class Whole(Part):
    def extra_repr(self):
        return super().extra_repr() + ", m=2"
"""


def test_a_model_describes_itself_under_mindspores_name():
    code = translate_source(MODEL, target="cpu").code
    assert "return super().extend_repr() + " in code and code.count("def extend_repr(self):") == 2
    assert "extra_repr" not in code


def test_what_is_no_model_keeps_its_method():
    source = "class Part:\n    def extra_repr(self):\n        return 'n=1'\n\n\nPart().extra_repr()\n"
    assert translate_source(source, target="cpu").code == source
