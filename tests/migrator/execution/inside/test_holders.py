"""The names under which a program holds its tensors."""

import sys

from migrator.execution.inside.holders import names_held


class Holder:
    def __init__(self, weight, more):
        self.weight = weight
        self.more = more


def test_the_innermost_name_counts_and_containers_and_objects_are_looked_into():
    first, second, third, fourth = (object() for _ in range(4))
    table = {"a": second}
    holder = Holder(third, [None, fourth])
    wanted = [id(thing) for thing in (first, second, third, fourth)]

    def inner(own):
        assert table and holder
        return names_held(wanted, sys._getframe())

    found = inner(first)
    assert found[id(first)] == "own"
    assert found[id(second)] == "table['a']"
    assert found[id(third)] == "Holder.weight"
    assert found[id(fourth)] == "Holder.more[1]"


def test_without_a_frame_nothing_is_found():
    assert names_held([1, 2], None) == {}
