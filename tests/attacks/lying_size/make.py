"""The zip declares 10 bytes where 1 MiB comes out."""

import struct
import zipfile
from pathlib import Path

MEMBER = ""
SAYS = "damaged"


def make(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("train.py", bytes(1024 * 1024))
    real, declared = struct.pack("<L", 1024 * 1024), struct.pack("<L", 10)
    path.write_bytes(path.read_bytes().replace(real, declared))
