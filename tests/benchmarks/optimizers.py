"""How long optimizers take with few and with many parameters: MindSpore's own beside those that translated code uses.

    python -m tests.benchmarks.optimizers [--kinds SGD,Adam] [--numbers 10,62] [--size N]

Each is timed in a process of its own: the first step with what is compiled for it, and the median of ten more. Nothing
here passes or fails: a machine that is busy or slow prints other numbers, so look at the ratios.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WHERE = {"MindSpore's": "mindspore.experimental.optim", "ours": "migrator.support.kernel_optimizers"}
_TIMED = """
import importlib, statistics, sys, time
import mindspore as ms
import numpy as np
ms.set_context(pynative_synchronize=True)
where, kind, number, size = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
ones = np.ones(size, np.float32)
parameters = [ms.Parameter(ms.Tensor(ones), name=f"w{place}") for place in range(number)]
gradients = tuple(ms.Tensor(ones) for _ in parameters)
options = {"momentum": 0.9} if kind == "SGD" else {}
times = []
for turn in range(11):
    start = time.perf_counter()
    if not turn:
        optimizer = getattr(importlib.import_module(where), kind)(parameters, lr=0.1, **options)
    optimizer(gradients)
    parameters[-1].asnumpy()
    times.append(time.perf_counter() - start)
print("took", times[0], statistics.median(times[1:]))
"""


@dataclass(frozen=True)
class Steps:
    """Seconds of the first step, with the making of the optimizer, and of a later one."""

    first: float
    later: float


def timed(where: str, kind: str, number: int, size: int) -> Steps | None:
    """The steps of an optimizer of so many parameters of so many elements; None where it fails."""
    done = subprocess.run(
        [sys.executable, "-c", _TIMED, where, kind, str(number), str(size)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={"ONEDNN_MAX_CPU_ISA": "AVX2", "GLOG_v": "4", **os.environ},
    )
    line = next((line for line in done.stdout.splitlines() if line.startswith("took ")), "")
    return Steps(*(float(word) for word in line.split()[1:])) if line else None


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kinds", default="SGD,Adam,AdamW,RMSprop")
    parser.add_argument("--numbers", default="10,62,161,320,760")
    parser.add_argument("--size", type=int, default=100)
    given = parser.parse_args(arguments)
    print(f"{'optimizer':12}{'parameters':>12}" + "".join(f"{f'{name}: first, later':>30}" for name in WHERE))
    for kind in given.kinds.split(","):
        for number in given.numbers.split(","):
            row = f"{kind:12}{number:>12}"
            for where in WHERE.values():
                steps = timed(where, kind, int(number), given.size)
                row += f"{f'{steps.first:.2f} s, {steps.later * 1000:.1f} ms' if steps else 'fails':>30}"
            print(row, flush=True)


if __name__ == "__main__":
    main()
