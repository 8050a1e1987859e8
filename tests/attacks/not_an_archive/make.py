"""A script that was named like an archive."""

from pathlib import Path

MEMBER = ""
SAYS = "neither a zip nor a tar"


def make(path: Path) -> None:
    path.write_text("#!/bin/sh\necho hello\n")
