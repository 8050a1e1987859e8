"""A sparse tar member of 8 GiB takes one block in the archive."""

import tarfile
from pathlib import Path

MEMBER = "huge.bin"
SAYS = "sparse"


def make(path: Path) -> None:
    header = tarfile.TarInfo("huge.bin")
    header.type = tarfile.GNUTYPE_SPARSE
    block = bytearray(header.tobuf(tarfile.GNU_FORMAT))
    size = 8 * 1024**3
    block[386:410] = b"00000000000\0" + b"00000000000\0"  # one piece: offset 0, no bytes
    block[483:495] = b"%011o\0" % size
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    path.write_bytes(bytes(block) + bytes(10240))
