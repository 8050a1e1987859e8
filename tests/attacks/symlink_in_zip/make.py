"""A zip member that is a symbolic link to a file of the machine."""

import stat
import zipfile
from pathlib import Path

MEMBER = "data/passwd"
SAYS = "link"


def make(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        link = zipfile.ZipInfo("data/passwd")
        link.create_system = 3
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
