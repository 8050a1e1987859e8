import ast

import pytest

from migrator.rewriting.edits import Edits, Fragment, Kept, Operand
from migrator.rewriting.source import Source


def edits_of(text: str) -> tuple[Edits, ast.Assign]:
    source = Source(text)
    statement = source.tree.body[0]
    assert isinstance(statement, ast.Assign)
    return Edits(source), statement


def test_what_lies_in_a_run_is_kept_though_a_part_of_it_is_there_twice():
    kept = Kept([Fragment("a" * 100, 0), Fragment("a" * 10, 50), Fragment("new", -1)])
    assert kept.has((70, 80)) and kept.has((50, 60)) and kept.has((0, 100))
    assert not kept.has((90, 101)) and not kept.has((200, 201))


@pytest.mark.parametrize(
    ("value", "sign", "written"),
    [
        ("f(a)", "*", "x * f(a)"),
        ("a * b", "-", "x - a * b"),
        ("a * b", "/", "x / (a * b)"),
        ("a - b", "-", "x - (a - b)"),
        ("-a", "*", "x * -a"),
        ("a ** b", "**", "x ** a ** b"),
        ("a or b", "*", "x * (a or b)"),
        ("a if b else c", "+", "x + (a if b else c)"),
    ],
)
def test_an_operand_is_in_parentheses_where_it_would_fall_apart(value: str, sign: str, written: str):
    edits, statement = edits_of(f"x = {value}\n")
    edits.replace(statement, ["x ", sign, " ", Operand(statement.value, sign)])
    assert edits.text_of(statement) == written


def test_an_operand_is_judged_by_what_takes_its_place():
    edits, statement = edits_of("x = f(a)\n")
    edits.replace(statement.value, ["a - 1"])
    edits.replace(statement, ["x * ", Operand(statement.value, "*")])
    assert edits.text_of(statement) == "x * (a - 1)"


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("(\n    a +\n    b\n).data", "(a +\n    b)"),
        ("[(a\n    .b).data]", "[a\n    .b]"),
        ("f(a,\n  b).data", "f(a,\n  b)"),
        ("(a).data", "a"),
    ],
)
def test_what_loses_its_brackets_stays_one_expression(value: str, kept: str):
    edits, statement = edits_of(f"x = {value}\n")
    place = statement.value.elts[0] if isinstance(statement.value, ast.List) else statement.value
    assert isinstance(place, ast.Attribute)
    edits.replace(place, [place.value])
    assert edits.text_of(statement) == f"x = {kept}"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("y = (a + b).cpu().item()", "y = (a + b).item()"),
        ("y = (a + b).cpu() * 2", "y = (a + b) * 2"),
        ("y = (a + b).cpu()", "y = a + b"),
        ("y = f((a + b).cpu(), 2)", "y = f(a + b, 2)"),
        ("y = -(a if b else c).cpu()", "y = -(a if b else c)"),
        ("y = [x for x in (a if b else c).cpu()]", "y = [x for x in (a if b else c)]"),
        ("y = f(a).cpu()[0]", "y = f(a)[0]"),
    ],
)
def test_an_operation_stays_in_parentheses_where_something_is_taken_from_it(text: str, written: str):
    edits, statement = edits_of(text)
    for node in ast.walk(statement):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "cpu":
            edits.replace(node, [node.func.value])
    assert edits.text_of(statement) == written


@pytest.mark.parametrize(
    ("pieces", "written"),
    [
        ((None, ".sum()"), "y = (a + b).sum()"),
        (("f(", None, ")"), "y = f(a + b)"),
        (("f(1, ", None, ", 2)"), "y = f(1, a + b, 2)"),
        ((None, " * 2"), "y = (a + b) * 2"),
        (("2 * ", None), "y = 2 * (a + b)"),
    ],
)
def test_an_operation_that_loses_its_own_call_is_held_together_by_what_stands_around_it(pieces, written: str):
    edits, statement = edits_of("y = mean((a + b).cpu())")
    outer = statement.value
    assert isinstance(outer, ast.Call)
    moved = outer.args[0]
    assert isinstance(moved, ast.Call) and isinstance(moved.func, ast.Attribute)
    edits.replace(moved, [moved.func.value])
    edits.replace(outer, [moved if piece is None else piece for piece in pieces])
    assert edits.text_of(statement) == written
