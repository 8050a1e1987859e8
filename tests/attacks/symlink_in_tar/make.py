"""A link to a folder outside, and then a file *through* that link."""

import io
import tarfile
from pathlib import Path

MEMBER = "out"
SAYS = "link"


def make(path: Path) -> None:
    with tarfile.open(path, "w:gz") as archive:
        link = tarfile.TarInfo("out")
        link.type = tarfile.SYMTYPE
        link.linkname = "/tmp"
        archive.addfile(link)
        through = tarfile.TarInfo("out/x")
        through.size = 3
        archive.addfile(through, io.BytesIO(b"out"))
