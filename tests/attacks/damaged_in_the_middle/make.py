"""A damaged header between two members: many readers take it for the end."""

import tarfile
from pathlib import Path

MEMBER = ""
SAYS = "damaged"


def make(path: Path) -> None:
    with tarfile.open(path, "w") as archive:
        for name in ("first.py", "second.py", "third.py"):
            archive.addfile(tarfile.TarInfo(name))
    data = bytearray(path.read_bytes())
    data[512 + 10] ^= 0xFF
    path.write_bytes(data)
