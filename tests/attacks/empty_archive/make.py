"""An archive with nothing in it."""

import zipfile
from pathlib import Path

MEMBER = ""
SAYS = "no files"


def make(path: Path) -> None:
    with zipfile.ZipFile(path, "w"):
        pass
