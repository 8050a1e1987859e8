"""Two Unicode spellings of one name, one file on macOS."""

import zipfile
from pathlib import Path

MEMBER = "café.py"
SAYS = "only in spelling"


def make(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("caf\u00e9.py", "print(1)")
        archive.writestr("cafe\u0301.py", "print(2)")
