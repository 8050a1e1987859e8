"""64 MiB of zeros in 64 KiB."""

import zipfile
from pathlib import Path

MEMBER = "zeros.bin"
SAYS = "zip bomb"


def make(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros.bin", bytes(64 * 1024 * 1024))
