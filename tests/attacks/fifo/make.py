"""A named pipe: whoever opens it waits for ever."""

import tarfile
from pathlib import Path

MEMBER = "pipe"
SAYS = "not a plain file"


def make(path: Path) -> None:
    with tarfile.open(path, "w:gz") as archive:
        pipe = tarfile.TarInfo("pipe")
        pipe.type = tarfile.FIFOTYPE
        archive.addfile(pipe)
