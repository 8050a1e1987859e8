"""One name is a file and a folder."""

import zipfile
from pathlib import Path

MEMBER = "data"
SAYS = "for a folder"


def make(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data/a.txt", "")
        archive.writestr("data", "")
