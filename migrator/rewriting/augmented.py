"""``x += value`` as the expression that it stands for."""

from __future__ import annotations

import ast

from migrator.catalog.template import OPERATORS
from migrator.rewriting.edits import Operand, Piece


def unfolded(statement: ast.AugAssign, *place: Piece) -> tuple[Piece, ...]:
    """``x + value`` of ``x += value``, where ``place`` reads ``x``."""
    sign = OPERATORS[type(statement.op)]
    return (*place, f" {sign} ", Operand(statement.value, sign))
