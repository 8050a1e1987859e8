"""The map of a project: one block a file, inside it one block a unit, areas proportional to lines of code.

Squarified treemaps after Bruls, Huizing and van Wijk (2000). Positions are per cent of the parent block, so
that the browser can scale blocks without scaling their text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Block:
    """A rectangle in per cent of its parent."""

    x: float
    y: float
    width: float
    height: float


def squarify(weights: Sequence[float], width: float, height: float) -> list[Block]:
    """One block a weight, in the order given; weights that are not positive get an empty block.

    ``width`` and ``height`` are the parent's real proportions (any unit): they decide how the area is cut.
    """
    total = sum(weight for weight in weights if weight > 0)
    if total <= 0 or width <= 0 or height <= 0:
        return [Block(0, 0, 0, 0) for _ in weights]
    scale = width * height / total
    order = sorted((index for index, weight in enumerate(weights) if weight > 0), key=lambda i: -weights[i])
    blocks = [Block(0, 0, 0, 0)] * len(weights)
    x = y = 0.0
    free_width, free_height = width, height
    start = 0
    while start < len(order):
        side = min(free_width, free_height)
        end = start + 1
        while end < len(order) and _worst(weights, order[start : end + 1], scale, side) <= _worst(
            weights, order[start:end], scale, side
        ):
            end += 1
        row = order[start:end]
        area = sum(weights[i] for i in row) * scale
        thickness = area / side if side else 0.0
        offset = 0.0
        for index in row:
            length = weights[index] * scale / thickness if thickness else 0.0
            if free_width >= free_height:
                rectangle = (x, y + offset, thickness, length)
            else:
                rectangle = (x + offset, y, length, thickness)
            blocks[index] = Block(
                round(100 * rectangle[0] / width, 3),
                round(100 * rectangle[1] / height, 3),
                round(100 * rectangle[2] / width, 3),
                round(100 * rectangle[3] / height, 3),
            )
            offset += length
        if free_width >= free_height:
            x += thickness
            free_width -= thickness
        else:
            y += thickness
            free_height -= thickness
        start = end
    return blocks


def _worst(weights: Sequence[float], row: Sequence[int], scale: float, side: float) -> float:
    """The worst aspect ratio in a row of blocks along a side."""
    areas = [weights[index] * scale for index in row]
    total = sum(areas)
    if not total or not side:
        return float("inf")
    return max(max(side * side * area / total**2, total**2 / (side * side * area)) for area in areas)
