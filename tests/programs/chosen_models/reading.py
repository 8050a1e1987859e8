# coding: UTF-8
import torch

KINDS = ['ferry', 'market', 'weather']
UNKNOWN, PADDING = '<?>', '<_>'


def vocabulary(path):
    counts = {}
    for line in open(path, encoding='UTF-8'):
        for word in line.rstrip('\n').split('\t')[1].split():
            counts[word] = counts.get(word, 0) + 1
    words = sorted(counts, key=lambda w: (-counts[w], w))
    index = {w: i for i, w in enumerate(words)}
    index.update({UNKNOWN: len(index), PADDING: len(index) + 1})
    return index


def rows(path, index, length):
    found = []
    with open(path, 'r', encoding='UTF-8') as file:
        for line in file:
            kind, text = line.rstrip('\n').split('\t')
            words = text.split()[:length]
            count = len(words)
            words.extend([PADDING] * (length - count))
            found.append(([index.get(w, index.get(UNKNOWN)) for w in words], KINDS.index(kind), count))
    return found


class Batches(object):
    """Iterator without end of its own: it rewinds itself when it is through."""

    def __init__(self, rows, size, device):
        self.rows, self.size, self.device = rows, size, device
        self.at = 0

    def _tensors(self, part):
        x = torch.LongTensor([r[0] for r in part]).to(self.device)
        y = torch.LongTensor([r[1] for r in part]).to(self.device)
        lengths = torch.LongTensor([r[2] for r in part]).to(self.device)
        return (x, lengths), y

    def __next__(self):
        if self.at >= len(self.rows):
            self.at = 0
            raise StopIteration
        part = self.rows[self.at:self.at + self.size]
        self.at += self.size
        return self._tensors(part)

    def __iter__(self):
        return self

    def __len__(self):
        return (len(self.rows) + self.size - 1) // self.size
