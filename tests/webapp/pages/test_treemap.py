"""The map of a project."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.pages.treemap import Block, squarify

WEIGHTS = st.lists(st.integers(0, 5000), min_size=1, max_size=40)


@given(WEIGHTS, st.integers(50, 2000), st.integers(50, 2000))
def test_areas_are_proportional_and_fill_the_parent(weights: list[int], width: int, height: int) -> None:
    blocks = squarify(weights, width, height)
    total = sum(weights)
    for weight, block in zip(weights, blocks, strict=True):
        assert block.width * block.height / 100 == pytest.approx(100 * weight / total if total else 0, abs=0.05)
        assert block.x >= -0.01 and block.x + block.width <= 100.01
        assert block.y >= -0.01 and block.y + block.height <= 100.01


@given(WEIGHTS)
def test_blocks_do_not_overlap(weights: list[int]) -> None:
    blocks = [block for block in squarify(weights, 1200, 400) if block.width and block.height]
    for index, one in enumerate(blocks):
        for other in blocks[index + 1 :]:
            wide = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
            high = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
            assert wide <= 0.01 or high <= 0.01


def test_blocks_are_rather_square_than_thin() -> None:
    """The example of the paper: its worst block is 25/9 as long as it is wide."""
    blocks = squarify([6, 6, 4, 3, 2, 2, 1], 600, 400)
    sides = [(6 * block.width, 4 * block.height) for block in blocks]
    assert max(max(a / b, b / a) for a, b in sides) == pytest.approx(25 / 9, abs=0.01)


def test_nothing_makes_no_block() -> None:
    assert squarify([0, 0], 100, 100) == [Block(0, 0, 0, 0)] * 2
    assert squarify([], 100, 100) == []
