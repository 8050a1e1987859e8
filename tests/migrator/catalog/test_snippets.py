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
        ("torch.nn", 2, 0.96),
        ("torch.nn.functional", 2, 0.97),
        ("torch.nn.gradients", 2, 0.94),
        ("torch.nn.modules", 3, 0.93),
        ("torch.nn.utils", 3, 0.93),
        ("torch.distributions", 5, 0.97),
        ("torch.optim", 4, 0.93),
        ("torch.optim.lr_scheduler", 3, 0.95),
        ("torch.utils.data", 5, 0.97),
        ("torch.autograd", 5, 0.85),
        ("torch.programs", 1, 0.88),
        ("torch.tables", 2, 0.93),
    ],
)
def test_they_give_torchs_numbers(namespace, each, share):
    verdicts = judge(collected(namespace, each))
    right = sum(not verdict or verdict.startswith("dtype") for _, verdict, _ in verdicts)
    print(f"{namespace}: {right} of {len(verdicts)}")
    assert right / len(verdicts) >= share
