import ast

import pytest

from migrator.names.sizes import tensor_sizes


@pytest.mark.parametrize("source", ["x.size(0)", "x.size(-1)", "n, c = x.size()", "x.size()[0]", "randn(*x.size())"])
def test_a_size_that_is_used_as_a_shape_is_a_tensors(source: str) -> None:
    assert len(tensor_sizes(ast.parse(source))) == 1


@pytest.mark.parametrize("source", ["x.size", "buffer.size()", "font.size('text')", "print(queue.size())"])
def test_another_size_may_be_anybodys(source: str) -> None:
    assert not tensor_sizes(ast.parse(source))


@pytest.mark.parametrize("use", ["s[0]", "n, c = s", "zeros(s)", "view(*s)", "torch.sparse.FloatTensor(i, v, s)"])
def test_a_named_size_that_its_function_uses_as_a_shape_is_a_tensors(use: str) -> None:
    assert len(tensor_sizes(ast.parse(f"def f(x):\n    s = x.size()\n    {use}\n"))) == 1


def test_a_named_size_may_be_anybodys() -> None:
    assert not tensor_sizes(ast.parse("def f(buffer):\n    n = buffer.size()\n    print(n, other[0])\n"))
