"""A part of a name that no file system takes."""

import zipfile
from pathlib import Path

MEMBER = None
SAYS = "too long"


def make(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x" * 300 + ".py", "")
