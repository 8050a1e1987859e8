"""The text, its vocabulary, and random windows of it."""
import os
from collections import Counter

import numpy as np
import torch


class Vocabulary:
    """Characters <-> integers.  Index 0 stands for everything that was not seen."""

    UNKNOWN = "\ufffd"

    def __init__(self, chars):
        self.chars = [self.UNKNOWN] + [c for c in chars if c != self.UNKNOWN]
        self.index = {c: i for i, c in enumerate(self.chars)}

    @classmethod
    def from_text(cls, text, min_count=2):
        counts = Counter(text)
        return cls(sorted(c for c, n in counts.items() if n >= min_count))

    def __len__(self):
        return len(self.chars)

    def encode(self, text):
        return np.array([self.index.get(c, 0) for c in text], dtype=np.int64)

    def decode(self, ids):
        return "".join(self.chars[int(i)] for i in ids)


def read_text(path):
    with open(path, encoding="utf-8") as f:
        text = f.read()
    # dashes and quotes come in many shapes; the model is too small to care
    for fancy, plain in (("\u2014", "-"), ("\u2019", "'"), ("\u201c", '"'), ("\u201d", '"')):
        text = text.replace(fancy, plain)
    return text


class Corpus:
    def __init__(self, path=None, val_fraction=0.1):
        path = path or os.path.join(os.path.dirname(os.path.abspath(__file__)), "harbour.txt")
        text = read_text(path)
        self.vocab = Vocabulary.from_text(text)
        ids = self.vocab.encode(text)
        split = int(len(ids) * (1 - val_fraction))
        self.splits = {"train": torch.from_numpy(ids[:split]), "val": torch.from_numpy(ids[split:])}

    def get_batch(self, split, batch_size, block_size, device):
        data = self.splits[split]
        ix = torch.randint(len(data) - block_size - 1, (batch_size,))
        x = torch.stack([data[i : i + block_size] for i in ix])
        y = torch.stack([data[i + 1 : i + 1 + block_size] for i in ix])
        return x.to(device), y.to(device)
