"""One member's packed bytes reach over the next member's header, so that both unpack the same kernel."""

import struct
import zipfile
from pathlib import Path

MEMBER = "b.bin"
SAYS = "overlaps"


def make(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.bin", b"a" * 100)
        archive.writestr("b.bin", b"b" * 100)
    data = bytearray(path.read_bytes())
    entry = data.index(b"PK\x01\x02")
    struct.pack_into("<LL", data, entry + 20, 150, 150)
    path.write_bytes(data)
