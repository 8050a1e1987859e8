"""Thousands of calls, made from torch's own signatures and docstrings, give torch's numbers when translated."""

import pytest

from tests.migrator.catalog.snippets.suite import collected, judge

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1500)]


@pytest.mark.parametrize(
    ("namespace", "each", "share"),
    [
        ("torch.linalg", 8, 0.88),
        ("torch.fft", 6, 0.95),
        ("torch.special", 5, 0.95),
        ("torch", 2, 0.88),
        ("torch.Tensor", 2, 0.95),
    ],
)
def test_they_give_torchs_numbers(namespace, each, share):
    verdicts = judge(collected(namespace, each))
    right = sum(not verdict or verdict.startswith("dtype") for _, verdict, _ in verdicts)
    print(f"{namespace}: {right} of {len(verdicts)}")
    assert right / len(verdicts) >= share
