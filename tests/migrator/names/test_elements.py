"""What a tensor's numbers are, read from the source."""

import ast

import pytest

from migrator.names import ProjectNames


def elements_of(expression: str) -> str:
    source = f"import torch, einops\nx = torch.tensor([1.0, 2.0])\ni = torch.tensor([1, 2])\nb = x > 0\nvalue = {expression}\n"
    tree = ast.parse(source)
    names = ProjectNames({"a.py": tree}).of("a.py")
    last = tree.body[-1]
    assert isinstance(last, ast.Assign)
    return names.value(last.value).elements


@pytest.mark.parametrize(
    ("expression", "kind"),
    [
        ("torch.tensor([1, 2])", "int"),
        ("torch.stft(x, 2, return_complex=True)", "complex"),
        ("torch.stft(x, 2, return_complex=True).abs()", "float"),
        ("torch.arange(1, len(x) + 1)", "int"),
        ("torch.arange(0, len(x))", ""),
        ("einops.repeat(i, 'n -> d n', d=3)", "int"),
        ("torch.tensor([1, 2.5])", "float"),
        ("torch.tensor([True])", "bool"),
        ("torch.tensor([1 + 2j])", "complex"),
        ("torch.tensor([1, 2], dtype=torch.float64)", "float"),
        ("torch.arange(5)", "int"),
        ("torch.arange(0, 1, 0.1)", "float"),
        ("torch.randint(0, 3, (2,))", "int"),
        ("i.float()", "float"),
        ("x.to(torch.int64)", "int"),
        ("i + 1", "int"),
        ("i + 1.5", "float"),
        ("i / 2", "float"),
        ("i.reshape(2, 1).T", "int"),
        ("x.eq(0)", "bool"),
        ("b.sum()", "int"),
        ("x.argmax()", "int"),
        ("i[0]", "int"),
        ("torch.fft.fft(x)", "complex"),
        ("unknown(x)", ""),
    ],
)
def test_it_reads_what_a_tensors_numbers_are(expression, kind):
    assert elements_of(expression) == kind
