"""What a confined program may use up before it is stopped."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass
from typing import Any

GIB = 1 << 30
MIB = 1 << 20


@dataclass(frozen=True)
class Limits:
    """Times in seconds, sizes in bytes. The defaults fit one training run of a research project on two cores."""

    wall_seconds: float = 1800.0
    memory_bytes: int = 8 * GIB
    processes: int = 512
    open_files: int = 2048
    file_bytes: int = 2 * GIB
    disk_bytes: int = 4 * GIB
    disk_files: int = 50_000
    output_bytes: int = 32 * MIB
    scratch_bytes: int = 1 * GIB

    @property
    def cpu_seconds(self) -> int:
        """CPU time of one process: it could at best keep every core busy for the whole wall time."""
        return int(self.wall_seconds * (os.cpu_count() or 1)) + 5

    def rlimits(self, count_processes: bool) -> dict[str, tuple[int, int]]:
        """Limits in the words of :mod:`resource`, soft and hard.

        Processes are counted by the kernel for the whole user, so that limit is set only where the program has a
        user of its own (``count_processes``).
        """
        cpu = self.cpu_seconds
        # An address space holds libraries and reserved ranges many times as large as what is used (torch: 3 GiB).
        limits = {
            "RLIMIT_CPU": (cpu, cpu + 5),
            "RLIMIT_AS": (self.memory_bytes + 16 * GIB,) * 2,
            "RLIMIT_DATA": (self.memory_bytes + 1 * GIB,) * 2,
            "RLIMIT_NOFILE": (self.open_files,) * 2,
            "RLIMIT_FSIZE": (self.file_bytes,) * 2,
            "RLIMIT_CORE": (0, 0),
        }
        if count_processes:
            limits["RLIMIT_NPROC"] = (self.processes,) * 2
        return limits

    def to_json(self) -> dict[str, Any]:
        return asdict(self)
