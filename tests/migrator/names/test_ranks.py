"""How many dimensions a tensor has, as far as the source tells."""

import ast

import pytest

from migrator.names import ProjectNames
from migrator.names.ranks import Ranks


def rank_of(source):
    tree = ast.parse("import torch\n" + source)
    file = ProjectNames({"file.py": tree}).of("file.py")
    return Ranks(tree, file.value, file.qualified).of(tree.body[-1].value)


@pytest.mark.parametrize(
    ("source", "rank"),
    [
        ("torch.randn(3, 8, 8)", 3),
        ("torch.zeros((2, 3))", 2),
        ("torch.tensor([[1.0, 2.0]])", 2),
        ("torch.arange(24.0).reshape(2, 3, 4)", 3),
        ("torch.rand(2, 3, 4, 4)[0]", 3),
        ("torch.rand(4, 4)[None, :, 0]", 2),
        ("torch.rand(8, 8).unsqueeze(0)", 3),
        ("torch.cos(torch.arange(288.0) * 0.7).reshape(2, 4, 6, 6)[1]", 3),
        ("x = torch.rand(2, 3, 4)\nx + 1", 3),
        ("torch.full((2, 2, 2), 0.5)", 3),
    ],
)
def test_it_counts_sizes_and_follows_indices(source, rank):
    assert rank_of(source) == rank


@pytest.mark.parametrize(
    "source",
    [
        "torch.rand(*sizes)",
        "torch.zeros(shape)",
        "x = torch.rand(2, 3)\nx = load()\nx",
        "unknown[0]",
        "torch.rand(2, 3, 4)[mask]",
        "for x in batches:\n    pass\nx",
    ],
)
def test_it_says_nothing_where_the_source_does_not(source):
    assert rank_of(source) is None
