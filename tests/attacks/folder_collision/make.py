"""Two folders that are one on macOS and Windows."""

import zipfile
from pathlib import Path

MEMBER = "Model/b.py"
SAYS = "collides"


def make(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("model/a.py", "")
        archive.writestr("Model/b.py", "")
