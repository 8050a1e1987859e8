"""A name that clears the terminal of whoever lists it."""

import tarfile
from pathlib import Path

MEMBER = "\\x1b[2Jtrain.py"
SAYS = "control character"


def make(path: Path) -> None:
    with tarfile.open(path, "w:gz") as archive:
        member = tarfile.TarInfo("\x1b[2Jtrain.py")
        archive.addfile(member)
