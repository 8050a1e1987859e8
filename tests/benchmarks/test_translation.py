import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_the_benchmark_prints_translation_beside_its_peer():
    command = [sys.executable, "-m", "tests.benchmarks.translation", "--repeat", "1", "--lines", "500"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    for words in (
        "LibCST: parse and scopes",
        "translate, 1 process(es)",
        "translate again, nothing edited",
        "translate again, one file edited",
        "ms cpu to load",
        "lines, warm:",
    ):
        assert words in done.stdout
