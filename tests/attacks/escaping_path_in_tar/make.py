"""The same in a tar, and hidden in the middle of the name."""

import io
import tarfile
from pathlib import Path

MEMBER = "model/../../x"
SAYS = "leads out of the project"


def make(path: Path) -> None:
    with tarfile.open(path, "w:gz") as archive:
        member = tarfile.TarInfo("model/../../x")
        member.size = 3
        archive.addfile(member, io.BytesIO(b"out"))
