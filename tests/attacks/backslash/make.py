"""Backslashes are separators on Windows, and could hide ``..``."""

import zipfile
from pathlib import Path

MEMBER = "..\\x.py"
SAYS = "backslash"


def make(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("..\\x.py", "out")
