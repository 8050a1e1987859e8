"""A long-name record of 200 MiB, which readers take into memory before any size check."""

import gzip
import random
import tarfile
from pathlib import Path

MEMBER = None
SAYS = "header"


def make(path: Path) -> None:
    record = tarfile.TarInfo("././@LongLink")
    record.type = tarfile.GNUTYPE_LONGNAME
    record.size = 200 * 1024 * 1024
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(record.tobuf(tarfile.GNU_FORMAT))
        for _ in range(32):
            file.write(random.Random(1).randbytes(100_000))
            file.write(bytes(1024 * 1024))
