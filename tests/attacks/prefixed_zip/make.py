"""A self-extracting program with a zip at its end."""

import zipfile
from pathlib import Path

MEMBER = ""
SAYS = "neither a zip nor a tar"


def make(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("train.py", "print(1)")
    path.write_bytes(b"#!/bin/sh\n" + path.read_bytes())
