"""A member that would be written beside the project: ``../x``."""

import zipfile
from pathlib import Path

MEMBER = "../x"
SAYS = "leads out of the project"


def make(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("train.py", "print(1)")
        archive.writestr("../x", "out")
