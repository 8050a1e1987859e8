import ast

import pytest

from migrator.names.sizes import tensor_sizes


@pytest.mark.parametrize("source", ["x.size(0)", "x.size(-1)", "n, c = x.size()", "x.size()[0]", "randn(*x.size())"])
def test_a_size_that_is_used_as_a_shape_is_a_tensors(source: str) -> None:
    assert len(tensor_sizes(ast.parse(source))) == 1


@pytest.mark.parametrize("source", ["x.size", "buffer.size()", "font.size('text')", "print(queue.size())"])
def test_another_size_may_be_anybodys(source: str) -> None:
    assert not tensor_sizes(ast.parse(source))
