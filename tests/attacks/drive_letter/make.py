"""A member that names a Windows drive."""

import zipfile
from pathlib import Path

MEMBER = "C:/x.py"
SAYS = "absolute path"


def make(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("C:/x.py", "out")
