from collections import Counter
from itertools import chain
from typing import Dict, List, Tuple

import numpy as np
import torch
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader, Dataset, Sampler


class Vocab:
    def __init__(self, tokens, specials=(), min_freq=1):
        counter = Counter(tokens)
        self.itos = list(specials) + sorted(t for t, c in counter.items() if c >= min_freq)
        self.stoi = {t: i for i, t in enumerate(self.itos)}
        self.unk = self.stoi.get("<unk>")

    def __len__(self):
        return len(self.itos)

    def __getitem__(self, token):
        return self.stoi.get(token, self.unk)

    def __contains__(self, token):
        return token in self.stoi

    def lookup(self, ids):
        return [self.itos[i] for i in ids]


def read_conll(path) -> List[Tuple[List[str], List[str]]]:
    sentences, words, tags = [], [], []
    with open(path, encoding="utf-8") as fin:
        for line in fin:
            line = line.strip()
            if not line:
                if words:
                    sentences.append((words, tags))
                words, tags = [], []
                continue
            word, tag = line.rsplit(" ", 1)
            words.append(word)
            tags.append(tag)
    if words:
        sentences.append((words, tags))
    return sentences


class NERDataset(Dataset):
    def __init__(self, sentences, word_vocab: Vocab, char_vocab: Vocab, tag_vocab: Vocab):
        self.samples = []
        for words, tags in sentences:
            self.samples.append({
                "words": torch.tensor([word_vocab[w.lower()] for w in words]),
                "chars": [torch.tensor([char_vocab[c] for c in w]) for w in words],
                "tags": torch.tensor([tag_vocab[t] for t in tags]),
                "raw": words,
            })

    def __len__(self):
        return len(self.samples)

    def __getitem__(self, i):
        return self.samples[i]


def collate(batch):
    batch.sort(key=lambda s: len(s["words"]), reverse=True)
    lengths = torch.tensor([len(s["words"]) for s in batch])
    words = pad_sequence([s["words"] for s in batch], batch_first=True)
    tags = pad_sequence([s["tags"] for s in batch], batch_first=True, padding_value=0)
    mask = torch.arange(words.size(1))[None, :] < lengths[:, None]
    longest = max(len(c) for s in batch for c in s["chars"])
    chars = torch.zeros(len(batch), words.size(1), longest, dtype=torch.long)
    for i, s in enumerate(batch):
        for j, c in enumerate(s["chars"]):
            chars[i, j, :len(c)] = c
    return words, chars, tags, mask, lengths


class BucketSampler(Sampler):
    """Batches of sentences of about equal length, in random order."""

    def __init__(self, lengths, batch_size, shuffle=True):
        self.lengths = np.asarray(lengths)
        self.batch_size = batch_size
        self.shuffle = shuffle

    def __iter__(self):
        noise = np.random.uniform(-1, 1, len(self.lengths)) if self.shuffle else 0
        order = np.argsort(self.lengths + noise, kind="stable")
        batches = [order[i:i + self.batch_size] for i in range(0, len(order), self.batch_size)]
        if self.shuffle:
            np.random.shuffle(batches)
        for b in batches:
            yield b.tolist()

    def __len__(self):
        return (len(self.lengths) + self.batch_size - 1) // self.batch_size


def build(config):
    train, dev = read_conll(config.train_file), read_conll(config.dev_file)
    words = Vocab((w.lower() for s, _ in train for w in s), config.special)
    chars = Vocab(chain.from_iterable(w for s, _ in train for w in s), config.special)
    tags = Vocab((t for _, ts in train for t in ts))
    train_set, dev_set = (NERDataset(x, words, chars, tags) for x in (train, dev))
    train_loader = DataLoader(train_set, batch_sampler=BucketSampler([len(s["words"]) for s in train_set.samples], config.batch_size),
                              collate_fn=collate)
    dev_loader = DataLoader(dev_set, batch_size=config.batch_size, shuffle=False, collate_fn=collate)
    return words, chars, tags, train_loader, dev_loader
