"""A thousand folders in each other."""

import zipfile
from pathlib import Path

MEMBER = None
SAYS = "too long"


def make(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("d/" * 1000 + "train.py", "")
