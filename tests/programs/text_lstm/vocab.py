from collections import Counter
from typing import Dict, Iterable, List

PAD, UNK = "<pad>", "<unk>"


class Vocab:
    def __init__(self, texts: Iterable[List[str]], min_freq: int = 1):
        counter: Counter = Counter()
        for tokens in texts:
            counter.update(tokens)
        self.itos: List[str] = [PAD, UNK] + sorted(t for t, c in counter.items() if c >= min_freq)
        self.stoi: Dict[str, int] = {t: i for i, t in enumerate(self.itos)}

    def __len__(self) -> int:
        return len(self.itos)

    def encode(self, tokens: List[str]) -> List[int]:
        return [self.stoi.get(t, self.stoi[UNK]) for t in tokens]
