"""A member that names its place from the root."""

import zipfile
from pathlib import Path

MEMBER = "/etc/cron.d/x"
SAYS = "absolute path"


def make(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("/etc/cron.d/x", "out")
