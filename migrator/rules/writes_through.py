"""``row += 1``: what is a part of another tensor, or is held under another name too, is written into."""

from __future__ import annotations

import ast

from migrator.names import Kind
from migrator.rewriting.augmented import unfolded
from migrator.rewriting.bindings import reaching
from migrator.rewriting.edits import Need, Piece
from migrator.rewriting.file import FileWork
from migrator.rewriting.rule import Rule, Stage
from migrator.rewriting.sharing import (
    WRITTEN_THROUGH,
    Hold,
    cite_hold,
    data_owner,
    hold,
    is_basic,
    is_reached,
    shared,
    shown,
    way_back,
)


class WritesThrough(Rule):
    """``row += 1`` becomes ``assign_(row, row + 1)`` where ``row`` is a part of a tensor that somebody reads later, or
    the same tensor under another name: torch changes it in place, while MindSpore would bind ``row`` to a new tensor.

    The rows that a loop over a tensor gives, parts taken by index, and other shapes (``x.view(-1)``, ``x.T``,
    ``x.chunk(2)``) are such parts. ``row[mask] = 0`` becomes ``write_part(row, mask, 0)``, because MindSpore
    changes a copy where a mask or a tensor is the index of a part. Where torch shows a tensor and MindSpore copies it
    (``expand``, ``unfold``), and where a gradient would have to flow through another shape, there is a warning.
    """

    code = "MF214"
    title = "A change of a part of a tensor is written into it"
    stage = Stage.CALLS
    examples = (
        (
            "import torch\n\nx = torch.ones(2, 3)\nrow = x[0]\nrow += 1\nprint(x)\n",
            "x = ops.ones((2, 3))\nrow = x[0]\nassign_(row, row + 1)\nprint(x)\n",
        ),
        (
            "import torch\n\nx = torch.ones(2, 3)\nfor row in x:\n    row /= row.sum()\nprint(x)\n",
            "x = ops.ones((2, 3))\nfor row in x:\n    assign_(row, row / row.sum())\nprint(x)\n",
        ),
        (
            "import torch\n\nx = torch.ones(2, 3)\nfor row in x:\n    row[row > 0] = 5\nprint(x)\n",
            "x = ops.ones((2, 3))\nfor row in x:\n    write_part(row, row > 0, 5)\nprint(x)\n",
        ),
    )
    unchanged = (
        "rows = [[1], [2]]\nfor row in rows:\n    row += [3]\nprint(rows)\n",
        "import numpy as np\nx = np.ones((2, 3))\nfor row in x:\n    row += 1\nprint(x)\n",
    )

    def apply(self, work: FileWork) -> None:
        for statement in work.nodes(ast.AugAssign):
            if work.edits.is_replaced(statement):
                continue
            if isinstance(statement.target, ast.Name):
                self.whole(work, statement, statement.target)
            elif isinstance(statement.target, ast.Subscript):
                self.indexed(work, statement, statement.target)
        for assignment in work.nodes(ast.Assign):
            if len(assignment.targets) == 1 and isinstance(assignment.targets[0], ast.Subscript):
                if not work.edits.is_replaced(assignment):
                    self.indexed(work, assignment, assignment.targets[0])

    def whole(self, work: FileWork, statement: ast.AugAssign, place: ast.Name) -> None:
        """``row += value``."""
        bindings = reaching(work, place)
        entry = bindings[0].value if len(bindings) == 1 and not bindings[0].element else None
        if entry is not None and _is_entry(entry) and _keeps_tensors(work, entry):
            # ``slow = state["slow"]``: the dictionary is to have the new values.
            work.replace(statement, Need("support.assign_"), "(", place, ", ", *unfolded(statement, place), ")")
            return
        if not work.value(place).is_tensor or not bindings:
            return
        if any(work.value(item.value).kind is Kind.PYTHON for item in bindings if item.value and not item.element):
            return  # a number at first
        how = hold(work, place)
        back = self.put_back(work, statement, place, how)
        cite_hold(work, statement, how, written_back=back)
        given = any(item.element or item.argument for item in bindings) and shared(work, place)
        if (how in WRITTEN_THROUGH and not back) or (how is Hold.NOBODY and given):
            work.replace(statement, Need("support.assign_"), "(", place, ", ", *unfolded(statement, place), ")")

    def put_back(self, work: FileWork, statement: ast.stmt, place: ast.expr, how: Hold) -> bool:
        """Writes another shape of a tensor back into it, where writing into the shape alone would not reach it."""
        back = way_back(work, place) if how is Hold.SHAPE and not is_reached(work, statement, how) else ()
        if back:
            work.edits.insert_after(statement, [work.source.indent_of(statement), *back, "\n"])
        return bool(back)

    def indexed(self, work: FileWork, statement: ast.Assign | ast.AugAssign, place: ast.Subscript) -> None:
        """``row[mask] = value``, ``x[0][mask] += value``, and ``flat[0] = value`` where gradients are recorded."""
        base = place.value
        if work.value(base).kind is not Kind.TENSOR or data_owner(work, base) is not None:
            return
        basic = is_basic(work, place.slice)
        if isinstance(base, ast.Name):
            how = hold(work, base) if _is_part(work, base) else Hold.NOBODY
        else:
            inner, how = shown(work, base)
            if inner is None or (work.value(inner).kind is Kind.PARAMETER and isinstance(base, ast.Attribute)):
                return
        if how is Hold.NOBODY or (basic and is_reached(work, statement, how)):
            return
        back = isinstance(base, ast.Name) and self.put_back(work, statement, base, how)
        cite_hold(work, statement, how, written_back=back)
        if basic or back or how not in WRITTEN_THROUGH:
            return
        head: list[Piece] = [Need("support.write_part"), "(", base, ", ", place.slice, ", "]
        if isinstance(statement, ast.AugAssign):
            work.replace(statement, *head, *unfolded(statement, base, "[", place.slice, "]"), ")")
        else:
            work.replace(statement, *head, statement.value, ")")


def _is_entry(node: ast.expr) -> bool:
    """Whether an expression is what a dictionary has under a text."""
    key = node.slice if isinstance(node, ast.Subscript) else None
    return isinstance(key, ast.Constant) and isinstance(key.value, str)


def _keeps_tensors(work: FileWork, entry: ast.expr) -> bool:
    """Whether the file stores tensors, and nothing else that is known, under the text of a dictionary's entry."""
    assert isinstance(entry, ast.Subscript) and isinstance(entry.slice, ast.Constant)
    stored = [
        work.value(assignment.value)
        for assignment in work.nodes(ast.Assign)
        for target in assignment.targets
        if _is_entry(target)
        and isinstance(target, ast.Subscript)
        and ast.unparse(target.slice) == repr(entry.slice.value)
    ]
    return any(value.is_tensor for value in stored) and all(
        value.is_tensor or value.kind is Kind.UNKNOWN for value in stored
    )


def _is_part(work: FileWork, name: ast.Name) -> bool:
    """Whether a name stands for a part of a tensor, and not for the tensor itself under another name."""
    for binding in reaching(work, name):
        if binding.element:
            return True
        if binding.value is not None and shown(work, binding.value)[0] is not None:
            return True
    return False
