"""What this machine has to run on. MindSpore and torch are only looked up, never imported."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import psutil

# The device files of Ascend NPUs, as their driver creates them on Linux.
_ASCEND_DEVICES = "davinci[0-9]*"


@dataclass(frozen=True)
class Device:
    """`kind` is `cpu` or `ascend`; versions are empty where the package is not installed."""

    kind: str
    detail: str
    mindspore_version: str
    torch_version: str
    sandbox: str
    cores: int
    memory_bytes: int


def discover(device_files: Path = Path("/dev")) -> Device:
    ascend = sorted(device_files.glob(_ASCEND_DEVICES))
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return Device(
        kind="ascend" if ascend else "cpu",
        detail=f"{len(ascend)} Ascend NPU" if ascend else _processor(),
        mindspore_version=_version("mindspore"),
        torch_version=_version("torch"),
        sandbox="bubblewrap" if shutil.which("bwrap") else "",
        cores=cores,
        memory_bytes=psutil.virtual_memory().total,
    )


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return "CPU"
