"""The whole road takes up to a minute a program: a few shapes run each time, all of them with `make test ALL=1`."""

from __future__ import annotations

import pytest

#: One each of: two optimizers, a recurrent network with packing, a class that trains, a script without functions.
EVERY_TIME = {"gan", "text_lstm", "trainer_class", "script"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if getattr(item, "originalname", "") == "test_the_whole_ladder_is_green":
            assert isinstance(item, pytest.Function)
            if item.callspec.params["name"] not in EVERY_TIME:
                item.add_marker(pytest.mark.exhaustive)
