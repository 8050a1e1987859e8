"""A member with the encryption bit set."""

import zipfile
from pathlib import Path

MEMBER = "secret.py"
SAYS = "encrypted"


def make(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("secret.py", "print(1)")
    data = bytearray(path.read_bytes())
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
