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


WRAPPER = """import torch.nn as nn


class Around(nn.Module):
    def __init__(self, inner):
        super().__init__()
        self.inner = inner

    def __getattr__(self, name):
        try:
            return super().__getattr__(name)
        except AttributeError:
            return getattr(self.inner, name)


result = Around(nn.Linear(2, 3))
"""


def test_a_model_that_looks_into_another_one_is_asked_once():
    scope = {"__name__": "translated"}
    exec(compile(translate_source(WRAPPER, target="cpu").code, "translated", "exec"), scope)
    result = scope["result"]
    assert result.out_channels == 3 and not hasattr(result, "nothing")
    assert [parameter.name for parameter in result.trainable_params()] == ["inner.weight", "inner.bias"]
