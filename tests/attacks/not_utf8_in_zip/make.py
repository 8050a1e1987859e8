"""A name in an encoding that nobody declared."""

import zipfile
from pathlib import Path

MEMBER = None
SAYS = "not UTF-8"


def make(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("modXl.py", "print(1)")
    path.write_bytes(path.read_bytes().replace(b"modXl.py", b"mod\xe8l.py"))
