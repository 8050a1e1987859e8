"""Twenty thousand empty files: each costs an inode and time."""

import zipfile
from pathlib import Path

MEMBER = ""
SAYS = "more than 10000 members"


def make(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(20_000):
            archive.writestr(f"{number}.txt", "")
