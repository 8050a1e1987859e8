"""Two names that are one file on macOS and Windows."""

import zipfile
from pathlib import Path

MEMBER = "Train.py"
SAYS = "only in spelling"


def make(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("train.py", "print(1)")
        archive.writestr("Train.py", "print(2)")
