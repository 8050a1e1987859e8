"""The zip says that its names are UTF-8; they are not."""

import zipfile
from pathlib import Path

MEMBER = "mod\\xff..py"
SAYS = "not UTF-8"


def make(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mod\u00fc.py", "print(1)")
    path.write_bytes(path.read_bytes().replace("\u00fc".encode(), b"\xff."))
