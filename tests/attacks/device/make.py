"""A character device: reading it back would read the machine's memory or disk."""

import tarfile
from pathlib import Path

MEMBER = "mem"
SAYS = "not a plain file"


def make(path: Path) -> None:
    with tarfile.open(path, "w:gz") as archive:
        device = tarfile.TarInfo("mem")
        device.type = tarfile.CHRTYPE
        device.devmajor, device.devminor = 1, 1
        archive.addfile(device)
