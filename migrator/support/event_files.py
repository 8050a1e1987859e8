"""torch.utils.tensorboard.SummaryWriter without torch and without TensorBoard: event files that TensorBoard reads."""

from __future__ import annotations

import os
import socket
import struct
import time

import numpy as np
from mindspore import Tensor


def crc_table():
    """The table of CRC-32C (Castagnoli), which event files are checked with."""
    table = []
    for number in range(256):
        for _ in range(8):
            number = (number >> 1) ^ 0x82F63B78 if number & 1 else number >> 1
        table.append(number)
    return table


CRC_TABLE = crc_table()


def masked_crc(data):
    """The masked checksum of event files, as four bytes."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc = CRC_TABLE[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    crc ^= 0xFFFFFFFF
    return struct.pack("<I", (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF)


def varint(number):
    """A whole number as protocol buffers write it."""
    number &= 0xFFFFFFFFFFFFFFFF
    written = bytearray()
    while number > 0x7F:
        written.append(number & 0x7F | 0x80)
        number >>= 7
    written.append(number)
    return bytes(written)


def proto_field(number, value):
    """One field of a protocol buffer: bytes and texts with their length, floats as doubles, whole numbers as varints."""
    if isinstance(value, str):
        value = value.encode("utf-8")
    if isinstance(value, bytes):
        return varint(number << 3 | 2) + varint(len(value)) + value
    if isinstance(value, float):
        return varint(number << 3 | 1) + struct.pack("<d", value)
    return varint(number << 3) + varint(int(value))


def logged_numbers(values):
    """Tensors, arrays and numbers as a NumPy array of doubles."""
    return np.asarray(values.asnumpy() if isinstance(values, Tensor) else values, dtype=np.float64)


def histogram_proto(values, bins):
    """A histogram as TensorBoard keeps it: extremes, sums and the counts up to each limit."""
    numbers = logged_numbers(values).reshape(-1)
    counts, limits = np.histogram(numbers, bins if isinstance(bins, int) else 30)
    totals = (numbers.min(), numbers.max(), float(numbers.size), numbers.sum(), np.square(numbers).sum())
    written = b"".join(proto_field(place, float(total)) for place, total in enumerate(totals, 1))
    written += proto_field(6, struct.pack(f"<{len(counts)}d", *limits[1:]))
    return written + proto_field(7, struct.pack(f"<{len(counts)}d", *counts))


class SummaryWriter:
    """torch.utils.tensorboard.SummaryWriter for scalars and histograms, written as TensorBoard reads them. Images,
    figures, texts, graphs, audio and embeddings are taken and not written. tensorboardX, which it comes from, calls the
    folder ``logdir``."""

    def __init__(
        self, log_dir=None, comment="", purge_step=None, max_queue=10, flush_secs=120, filename_suffix="", logdir=None
    ):
        log_dir = log_dir or logdir
        stamp = time.strftime("%b%d_%H-%M-%S")
        self.log_dir = (
            os.fspath(log_dir) if log_dir else os.path.join("runs", f"{stamp}_{socket.gethostname()}{comment}")
        )
        os.makedirs(self.log_dir, exist_ok=True)
        name = (
            f"events.out.tfevents.{int(time.time())}.{socket.gethostname()}.{os.getpid()}.{id(self)}{filename_suffix}"
        )
        self.file = open(os.path.join(self.log_dir, name), "wb")
        self.others = {}
        self.write_event(proto_field(3, "brain.Event:2"), None, None)

    def write_event(self, content, step, walltime):
        """Appends one record: its length, what it says, and their checksums."""
        event = proto_field(1, float(walltime or time.time()))
        if step is not None:
            event += proto_field(2, int(step))
        event += content
        length = struct.pack("<Q", len(event))
        self.file.write(length + masked_crc(length) + event + masked_crc(event))

    def write_summary(self, tag, value, step, walltime):
        """Appends a summary of one value, given as its own field."""
        self.write_event(proto_field(5, proto_field(1, proto_field(1, tag) + value)), step, walltime)

    def add_scalar(self, tag, scalar_value, global_step=None, walltime=None, new_style=False, double_precision=False):
        number = float(logged_numbers(scalar_value).reshape(()))
        self.write_summary(tag, varint(2 << 3 | 5) + struct.pack("<f", number), global_step, walltime)

    def add_scalars(self, main_tag, tag_scalar_dict, global_step=None, walltime=None):
        for tag, value in tag_scalar_dict.items():
            folder = os.path.join(self.log_dir, f"{main_tag}_{tag}".replace("/", "_"))
            if folder not in self.others:
                self.others[folder] = SummaryWriter(folder)
            self.others[folder].add_scalar(main_tag, value, global_step, walltime)

    def add_histogram(self, tag, values, global_step=None, bins="tensorflow", walltime=None, max_bins=None):
        self.write_summary(tag, proto_field(5, histogram_proto(values, bins)), global_step, walltime)

    def add_hparams(self, hparam_dict, metric_dict, hparam_domain_discrete=None, run_name=None, global_step=None):
        for tag, value in metric_dict.items():
            self.add_scalar(tag, value, global_step)

    def not_written(self, *values, **options):
        """Takes what this writer does not write."""

    add_image = add_images = add_image_with_boxes = add_figure = add_video = add_audio = add_text = not_written
    add_graph = add_embedding = add_pr_curve = add_mesh = add_custom_scalars = not_written
    export_scalars_to_json = not_written

    def get_logdir(self):
        return self.log_dir

    def flush(self):
        for writer in (self, *self.others.values()):
            writer.file.flush()

    def close(self):
        for writer in (self, *self.others.values()):
            writer.file.close()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()
