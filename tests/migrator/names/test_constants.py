import ast

import pytest

from migrator.names.constants import whole_number


@pytest.mark.parametrize(
    ("text", "number"),
    [("3", 3), ("-1", -1), ("--2", 2), ("True", None), ("1.0", None), ("n", None), ("-n", None), ("+1", None)],
)
def test_a_whole_number_is_what_is_written_as_one(text: str, number: int | None) -> None:
    assert whole_number(ast.parse(text, mode="eval").body) == number
