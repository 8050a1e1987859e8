"""The same in a tar."""

import tarfile
from pathlib import Path

MEMBER = "mod\\udce8l.py"
SAYS = "not UTF-8"


def make(path: Path) -> None:
    with tarfile.open(path, "w:gz") as archive:
        archive.addfile(tarfile.TarInfo("mod\udce8l.py"))
