from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from workers import devices


def test_it_finds_this_machine() -> None:
    found = devices.discover(Path("/nonexistent"))
    assert found.kind == "cpu"
    assert found.cores >= 1
    assert found.memory_bytes > 2**28


def test_it_finds_ascend_devices_by_their_driver_files(tmp_path: Path) -> None:
    for name in ("davinci0", "davinci1", "davinci_manager"):
        (tmp_path / name).touch()
    found = devices.discover(tmp_path)
    assert (found.kind, found.detail) == ("ascend", "2 Ascend NPU")


def test_it_imports_neither_framework() -> None:
    script = (
        "import sys; from workers import devices; devices.discover(); print(set(sys.modules) & {'torch', 'mindspore'})"
    )
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "set()"
