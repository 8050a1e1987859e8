"""Find the settings under which MindSpore trains fastest on this machine, once, by measuring.

On some CPUs MindSpore's defaults are an order of magnitude too slow: with oneDNN free to use AVX-512 a small
convolution took 9 to 12 times as long as held to AVX2, and the asynchronous PyNative pipeline spends its time in
threads that wait for each other. What is right depends on the machine, so each candidate trains a small convolutional
network for some steps in a process of its own, and the winner is remembered by machine and version.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from migrator.execution.sandbox import base_environment

MEASURE_SECONDS = 120


@dataclass(frozen=True)
class Runtime:
    """``isa`` caps oneDNN's instruction set ("ALL": no cap); ``threads`` is for both MindSpore and torch."""

    isa: str
    synchronize: bool
    threads: int
    milliseconds: float | None = None

    @property
    def environment(self) -> dict[str, str]:
        return {
            "ONEDNN_MAX_CPU_ISA": self.isa,
            "OMP_NUM_THREADS": str(self.threads),
            "GLOG_v": "3",
        }

    @property
    def settings(self) -> dict[str, Any]:
        return {"pynative_synchronize": self.synchronize, "threads": self.threads}

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


# Known to be good on x86 and harmless elsewhere; used where measuring fails.
SAFE = Runtime(isa="AVX2", synchronize=True, threads=1)

_PROBE = """
import json, sys, time
import numpy as np
import mindspore as ms
from mindspore import nn, ops
settings = json.loads(sys.argv[1])
ms.set_context(mode=ms.PYNATIVE_MODE, pynative_synchronize=settings["pynative_synchronize"])
ms.set_context(runtime_num_threads=settings["threads"])
net = nn.SequentialCell(nn.Conv2d(1, 16, 3), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2, 2),
                        nn.Conv2d(16, 32, 3), nn.ReLU(), nn.Flatten(), nn.Dense(32 * 36, 10))
net.set_train()
optimizer = nn.SGD(net.trainable_params(), 0.01, momentum=0.9)
x = ms.Tensor(np.random.RandomState(0).rand(48, 1, 12, 12).astype(np.float32))
y = ms.Tensor(np.arange(48) % 10, ms.int32)
step = ms.value_and_grad(lambda: ops.cross_entropy(net(x), y), None, net.trainable_params())
times = []
for _ in range(25):
    start = time.perf_counter()
    loss, gradients = step()
    optimizer(gradients)
    float(loss)
    times.append(time.perf_counter() - start)
print("took", sorted(times[5:])[len(times[5:]) // 3] * 1000)
"""


def runtime(cache: Path | None = None) -> Runtime:
    """The settings for this machine: remembered, or measured now (some 15 seconds)."""
    path = (cache or cache_folder()) / f"runtime-{_machine()}.json"
    try:
        return Runtime(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        found = measure()
    if found.milliseconds is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(f".{os.getpid()}.new")
        draft.write_text(json.dumps(found.to_json()), encoding="utf-8")
        draft.replace(path)
    return found


def measure() -> Runtime:
    """Instruction set first, then threads: the two differ most, and each costs a start of MindSpore."""
    best = SAFE
    for candidate in candidates():
        tried = _measured(candidate)
        if tried.milliseconds is not None and (best.milliseconds is None or tried.milliseconds < best.milliseconds):
            best = tried
    cores = os.cpu_count() or 1
    if best.milliseconds is not None and cores > 1:
        wider = _measured(Runtime(best.isa, best.synchronize, min(cores, 4)))
        # More threads must pay: they are slower as soon as anything else runs on the machine.
        if wider.milliseconds is not None and wider.milliseconds < 0.8 * best.milliseconds:
            best = wider
    return best


def candidates() -> list[Runtime]:
    if platform.machine().lower() not in ("x86_64", "amd64"):
        return [Runtime("ALL", True, 1)]
    return [Runtime("AVX2", True, 1), Runtime("ALL", True, 1)]


def _measured(candidate: Runtime) -> Runtime:
    environment: Mapping[str, str] = {**base_environment(), **candidate.environment}
    with tempfile.TemporaryDirectory(prefix="mindferry-tuning-") as folder:
        places = {"HOME": folder, "TMPDIR": folder}
        try:
            done = subprocess.run(
                [sys.executable, "-c", _PROBE, json.dumps(candidate.settings)],
                capture_output=True, text=True, timeout=MEASURE_SECONDS, cwd=folder, env={**environment, **places},
                check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return candidate
    for line in done.stdout.splitlines():
        if line.startswith("took "):
            return Runtime(candidate.isa, candidate.synchronize, candidate.threads, round(float(line[5:]), 3))
    return candidate


def cache_folder() -> Path:
    """Where measurements are kept: ``XDG_CACHE_HOME`` or the user's own cache folder."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "mindferry"


def _machine() -> str:
    cpu = platform.processor() or platform.machine()
    try:
        facts = Path("/proc/cpuinfo").read_text(encoding="utf-8")
        cpu = next(line for line in facts.splitlines() if line.startswith("model name"))
    except (OSError, StopIteration):
        pass
    version = importlib.metadata.version("mindspore")
    return hashlib.sha256(f"{cpu} {os.cpu_count()} {version}".encode()).hexdigest()[:16]
