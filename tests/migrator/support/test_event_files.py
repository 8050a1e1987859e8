import glob
import struct
from pathlib import Path

from migrator.support import event_files


def records(path):
    """The contents of the records of an event file, checked against their checksums."""
    data, found = Path(path).read_bytes(), []
    while data:
        length = struct.unpack("<Q", data[:8])[0]
        assert data[8:12] == event_files.masked_crc(data[:8])
        assert data[12 + length : 16 + length] == event_files.masked_crc(data[12 : 12 + length])
        found.append(data[12 : 12 + length])
        data = data[16 + length :]
    return found


def test_the_checksum_is_castagnolis():
    # RFC 3720, B.4: the CRC-32C of 32 zero bytes is 8A9136AA; masked as event files want it.
    crc = 0x8A9136AA
    assert event_files.masked_crc(bytes(32)) == struct.pack(
        "<I", (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF
    )


def test_scalars_are_written_as_records_with_their_tag_and_step(tmp_path):
    with event_files.SummaryWriter(tmp_path / "run") as writer:
        writer.add_scalar("train/loss", 0.5, 3)
        writer.add_scalars("both", {"a": 1, "b": 2}, 0)
        writer.add_histogram("weights", [0.0, 1.0, 2.0], 0)
        writer.add_image("image", None, 0)
    first, scalar, histogram = records(glob.glob(str(tmp_path / "run" / "events*"))[0])
    assert b"brain.Event:2" in first
    assert b"train/loss\x15" + struct.pack("<f", 0.5) in scalar
    assert b"weights" in histogram
    assert sorted(path.name for path in (tmp_path / "run").iterdir() if path.is_dir()) == ["both_a", "both_b"]
