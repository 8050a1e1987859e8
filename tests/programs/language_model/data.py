import os

import torch

LINES = """the ferry leaves at dawn and comes back at noon
the captain counts the ropes and the ropes count the days
when the fog comes down the bell rings and the boats wait
the gulls know the hour when the nets come in
a rope that is too short holds the boat where the tide was
the lamp on the pier burns until the last boat is home
nobody asks the sea and the sea asks nobody
the harbour master writes the names of the boats in a book
when the wind turns the captain turns and the ferry waits
the last boat comes home when the lamp burns low
""".strip().split("\n")


class Words(object):
    """word <-> number, in order of appearance"""

    def __init__(self):
        self.numbers = {}

    def __len__(self):
        return len(self.numbers)

    def number(self, word):
        return self.numbers.setdefault(word, len(self.numbers))


class Text(object):
    def __init__(self, folder):
        if not os.path.isdir(folder):
            write(folder)
        self.words = Words()
        self.train, self.valid = (self.stream(os.path.join(folder, name)) for name in ('train.txt', 'valid.txt'))

    def stream(self, path):
        with open(path, 'r', encoding="utf8") as f:
            numbers = [self.words.number(w) for line in f for w in line.split() + ['<eos>']]
        return torch.tensor(numbers, dtype=torch.int64)


def write(folder):
    os.makedirs(folder)
    with open(os.path.join(folder, 'train.txt'), 'w', encoding="utf8") as f:
        for n in range(60):
            f.write(LINES[n * 7 % 10] + "\n" + LINES[n * 3 % 10] + "\n")
    with open(os.path.join(folder, 'valid.txt'), 'w', encoding="utf8") as f:
        f.write("\n".join(LINES[::-1]))
