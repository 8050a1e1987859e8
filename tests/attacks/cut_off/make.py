"""An upload that stopped half-way."""

import io
import random
import tarfile
from pathlib import Path

MEMBER = ""
SAYS = "damaged"


def make(path: Path) -> None:
    with tarfile.open(path, "w:gz") as archive:
        member = tarfile.TarInfo("train.py")
        member.size = 100_000
        archive.addfile(member, io.BytesIO(random.Random(1).randbytes(member.size)))
    path.write_bytes(path.read_bytes()[:50_000])
