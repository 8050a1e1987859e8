"""LZMA inside a zip can ask for gigabytes of dictionary."""

import zipfile
from pathlib import Path

MEMBER = "train.py"
SAYS = "compression"


def make(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("train.py", "print(1)")
