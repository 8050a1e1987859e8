"""A tar.gz whose one member unpacks to a thousand times its size."""

import io
import tarfile
from pathlib import Path

MEMBER = "zeros.bin"
SAYS = "zip bomb"


def make(path: Path) -> None:
    with tarfile.open(path, "w:gz") as archive:
        member = tarfile.TarInfo("zeros.bin")
        member.size = 64 * 1024 * 1024
        archive.addfile(member, io.BytesIO(bytes(member.size)))
