"""The benchmark of optimizers itself."""

import pytest

from tests.benchmarks.optimizers import WHERE, main, timed


@pytest.mark.slow
def test_it_prints_a_row_for_each_number_of_parameters(capsys):
    main(["--kinds", "SGD", "--numbers", "2"])
    title, row = capsys.readouterr().out.splitlines()
    assert all(name in title for name in WHERE)
    assert row.split()[:2] == ["SGD", "2"]
    assert row.count(" ms") == len(WHERE)


def test_what_fails_has_no_time():
    assert timed("mindspore.experimental.optim", "Nothing", 1, 1) is None
