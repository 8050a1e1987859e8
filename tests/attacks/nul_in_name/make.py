"""``train.py\\0.txt``: C libraries read one name, Python another."""

import zipfile
from pathlib import Path

MEMBER = "train.py\\x00.txt"
SAYS = "control character"


def make(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("train.pyN.txt", "print(1)")
    path.write_bytes(path.read_bytes().replace(b"train.pyN.txt", b"train.py\0.txt"))
