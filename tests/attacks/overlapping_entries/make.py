"""Many directory entries share one member's packed bytes: 42 kB become gigabytes without any nesting."""

import zipfile
from pathlib import Path

MEMBER = "b.bin"
SAYS = "overlaps"


def make(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.bin", bytes(100_000))
        first = archive.infolist()[0]
        for name in ("b.bin", "c.bin", "d.bin"):
            twin = zipfile.ZipInfo(name)
            twin.compress_type, twin.CRC = first.compress_type, first.CRC
            twin.compress_size, twin.file_size = first.compress_size, first.file_size
            twin.header_offset = first.header_offset
            archive.filelist.append(twin)
            archive.NameToInfo[name] = twin
