"""A name that reads backwards: ``nottrain.py`` shown as something else."""

import zipfile
from pathlib import Path

MEMBER = "train\\u202eyp.exe"
SAYS = "control character"


def make(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("train\u202eyp.exe", "")
