"""A hard link to a file of the machine."""

import tarfile
from pathlib import Path

MEMBER = "shadow"
SAYS = "link"


def make(path: Path) -> None:
    with tarfile.open(path, "w:gz") as archive:
        link = tarfile.TarInfo("shadow")
        link.type = tarfile.LNKTYPE
        link.linkname = "/etc/shadow"
        archive.addfile(link)
