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
