"""A folder that is left out is still unpacked on the way through a tar."""

import io
import tarfile
from pathlib import Path

MEMBER = ".git/zeros.bin"
SAYS = "zip bomb"


def make(path: Path) -> None:
    with tarfile.open(path, "w:gz") as archive:
        member = tarfile.TarInfo(".git/zeros.bin")
        member.size = 64 * 1024 * 1024
        archive.addfile(member, io.BytesIO(bytes(member.size)))
