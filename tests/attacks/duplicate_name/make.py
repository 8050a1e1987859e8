"""The same name twice: what was reviewed may not be what runs."""

import warnings
import zipfile
from pathlib import Path

MEMBER = "train.py"
SAYS = "twice"


def make(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("train.py", "print(1)")
        with warnings.catch_warnings(action="ignore"):
            archive.writestr("train.py", "print(2)")
