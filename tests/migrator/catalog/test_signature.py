"""Calls are bound to torch's signatures under the names that torch takes."""

import ast

import pytest

from migrator import translate_source
from migrator.catalog.signature import CannotBind, bind


def call(text: str) -> ast.Call:
    node = ast.parse(text, mode="eval").body
    assert isinstance(node, ast.Call)
    return node


def test_a_matrix_may_be_called_input():
    assert set(bind("(A, ord=None)", call("norm(input=x)")).given) == {"A"}


def test_input_is_no_name_for_what_was_given_already():
    with pytest.raises(CannotBind):
        bind("(A, ord=None)", call("norm(x, input=y)"))


def test_complex_numbers_in_a_tensor_are_seen():
    code = "import torch\nx = torch.tensor([complex(1.0, 2.0)])\ny = torch.isfinite(x)\n"
    assert "isfinite_complex(x)" in translate_source(code, target="cpu").code
