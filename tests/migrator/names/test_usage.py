"""What values are by how they are chosen, handed on and used."""

import ast

import pytest

from migrator import translate_source
from migrator.names import FileNames, Kind, ProjectNames


def read(source: str) -> FileNames:
    return ProjectNames({"main.py": ast.parse(source)}).of("main.py")


def expression(file: FileNames, text: str) -> ast.expr:
    found = (node for node in ast.walk(file.tree) if isinstance(node, ast.expr) and ast.unparse(node) == text)
    return next(node for node in found if not isinstance(getattr(node, "ctx", None), ast.Store))


def qualified(source: str, text: str) -> str:
    file = read(source)
    return file.qualified(expression(file, text))


def kind(source: str, text: str) -> Kind:
    file = read(source)
    return file.value(expression(file, text)).kind


NETS = """from torch import nn


class A(nn.Module):
    pass


class B(nn.Module):
    pass
"""


@pytest.mark.parametrize(
    "source",
    [
        "if n:\n    cls = A\nelse:\n    cls = B\nnet = cls()\nnet",
        "net = {'a': A, 'b': B}[n]()\nnet",
        "net = (A if n else B)()\nnet",
    ],
)
def test_one_of_several_classes_of_models_makes_a_model(source: str) -> None:
    assert kind(f"{NETS}\n{source}", "net") is Kind.MODULE


@pytest.mark.parametrize(
    "body",
    [
        "return x.cuda() if use else x",
        "if use:\n        x = x.cuda()\n    return x",
        "return x.to(device)",
    ],
)
def test_a_function_that_hands_its_argument_back_gives_what_it_was_given(body: str) -> None:
    source = f"import torch\n{NETS}\ndef put(x, use, device=None):\n    {body}\n\nt = put(torch.ones(1), 1)\nnet = put(A(), 1)\n(t, net)"
    assert kind(source, "t") is Kind.TENSOR
    assert kind(source, "net") is Kind.MODULE


@pytest.mark.parametrize("name", ["'net' + n", "f'net{n}'", "'net%s' % n", "'net_{}'.format(n)"])
def test_an_attribute_by_the_beginning_of_its_name_is_what_all_such_are(name: str) -> None:
    source = (
        f"{NETS}\nclass Both:\n    def __init__(self):\n        self.net_a, self.net_b = A(), B()\n"
        f"        self.rate = 0.1\n\n    def all(self, n):\n        net = getattr(self, {name})\n        return net\n"
    )
    assert kind(source, "net") is Kind.MODULE


def test_what_is_only_moved_is_a_model_where_it_is_used_as_one() -> None:
    assert qualified("def f(net):\n    net.cpu().state_dict()", "net.cpu().state_dict") == "torch.nn.Module.state_dict"


def test_a_method_with_a_tensor_in_it_is_a_tensors() -> None:
    assert qualified("import torch\ndef f(u):\n    return u.dot(torch.ones(2))", "u.dot") == "torch.Tensor.dot"
    assert qualified("def f(u, v):\n    return u.dot(v)", "u.dot") == ""


def test_what_was_loaded_and_is_called_or_set_to_evaluate_is_a_model():
    source = (
        "import torch\nnet = torch.load('a.pt')\nnet.eval()\nstate = torch.load('b.pt')\n"
        "other = torch.load('c.pt').eval()\nprint(net(other(torch.ones(2))), state['epoch'])\n"
    )
    code = translate_source(source, target="cpu").code
    assert "net.set_train(False)" in code and "other = load('c.ckpt').set_train(False)" in code
    assert "state['epoch']" in code


@pytest.mark.parametrize(
    "rest",
    [
        "    return [move(v) for v in x]\n",
        "    if isinstance(x, dict):\n        return {k: move(v) for k, v in x.items()}\n    return type(x)(move(v) for v in x)\n",
        "    if isinstance(x, tuple):\n        return tuple([move(v) for v in x])\n    return x\n",
    ],
)
def test_what_is_moved_item_by_item_stays_what_it_was(rest: str) -> None:
    move = f"import torch\ndef move(x):\n    if hasattr(x, 'to'):\n        return x.to('cuda')\n{rest}"
    assert kind(f"{move}batch = (torch.ones(2), 3)\nimages, n = move(batch)\nimages", "images") is Kind.TENSOR


def test_what_is_changed_item_by_item_is_not_known() -> None:
    source = (
        "import torch\ndef half(x):\n    return [str(v) for v in x]\nbatch = (torch.ones(2), 3)\na, b = half(batch)\na"
    )
    assert kind(source, "a") is not Kind.TENSOR
